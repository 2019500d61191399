//! A row by the engine and by candle.

use candle_nn::Module;
use corr2d::{Algorithm, Conv2d, Result};

use crate::{Pace, Row, Tensors, assert_close, limits};

/// The median times of a row in milliseconds, by the names of the columns.
///
/// | column | one call |
/// | --- | --- |
/// | `corr2d` | [`corr2d::conv2d`] on tensors, the result allocated |
/// | `fast` | the same with [`Algorithm::Fast`], where that is another path |
/// | `candle` | candle's own convolution, likewise |
/// | `kept` | a layer prepared beforehand by [`Conv2d::prepare`], likewise |
/// | `into` | [`corr2d_cpu::Plan::forward`] into memory that the caller has |
/// | `memcpy` | of an image: as many bytes as the result has, copied from the input |
///
/// # Errors
/// Those of candle, and of a case that is not legal.
///
/// # Panics
/// When candle's result, or that of `fast`, is not that of `corr2d`.
pub fn times(row: &Row, pace: &Pace) -> Result<Vec<(&'static str, f64)>> {
    let tensors = Tensors::of(row)?;
    let (input, weight) = (tensors.input.detach(), tensors.weight.detach());
    let implementations = row.implementations()?;
    let mut times = Vec::new();
    let mut agreed = None;
    for (name, implementation) in implementations.into_iter().filter(|(name, _)| *name != "reference") {
        // The call that is checked is the one that warms up.
        let output = implementation(&row.case, &input, &weight)?;
        let agreed = agreed.get_or_insert_with(|| output.clone());
        assert_close(&output, agreed, &format!("{name} on {}", row.case))?;
        drop(output);
        times.push((name, pace.median(|| implementation(&row.case, &input, &weight).map(drop))?));
    }
    let layer = Conv2d::new(weight, None, row.case.options)?.prepare()?;
    let kept = || Ok::<_, corr2d::Error>(layer.forward(&input)?);
    if let Some(agreed) = &agreed {
        assert_close(&kept()?, agreed, &format!("kept on {}", row.case))?;
    }
    times.push(("kept", pace.median(|| kept().map(drop))?));
    times.extend(on_slices(row, pace)?);
    Ok(times)
}

fn on_slices(row: &Row, pace: &Pace) -> Result<Vec<(&'static str, f64)>> {
    let (plan, data) = (row.case.plan(Algorithm::Auto)?, row.data()?);
    let mut output = corr2d_cpu::zeros::<f32>(plan.geometry().output_len())?;
    plan.forward(&data.input, &data.weight, None, &mut output)?;
    let mut times = vec![("into", pace.median(|| plan.forward(&data.input, &data.weight, None, &mut output))?)];
    if row.is_image() {
        let copy = || {
            limits::copy(&data.input, &mut output);
            Ok::<_, corr2d::Error>(())
        };
        times.push(("memcpy", pace.median(copy)?));
    }
    Ok(times)
}
