//! Exercise 1: the edge detector on a diagonal edge, and what the two transpositions change.

mod text;

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::polynomials::monomial;
use super::{Exercise, Words, first_difference, matrix, same};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::{Opinion, Verdict};
use text::Text;

pub(crate) struct Diagonal;

/// The row of each result that an answer may give alone.
const ROW: usize = 2;

// ANCHOR: diagonal
/// White on and above the diagonal, black below it: 6×8, so that rows and columns cannot be mixed up unseen.
fn step(device: &Device) -> Result<Tensor> {
    let pixel = |index: usize| if index % 8 >= index / 8 { 1f32 } else { 0.0 };
    Ok(Tensor::from_vec((0..48).map(pixel).collect(), (6, 8), device)?)
}
// ANCHOR_END: diagonal

fn edge_detector(device: &Device) -> Result<Tensor> {
    matrix("1,-1", device)
}

impl Exercise for Diagonal {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn given(&self, device: &Device) -> Result<Option<String>> {
        let (x, k) = (figure::matrix(&step(device)?)?, figure::matrix(&edge_detector(device)?)?);
        Ok(Some(figure::beside(&["X =", &x, "   K =", &k])))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["x_k", "xt_k", "x_kt"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 1, "x_k": [1, 0, 0, 0, 0, 0, 0], "xt_k": [0, 0, 0, 0, 0],
 "x_kt": [0, 0, 0, 0, 0, 0, 0, 0]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"x_k": [0, 0, 0, 0, 0, 0, 0]}"#,
            r#"{"x_k": [0, 1, 0, 0, 0, 0, 0]}"#,
            r#"{"xt_k": [0, 0, -1, 0, 0]}"#,
            r#"{"xt_k": [0, 0, 0, -1, 0, 0]}"#,
            r#"{"x_kt": [0, 0, 0, 0, 0, 0, 0, 0]}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let (x, k) = (step(device)?, edge_detector(device)?);
        let y = corr2d(&x, &k)?;
        // Where K answers first there is the edge.
        let edge = figure::numbers(&y)?.iter().position(|answer| *answer != 0.0).unwrap_or_default();
        page.text(&(text.plain)(under(edge, &x, &k, &y)?.1))?;
        page.figure(&figure::equation(&x, &k, &y)?)?;
        let of_transposed = corr2d(&x.t()?, &k)?;
        let (height, width) = of_transposed.dims2()?;
        page.text(&(text.x_transposed)(height, width))?;
        page.figure(&figure::equation(&x.t()?, &k, &of_transposed)?)?;
        page.text(text.k_transposed)?;
        page.figure(&figure::equation(&x, &k.t()?, &corr2d(&x, &k.t()?)?)?)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let (x, k) = (step(device)?, edge_detector(device)?);
        let (of_transposed, transposed) = (corr2d(&x.t()?, &k)?, corr2d(&x, &k.t()?)?.t()?);
        let differing = of_transposed.ne(&transposed)?.to_dtype(candle_core::DType::F32)?.sum_all()?;
        page.text(&(text.identity)(differing.to_scalar::<f32>()? as usize, transposed.elem_count()))?;
        page.text(text.ramps)?;
        page.figure(&ramps(device)?)?;
        page.text(text.normal)?;
        page.text(text.line)?;
        let line = Tensor::eye(5, candle_core::DType::F32, device)?;
        page.figure(&figure::equation(&line, &k, &corr2d(&line, &k)?)?)?;
        Ok(())
    }

