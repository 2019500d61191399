//! Exercise 7: an edge detector for any direction.

mod text;

use anyhow::{Result, bail, ensure};
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::polynomials::{moment, monomial, trimmed};
use super::{Exercise, Words, list, matrix};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::{Opinion, Verdict};
use text::Text;

pub(crate) struct Directional;

/// A direction or a slope in the picture: x to the right, y down.
type Vector = (f64, f64);

/// The direction of the question.
const DIRECTION: Vector = (3.0, 4.0);

// ANCHOR: steer
/// v₁ · the derivative to the right + v₂ · the derivative down, from the smallest two that lie on the same four pixels.
fn steered((right, down): Vector, device: &Device) -> Result<Tensor> {
    let to_right = (matrix("-1,1;-1,1", device)? * (right / 2.0))?;
    let downwards = (matrix("-1,-1;1,1", device)? * (down / 2.0))?;
    Ok((to_right + downwards)?)
}
// ANCHOR_END: steer

impl Exercise for Directional {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn fields(&self) -> &'static [&'static str] {
        &["kernel", "direction"]
    }

    fn only_part(&self) -> Option<&'static str> {
        Some("kernel")
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 7, "kernel": [[0, 1], [-1, 0]], "direction": [3, 4]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"kernel": [[-7, 1], [-1, 7]]}"#,
            r#"{"kernel": [[1, 7], [-7, -1]]}"#,
            r#"{"kernel": [[1, -7], [7, -1]]}"#,
            r#"{"kernel": [[-1, 0], [0, 1]]}"#,
            r#"{"kernel": [[0, 1, 2], [-1, 0, 1], [-2, -1, 1]]}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.sum)?;
        let [right, down] = [matrix("-1,1;-1,1", device)?, matrix("-1,-1;1,1", device)?];
        let steered = figure::matrix(&steered(DIRECTION, device)?)?;
        page.figure(&figure::beside(&[
            &format!("{}/2 ·", figure::scalar(DIRECTION.0)),
            &figure::matrix(&right)?,
            "+",
            &format!("{}/2 ·", figure::scalar(DIRECTION.1)),
            &figure::matrix(&down)?,
            "=",
            &steered,
        ]))?;
        page.text(&(text.practical)(DIRECTION))?;
        let sobel = ((matrix("sobel-x", device)? * DIRECTION.0)? + (matrix("sobel-y", device)? * DIRECTION.1)?)?;
        page.figure(&figure::matrix(&sobel)?)?;
        page.text(text.axes)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.ramps)?;
        let kernel = steered(DIRECTION, device)?;
        let mut lines = Vec::new();
        for slope in [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0), (-4.0, 3.0), (2.0, -7.0)] {
            let (by_hand, answer) = (DIRECTION.0 * slope.0 + DIRECTION.1 * slope.1, response(&kernel, slope)?);
            let factor = |value: f64| match value {
                value if value < 0.0 => format!("({})", figure::scalar(value)),
                value => figure::scalar(value),
            };
            lines.push(format!(
                "a = ({:>2}, {:>2})   {}·{:<4} + {}·{:<4} = {:>3}   X ⋆ K: {:>3}",
                figure::scalar(slope.0),
                figure::scalar(slope.1),
                figure::scalar(DIRECTION.0),
                factor(slope.0),
                figure::scalar(DIRECTION.1),
                factor(slope.1),
                figure::scalar(by_hand),
                figure::scalar(answer),
            ));
        }
        page.figure(&lines.join("\n"))?;
        page.text(text.along)?;
        let square = DIRECTION.0 * DIRECTION.0 + DIRECTION.1 * DIRECTION.1;
        page.text(&(text.second)(square, 2.0 * square * square))?;
        page.figure(&second_derivative(device)?)?;
        Ok(())
    }

    fn check(&self, answer: &Answer, _: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let direction = answer.matrix("direction")?.map_or(Ok(DIRECTION), |direction| vector(&direction))?;
        let opinion = answer.matrix("kernel")?.map(|kernel| judge(&kernel, direction, text)).transpose()?;
        Ok(Verdict::new([("kernel", opinion)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let (kernel, slope) = (steered(DIRECTION, device)?, (2.0, 5.0));
        let ramp = ramp(slope, (2, 2), device)?;
        Ok(Prediction {
            given: None,
            wanted: vec![response(&kernel, slope)?],
            shown: figure::equation(&ramp, &kernel, &corr2d(&ramp, &kernel)?)?,
            slips: vec![(vec![DIRECTION.1 * slope.0 + DIRECTION.0 * slope.1], text.swapped)],
        })
    }
}

/// The image whose brightness rises by a slope.
fn ramp((right, down): Vector, size: (usize, usize), device: &Device) -> Result<Tensor> {
    Ok(((monomial(1, 0, size, device)? * right)? + (monomial(0, 1, size, device)? * down)?)?)
}

/// What a kernel answers to the ramp of a slope.
fn response(kernel: &Tensor, slope: Vector) -> Result<f64> {
    let answer = corr2d(&ramp(slope, kernel.dims2()?, kernel.device())?, kernel)?;
    Ok(figure::numbers(&answer)?[0])
}

/// v₁²·∂xx + 2·v₁·v₂·∂xy + v₂²·∂yy for v = (3, 4), and its answer to (v·p)², whose second derivative along v is 2·(v·v)².
fn second_derivative(device: &Device) -> Result<String> {
    let (right, down) = DIRECTION;
    let along_rows = matrix("0,0,0;1,-2,1;0,0,0", device)?;
    let mixed = matrix("1,0,-1;0,0,0;-1,0,1", device)?;
    let kernel =
        (((&along_rows * (right * right))? + (mixed * (right * down / 2.0))?)? + (along_rows.t()? * (down * down))?)?;
    let parabola = ramp(DIRECTION, (3, 3), device)?.sqr()?;
    figure::equation(&parabola, &kernel, &corr2d(&parabola, &kernel)?)
}

fn vector(found: &Kernel) -> Result<Vector> {
    let [right, down] = *found.values() else {
        bail!("\"direction\" has {} numbers: write how far right and how far down, as in [3, 4]", found.values().len())
    };
    ensure!(right != 0.0 || down != 0.0, "\"direction\" is [0, 0], which points nowhere: take [3, 4], say");
    Ok((right, down))
}

fn judge(kernel: &Kernel, v: Vector, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    let brightness = moment(&kernel, 0, 0);
    if brightness != 0.0 {
        return Ok(Opinion::wrong((text.constant)(brightness)));
    }
    let slope = (moment(&kernel, 1, 0), moment(&kernel, 0, 1));
    if slope == (0.0, 0.0) {
        return Ok(Opinion::wrong(text.no_slope));
    }
    if parallel(slope, v) {
        let factor = (slope.0 * v.0 + slope.1 * v.1) / (v.0 * v.0 + v.1 * v.1);
        return Ok(Opinion::right((text.right)(v, factor)));
    }
    let slip = if parallel(slope, (v.1, v.0)) {
        text.swapped
    } else if parallel(slope, (v.0, -v.1)) {
        text.upwards
    } else if parallel(slope, (-v.1, v.0)) {
        text.along_not_across
    } else {
        ""
    };
    // Constant along v, so that a derivative along v gives 0.
    let across = (-v.1, v.0);
    let answer = slope.0 * across.0 + slope.1 * across.1;
    Ok(Opinion::wrong(format!("{} {slip}", (text.answers)(v, across, answer, &list(&[slope.0, slope.1]))).trim_end()))
}

/// To about half a degree: a reader writes 0.7 for 1/√2.
fn parallel(a: Vector, b: Vector) -> bool {
    (a.0 * b.1 - a.1 * b.0).abs() <= 0.01 * a.0.hypot(a.1) * b.0.hypot(b.1)
}
