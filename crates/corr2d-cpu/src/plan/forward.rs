//! Which algorithm for the forward pass, and what each of them can compute.

use super::Path;
use crate::winograd::{self, Tile};
use crate::{Algorithm, Axis, Error, Geometry, Size, batch, channels, fft, pairs, separable};

/// The path that an algorithm takes.
pub(super) fn path(geometry: &Geometry, algorithm: Algorithm) -> Result<Path, Error> {
    Ok(match algorithm {
        Algorithm::Fast if winograd::pays(Tile::F4, geometry) => Path::Winograd4,
        // Against `channels`, one thread, AVX-512 / AVX2: tiles of 2×2 take 1/1.6 to 1/1.9 of the time at 28×28 and
        // more, 1/1.3 to 1/1.6 at 14×14, tiles of 4×4 1/1.9 to 1/2.6; at 512 channels of 7×7 the weights' transform
        // costs more than it saves. At stride 2 and dilated they save less: see `winograd::pays`.
        Algorithm::Auto | Algorithm::Fast if winograd::pays(Tile::F2, geometry) => Path::Winograd2,
        // Against `planes`, one thread, AVX-512, f32. At 1080×1920: 11×11 2.6 ms for 5.2, 15×15 3.6 for 8.6, 21×21 4.5
        // for 16.4, 31×31 5.3 for 35.3, 63×63 10.6 for 141, 61×5 4.0 for 11.8. At 256×256: 15×15 0.16 for 0.25, 31×31
        // 0.15 for 0.92. At 64×64: 21×21 0.015 for 0.019. With AVX2, f64 or portable registers these gain 1.3 times or
        // more, but for 11×11 (1.0 to 1.3 with AVX2 or f64), which is left to `planes`. 9×9, 31×3 and 7×15 gain 1.1.
        // Outputs two by two, in time of these, one thread of a Zen 5, AVX-512 / AVX2: 11×11 on 3 → 8 channels at 28×28 0.65 /
        // 0.87, on 3 → 32 0.55 / 0.78; but at 56×56 0.86 / 1.13 and 0.78 / 1.06, at 112×112 1.4 / 1.7 and 1.2 / 1.6.
        Algorithm::Auto | Algorithm::Fast
            if fft_pays(geometry) && !(is_small(geometry) && pairs_pay(geometry, false)) =>
        {
            Path::Fft
        }
        Algorithm::Auto | Algorithm::Fast if is_pointwise(geometry) => pointwise_path(geometry),
        Algorithm::Auto | Algorithm::Fast if batch_pays(geometry) => Path::Batch,
        Algorithm::Auto | Algorithm::Fast if pairs_pay(geometry, false) => Path::Pairs,
        Algorithm::Auto | Algorithm::Fast if gemm_pays(geometry) => Path::Gemm,
        Algorithm::Auto | Algorithm::Fast | Algorithm::Direct => direct_path(geometry),
        Algorithm::Winograd if winograd::suits(Tile::F2, geometry) => Path::Winograd2,
        Algorithm::Winograd => return Err(winograd_does_not_suit(geometry)),
        Algorithm::Reference => Path::Reference,
        Algorithm::Separable if separable::suits(geometry) => Path::Separable,
        Algorithm::Separable => return Err(separable_does_not_suit(geometry)),
        Algorithm::Fft if fft::suits(geometry) => Path::Fft,
        Algorithm::Fft => return Err(fft_does_not_suit(geometry)),
        Algorithm::Gemm => Path::Gemm,
    })
}

/// Whether the forward pass of a path can compute a geometry, whatever the weights.
pub(super) fn suits(geometry: &Geometry, path: Path) -> bool {
    match path {
        Path::Reference | Path::Direct | Path::Gemm => true,
        Path::Planes => suits_planes(geometry),
        Path::Batch => batch::suits(geometry),
        Path::Pairs => pairs::suits(geometry),
        Path::Channels => channels::suits(geometry),
        Path::Separable => separable::suits(geometry),
        Path::Winograd2 => winograd::suits(Tile::F2, geometry),
        Path::Winograd4 => winograd::suits(Tile::F4, geometry),
        Path::Fft => fft::suits(geometry),
    }
}

