//! Which algorithm for the weight gradient.

use super::forward::{LEAST_MULTIPLICATIONS, fft_pays};
use super::{Path, Plan};
use crate::geometry::check;
use crate::winograd::{self, Tile};
use crate::{Algorithm, Element, Error, Geometry, batch, channels, fft, pairs};

/// Against `direct`, as it was compiled for any machine, one thread, f32, AVX-512, in milliseconds: 1080×1920 by 1×2 1.0 for
/// 3.0, 3×3 1.5 for 11, 7×7 5.0 for 58, 15×15 18 for 260; depthwise 3×3 of 144 channels at 56×56 0.63 for 6.6; 5×5 1 → 6 on
/// 256 images of 28×28 2.4 for 28; 3×3 64 → 64 at 56×56 9.3 for 143; 1×1 16 → 16 at 112×112 0.55 for 1.7;
/// 12×12 by 3×3 0.002 in both.
pub(super) fn path(geometry: &Geometry, algorithm: Algorithm) -> Path {
    match algorithm {
        Algorithm::Fast if winograd::weight_gradient_pays(Tile::F4, geometry) => Path::Winograd4,
        Algorithm::Auto | Algorithm::Fast if winograd::weight_gradient_pays(Tile::F2, geometry) => Path::Winograd2,
        Algorithm::Winograd if winograd::suits(Tile::F2, geometry) => Path::Winograd2,
        // By transforms where the forward pass is, but for small pictures, where outputs two by two beat them, and where they pay
        // here. In time of sums over pixels, one thread of a Cascade Lake, AVX-512 / AVX2, from one channel to one: 1080×1920 by
        // 15×15 8.4 ms for 18.0, 31×31 11 for 70; 1024×1024 by 11×11 0.57 / 0.52 of the time, 256×256 by 13×13 0.76 / 0.68, by 15×15
        // 0.61 / 0.56, by 21×21 0.44 / 0.34; from 4 to 8 channels at 128×128 by 15×15 0.20.
        Algorithm::Auto | Algorithm::Fast if fft_pays(geometry) && fft::weight_gradient_pays(geometry) => Path::Fft,
        Algorithm::Fft if fft::suits_weight_gradient(geometry) => Path::Fft,
        Algorithm::Auto | Algorithm::Fast if batch_pays(geometry) => Path::Batch,
        Algorithm::Auto | Algorithm::Fast if pairs_pay(geometry) => Path::Pairs,
        // In time of one thread on a busy Cascade Lake with AVX-512, beside the forward pass of the same layer: 3×3 of stride
        // 2 on 128 channels at 56×56 2.8 ms and 4.9, dilated by 2 on 64 2.6 and 4.0, 1×1 from 256 to 64 1.3 and 2.9, 5×5 from
        // 6 to 16 at 14×14 2.7 and 2.7, 3×3 on 512 at 7×7 4.2 and 4.6.
        _ if channels::weight_gradient_pays(geometry) => Path::Channels,
        _ => Path::Planes,
    }
}

/// Whether images in lanes beat the other direct sums.
///
/// In their time, one thread of a Zen 5, 64 images, AVX-512 / AVX2. Of pixels in lanes: 1 → 6 channels by 5×5 at 28×28 0.45 / 0.6,
/// at 14×14 0.16 / 0.43, by 3×3 at 8×8 0.11 / 0.41, at 48×48 0.86 / 1.05, depthwise at 14×14 0.13 to 0.4 / 1.0; 12 → 1 by 3×3 at
/// 20×20 0.6 / 1.3. Of channels in lanes: 6 → 16 by 5×5 at 14×14 0.7 / 1.05, 16 → 6 0.3 / 0.65, 16 → 16 by 3×3 at 28×28 0.7 / 0.9,
/// 16 → 32 0.9 / 0.9, at stride 2 0.9 / 1.06, 6 → 32 by 7×7 at 20×20 0.9 / 1.1. With 16 images 0.1 to 1.0 / 0.5 to 1.15.
fn batch_pays(geometry: &Geometry) -> bool {
    let taps = geometry.rows().kernel() * geometry.columns().kernel();
    batch::fills_lanes(geometry) && taps > 1
}

/// Whether outputs two by two beat the other direct sums.
///
/// In time of channels in lanes, one thread of a Zen 5, AVX-512 / AVX2. By 5×5 on 3 → 32 channels at 28×28 0.8 / 0.87, 16 → 16
/// 0.83 / 1.0, 64 → 64 0.78 / 0.83; by 7×7 on 3 → 64 0.78 / 0.77, at stride 2 at 224×224 0.78 / 0.8; by 11×11 at stride 4 0.78 / 0.84;
/// by 3×3 on 16 → 32 at 28×28 0.81 / 1.0, at 112×112 0.79 / 0.87. But by 5×5 at stride 2 on 16 → 16 at 56×56 0.85 / 1.14; by 3×3 on
/// 3 → 32 1.0 / 1.1, at stride 2 on 16 → 32 1.0 / 1.3; at 14×14 by 5×5 on 16 → 32 1.0 / 1.1.
fn pairs_pay(geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let columns = geometry.columns();
    let is_dense = columns.stride() == 1;
    let is_wide = columns.kernel() >= 5 && outputs >= if is_dense { 16 } else { 32 };
    let has_channels = columns.kernel() >= 3 && is_dense && inputs >= 16 && outputs >= 32;
    let pairs = geometry.rows().output().saturating_mul(pairs::pairs(columns));
    let is_brief = pairs < 350 || geometry.multiplications() < LEAST_MULTIPLICATIONS;
    if is_brief || !is_wide && !has_channels || !pairs::suits_weight_gradient(geometry) {
        return false;
    }
    // Rows that are read beside those of the outputs are combined anew each time, and may be far apart.
    let rows = geometry.rows();
    (rows.dilated() - 1) / rows.stride() <= 2 * pairs::rows_combined_at_once(geometry)
}

/// The path of a weight gradient where the path of a plan is forced.
pub(super) fn forced(geometry: &Geometry, path: Path) -> Path {
    match path {
        Path::Fft if !fft::suits_weight_gradient(geometry) => Path::Planes,
        Path::Pairs if !pairs::suits_weight_gradient(geometry) => Path::Planes,
        path => path,
    }
}

impl Plan {
    /// The algorithm of [`Plan::weight_gradient`].
    pub fn weight_gradient_path(&self) -> Path {
        self.weight_gradient_path
    }

    /// `weight_gradient` [O, C / groups, h, w] = ∂L/∂weight, from `output_gradient` [N, O, H', W'] = ∂L/∂output.
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn weight_gradient<T: Element>(
        &self,
        input: &[T],
        output_gradient: &[T],
        weight_gradient: &mut [T],
    ) -> Result<(), Error> {
        let geometry = &self.geometry;
        check("input", input, &geometry.input_shape())?;
        check("output gradient", output_gradient, &geometry.output_shape())?;
        check("weight gradient", weight_gradient, &geometry.weight_shape())?;
        if let Some(result) = T::weight_gradient_widened(self, input, output_gradient, weight_gradient) {
            return result;
        }
        let run = T::operations(self.weight_gradient_path).weight_gradient;
        run(self.isa, geometry, input, output_gradient, weight_gradient)
    }
}
