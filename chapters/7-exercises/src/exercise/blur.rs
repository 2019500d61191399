//! Exercise 8: a kernel that blurs, and why one would want to.

mod text;

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::polynomials::trimmed;
use super::{Exercise, Words, list, matrix, table};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::{Opinion, Verdict};
use text::Text;

pub(crate) struct Blur;

/// A weight pair, or a sum and 1, that differ by less are equal: a reader writes 0.111 for 1/9.
const CLOSE: f64 = 2e-3;

impl Exercise for Blur {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn fields(&self) -> &'static [&'static str] {
        &["kernel"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 8, "kernel": [["1/2", 0], [0, "1/4"]]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"kernel": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]}"#,
            r#"{"kernel": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]}"#,
            r#"{"kernel": [1, -2, 1]}"#,
            r#"{"kernel": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]}"#,
            r#"{"kernel": [0.5, 0.3, 0.2]}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.mean)?;
        let (row, column) = (matrix("1,2,1", device)?, matrix("1;2;1", device)?);
        let box_of_ones = matrix("1,1,1;1,1,1;1,1,1", device)?;
        let binomial = column.matmul(&row)?;
        page.figure(&figure::beside(&[
            "1/9 ·",
            &figure::matrix(&box_of_ones)?,
            "   1/16 ·",
            &figure::matrix(&binomial)?,
        ]))?;
        page.text(text.separable)?;
        page.figure(&figure::beside(&[
            &figure::matrix(&column)?,
            "·",
            &figure::matrix(&row)?,
            "=",
            &figure::matrix(&binomial)?,
        ]))?;
        page.text(text.why)?;
        page.text(text.noise)?;
        let variances = text.derivatives.iter().zip(["-0.5,0,0.5", "sobel-x"]);
        let mut lines = Vec::new();
        for (name, kernel) in variances {
            let kernel = Kernel::parse(kernel)?;
            let (gain, squares): (f64, f64) =
                (kernel.gain(), kernel.values().iter().map(|weight| weight * weight).sum());
            lines.push(((*name).to_owned(), format!("{:.4}", squares / (gain * gain))));
        }
        page.figure(&table(&lines))?;
        page.text(text.stripes)?;
        page.figure(&stripes(text, device)?)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.constant_stays)?;
        let flat = Tensor::ones((3, 5), candle_core::DType::F32, device)?;
        let binomial = matrix("binomial:3", device)?;
        page.figure(&figure::equation(&flat, &binomial, &corr2d(&flat, &binomial)?)?)?;
        page.text(text.two_passes)?;
        let image = matrix("0,0,0,0,0;0,16,0,0,0;0,0,0,0,0;0,0,0,32,0;0,0,0,0,0", device)?;
        let at_once = corr2d(&image, &binomial)?;
        let passes = corr2d(&corr2d(&image, &matrix("0.25,0.5,0.25", device)?)?, &matrix("0.25;0.5;0.25", device)?)?;
        page.figure(&figure::beside(&[
            &figure::matrix(&image)?,
            "→",
            &figure::matrix(&at_once)?,
            "=",
            &figure::matrix(&passes)?,
        ]))?;
        page.text(text.one_kernel)?;
        let sobel = matrix("1;2;1", device)?.matmul(&matrix("-1,0,1", device)?)?;
        page.figure(&figure::beside(&[&figure::matrix(&sobel)?, "=", &figure::matrix(&matrix("sobel-x", device)?)?]))?;
        Ok(())
    }

    fn check(&self, answer: &Answer, _: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let opinion = answer.matrix("kernel")?.map(|kernel| judge(&kernel, text)).transpose()?;
        Ok(Verdict::new([("kernel", opinion)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let (row, kernel) = (matrix("0,0,8,0,0", device)?, matrix("0.25,0.5,0.25", device)?);
        let y = corr2d(&row, &kernel)?;
        Ok(Prediction {
            given: None,
            wanted: figure::numbers(&y)?,
            shown: figure::equation(&row, &kernel, &y)?,
            slips: vec![(vec![0.0, 4.0, 0.0], text.spreads), (vec![0.0, 8.0, 0.0], text.spreads)],
        })
    }
}

/// Stripes of one pixel: every second pixel kept, and blurred first.
fn stripes(text: &Text, device: &Device) -> Result<String> {
    let stripes = matrix("1,0,1,0,1,0,1,0,1", device)?;
    let blurred = corr2d(&stripes, &matrix("0.25,0.5,0.25", device)?)?;
    let every_second =
        |row: &Tensor| -> Result<Vec<f64>> { Ok(figure::numbers(row)?.into_iter().step_by(2).collect()) };
    Ok(table(&[
        (text.stripes_lines[0].to_owned(), list(&figure::numbers(&stripes)?)),
        (text.stripes_lines[1].to_owned(), list(&every_second(&stripes)?)),
        (text.stripes_lines[2].to_owned(), list(&every_second(&blurred)?)),
    ]))
}

fn judge(kernel: &Kernel, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    let weights = kernel.values();
    let (sum, total): (f64, f64) = (weights.iter().sum(), weights.iter().map(|weight| weight.abs()).sum());
    if sum.abs() <= CLOSE * total {
        return Ok(Opinion::wrong(text.derivative));
    }
    if let Some(negative) = weights.iter().find(|weight| **weight < -CLOSE * total) {
        return Ok(Opinion::wrong((text.negative)(*negative)));
    }
    if let [weight] = weights {
        return Ok(Opinion::wrong((text.copy)(*weight)));
    }
    if (sum - 1.0).abs() > CLOSE {
        return Ok(Opinion::wrong((text.brightness)(sum)));
    }
    let opposite = weights.iter().zip(weights.iter().rev());
    if let Some((first, second)) = opposite.into_iter().find(|(a, b)| (**a - **b).abs() > CLOSE) {
        return Ok(Opinion::wrong((text.drags)(*first, *second)));
    }
    let variance = weights.iter().map(|weight| weight * weight).sum();
    let middle_between_pixels = kernel.height() % 2 == 0 || kernel.width() % 2 == 0;
    Ok(Opinion::right((text.right)(variance, is_separable(&kernel), middle_between_pixels)))
}

/// Whether the kernel is a column times a row: every 2×2 minor with its largest weight is 0.
fn is_separable(kernel: &Kernel) -> bool {
    let rows: Vec<&[f64]> = kernel.rows().collect();
    let places = (0..kernel.height()).flat_map(|row| (0..kernel.width()).map(move |column| (row, column)));
    let Some((top, left)) = places.clone().max_by(|a, b| rows[a.0][a.1].total_cmp(&rows[b.0][b.1])) else {
        return false;
    };
    let largest = rows[top][left];
    let mut minors = places.map(|(row, column)| rows[row][column] * largest - rows[row][left] * rows[top][column]);
    minors.all(|minor| minor.abs() <= CLOSE * largest)
}
