//! The two factors of a kernel.

use crate::Element;

/// v and h, with w[a, b] = v[a] · h[b].
pub(super) struct Factors<T> {
    pub(super) vertical: Factor<T>,
    pub(super) horizontal: Factor<T>,
}

/// One of the two.
pub(super) struct Factor<T> {
    pub(super) weights: Vec<T>,
    /// Whether it reads the same from both ends.
    pub(super) symmetric: bool,
}

impl<T: Element> Factor<T> {
    fn new(weights: Vec<T>) -> Self {
        let symmetric = weights.iter().eq(weights.iter().rev());
        Self { weights, symmetric }
    }
}

impl<T: Element> Factors<T> {
    /// The factors of a kernel with rows of `width` weights, if it is an outer product to within four roundings.
    ///
    /// v is the column of the largest weight and h its row divided by v there. Where the weights are integers times one
    /// power of two, v is divided by its greatest common divisor first: then both factors are exact if the kernel is an
    /// outer product at all, and sums of small integers are too. v is scaled to below 1, so that the first pass does not
    /// overflow where the kernel itself would not.
    pub(super) fn of(kernel: &[T], width: usize) -> Option<Self> {
        let kernel: Vec<f64> = kernel.iter().map(|weight| weight.to_f64()).collect();
        let pivot = (0..kernel.len()).max_by(|a, b| kernel[*a].abs().total_cmp(&kernel[*b].abs()))?;
        if kernel[pivot] == 0.0 || !kernel[pivot].is_finite() {
            return None;
        }
        let column = kernel.iter().skip(pivot % width).step_by(width);
        let divisor = common_divisor(&kernel, column.clone());
        let scale = (kernel[pivot].abs() / divisor).log2().floor().exp2() * divisor * 2.0;
        let vertical: Vec<T> = column.map(|weight| T::from_f64(weight / scale)).collect();
        let row = &kernel[pivot / width * width..][..width];
        let at_pivot = vertical[pivot / width].to_f64();
        let horizontal: Vec<T> = row.iter().map(|weight| T::from_f64(weight / at_pivot)).collect();

        let tolerance = 4.0 * 2f64.powi(if size_of::<T>() == 4 { -24 } else { -53 });
        let products = vertical.iter().flat_map(|v| horizontal.iter().map(|h| v.to_f64() * h.to_f64()));
        let close = |(product, weight): (f64, &f64)| (product - weight).abs() <= tolerance * weight.abs();
        let is_product = products.zip(&kernel).all(close);
        is_product.then(|| Self { vertical: Factor::new(vertical), horizontal: Factor::new(horizontal) })
    }
}

/// The greatest common divisor of some weights, if all of the kernel are integers below 2²⁴ times one power of two; else 1.
fn common_divisor<'a>(kernel: &[f64], weights: impl Iterator<Item = &'a f64>) -> f64 {
    let lowest_bit = |weight: f64| {
        let bits = weight.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i32 - 1075;
        exponent + (bits << 12 >> 12 | 1 << 52).trailing_zeros() as i32
    };
    let unit = kernel.iter().filter(|weight| **weight != 0.0).map(|weight| lowest_bit(*weight)).min().unwrap_or(0);
    let unit = f64::from(unit).exp2();
    if kernel.iter().any(|weight| (weight / unit).abs() >= f64::from(1 << 24)) {
        return 1.0;
    }
    let mut divisor = 0u64;
    for weight in weights {
        let mut other = (weight / unit).abs() as u64;
        while other > 0 {
            (divisor, other) = (other, divisor % other);
        }
    }
    divisor as f64 * unit
}
