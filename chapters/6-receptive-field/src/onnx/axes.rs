//! Operators that run along axes: over the channels of a place they see that place, over height and width everything.

use anyhow::{Result, bail, ensure};
use corr2d::receptive_field::{Combination, Layer};

use super::operators::{Form, Meaning};
use super::settings::Operator;

/// Before this version a `Softmax` ran over its axis and all behind it.
const SOFTMAX_OF_ONE_AXIS: i64 = 13;

/// `ReduceMean` and its like, of a map.
///
/// # Errors
/// For axes that are computed, or over which an output sees a row.
pub(super) fn reduction(operator: &Operator<'_>) -> Result<Meaning> {
    let keeps = operator.integer("keepdims").unwrap_or(1) != 0;
    let axes = of_map(operator.integers("axes", 1)?.unwrap_or_default());
    match axes.as_slice() {
        [] if operator.integer("noop_with_empty_axes").unwrap_or_default() != 0 => Ok(Layer::ElementWise.into()),
        [1] => {
            ensure!(keeps, "it takes the axis of the channels away: keepdims = 1 would leave a map");
            Ok(Layer::ElementWise.into())
        }
        [] | [2, 3] | [1, 2, 3] | [0, 1, 2, 3] => {
            Ok(Meaning { form: if keeps { Form::Pixel } else { Form::Whole }, ..Layer::Global.into() })
        }
        axes => bail!(
            "it runs over axes {axes:?}: only over channels, [1], or over height and width, [2, 3], an output sees a rectangle"
        ),
    }
}

/// `Softmax` and its like, of a map.
///
/// # Errors
/// Along an axis on which an output sees a row.
pub(super) fn softmax(operator: &Operator<'_>) -> Result<Meaning> {
    let old = operator.version < SOFTMAX_OF_ONE_AXIS;
    let axis = operator.integer("axis").unwrap_or(if old { 1 } else { -1 });
    match (of_map(vec![axis]).as_slice(), old) {
        ([1], false) => Ok(Layer::ElementWise.into()),
        ([1 | 2], true) => Ok(Meaning::over_all(Combination::Quotient)),
        _ => bail!(
            "it runs along axis {axis}, on which an output sees a row: only along the channels, axis 1, it sees its own place"
        ),
    }
}

/// A normalisation over the whole map.
///
/// # Errors
/// For a layer normalisation along the width.
pub(super) fn normalisation(operator: &Operator<'_>) -> Result<Meaning> {
    if operator.kind() == "LayerNormalization" {
        let axis = operator.integer("axis").unwrap_or(-1);
        ensure!(
            matches!(axis, 1 | -3),
            "it runs from axis {axis} on, where an output sees a row: only from axis 1 on it sees the whole map"
        );
    }
    Ok(Meaning::over_all(Combination::Difference))
}

/// A part of the channels, and all of the image.
///
/// # Errors
/// For a part of the image.
pub(super) fn some_channels(operator: &Operator<'_>) -> Result<Layer> {
    let axes = match operator.kind() {
        "Split" => operator.integer("axis").map(|axis| vec![axis]),
        _ => operator.integers("axes", 3)?,
    };
    let of_channels = axes.is_some_and(|axes| of_map(axes) == [1]);
    ensure!(of_channels, "it may take a part of the image away, and only one of the channels is known: crop in TOML");
    Ok(Layer::ElementWise)
}

/// Maps joined along the channels.
///
/// # Errors
/// For maps joined along another axis.
pub(super) fn concatenation(operator: &Operator<'_>, maps: usize) -> Result<Layer> {
    let axis = operator.integer("axis").unwrap_or(1);
    ensure!(matches!(axis, 1 | -3), "it joins maps along axis {axis}, and only channels, axis 1, stay in place");
    Ok(if maps > 1 { Layer::Concatenation } else { Layer::ElementWise })
}

/// A map as a vector.
///
/// # Errors
/// Where it becomes a vector of rows, or one with several images.
pub(super) fn flatten(operator: &Operator<'_>) -> Result<Meaning> {
    let axis = operator.integer("axis").unwrap_or(1);
    ensure!(
        matches!(axis, 1 | -3),
        "its axis is {axis}, so that what follows sees a part of the image: axis 1 makes a vector of all of it"
    );
    Ok(Meaning { form: Form::Places, ..Layer::ElementWise.into() })
}

/// Whether an operator on a vector [N, numbers] runs along the numbers; `None` where it does nothing.
///
/// # Errors
/// For axes that are computed, and for the one of the images.
pub(super) fn along_vector(operator: &Operator<'_>) -> Result<Option<()>> {
    let axes = match (operator.kind(), operator.integer("axis")) {
        (kind, _) if kind.starts_with("Reduce") => operator.integers("axes", 1)?.unwrap_or_default(),
        (_, axis) => vec![axis.unwrap_or(-1)],
    };
    match axes.as_slice() {
        [] if operator.integer("noop_with_empty_axes").unwrap_or_default() != 0 => Ok(None),
        [] | [1 | -1] | [0, 1] => Ok(Some(())),
        axes => bail!("it runs over axes {axes:?} of a vector, and only along its numbers, [1], it sees one image"),
    }
}

/// In ascending order, negative ones counted from the end of [N, C, H, W].
fn of_map(axes: Vec<i64>) -> Vec<i64> {
    let mut axes: Vec<i64> =
        axes.into_iter().map(|axis| if axis < 0 { axis.saturating_add(4) } else { axis }).collect();
    axes.sort_unstable();
    axes
}
