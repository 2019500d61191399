//! Exercise 8: a kernel that blurs, and why one would want to.

mod grader;
mod text;

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::{Exercise, Words, list, matrix, table};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::Verdict;
use text::Text;

pub(crate) struct Blur;

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
            r#"{"kernel": [0.5, 0, 0.5]}"#,
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
        let opinion = answer.matrix("kernel")?.map(|kernel| grader::judge(&kernel, text)).transpose()?;
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