/// Stride 1, and a kernel that reaches over no more than a scratch row may hold.
pub(crate) fn suits_planes(geometry: &Geometry) -> bool {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    rows.stride() == 1 && columns.stride() == 1 && columns.dilated() <= LONGEST_SCRATCH_ROW
}

/// The numbers of a row that a block at the rim copies: fifteen of them take 1 MiB in f64.
const LONGEST_SCRATCH_ROW: usize = 8192;

/// Which direct path: pixels in lanes where there are few channels, channels in lanes where there are many.
///
/// Measured on one thread of a Cascade Lake with AVX-512 / AVX2, as the time of `channels` over that of `planes`, 3×3 at stride 1,
/// channels → channels at the size of a side: 3 → 64 at 32 1.5, 4 → 32 at 14 1.2, 4 → 64 at 28 1.1 / 1.2, at 14 0.9, 4 → 128 at 28
/// 0.95 / 1.1, 8 → 16 at 56 1.1 / 1.2, at 14 0.97 / 1.05, 8 → 32 at 28 0.95 / 1.03, 8 → 56 at 28 0.87 / 0.97, 64 → 9 at 28 1.05 / 1.2,
/// 16 → 16 at 28 0.9 / 1.0. On one core of Zen 4 5×5 on 8 → 32 0.96 / 1.2. One rule for all sets gives up what lies within a fifth.
pub(super) fn direct_path(geometry: &Geometry) -> Path {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let many = inputs > 4 && outputs >= 32;
    if few_channels(geometry) && !many {
        Path::Planes
    } else if channels::suits(geometry) {
        Path::Channels
    } else {
        Path::Direct
    }
}

/// Whether `planes` suits, and channels are so few that their sums would leave many lanes of channels empty, or be short.
fn few_channels(geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let few = outputs <= 8 || inputs <= 4 || inputs <= 8 && geometry.columns().output() >= 28;
    suits_planes(geometry) && few
}

/// Whether transforms beat `planes`.
pub(super) fn fft_pays(geometry: &Geometry) -> bool {
    few_channels(geometry) && fft::pays(geometry)
}

/// Whether each output is one weighted sum of the pixels at its place.
fn is_pointwise(geometry: &Geometry) -> bool {
    let is_single = |axis: &Axis| axis.kernel() == 1 && axis.stride() == 1;
    is_single(geometry.rows()) && is_single(geometry.columns())
}

/// Which path for 1×1 at stride 1. Up to seven outputs: pixels in lanes, or a matrix product where four and more of many inputs are
/// written on a large plane. More: pixels in lanes for one or two inputs on a large plane; else channels in lanes, or a matrix product
/// where there is too little work for the copies of pixels, or where a few inputs make a large output. One rule for all instruction
/// sets: where it is wrong for AVX2, that is 1.7 times slower at worst, where for AVX-512, 1.5 times.
///
/// Measured on one thread of a Zen 5 with AVX-512 / AVX2, as times over those of a matrix product. `channels` with eight outputs and
/// more: 8 → 32 at 7×7 1.6 / 1.5, 12 → 24 at 14×14 1.05 / 1.06, 16 → 48 0.9 / 0.84, 4 → 16 at 28×28 0.86 / 0.99, 16 → 16 0.7 / 0.65,
/// 48 → 8 at 56×56 0.5 / 0.5, 3 → 48 at 224×224 1.7 / 0.6. `planes`: 1 → 8 at 28×28 1.35 / 1.06, 3 → 32 at 224×224 1.9 / 0.8, 2 → 16
/// 1.3 / 0.7, 8 → 6 1.3 / 1.0, 16 → 4 1.2 / 1.1, 48 → 4 1.6 / 1.1, 8 → 4 1.05 / 0.9, but 48 → 4 at 56×56 1.05 / 0.63: where between
/// these sizes a large plane begins was not measured.
fn pointwise_path(geometry: &Geometry) -> Path {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let pixels = geometry.rows().output() * geometry.columns().output();
    let direct = direct_path(geometry);
    if outputs < 8 {
        let many = outputs >= 4 && inputs * outputs >= 36 && pixels >= 1 << 13;
        return if many { Path::Gemm } else { direct };
    }
    if inputs <= 2 && pixels > 1024 {
        return direct;
    }
    let little = inputs.saturating_mul(pixels) < 2500;
    let large = inputs <= 8 && outputs >= 24 && outputs.saturating_mul(pixels) > 1 << 20;
    if little || large || !channels::suits(geometry) { Path::Gemm } else { Path::Channels }
}

