//! Exercise 5: a kernel for an integral, and why no finite one gives the running integral.

mod grader;
mod text;
mod window;

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;

use super::{Exercise, Words, list, matrix, table};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::Verdict;
use text::Text;

pub(crate) struct Integral;

/// The pixels of the row in the question.
const PIXELS: usize = 8;

// ANCHOR: windowed
/// What a kernel of one row answers at every pixel of a row, ending there; what lies before the row counts as 0.
fn looking_back(row: &Tensor, kernel: &Tensor) -> Result<Tensor> {
    Ok(corr2d(&row.pad_with_zeros(1, kernel.dim(1)? - 1, 0)?, kernel)?)
}

/// The last `taps` pixels summed, at every pixel of a row.
fn windowed_sum(row: &Tensor, taps: usize) -> Result<Tensor> {
    looking_back(row, &Tensor::ones((1, taps), row.dtype(), row.device())?)
}
// ANCHOR_END: windowed

/// A row of ones and zeros with a single 1 at its start: its running sum is 1 everywhere.
fn impulse(pixels: usize, device: &Device) -> Result<Tensor> {
    Ok(Tensor::ones((1, 1), candle_core::DType::F32, device)?.pad_with_zeros(1, 0, pixels - 1)?)
}

impl Exercise for Integral {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn fields(&self) -> &'static [&'static str] {
        &["window", "taps", "every_length"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 5, "window": [1, 0, -1], "taps": 2, "every_length": true}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"window": [-1, 1]}"#,
            r#"{"window": [1]}"#,
            r#"{"window": [1, 2, 3]}"#,
            r#"{"window": [1, 4, 6, 4, 1]}"#,
            r#"{"taps": 3}"#,
            r#"{"taps": 7}"#,
            r#"{"every_length": true}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let row = matrix("1,2,3,4,5,6,7,8", device)?;
        page.text(text.window)?;
        page.figure(&figure::equation(&row, &matrix("1,1,1", device)?, &corr2d(&row, &matrix("1,1,1", device)?)?)?)?;
        page.text(text.running)?;
        let numbers = |taps| Ok::<_, anyhow::Error>(list(&figure::numbers(&windowed_sum(&row, taps)?)?));
        page.figure(&table(&[
            (text.row.to_owned(), list(&figure::numbers(&row)?)),
            ((text.taps)(3), numbers(3)?),
            ((text.taps)(PIXELS - 1), numbers(PIXELS - 1)?),
            ((text.taps)(PIXELS), numbers(PIXELS)?),
        ]))?;
        page.text(text.recursive)?;
        page.text(text.table)?;
        page.figure(&summed_area(device)?)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.impulse)?;
        let mut lines = Vec::new();
        for weights in ["1", "1,1", "1,1,1", "1,1,1,1", "4,-2,7,3"] {
            let answer = looking_back(&impulse(6, device)?, &matrix(weights, device)?)?;
            lines.push((format!("[{}]", weights.replace(',', ", ")), list(&figure::numbers(&answer)?)));
        }
        page.figure(&table(&lines))?;
        page.text(text.any_kernel)?;
        page.text(text.inverse)?;
        let difference = matrix("1,0,0,0;-1,1,0,0;0,-1,1,0;0,0,-1,1", device)?;
        let sums = matrix("1,0,0,0;1,1,0,0;1,1,1,0;1,1,1,1", device)?;
        let product = difference.matmul(&sums)?;
        let [difference, sums, product] = [difference, sums, product].map(|matrix| figure::matrix(&matrix));
        page.figure(&figure::beside(&[&difference?, "·", &sums?, "=", &product?]))?;
        page.text(text.quadrature)?;
        page.figure(&quadrature(text, device)?)?;
        Ok(())
    }

    fn check(&self, answer: &Answer, device: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let window = answer.matrix("window")?.map(|kernel| window::judge(&kernel, text)).transpose()?;
        let taps = answer.number("taps")?.map(|taps| grader::judge_taps(taps, device, text)).transpose()?;
        let every = answer.yes_or_no("every_length")?;
        let every = every.map(|every| grader::judge_every_length(every, device, text)).transpose()?;
        Ok(Verdict::new([("window", window), ("taps", taps), ("every_length", every)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let row = matrix("1,2,3,4,5", device)?;
        let (padded, sums) = (row.pad_with_zeros(1, 2, 0)?, windowed_sum(&row, 3)?);
        Ok(Prediction {
            given: None,
            wanted: figure::numbers(&sums)?,
            shown: figure::equation(&padded, &matrix("1,1,1", device)?, &sums)?,
            slips: vec![(figure::numbers(&windowed_sum(&row, 5)?)?, text.forgets)],
        })
    }
}

/// The sum over a rectangle, from four corners of the running sums and by a kernel of ones.
fn summed_area(device: &Device) -> Result<String> {
    let x = matrix("1,2,3,4;5,6,7,8;9,0,1,2", device)?;
    let sums = x.cumsum(0)?.cumsum(1)?;
    let rim = sums.pad_with_zeros(0, 1, 0)?.pad_with_zeros(1, 1, 0)?;
    let corner = |down: usize, right: usize| rim.narrow(0, down, 2)?.narrow(1, right, 2);
    let by_corners = (((corner(2, 3)? - corner(0, 3)?)? - corner(2, 0)?)? + corner(0, 0)?)?;
    let by_kernel = corr2d(&x, &matrix("1,1,1;1,1,1", device)?)?;
    let [x, sums, by_corners, by_kernel] = [x, sums, by_corners, by_kernel].map(|matrix| figure::matrix(&matrix));
    Ok(figure::beside(&[&x?, "→", &sums?, "→", &by_corners?, "=", &by_kernel?]))
}

/// ∫ x² from 0 to 2, by the weights of three rules on 0, 1, 4.
fn quadrature(text: &Text, device: &Device) -> Result<String> {
    let parabola = matrix("0,1,4", device)?;
    let mut lines = Vec::new();
    for (name, weights) in text.rules.iter().zip(["0.5,1,0.5", "1,4,1"]) {
        let by = if weights == "1,4,1" { 3.0 } else { 1.0 };
        let sum = figure::numbers(&corr2d(&parabola, &matrix(weights, device)?)?)?[0] / by;
        lines.push(((*name).to_owned(), figure::scalar(sum)));
    }
    lines.push((text.exactly.to_owned(), figure::scalar(8.0 / 3.0)));
    Ok(table(&lines))
}
