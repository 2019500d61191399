//! What learns: initialisers, layers, what an input can teach, least squares, candle's layer under our arithmetic, optimisers,
//! the trainer, and LeNet on digits.

mod batches;
mod candle_compat;
mod checkpoints;
mod identifiability;
mod initializers;
mod layers;
mod least_squares;
mod lenet;
mod optimizers;
mod schedules;
mod stopping;
mod trainer;
