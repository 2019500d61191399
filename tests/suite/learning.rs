//! What learns: initialisers, layers, what an input can teach, candle's layer under our arithmetic, the trainer, and LeNet on digits.

mod candle_compat;
mod identifiability;
mod initializers;
mod layers;
mod lenet;
mod trainer;
