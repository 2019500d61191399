//! Exercise 4: a kernel for a second derivative.

mod text;

use anyhow::Result;
use candle_core::Device;
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::polynomials::{moment, monomial, trimmed};
use super::{Exercise, Words, list, matrix, table};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::{Opinion, Verdict};
use text::Text;

pub(crate) struct SecondDerivative;

/// Second derivatives by the kernels that are smallest, but for the Laplacian.
const KERNELS: [(&str, &str); 4] =
    [("∂²/∂x²", "1,-2,1"), ("∂²/∂y²", "1;-2;1"), ("∂²/∂x∂y", "1,-1;-1,1"), ("Laplace", "laplacian4")];

/// What a kernel for a second derivative is one of.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    AlongRows,
    DownColumns,
    Mixed,
    Laplacian,
    Combination,
}

impl Exercise for SecondDerivative {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn fields(&self) -> &'static [&'static str] {
        &["kernel"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 4, "kernel": [1, 0, 1]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"kernel": [1, -1]}"#,
            r#"{"kernel": [-1, 0, 1]}"#,
            r#"{"kernel": [1, -1, 1]}"#,
            r#"{"kernel": [1, 2, 1]}"#,
            r#"{"kernel": [1, -3, 3, -1]}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.twice)?;
        let (once, rim) = (matrix("1,-1", device)?, matrix("0,1,-1,0", device)?);
        page.figure(&figure::equation(&rim, &once, &corr2d(&rim, &once)?)?)?;
        page.text(text.others)?;
        for (name, kernel) in KERNELS {
            page.figure(&figure::beside(&[&format!("{name:<8}"), &figure::matrix(&matrix(kernel, device)?)?]))?;
        }
        page.text(text.strongest)?;
        page.figure(&strengths(text, device)?)?;
        page.text(&(text.noise)(&noise("1,-1")?, &noise("1,-2,1")?, &noise("laplacian4")?))?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.polynomials)?;
        page.figure(&responses(device)?)?;
        page.text(text.read)?;
        page.text(text.squared)?;
        let (ramp, once) = (matrix("0,1,2,3,4", device)?, matrix("1,-1", device)?);
        let squared = corr2d(&ramp, &once)?.sqr()?;
        let second = corr2d(&ramp, &matrix("1,-2,1", device)?)?;
        page.figure(&format!("{}\n{}", list(&figure::numbers(&squared)?), list(&figure::numbers(&second)?)))?;
        Ok(())
    }

    fn check(&self, answer: &Answer, _: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let opinion = answer.matrix("kernel")?.map(|kernel| judge(&kernel, text)).transpose()?;
        Ok(Verdict::new([("kernel", opinion)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let (step, k) = (matrix("0,0,0,1,1,1", device)?, matrix("1,-2,1", device)?);
        let y = corr2d(&step, &k)?;
        let first = vec![0.0, 0.0, 1.0, 0.0];
        Ok(Prediction {
            given: None,
            wanted: figure::numbers(&y)?,
            shown: figure::equation(&step, &k, &y)?,
            slips: vec![(first.clone(), text.one_answer), (vec![0.0, 1.0, 0.0, 0.0], text.one_answer)],
        })
    }
}

/// The Laplacian's strongest response to four images, with its sign.
fn strengths(text: &Text, device: &Device) -> Result<String> {
    let laplacian = matrix("laplacian4", device)?;
    let zeros = "0,0,0,0,0,0";
    let images = [
        format!("{zeros};{zeros};0,0,1,0,0,0;{zeros};{zeros}"),
        ["0,0,1,0,0,0"; 5].join(";"),
        ["0,0,0,1,1,1"; 5].join(";"),
        ["0,1,2,3,4,5"; 5].join(";"),
    ];
    let mut lines = Vec::new();
    for (name, image) in text.images.iter().zip(images) {
        let responses = figure::numbers(&corr2d(&matrix(&image, device)?, &laplacian)?)?;
        let (low, high) = responses.iter().fold((0f64, 0f64), |(low, high), value| (low.min(*value), high.max(*value)));
        lines.push(((*name).to_owned(), format!("{:>2} … {:>2}", figure::scalar(low), figure::scalar(high))));
    }
    Ok(table(&lines))
}

/// By how much a kernel multiplies the variance of noise that is independent from pixel to pixel: Σ w².
fn noise(kernel: &str) -> Result<String> {
    Ok(figure::scalar(Kernel::parse(kernel)?.values().iter().map(|weight| weight * weight).sum()))
}

/// What each kernel answers to 1, x, y, x²/2, xy and y²/2.
fn responses(device: &Device) -> Result<String> {
    let monomials = [
        ("1", 0, 0, 1.0),
        ("x", 1, 0, 1.0),
        ("y", 0, 1, 1.0),
        ("x²/2", 2, 0, 0.5),
        ("xy", 1, 1, 1.0),
        ("y²/2", 0, 2, 0.5),
    ];
    let head: String = monomials.iter().map(|(name, ..)| format!("{name:>6}")).collect();
    let mut lines = vec![format!("{:<8}{head}", "")];
    for (name, kernel) in KERNELS {
        let k = matrix(kernel, device)?;
        let mut line = format!("{name:<8}");
        for (_, across, down, scale) in monomials {
            let image = (monomial(across, down, (5, 6), device)? * scale)?;
            let answer = corr2d(&image, &k)?;
            line += &format!("{:>6}", figure::scalar(figure::numbers(&answer.get(1)?.get(2)?)?[0]));
        }
        lines.push(line);
    }
    Ok(lines.join("\n"))
}

fn judge(kernel: &Kernel, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    let moment = |across, down| moment(&kernel, across, down);
    let brightness = moment(0, 0);
    if brightness != 0.0 {
        let positive = kernel.values().iter().all(|weight| *weight >= 0.0);
        let slip = if positive { text.blur } else { "" };
        return Ok(Opinion::wrong(format!("{} {slip}", (text.constant)(brightness)).trim_end()));
    }
    let (x, y) = (moment(1, 0), moment(0, 1));
    if x != 0.0 || y != 0.0 {
        let (ramp, response) = if x != 0.0 { ("x", x) } else { ("y", y) };
        return Ok(Opinion::wrong((text.slope)(ramp, response)));
    }
    let (xx, xy, yy) = (moment(2, 0) / 2.0, moment(1, 1), moment(0, 2) / 2.0);
    let close = (xx - yy).abs() <= 1e-2 * xx.abs();
    let (kind, factor) = match (xx != 0.0, xy != 0.0, yy != 0.0) {
        (false, false, false) => return Ok(Opinion::wrong(text.higher)),
        (true, false, false) => (Kind::AlongRows, xx),
        (false, false, true) => (Kind::DownColumns, yy),
        (false, true, false) => (Kind::Mixed, xy),
        (true, false, true) if close => (Kind::Laplacian, xx),
        _ => (Kind::Combination, 1.0),
    };
    let smallest = kernel.height().max(kernel.width()) <= 3;
    Ok(Opinion::right((text.right)(kind, factor, smallest)))
}