/// A matrix product unrolls each window once, and its registers run over the ends of rows: it pays where strides would be
/// undone for few products, where sums are short, where outputs are too few for a register, where `direct` sums many columns at
/// the rim one by one, and where outputs are many on short rows or of kernels of one row.
///
/// On one thread of a Zen 5, AVX-512 / AVX2, as times over those of a matrix product. `channels` at stride 1: 1×3 on 8 → 32 at 14×14
/// 1.1 / 1.2, on 16 → 16 there 0.9 / 1.0, 1×3 on 6 → 32 at 56×56 1.06 / 0.92, on 16 → 32 0.9 / 0.7, 2×2 on 12 → 16 0.9 / 0.6. At
/// stride 2: 3×3 on 3 → 32 at 56×56 1.1 / 1.0, on 6 → 16 0.9 / 0.8, on 12 → 64 0.9 / 0.6, 1×1 on 48 → 32 1.2 / 0.9, 2×2 on 16 → 16 1.0 / 0.9.
/// `planes`: 1×7 on 6 → 16 at 224×224 1.4 / 0.7, on 3 → 24 1.6 / 1.0, 3×1 on 6 → 24 at 28×28 0.7 / 0.75. `direct` at stride 2, padded:
/// 1×11 dilated by 2 on 16 → 4 at 56×56 2.0 / 1.45, → 3 1.5 / 1.3, → 2 1.2 / 1.1.
///
/// Against it on 700 shapes drawn by `benches/src/bin/sweep.rs`, one thread of a Cascade Lake, in the geometric mean: `channels` at
/// strides took 1.4 to 2.3 / 1.3 to 2.0 times as long up to 48 taps, and 0.9 to 1.3 / 0.8 to 1.2 up to 96. `direct` at strides of 2 took
/// 1.3 to 1.7 / 1.0 to 1.8 times as long for five outputs or more on nine columns or more, up to 2.2 / 3.0 for three on wide images, and
/// 0.3 to 0.9 / 0.3 to 1.1 for fewer; at strides of 3 1.2 to 1.6 / 0.9 to 1.5 on rows of more than 16 outputs and, in an earlier run, up to
/// 32 taps and for three outputs or more. `planes` took 1.2 to 2.5 / 1.2 to 2.0 on rows as short as below.
fn gemm_pays(geometry: &Geometry) -> bool {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let (stride, width) = (columns.stride(), columns.output());
    let taps = geometry.weight_len() / geometry.output_channels();
    let outputs = geometry.output_channels_per_group();
    let pixels = rows.output() * width;
    let area = rows.kernel() * columns.kernel();
    let is_line = rows.kernel() == 1 && columns.kernel() > 1;
    match direct_path(geometry) {
        Path::Channels if stride == 1 => taps <= if pixels < 512 { 48 } else { 20 },
        Path::Channels => taps <= if area < 9 { 96 } else { 48 },
        Path::Planes => {
            let most = match width {
                ..=8 => 8,
                9..=16 => 16,
                17..=32 => 32,
                _ => usize::MAX,
            };
            outputs > most || is_line && outputs > 16
        }
        _ if stride > 2 => width > 16 || taps <= 32 || outputs > 2,
        _ => {
            let rim = rim(columns);
            let many_at_rim = outputs > 2 && rim >= 8 || outputs > 3 && 5 * rim >= width;
            stride == 2 && (outputs > 4 || outputs > 2 && width > 64 || many_at_rim)
        }
    }
}

