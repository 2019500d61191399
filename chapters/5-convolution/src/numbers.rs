//! Correlation and strict convolution of the reader's own numbers.

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor};
use chapter_kit::{Page, figure, json};
use corr2d::{convolve2d, corr2d};
use corr2d_imaging::Kernel;
use serde_json::Value;

use crate::both::{NAMES, with_difference};
use crate::symmetry::Turned;
use crate::text::Text;

/// Both results of a matrix of the reader's own.
pub(crate) struct Numbers {
    x: Tensor,
    kernel: Kernel,
    results: [Tensor; 3],
}

/// Lays a kernel on a matrix both ways.
pub(crate) fn numbers(x: &str, kernel: &str, device: &Device) -> Result<Numbers> {
    let x = Kernel::parse(x).context("--x")?.to_tensor(device)?;
    let kernel = Kernel::parse(kernel).context("--kernel")?;
    let k = kernel.to_tensor(device)?;
    let results = with_difference(corr2d(&x, &k)?, convolve2d(&x, &k)?)?;
    for (name, result) in NAMES.iter().zip(&results) {
        check_finite(name, result)?;
    }
    Ok(Numbers { x, kernel, results })
}

/// Refuses a result that neither a page nor JSON has numbers for.
fn check_finite(name: &str, result: &Tensor) -> Result<()> {
    let infinite = figure::numbers(result)?.iter().filter(|value| !value.is_finite()).count();
    ensure!(
        infinite == 0,
        "the {name} of --x and --kernel grows beyond {:e}, the largest number of f32, at {infinite} of {} places: take smaller numbers",
        f32::MAX,
        result.elem_count()
    );
    Ok(())
}

impl Numbers {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let k = self.kernel.to_tensor(&Device::Cpu)?;
        let [correlation, convolution, _] = &self.results;
        page.text(text.correlation_of_yours)?;
        page.figure(&figure::equation(&self.x, &k, correlation)?)?;
        page.text(text.convolution_of_yours)?;
        page.figure(&figure::equation(&self.x, &k.flip(&[0, 1])?, convolution)?)?;
        page.text((text.turned)(Turned::of(&self.kernel)))?;
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let mut value = serde_json::json!({
            "x": json::tensor("the image", &self.x)?,
            "kernel": json::tensor("the kernel", &self.kernel.to_tensor(&Device::Cpu)?)?,
            "turned": Turned::of(&self.kernel).name(),
        });
        for (name, result) in NAMES.iter().zip(&self.results) {
            value[*name] = json::tensor(name, result)?;
        }
        Ok(value)
    }
}
