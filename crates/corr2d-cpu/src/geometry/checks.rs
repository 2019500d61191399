//! What every geometry asks of its sizes before it computes with them.

use crate::{Conv2dOptions, Error};

/// The widest element that the engine computes with.
const ELEMENT_BYTES: usize = size_of::<f64>();

pub(super) fn check_zeros(input: [usize; 4], weight: [usize; 4], options: &Conv2dOptions) -> Result<(), Error> {
    let pair = |(height, width): (usize, usize)| [height, width];
    check_zero_sizes(&[
        ("a size of the input", &input[1..], format!("0 in {input:?}")),
        ("a size of the weight", &weight, format!("0 in {weight:?}")),
        ("the stride", &pair(options.stride), format!("{:?}", options.stride)),
        ("the dilation", &pair(options.dilation), format!("{:?}", options.dilation)),
        ("the number of groups", &[options.groups], "0".to_owned()),
    ])
}

/// Each: what it is, its sizes, and how they are shown.
pub(super) fn check_zero_sizes(checks: &[(&'static str, &[usize], String)]) -> Result<(), Error> {
    match checks.iter().find(|(_, sizes, _)| sizes.contains(&0)) {
        Some((what, _, found)) => Err(Error::Zero { what, found: found.clone() }),
        None => Ok(()),
    }
}

pub(super) fn check_channels(input_channels: usize, weight: [usize; 4], groups: usize) -> Result<(), Error> {
    let [output_channels, found, ..] = weight;
    check_groups(groups, input_channels, "input")?;
    check_groups(groups, output_channels, "output")?;
    let wanted = input_channels / groups;
    if found != wanted {
        return Err(Error::ChannelMismatch { found, channels: input_channels, groups, wanted });
    }
    Ok(())
}

pub(super) fn check_groups(groups: usize, channels: usize, which: &'static str) -> Result<(), Error> {
    if channels.is_multiple_of(groups) { Ok(()) } else { Err(Error::GroupsDoNotDivide { groups, channels, which }) }
}

pub(super) fn check_budget(what: &'static str, shape: [usize; 4], budget: usize) -> Result<(), Error> {
    let bytes = shape.iter().try_fold(ELEMENT_BYTES, |bytes, size| bytes.checked_mul(*size));
    match bytes {
        Some(bytes) if bytes <= budget => Ok(()),
        _ => Err(Error::OverBudget { what, shape, budget }),
    }
}

/// The one check that remains after [`Geometry::new`](super::Geometry::new): a slice is as long as its shape says.
pub(crate) fn check<T>(what: &'static str, slice: &[T], shape: &[usize]) -> Result<(), Error> {
    let wanted = shape.iter().product();
    if slice.len() == wanted {
        return Ok(());
    }
    Err(Error::WrongLength { what, found: slice.len(), wanted, shape: shape.to_vec() })
}