/// Whether images in lanes beat the other direct paths and a matrix product: the shorter the rows, the fewer products pay for the
/// turn into lanes and back. What pays depends on the batch, and so do the last bits of a result.
///
/// On one thread of a Zen 5, 64 images, AVX-512 / AVX2, as times over those of the other path, by products for each number that is
/// turned. Rows of at most twelve outputs: 1 → 6 channels by 3×3 at 7×7 0.5 / 0.5, 3 → 16 0.3 / 0.4, 16 → 16 0.75 / 0.75, 16 → 6 at
/// 8×8 0.6 / 0.8, 6 → 16 by 5×5 at 14×14 without padding 1.0 / 0.8, 16 → 32 0.75 / 0.75; one output 0.7 to 0.95 / 0.95 to 1.5. Up
/// to 24: 6 → 16 by 3×3 at 14×14 0.75 / 0.9, 8 → 8 at 20×20 0.75 / 0.9, 16 → 6 by 5×5 at 14×14 0.7 / 0.7, by 7×7 at 20×20 0.45 /
/// 0.65; but at 14×14 1 → 6 by 3×3 (8 products) 1.4 / 1.3, by 5×5 (21) 1.25 / 0.9, 3 → 16 by 3×3 (23) 1.04 / 0.96. Up to 32: 6 → 16
/// by 5×5 at 28×28 0.9 / 0.7, 16 → 16 0.9 / 0.9; but 3 → 16 (63) 1.0 / 0.75, 16 → 16 by 3×3 (72) 1.05 / 0.92. Instead of a matrix
/// product at stride 2: 16 → 6 by 5×5 at 28×28 0.17 / 0.23, 1 → 6 0.27 / 0.34, 1 → 16 by 3×3 0.8 / 0.9. With 16 images tiny calls
/// lose: 1 → 6 by 5×5 at 14×14 1.4 / 0.8, 6 → 16 by 3×3 at 8×8 1.2 / 0.6, with 32 0.9 / 0.7 and 0.85 / 0.6.
pub(super) fn batch_pays(geometry: &Geometry) -> bool {
    if geometry.batch() < 32 || geometry.output_channels_per_group() == 1 || !batch::fills_lanes(geometry) {
        return false;
    }
    let [_, inputs, height, width] = geometry.input_shape();
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let outputs = geometry.output_channels();
    let turned = (inputs * height * width + outputs * rows.output() * columns.output()) as f64;
    // For each number that is turned.
    let products = geometry.multiplications() / geometry.batch() as f64 / turned;
    let least = match columns.output() {
        ..=12 => 5.0,
        _ if columns.stride() > 1 && gemm_pays(geometry) => 5.0,
        ..=24 if columns.stride() == 1 => 36.0,
        ..=32 if columns.stride() == 1 => 90.0,
        _ => f64::INFINITY,
    };
    products >= least
}

