//! Windows as the engine takes them: their padding in numbers, and upsampling as the transposed convolution that it is.

use corr2d_cpu::{Conv2dOptions, ConvTranspose2dOptions, Geometry, Padding, Pool2dOptions, TransposedGeometry};

use super::error::{Error, Result};
use super::layer::{Interpolation, Same, Sides, Window, WindowPadding};

/// A convolution of one channel, with its padding in numbers.
pub(super) fn convolution(layer: &str, window: &Window, (height, width): (usize, usize)) -> Result<(Sides, Geometry)> {
    let padding = sides_of(layer, window, (height, width))?;
    let options = convolution_options(window, explicit(padding));
    let geometry = Geometry::new([1, 1, height, width], [1, 1, window.kernel.0, window.kernel.1], &options);
    Ok((padding, geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?))
}

pub(super) fn transposed(
    layer: &str,
    window: &Window,
    output_padding: (usize, usize),
    (height, width): (usize, usize),
) -> Result<(Sides, TransposedGeometry)> {
    if let WindowPadding::Same(Same::PyTorch) = window.padding {
        return Err(Error::SameWithStride { layer: layer.to_owned(), stride: window.stride });
    }
    let padding = match window.padding {
        WindowPadding::Explicit(sides) => explicit(sides),
        WindowPadding::Same(_) => Padding::Same,
    };
    let options = ConvTranspose2dOptions { output_padding, ..transposed_options(window, padding) };
    let kernel = [1, 1, window.kernel.0, window.kernel.1];
    let geometry = TransposedGeometry::new([1, 1, height, width], kernel, &options);
    let geometry = geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?;
    let sides = sides_on(geometry.correlation());
    if window.padding != WindowPadding::Same(Same::Lower) {
        return Ok((sides, geometry));
    }
    let lower = Window { padding: WindowPadding::Explicit(turned(sides)), ..*window };
    transposed(layer, &lower, output_padding, (height, width))
}

/// The padding of a window in numbers.
pub(super) fn sides_of(layer: &str, window: &Window, (height, width): (usize, usize)) -> Result<Sides> {
    let same = match window.padding {
        WindowPadding::Explicit(sides) => return Ok(sides),
        WindowPadding::Same(same) => same,
    };
    if same == Same::PyTorch && window.stride != (1, 1) {
        return Err(Error::SameWithStride { layer: layer.to_owned(), stride: window.stride });
    }
    // With a stride of 1 PyTorch's is TensorFlow's.
    let options = convolution_options(window, Padding::Same);
    let geometry = Geometry::new([1, 1, height, width], [1, 1, window.kernel.0, window.kernel.1], &options);
    let sides = sides_on(&geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?);
    Ok(if same == Same::Lower { turned(sides) } else { sides })
}

fn sides_on(geometry: &Geometry) -> Sides {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    Sides { top: rows.before(), bottom: rows.after(), left: columns.before(), right: columns.after() }
}

fn turned(sides: Sides) -> Sides {
    Sides { top: sides.bottom, bottom: sides.top, left: sides.right, right: sides.left }
}

pub(super) fn explicit(Sides { top, bottom, left, right }: Sides) -> Padding {
    Padding::Explicit { top, bottom, left, right }
}

pub(super) fn convolution_options(window: &Window, padding: Padding) -> Conv2dOptions {
    Conv2dOptions { stride: window.stride, dilation: window.dilation, padding, ..Default::default() }
}

pub(super) fn transposed_options(window: &Window, padding: Padding) -> ConvTranspose2dOptions {
    ConvTranspose2dOptions { stride: window.stride, dilation: window.dilation, padding, ..Default::default() }
}

pub(super) fn pooling_options(window: &Window, padding: Sides) -> Pool2dOptions {
    Pool2dOptions {
        window: window.kernel,
        stride: Some(window.stride),
        dilation: window.dilation,
        padding: explicit(padding),
        ceil_mode: window.ceil_mode,
        ..Default::default()
    }
}

/// Upsampling as the transposed convolution that it is.
///
/// Nearest is a kernel of factor ones. Bilinear is a tent of 2 · factor taps, or one less for an odd factor, which begins
/// ⌊factor / 2⌋ places before the pixel. At the rim, where the outer half of a tent has no pixel, the sets are those of a
/// pixel that is repeated there.
pub(super) fn upsampling(factor: (usize, usize), interpolation: Interpolation) -> Window {
    let window = match interpolation {
        Interpolation::Nearest => Window::new(factor),
        Interpolation::Bilinear => {
            let taps = |factor: usize| factor.saturating_mul(2).saturating_sub(factor % 2);
            Window::new((taps(factor.0), taps(factor.1))).padding((factor.0 / 2, factor.1 / 2))
        }
    };
    window.stride(factor)
}
