//! What learns: initialisers, layers, the trainer.

mod initializers;
mod layers;
mod trainer;
