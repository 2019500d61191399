//! Cross-correlation of the reader's own numbers, and one window of it in full.

use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor};
use chapter_kit::{Page, figure, json};
use corr2d::corr2d;
use corr2d_imaging::Kernel;
use serde_json::Value;

use crate::lesson;
use crate::text::Text;

/// A row and a column of the result, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    row: usize,
    column: usize,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok();
        match text.split_once(',').and_then(|(row, column)| Some((number(row)?, number(column)?))) {
            Some((row, column)) => Ok(Self { row, column }),
            None => Err("write a row and a column, counted from 0, as in 0,1".to_owned()),
        }
    }
}

/// An image, a kernel, their correlation, and one window if it was asked for.
pub(crate) struct Correlated {
    x: Tensor,
    k: Tensor,
    y: Tensor,
    window: Option<(Place, Tensor)>,
}

/// Correlates what the reader gave; the lesson's figure stands in for what is missing.
pub(crate) fn correlate(x: Option<&str>, k: Option<&str>, trace: Option<Place>, device: &Device) -> Result<Correlated> {
    let x = x.map_or_else(|| lesson::image(device), |text| read("--x", text, device))?;
    let k = k.map_or_else(|| lesson::kernel(device), |text| read("--k", text, device))?;
    let y = corr2d(&x, &k)?;
    let window = trace.map(|place| window(&x, &k, &y, place)).transpose()?;
    Ok(Correlated { x, k, y, window })
}

fn read(option: &str, text: &str, device: &Device) -> Result<Tensor> {
    Ok(Kernel::parse(text).with_context(|| option.to_owned())?.to_tensor(device)?)
}

fn window(x: &Tensor, k: &Tensor, y: &Tensor, place: Place) -> Result<(Place, Tensor)> {
    let (rows, columns) = y.dims2()?;
    let Place { row, column } = place;
    ensure!(
        row < rows && column < columns,
        "--trace {row},{column} lies outside the result of {rows}×{columns}: rows go from 0 to {}, columns from 0 to {}",
        rows - 1,
        columns - 1,
    );
    Ok((place, lesson::window(x, k, row, column)?))
}

impl Correlated {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        page.figure(&figure::equation(&self.x, &self.k, &self.y)?)?;
        page.text(&(text.size_of_yours)(self.x.dims2()?, self.k.dims2()?, self.y.dims2()?))?;
        if let Some((place, window)) = &self.window {
            page.text(&(text.traced)(place.row, place.column))?;
            let products = figure::matrix(&window.mul(&self.k)?)?;
            let (window_text, kernel_text) = (figure::matrix(window)?, figure::matrix(&self.k)?);
            page.figure(&figure::beside(&[&window_text, "·", &kernel_text, "→", &products]))?;
            page.figure(&lesson::sum_of_products(window, &self.k)?)?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let mut value = serde_json::json!({
            "x": json::tensor("the image", &self.x)?,
            "k": json::tensor("the kernel", &self.k)?,
            "y": json::tensor("the result", &self.y)?,
        });
        if let Some((place, window)) = &self.window {
            let products = window.mul(&self.k)?;
            value["trace"] = serde_json::json!({
                "row": place.row,
                "column": place.column,
                "window": json::tensor("the window", window)?,
                "products": json::tensor("the products", &products)?,
                "sum": json::tensor("the sum", &products.sum_all()?)?,
            });
        }
        Ok(value)
    }
}