/// Whether outputs two by two beat the other direct paths and a matrix product, with weights that are transformed in the call or
/// `kept`: by what both take, in multiply-adds of one lane at the speed of the inner loop of pairs.
///
/// The terms were fitted to 270 shapes on one thread of a Zen 5, where nine of ten calls take 0.73 to 1.2 times as long as they
/// say, with AVX-512 and with AVX2: 1 to 64 channels, kernels from 2×2 to 11×11, strides 1, 2 and 4, sides of 7 to 224. In time of
/// the other path, AVX-512 / AVX2: by 5×5 on 3 → 32 channels at 28×28 0.75 / 0.65, 16 → 16 0.8 / 0.8, 64 → 64 0.8 / 0.75; by 7×7 on
/// 3 → 32 0.6 / 0.6, at stride 2 on 3 → 64 at 224×224 0.73 / 0.7; by 9×9 on 3 → 8 at 28×28 0.5 / 0.6; by 11×11 at stride 4 on 3 → 64
/// at 224×224 0.73 / 0.75; by 4×4 at stride 2 on 3 → 32 at 64×64 0.7 / 0.6. But at stride 2 with few outputs, for which the sums and
/// differences of pixels are made, 32 → 8 by 7×7 1.3 / 1.2, by 3×3 16 → 16 1.2 / 1.3; on small pictures, for which those of weights
/// are made, 64 → 64 by 5×5 at 7×7 1.9 / 1.0; by 3×3 at stride 1 1.0 to 2 / 0.9 to 2.4.
pub(super) fn pairs_pay(geometry: &Geometry, kept: bool) -> bool {
    // Of rows of three taps the terms know too little: 3 → 64 by 3×3 at 224×224 takes 1.15 of the time, most of which is that of
    // writing outputs, and 16 → 32 at stride 2 1.1 at 112×112. What takes some microseconds gains less than it takes to know.
    let is_brief = geometry.multiplications() < LEAST_MULTIPLICATIONS;
    if geometry.columns().kernel() < 4 || is_brief || !pairs::suits(geometry) {
        return false;
    }
    let (inputs, outputs) = (geometry.input_channels_per_group() as f64, geometry.output_channels_per_group() as f64);
    let in_blocks = geometry.output_channels_per_group().next_multiple_of(8) as f64;
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let (kernel, products) = (rows.kernel() as f64, pairs::products(columns) as f64);
    let batch = geometry.batch() as f64;
    let pairs_of_row = pairs::pairs(columns);
    let line = rows.output() as f64 * pairs_of_row as f64;
    // Registers hang over the end of a picture, and blocks of fewer than three of them load more.
    let registers = rows.output().saturating_mul(pairs_of_row).div_ceil(16);
    let lanes = 16.0 * (registers as f64 + [0.0, 1.0, 0.5][registers % 3]);
    // At other strides pixels are split one by one.
    let by_registers = matches!(columns.stride(), 1 | 2 | 4);
    let of_each = if by_registers { 50.0 } else { 150.0 };
    let combined = of_each * pairs::rows_combined(geometry) as f64 * pairs_of_row as f64;
    let weights = if kept { 0.0 } else { 95.0 * kernel * in_blocks };
    let made = batch * (kernel * in_blocks * lanes + combined) + weights;
    let time = inputs * products * made + 25.0 * outputs * batch * line + 250_000.0;

    let pixels = batch * rows.output() as f64 * columns.output() as f64;
    let direct_products = inputs * kernel * columns.kernel() as f64 * pixels;
    let read = inputs * pixels * rows.stride() as f64 * columns.stride() as f64;
    let per_product = if columns.kernel() < 7 { 1.5 } else { 1.7 };
    let other = match direct_path(geometry) {
        _ if gemm_pays(geometry) => {
            1.9 * direct_products * in_blocks
                + 70.0 * read
                + 120.0 * geometry.weight_len() as f64 / geometry.groups() as f64
        }
        Path::Channels => 1.38 * direct_products * in_blocks + 43.0 * read + 21.0 * outputs * pixels + 400_000.0,
        _ => per_product * direct_products * outputs,
    };
    time < 0.97 * other
}

/// The fewest multiplications of a direct sum at which pairs are thought of: 15 to 20 µs on one thread of a Zen 5.
pub(super) const LEAST_MULTIPLICATIONS: f64 = 2_000_000.0;

/// Whether an output has at most 1024 pixels.
fn is_small(geometry: &Geometry) -> bool {
    geometry.rows().output().saturating_mul(geometry.columns().output()) <= 1024
}

/// The output columns at which some tap reads padding.
fn rim(columns: &Axis) -> usize {
    let (first, last) = (columns.outputs_of_tap(0), columns.outputs_of_tap(columns.kernel() - 1));
    columns.output() - first.end.min(last.end).saturating_sub(first.start.max(last.start))
}

fn separable_does_not_suit(geometry: &Geometry) -> Error {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    Error::SeparableDoesNotSuit {
        stride: Size { height: rows.stride(), width: columns.stride() },
        dilation: Size { height: rows.dilation(), width: columns.dilation() },
        channels: geometry.input_channels_per_group(),
    }
}

fn winograd_does_not_suit(geometry: &Geometry) -> Error {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    Error::WinogradDoesNotSuit {
        kernel: Size { height: rows.kernel(), width: columns.kernel() },
        stride: Size { height: rows.stride(), width: columns.stride() },
        dilation: Size { height: rows.dilation(), width: columns.dilation() },
        channels: geometry.input_channels_per_group(),
    }
}

fn fft_does_not_suit(geometry: &Geometry) -> Error {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    Error::FftDoesNotSuit {
        stride: Size { height: rows.stride(), width: columns.stride() },
        dilation: Size { height: rows.dilation(), width: columns.dilation() },
    }
}
