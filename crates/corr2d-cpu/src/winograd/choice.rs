//! Which geometries the tiles can compute, and where they pay.

use super::Tile;
use super::cut::CHUNK_BYTES_LIMIT;
use super::transform::LONGEST;
use crate::{Axis, Geometry};

/// The bytes of V for one tile, at 8 bytes a number, in the larger patch.
fn bytes_per_tile(geometry: &Geometry) -> usize {
    geometry.input_channels_per_group().saturating_mul(LONGEST * LONGEST * size_of::<f64>())
}

/// Whether this algorithm can compute a geometry: a 3×3 kernel, stride 1, dilation 1, and so few input channels a group
/// (7281) that one tile fits the workspace.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let axis = |axis: &Axis| (axis.kernel(), axis.stride(), axis.dilation()) == (3, 1, 1);
    axis(geometry.rows()) && axis(geometry.columns()) && bytes_per_tile(geometry) <= CHUNK_BYTES_LIMIT
}

/// Multiplications of a direct sum below which transforms cost more than they save.
const LEAST_MULTIPLICATIONS: f64 = 7_000_000.0;

/// The pairs of channels whose U in tiles of 4×4 still fits a cache.
const LARGEST_U: usize = 1 << 17;

/// Whether a tile beats a direct sum at nine tenths of what the processor can.
///
/// Measured on one core of Zen 4 with AVX-512, as the time of a direct sum at 115 GFLOP/s over that of a call, weights
/// transformed in it; channels × channels at the size of a side. 2×2: 16×16 at 56 0.9, 24×24 at 28 0.84, 32×32 at 14 0.8;
/// 16×64 and 32×32 at 28 1.2, 64×64 at 14 1.1, from there up to 1.6. 4×4: 16×16 at 56 1.1, 32×32 at 28 1.2, 256×256 at 14
/// 1.4, from 64×64 at 56 on 2.1 to 2.4; but 512×512 at 14 0.25 and at 28 0.8, where U no longer fits a cache.
pub(crate) fn pays(tile: Tile, geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let pairs = inputs.saturating_mul(outputs);
    let side = geometry.rows().output().min(geometry.columns().output());
    let pairs_pay = match tile {
        Tile::F2 => pairs >= 1024,
        Tile::F4 => pairs.saturating_mul(geometry.groups()) <= LARGEST_U,
    };
    let large = side >= 14 && geometry.multiplications() >= LEAST_MULTIPLICATIONS;
    suits(geometry) && inputs.min(outputs) >= 16 && large && pairs_pay
}

/// Whether a tile beats a direct sum where the weights of both are kept between calls.
///
/// Measured as for [`pays`], but on a busy machine and as ratios of times, AVX-512 / AVX2; channels at the size of a side.
/// Direct over 2×2: 512 at 7 1.3 / 2.0, 256 at 7 1.3 / 1.5, 128 at 7 1.2 / 1.5, 64 at 7 1.05 / 1.35, but 32 at 7 0.9 / 1.2;
/// 256 at 14 1.8 / 2.0, 64 at 14 1.4 / 1.7, 16 at 14 1.2 / 1.4; 32 at 28 1.5 / 1.6, 16 at 56 1.4 / 1.4. 2×2 over 4×4: 256 at 7 1.4 /
/// 1.4, 128 at 7 1.1 / 1.2, 64 at 7 1.0 / 1.0, 256 at 14 1.2 / 1.3, 32 at 14 1.0 / 1.0, 16 at 28 1.05 / 1.15, 32 at 28 1.2 / 1.3; but
/// 512 at 7 0.7, where U no longer fits a cache.
pub(crate) fn pays_kept(tile: Tile, geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let pairs = inputs.saturating_mul(outputs);
    let side = geometry.rows().output().min(geometry.columns().output());
    let (large, in_cache) = match tile {
        Tile::F2 => (14, true),
        Tile::F4 => (28, pairs.saturating_mul(geometry.groups()) <= LARGEST_U),
    };
    let pays = side >= large || side >= 7 && pairs >= 4096;
    suits(geometry) && inputs.min(outputs) >= 16 && pays && in_cache
}

/// Whether the weight gradient by a tile beats sums over positions.
///
/// Measured in time of one thread on a busy Cascade Lake, in milliseconds by sums, by 2×2 and by 4×4; channels at the size of
/// a side. AVX-512: 64 at 56 2.7, 1.9, 1.8, eight images of it 22.6, 17.4, 16.8; 128 at 28 2.0, 2.3, 2.3; 256 at 14 3.1, 2.9,
/// 3.7; 64 at 14 0.20, 0.19, 0.23; 32 at 28 0.20, 0.23, 0.22; 512 at 7 4.2, 6.4, 9.1. AVX2: 64 at 56 3.7, 2.9, 3.0, eight images
/// 31.8, 22.9, 21.4; 128 at 28 3.9, 3.1, 2.8; 256 at 14 4.5, 3.9, 5.2; 64 at 14 0.27, 0.25, 0.35; 32 at 28 0.27, 0.26, 0.25; 512 at
/// 7 6.7, 8.7, 13.2.
pub(crate) fn weight_gradient_pays(tile: Tile, geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let side = geometry.rows().output().min(geometry.columns().output());
    let least = match tile {
        Tile::F2 => 14,
        Tile::F4 => 28,
    };
    suits(geometry) && inputs.min(outputs) >= 64 && side >= least
}