    fn check(&self, answer: &Answer, device: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let (x, k) = (step(device)?, edge_detector(device)?);
        let cases = [("x_k", x.clone(), k.clone()), ("xt_k", x.t()?, k.clone()), ("x_kt", x.clone(), k.t()?)];
        let mut parts = Vec::new();
        for ((field, x, k), about_size) in cases.into_iter().zip(text.about_sizes) {
            let found = answer.matrix(field)?;
            parts.push((field, found.map(|found| judge(&found, &x, &k, about_size, text)).transpose()?));
        }
        Ok(Verdict::new(parts))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let (x, k) = (step(device)?, edge_detector(device)?);
        let y = corr2d(&x, &k)?;
        let zeros = vec![0.0; 7];
        Ok(Prediction {
            given: self.given(device)?,
            wanted: figure::numbers(&y.get(ROW)?)?,
            shown: figure::equation(&x, &k, &y)?,
            slips: vec![(zeros, text.no_edge), (figure::numbers(&y.get(ROW)?.neg()?)?, text.sign)],
        })
    }
}

/// Ramps that rise by (across, down) a pixel, and the response of [1, −1] and of its transpose to each.
fn ramps(device: &Device) -> Result<String> {
    let k = edge_detector(device)?;
    let mut lines = Vec::new();
    for (across, down) in [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0), (2.0, 1.0)] {
        let (x, y) = (monomial(1, 0, (3, 4), device)?, monomial(0, 1, (3, 4), device)?);
        let ramp = ((x * across)? + (y * down)?)?;
        let response = |k: &Tensor| Ok::<_, anyhow::Error>(figure::numbers(&corr2d(&ramp, k)?.get(0)?.get(0)?)?[0]);
        let (by_k, by_kt) = (figure::scalar(response(&k)?), figure::scalar(response(&k.t()?)?));
        let (across, down) = (figure::scalar(across), figure::scalar(down));
        lines.push(format!("({across:>2}, {down:>2})   X ⋆ K: {by_k:>2}   X ⋆ Kᵀ: {by_kt:>2}"));
    }
    Ok(lines.join("\n"))
}

/// Compares a whole result, or its row 2, with what corr2d computes.
fn judge(found: &Kernel, x: &Tensor, k: &Tensor, about_size: &str, text: &Text) -> Result<Opinion> {
    let y = corr2d(x, k)?;
    let (height, width) = y.dims2()?;
    // A row may be written down as a column, and the whole result in one line.
    let in_one_line = found.height().min(found.width()) == 1;
    let found = match found.values().len() {
        count if in_one_line && count == width => &Kernel::new(found.name(), 1, width, found.values().to_vec())?,
        count if in_one_line && count == height * width => {
            &Kernel::new(found.name(), height, width, found.values().to_vec())?
        }
        _ => found,
    };
    let (first_row, wanted) = match (found.height(), found.width()) {
        size if size == (height, width) => (0, Kernel::from_tensor("y", &y)?),
        size if size == (1, width) => (ROW, Kernel::from_tensor("row 2", &y.get(ROW)?)?),
        size => return Ok(Opinion::wrong(format!("{} {about_size}", (text.size)(size, (height, width))))),
    };
    let Some(place) = first_difference(found, &wanted) else {
        return Ok(Opinion::right((text.right)(height, width)));
    };
    let negated = Kernel::new("−y", wanted.height(), wanted.width(), wanted.values().iter().map(|v| -v).collect())?;
    let (at, window) = under(first_row * width + place, x, k, &y)?;
    let counter = (text.window)(at, window, found.values()[place]);
    let slip = if found.values().iter().all(|value| *value == 0.0) {
        text.no_edge
    } else if same(found, &negated) {
        if k.dim(0)? == 1 { text.sign } else { text.sign_of_transposed }
    } else {
        ""
    };
    Ok(Opinion::wrong(format!("{counter} {slip}").trim_end()))
}

/// Row and column of an answer, counted row by row, and the two pixels that the kernel lies on there.
fn under(place: usize, x: &Tensor, k: &Tensor, y: &Tensor) -> Result<((usize, usize), [f64; 2])> {
    let (row, column) = (place / y.dim(1)?, place % y.dim(1)?);
    let window = figure::numbers(&x.narrow(0, row, k.dim(0)?)?.narrow(1, column, k.dim(1)?)?)?;
    Ok(((row, column), [window[0], window[1]]))
}
