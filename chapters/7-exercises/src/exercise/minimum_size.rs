//! Exercise 6: the fewest taps of a derivative of order d.
//!
//! A kernel k is a derivative of order d if Σ k_j · j^m is 0 for m < d and not 0 for m = d: it answers to x^d and to nothing lower.
//! Its coefficients follow from the binomial theorem (*Concrete Mathematics*, section 5.3, on differences of order d).

mod formula;
mod grader;
mod text;

use anyhow::Result;
use candle_core::Device;
use chapter_kit::{Language, Page, figure};
use corr2d::corr2d;
use corr2d_imaging::Kernel;

use super::polynomials::{moment, monomial};
use super::{Exercise, Words, list, matrix, table};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::Verdict;
use text::Text;

pub(crate) struct MinimumSize;

/// The order of which the question asks for a kernel.
const ORDER: usize = 3;

/// The highest order that an answer may be about: beyond it the powers are no longer exact.
const HIGHEST: usize = 8;

// ANCHOR: smallest
/// The smallest derivative of an order: [−1, 1] applied as often, (−1)^(d−j) · C(d, j).
///
/// ```
/// use chapter_exercises::exercise::minimum_size::smallest;
///
/// assert_eq!(smallest(2), [1.0, -2.0, 1.0]);
/// assert_eq!(smallest(3), [-1.0, 3.0, -3.0, 1.0]);
/// ```
pub fn smallest(order: usize) -> Vec<f64> {
    let mut taps = vec![1.0];
    for _ in 0..order {
        let before = std::iter::once(0.0).chain(taps.iter().copied());
        let after = taps.iter().copied().chain(std::iter::once(0.0));
        taps = before.zip(after).map(|(before, after)| before - after).collect();
    }
    taps
}
// ANCHOR_END: smallest

/// The determinant of the matrix of j^m for j and m below `taps`, exactly, by Bareiss' elimination without fractions.
///
/// It is what stands between `taps` weights and the conditions Σ k_j · j^m = 0 for all m below `taps`: where it is not 0,
/// k = 0 alone meets them. `None` beyond 8 taps or so, where the numbers grow out of 128 bits.
///
/// ```
/// use chapter_exercises::exercise::minimum_size::determinant;
///
/// assert_eq!(determinant(3), Some(2));
/// assert_eq!(determinant(4), Some(12));
/// ```
pub fn determinant(taps: usize) -> Option<i128> {
    let mut rows = Vec::new();
    for power in 0..taps {
        let power = u32::try_from(power).ok()?;
        rows.push((0..taps).map(|place| i128::try_from(place).ok()?.checked_pow(power)).collect::<Option<Vec<_>>>()?);
    }
    let mut previous = 1;
    for step in 0..taps.saturating_sub(1) {
        let (done, rest) = rows.split_at_mut(step + 1);
        let pivot = &done[step];
        // The powers of distinct numbers never make a pivot 0.
        for row in rest {
            for column in step + 1..taps {
                let product =
                    pivot[step].checked_mul(row[column])?.checked_sub(row[step].checked_mul(pivot[column])?)?;
                row[column] = product.checked_div(previous)?;
            }
        }
        previous = pivot[step];
    }
    Some(rows.last().map_or(1, |row| row[taps - 1]))
}

impl Exercise for MinimumSize {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn fields(&self) -> &'static [&'static str] {
        &["taps", "order", "kernel"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 6, "taps": "2d + 3", "order": 3, "kernel": [1, 0, -1]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"taps": "d"}"#,
            r#"{"taps": "2d + 1"}"#,
            r#"{"taps": 3}"#,
            r#"{"taps": 3, "order": 1}"#,
            r#"{"kernel": [-1, 0, 0, 1]}"#,
            r#"{"kernel": [-1, 2, 0, -2, 1]}"#,
        ]
    }

    fn answer(&self, _: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.taps)?;
        let line = |order: usize| (format!("d = {order}"), list(&smallest(order)));
        page.figure(&table(&(0..=5).map(line).collect::<Vec<_>>()))?;
        page.text(text.both_axes)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        page.text(text.enough)?;
        page.figure(&powers(device)?)?;
        page.text(text.needed)?;
        let line = |taps: usize| {
            let determinant = determinant(taps).map(|determinant| determinant.to_string());
            ((text.count)(taps), format!("det {}", determinant.unwrap_or_default()))
        };
        page.figure(&table(&(1..=6).map(line).collect::<Vec<_>>()))?;
        page.text(text.hence)?;
        page.text(text.mixed)?;
        let mixed = matrix("1,-2,1;-1,2,-1", device)?;
        let answer = |across, down| {
            let image = monomial(across, down, (2, 3), device)?;
            Ok::<_, anyhow::Error>(figure::scalar(figure::numbers(&corr2d(&image, &mixed)?)?[0]))
        };
        page.figure(&figure::beside(&[
            &figure::matrix(&mixed)?,
            &format!("x²y: {}\nx²:  {}\nxy:  {}", answer(2, 1)?, answer(2, 0)?, answer(1, 1)?),
        ]))?;
        Ok(())
    }

    fn check(&self, answer: &Answer, _: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let order = grader::order(answer)?;
        let taps = grader::taps(answer)?.map(|taps| grader::judge_taps(&taps, order, text));
        let kernel = answer.matrix("kernel")?.map(|kernel| grader::judge_kernel(&kernel, order, text)).transpose()?;
        Ok(Verdict::new([("taps", taps), ("kernel", kernel)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let (cubes, k) = (matrix("0,1,8,27,64", device)?, matrix("-1,3,-3,1", device)?);
        let y = corr2d(&cubes, &k)?;
        Ok(Prediction {
            given: None,
            wanted: figure::numbers(&y)?,
            shown: figure::equation(&cubes, &k, &y)?,
            slips: vec![(vec![0.0, 0.0], text.constant_derivative)],
        })
    }
}

/// What the smallest kernel of each order answers to 1, x, x², …: 0 up to its order, and then d!.
fn powers(device: &Device) -> Result<String> {
    let highest = 5;
    let head: String = (0..=highest).map(|power| format!("{:>5}", ["1", "x", "x²", "x³", "x⁴", "x⁵"][power])).collect();
    let mut lines = vec![format!("{:<6}{head}", "")];
    for order in 0..=highest {
        let taps = smallest(order);
        let kernel = Kernel::new("smallest", 1, taps.len(), taps)?.to_tensor(device)?;
        let mut line = format!("d = {order} ");
        for power in 0..=order {
            let image = monomial(i32::try_from(power)?, 0, (1, order + 1), device)?;
            line += &format!("{:>5}", figure::scalar(figure::numbers(&corr2d(&image, &kernel)?)?[0]));
        }
        lines.push(line);
    }
    Ok(lines.join("\n"))
}

/// The order of the derivative that a row of taps is, and its factor: the first power that it answers to, up to the highest.
fn order_of(kernel: &Kernel) -> Option<(usize, f64)> {
    (0..).zip(0..=HIGHEST).find_map(|(power, order)| {
        let moment = moment(kernel, power, 0);
        (moment != 0.0).then_some((order, moment))
    })
}
