//! What the tests ask of `f32` and `f64` beyond what the engine asks.

use corr2d_cpu::Element;

/// A number type of the engine, with its way from and to exact values.
pub trait Number: Element {
    /// The name of the type.
    const NAME: &'static str;
    /// Not a number.
    const NAN: Self;
    /// An integer that the type holds exactly.
    fn from_integer(value: i32) -> Self;
    /// The nearest number of this type.
    fn from_real(value: f64) -> Self;
    /// The same number in the widest type.
    fn widen(self) -> f64;
    /// The bits of the number, by which equality is judged.
    fn bits(self) -> u64;
}

macro_rules! number {
    ($number:ident) => {
        impl Number for $number {
            const NAME: &'static str = stringify!($number);
            const NAN: Self = $number::NAN;
            fn from_integer(value: i32) -> Self {
                value as $number
            }
            fn from_real(value: f64) -> Self {
                value as $number
            }
            fn widen(self) -> f64 {
                f64::from(self)
            }
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }
        }
    };
}

number!(f32);
number!(f64);
