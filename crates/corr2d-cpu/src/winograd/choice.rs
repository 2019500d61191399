//! Which geometries the tiles can compute, and where they pay.

use super::Tile;
use super::cut::CHUNK_BYTES_LIMIT;
use super::lattice::{is_plain, largest};
use super::transform::LONGEST;
use crate::{Axis, Geometry};

/// The bytes of V for one tile, at 8 bytes a number, in the larger patch.
fn bytes_per_tile(geometry: &Geometry) -> usize {
    geometry.input_channels_per_group().saturating_mul(LONGEST * LONGEST * size_of::<f64>())
}

/// Whether a tile can compute a geometry: a 3×3 kernel at stride 1, dilated by 2 at most, or by 2×2 at stride 2 without
/// dilation, and so few input channels a group (7281) that one tile fits the workspace.
pub(crate) fn suits(tile: Tile, geometry: &Geometry) -> bool {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let axes = |is: fn(&Axis) -> bool| is(rows) && is(columns);
    let strided = tile == Tile::F2 && axes(|axis| (axis.stride(), axis.dilation()) == (2, 1));
    axes(|axis| axis.kernel() == 3)
        && (axes(|axis| axis.stride() == 1 && axis.dilation() <= 2) || strided)
        && bytes_per_tile(geometry) <= CHUNK_BYTES_LIMIT
}

/// The shorter side of a picture.
fn side(geometry: &Geometry) -> usize {
    let [rows, columns] = largest(geometry);
    rows.min(columns)
}

/// Multiplications of a direct sum below which tiles of 4×4 cost more than they save.
const LEAST_MULTIPLICATIONS: f64 = 7_000_000.0;

/// The pairs of channels whose U in tiles of 4×4 still fits a cache.
const LARGEST_U: usize = 1 << 17;

/// Whether a tile beats a direct sum.
///
/// 2×2, one thread of a Cascade Lake, the time of `channels` over that of a call, weights transformed in it, AVX-512 / AVX2;
/// channels → channels at the size of a side. 16 → 32 at 10 1.5 / 1.3, at 112 1.2 / 1.2; 32 → 16 at 28 1.2 / 1.3, at 112
/// 1.1 / 1.1; 24 → 24 at 28 1.2 / 1.3; 48 → 48 at 8 1.6 / 1.6; 128 → 128 at 12 1.7 / 1.8; 512 → 512 at 14 1.1. But 16 → 16 at
/// 112 0.97, 16 → 8 at 56 0.8, and at a side of 7, where a quarter of the tiles is lost, 64 → 64 1.05 / 1.5, 512 → 512 1.0.
///
/// 4×4, one core of Zen 4 with AVX-512, before U of a single chunk was made in the cache, a direct sum at 115 GFLOP/s over a
/// call: 16 → 16 at 56 1.1, 32 → 32 at 28 1.2, 256 → 256 at 14 1.4, from 64 → 64 at 56 on 2.1 to 2.4; but 512 → 512 at 14 0.25
/// and at 28 0.8, where U no longer fits a cache.
///
/// 2×2 dilated by 2 and at stride 2, as above, but at the side of the input. Dilated: 64 → 64 at 28 1.4 / 1.6, at 56 1.4 / 1.6,
/// 128 → 128 at 28 1.6 / 1.9, 256 → 256 at 28 1.5 / 1.8; but 40 → 40 at 28 1.0. At stride 2: 64 → 64 at 28 1.2 / 1.4, at 56
/// 1.1 / 1.3, 128 → 128 at 28 1.2 / 1.4, at 56 1.3; but 48 → 48 at 20 1.1, 256 → 256 at 14 1.0 / 1.1. Small pictures make few
/// tasks; on two threads, AVX-512, before bands were even: dilated 128 → 128 at 14 0.6, at 20 1.15, at 28 1.2, at stride 2 64 → 64
/// at 28 1.2, 128 → 128 at 28 0.9.
pub(crate) fn pays(tile: Tile, geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let pairs = inputs.saturating_mul(outputs);
    let side = side(geometry);
    let dilation = geometry.rows().dilation().max(geometry.columns().dilation());
    let pays = match (tile, geometry.rows().stride(), dilation) {
        (Tile::F4, 1, 1) => {
            let large = side >= 14 && geometry.multiplications() >= LEAST_MULTIPLICATIONS;
            large && pairs.saturating_mul(geometry.groups()) <= LARGEST_U
        }
        (Tile::F4, ..) => false,
        (_, 1, 1) => pairs >= 512 && side >= 8,
        (_, 1, 2) => pairs >= 1 << 12 && side >= 14 || pairs >= 1 << 14 && side >= 10,
        _ => pairs >= 1 << 12 && side >= 14,
    };
    suits(tile, geometry) && inputs.min(outputs) >= 16 && pays
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
    let side = side(geometry);
    if geometry.rows().stride() > 1 || !is_plain(geometry) {
        return pays(tile, geometry);
    }
    let (large, in_cache) = match tile {
        Tile::F4 => (28, pairs.saturating_mul(geometry.groups()) <= LARGEST_U),
        _ => (14, true),
    };
    let pays = side >= large || side >= 7 && pairs >= 4096;
    suits(tile, geometry) && inputs.min(outputs) >= 16 && pays && in_cache
}

/// Whether the weight gradient by a tile beats sums over positions.
///
/// 2×2, measured as for [`pays`]: 24 → 24 at 10 1.3 / 1.0, at 28 1.4 / 1.2; 32 → 32 at 14 1.3 / 1.1, at 112 1.4 / 1.3; 48 → 48 at 8 1.4 /
/// 1.1; 64 → 64 at 14 1.4 / 1.3; 128 → 128 at 12 1.2 / 1.2; 512 → 512 at 14 1.2. But 16 → 16 at 28 1.2 / 0.9, 8 → 32 at 28 1.0 / 0.8, and
/// at a side of 7 from 128 → 128 on 0.9.
///
/// By 2×2 and by 4×4 on the same machine, in milliseconds, at an earlier state of both, AVX-512: 64 at 56 1.9 and 1.8, eight
/// images of it 17.4 and 16.8; 256 at 14 2.9 and 3.7. AVX2: 2.9 and 3.0, 22.9 and 21.4; 3.9 and 5.2.
///
/// Dilated by 2, AVX-512 / AVX2, at the side of the input: 48 → 48 at 28 1.3 / 1.1, 64 → 64 at 28 1.3 / 1.2, at 56 1.4 / 1.3,
/// 128 → 128 at 28 1.4 / 1.3, 256 → 256 at 28 1.4 / 1.3; but at 16 0.9, and on two threads 64 → 64 at 56 0.9, since blocks of channels
/// turn the same pictures. At stride 2 0.8 to 1.1 / 0.8 to 0.9.
pub(crate) fn weight_gradient_pays(tile: Tile, geometry: &Geometry) -> bool {
    let channels = geometry.input_channels_per_group().min(geometry.output_channels_per_group());
    let side = side(geometry);
    let pays = match (tile, geometry.rows().stride(), is_plain(geometry)) {
        (Tile::F4, 1, true) => channels >= 64 && side >= 28,
        (Tile::F4, ..) => false,
        (_, 1, true) => channels >= 24 && side >= 8,
        (_, 1, false) => channels >= 48 && side >= 14,
        _ => false,
    };
    suits(tile, geometry) && pays
}
