//! What one output of a network sees: three ways that agree, published figures, and what cannot be had.

mod agreement;
mod effective;
mod errors;
mod layers;
mod published;
mod whole;
