//! Enlarging by whole factors: which pixels an output takes depends on four settings of `Resize`.

use anyhow::{Context, Result, bail, ensure};
use corr2d::receptive_field::{Interpolation, Layer};

use super::messages::TensorProto;
use super::operators::Form;
use super::settings::{Operator, size};

/// From this version on a `Resize` says where it places pixels; before it, and as `Upsample`, it does as [`OLD`] does.
const FIRST_THAT_SAYS: i64 = 11;

/// The top left corner of a pixel stays where it is.
const OLD: (&str, &str) = ("asymmetric", "floor");

/// What is enlarged, and by how much.
///
/// # Errors
/// For factors that are unknown or broken, and where different outputs see their surroundings in different ways.
pub(super) fn upsampling(operator: &Operator<'_>, input: Form) -> Result<Layer> {
    let factor = factor(operator, input)?;
    let interpolation = match operator.word("mode").as_str() {
        "" | "nearest" => Interpolation::Nearest,
        "linear" | "bilinear" => Interpolation::Bilinear,
        other => bail!("its mode is {other}, and only nearest and linear are known"),
    };
    let old = operator.kind() == "Upsample" || operator.version < FIRST_THAT_SAYS;
    let says = |name: &str, otherwise: &str| {
        let word = operator.word(name);
        if word.is_empty() { otherwise.to_owned() } else { word }
    };
    let places = if old { OLD.0.to_owned() } else { says("coordinate_transformation_mode", "half_pixel") };
    let rounding = if old { OLD.1.to_owned() } else { says("nearest_mode", "round_prefer_floor") };
    match interpolation {
        // Every output of a map of one pixel sees that pixel.
        _ if factor == (1, 1) || input == Form::Pixel => {}
        Interpolation::Nearest => ensure!(
            in_blocks(factor.0, &places, &rounding) && in_blocks(factor.1, &places, &rounding),
            "its nearest pixel is by {rounding} of {places}, which moves what an output sees: half_pixel with \
             round_prefer_floor, or asymmetric with floor, would do"
        ),
        Interpolation::Bilinear if old => bail!(
            "the linear mode of this version leaves open where pixels lie: write the model in version {FIRST_THAT_SAYS} or later"
        ),
        Interpolation::Bilinear => ensure!(
            matches!(places.as_str(), "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric"),
            "it places pixels by {places}, with which regions are not the same everywhere: half_pixel would do"
        ),
    }
    Ok(Layer::Upsampling { factor, interpolation })
}

/// Height and width become so many times as large.
fn factor(operator: &Operator<'_>, input: Form) -> Result<(usize, usize)> {
    // A newer Resize has a region of interest between its image and the factors.
    let (scales_at, sizes_at) =
        if operator.kind() == "Resize" && operator.version >= FIRST_THAT_SAYS { (2, 3) } else { (1, 9) };
    if input == Form::Pixel && operator.has_input(sizes_at) {
        // The size of what is made of one pixel is the factor.
        let sizes = operator.constant(sizes_at).and_then(TensorProto::integers).unwrap_or_default();
        let &[_, _, height, width] = sizes.as_slice() else {
            bail!("its sizes are not known: write the model with constant sizes");
        };
        return Ok((size(height, "sizes")?, size(width, "sizes")?));
    }
    let scales = match operator.attribute("scales") {
        Some(attribute) => Some(attribute.floats.clone()),
        None => operator.constant(scales_at).and_then(TensorProto::floats),
    };
    let scales = scales.filter(|scales| !scales.is_empty());
    let scales =
        scales.context("its factors are not known: write the model with a scale factor and not with a size")?;
    let whole = |scale: f32| (scale >= 1.0 && scale.fract() == 0.0).then_some(scale as usize);
    let axes = operator.attribute("axes").map(|axes| axes.ints.as_slice());
    let factor = match (axes, scales.as_slice()) {
        (None | Some([0, 1, 2, 3]), [1.0, 1.0, height, width]) | (Some([2, 3] | [-2, -1]), [height, width]) => {
            whole(*height).zip(whole(*width))
        }
        _ => None,
    };
    factor.with_context(|| format!("it scales by {scales:?}, and only whole factors of height and width are known"))
}

/// Whether the first so many outputs along an axis are all pixel 0, so that the next are all pixel 1.
fn in_blocks(factor: usize, places: &str, rounding: &str) -> bool {
    let Ok(factor) = i64::try_from(factor) else { return false };
    let pixel = |output: i64| {
        // The place of an output, in halves of an output: exact.
        let (place, whole) = match places {
            "asymmetric" => (2 * output, 2 * factor),
            "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric" => (2 * output + 1 - factor, 2 * factor),
            "tf_half_pixel_for_nn" => (2 * output + 1, 2 * factor),
            _ => return None,
        };
        let ceiling = |number: i64| -(-number).div_euclid(whole);
        match rounding {
            "floor" => Some(place.div_euclid(whole)),
            "ceil" => Some(ceiling(place)),
            "round_prefer_floor" => Some(ceiling(place - factor)),
            "round_prefer_ceil" => Some((place + factor).div_euclid(whole)),
            _ => None,
        }
    };
    // Numbers beyond all pictures are refused by the network.
    (0..factor.min(1 << 14)).all(|output| pixel(output) == Some(0))
}
