//! Judges a number of taps, a formula for it, or a kernel.

use anyhow::{Context, Result, ensure};
use corr2d_imaging::Kernel;
use serde_json::Value;

use super::super::{list, polynomials::trimmed};
use super::text::Text;
use super::{HIGHEST, ORDER, determinant, formula, order_of, smallest};
use crate::answer::Answer;
use crate::verdict::Opinion;

/// How many taps a reader says there must be.
pub(super) enum Taps {
    /// For the order in question.
    Number(f64),
    /// For each order from 1 to [`ORDERS`].
    Formula(Vec<f64>),
}

/// In more orders than a wrong formula can hit: it and d + 1 differ by a quotient whose numerator is a polynomial of at most one
/// degree more than there are signs, and no polynomial is 0 more often than its degree.
const ORDERS: usize = formula::LONGEST + 2;

/// The order that an answer is about.
pub(super) fn order(answer: &Answer) -> Result<usize> {
    let order = answer.number("order")?.unwrap_or(ORDER as f64);
    ensure!(
        order.fract() == 0.0 && (0.0..=HIGHEST as f64).contains(&order),
        "\"order\" is {order}: take a whole number from 0 to {HIGHEST}"
    );
    Ok(order as usize)
}

/// Reads 4, "8/2" or "2d + 1".
pub(super) fn taps(answer: &Answer) -> Result<Option<Taps>> {
    let Some(Value::String(text)) = answer.value("taps") else {
        return Ok(answer.number("taps")?.map(Taps::Number));
    };
    let values = (1..=ORDERS).map(|order| formula::value(text, order as f64)).collect::<Option<Vec<_>>>();
    let values = values.filter(|values| values.iter().all(|value| value.is_finite())).with_context(|| {
        format!("\"taps\" is \"{text}\": write a number for the order, or a formula in d such as 2d + 3")
    })?;
    Ok(Some(if text.contains(['d', 'D']) { Taps::Formula(values) } else { Taps::Number(values[0]) }))
}

pub(super) fn judge_taps(taps: &Taps, order: usize, text: &Text) -> Opinion {
    let values = match taps {
        Taps::Number(number) => return judge_number(*number, order, text),
        Taps::Formula(values) => values,
    };
    match (1..).zip(values).find(|(order, value)| !is(**value, order + 1)) {
        None => Opinion::right(text.right_formula),
        Some((order, value)) => {
            let counter = judge_number(*value, order, text);
            Opinion::wrong(format!("{} {}", (text.for_order)(order, *value), counter.said))
        }
    }
}

/// Whether a number that was computed is this one.
fn is(value: f64, wanted: usize) -> bool {
    (value - wanted as f64).abs() < 1e-9 * wanted as f64
}

fn judge_number(taps: f64, order: usize, text: &Text) -> Opinion {
    let wanted = (order + 1) as f64;
    if is(taps, order + 1) {
        Opinion::right((text.right_number)(order, &list(&smallest(order))))
    } else if taps < 1.0 || taps.fract() != 0.0 {
        Opinion::wrong((text.no_count)(taps))
    } else if order > HIGHEST {
        Opinion::wrong((text.fewest)(smallest(order).len()))
    } else if taps < wanted {
        let taps = taps as usize;
        Opinion::wrong((text.too_few)(taps, &determinant(taps).unwrap_or_default().to_string()))
    } else {
        Opinion::wrong((text.too_many)(order, &list(&smallest(order))))
    }
}

pub(super) fn judge_kernel(kernel: &Kernel, order: usize, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    ensure!(
        kernel.height() == 1 || kernel.width() == 1,
        "\"kernel\" is {}×{}: exercise 6 takes a row or a column of taps",
        kernel.height(),
        kernel.width()
    );
    let taps = kernel.values().to_vec();
    let row = Kernel::new(kernel.name(), 1, taps.len(), taps)?;
    let Some((found, factor)) = order_of(&row) else { return Ok(Opinion::wrong((text.beyond)(order))) };
    if found != order {
        return Ok(Opinion::wrong((text.other_order)(order, found, factor)));
    }
    if row.width() > order + 1 {
        return Ok(Opinion::wrong((text.larger)(order, row.width(), &list(&smallest(order)))));
    }
    let factorial: usize = (1..=order).product();
    Ok(Opinion::right((text.right_kernel)(order, factor / factorial as f64)))
}
