//! The transposed correlation: against the loops of its definition, and as the adjoint of the correlation it turns round.

mod cases;
mod engine;
mod gradients;
mod tensors;
