//! What learns: initialisers, layers, candle's layer under our arithmetic, the trainer, and LeNet on digits.

mod candle_compat;
mod initializers;
mod layers;
mod least_squares;
mod lenet;
mod optimizers;
mod trainer;
