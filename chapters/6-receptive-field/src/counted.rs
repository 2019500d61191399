//! The lines of the lesson in which something is counted.

use anyhow::Result;
use candle_core::Device;

use crate::chain::{Layer, field, seen, sees, weights_of_one};

/// What an output sees along one side: one place, and all but one of each kernel more.
pub(crate) fn along_one_side(chain: &[Layer], field: usize) -> String {
    let kernels = chain.iter().map(|layer| format!(" + ({} − 1)", layer.kernel.0));
    format!("1{} = {field}", kernels.collect::<String>())
}

// ANCHOR: by-hand
/// The gradient by the pixel in the middle, under both kernels: each weight of the second meets the opposite one of the first.
pub(crate) fn by_hand(kernel: &[Vec<f32>]) -> String {
    let weights: Vec<f32> = kernel.concat();
    let pairs: Vec<(f32, f32)> = weights.iter().rev().copied().zip(weights.iter().copied()).collect();
    let products: Vec<String> = pairs.iter().map(|(first, second)| format!("{first}·{second}")).collect();
    let sum: f32 = pairs.iter().map(|(first, second)| first * second).sum();
    format!("∂z/∂x[1, 1] = {} = {sum}", products.join(" + "))
}
// ANCHOR_END: by-hand

const THREE_BY_THREE: Layer = Layer { kernel: (3, 3), stride: 1, dilation: 1 };
const HALVING: Layer = Layer { kernel: (3, 3), stride: 2, dilation: 1 };

/// One to five layers of 3×3, with a stride of 2, with dilations that double: the field counted, and the field measured.
pub(crate) fn table(device: &Device) -> Result<String> {
    let side = |chain: Vec<Layer>| -> Result<String> {
        let measured = seen(&sees(&chain, &weights_of_one(&chain, device)?, device)?)?;
        Ok(format!("{:>15}{:>9}", field(&chain)?.0, measured.height))
    };
    let mut lines = Vec::new();
    for depth in 1..=5 {
        let dilated = (0..depth).map(|index| Layer { dilation: 1 << index, ..THREE_BY_THREE }).collect();
        let sides = [side(vec![THREE_BY_THREE; depth])?, side(vec![HALVING; depth])?, side(dilated)?];
        lines.push(format!("{depth:>3}{}", sides.concat()));
    }
    Ok(lines.join("\n"))
}
