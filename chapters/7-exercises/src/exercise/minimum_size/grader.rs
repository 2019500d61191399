//! Judges a number of taps, a formula for it, or a kernel.

use anyhow::{Context, Result, ensure};
use corr2d_imaging::Kernel;
use serde_json::Value;

use super::super::{list, polynomials::trimmed};
use super::text::Text;
use super::{HIGHEST, ORDER, determinant, order_of, smallest};
use crate::answer::Answer;
use crate::verdict::Opinion;

/// How many taps a reader says there must be.
#[derive(Clone, Copy)]
pub(super) enum Taps {
    /// For the order in question.
    Number(f64),
    /// For every order d: `times` · d + `more`.
    Formula { times: i64, more: i64 },
}

/// The order that an answer is about.
pub(super) fn order(answer: &Answer) -> Result<usize> {
    let order = answer.number("order")?.unwrap_or(ORDER as f64);
    ensure!(
        order.fract() == 0.0 && (1.0..=HIGHEST as f64).contains(&order),
        "\"order\" is {order}: take a whole number from 1 to {HIGHEST}"
    );
    Ok(order as usize)
}

/// Reads 4, "4" or "2d + 1".
pub(super) fn taps(answer: &Answer) -> Result<Option<Taps>> {
    match answer.value("taps") {
        Some(Value::String(text)) if text.contains('d') => {
            let formula = formula(text).with_context(|| {
                format!("\"taps\" is \"{text}\": write a number for the order, or a formula in d such as 2d + 3")
            })?;
            Ok(Some(formula))
        }
        _ => Ok(answer.number("taps")?.map(Taps::Number)),
    }
}

/// A sum of whole numbers and multiples of d.
fn formula(text: &str) -> Option<Taps> {
    let signed = text.replace([' ', '*', '·'], "").replace('−', "-").replace('-', "+-");
    let (mut times, mut more) = (0i64, 0i64);
    for term in signed.split('+').filter(|term| !term.is_empty()) {
        match term.strip_suffix('d') {
            Some("") => times = times.checked_add(1)?,
            Some("-") => times = times.checked_sub(1)?,
            Some(number) => times = times.checked_add(number.parse().ok()?)?,
            None => more = more.checked_add(term.parse().ok()?)?,
        }
    }
    Some(Taps::Formula { times, more })
}

pub(super) fn judge_taps(taps: Taps, order: usize, text: &Text) -> Opinion {
    match taps {
        Taps::Number(number) => judge_number(number, order, text),
        Taps::Formula { times: 1, more: 1 } => Opinion::right(text.right_formula),
        Taps::Formula { times, more } => {
            let value = |order: usize| times as f64 * order as f64 + more as f64;
            // Two lines that are not the same agree on one order at most.
            let order = if value(1) == 2.0 { 2 } else { 1 };
            let counter = judge_number(value(order), order, text);
            Opinion::wrong(format!("{} {}", (text.for_order)(order, value(order)), counter.said))
        }
    }
}

fn judge_number(taps: f64, order: usize, text: &Text) -> Opinion {
    let wanted = (order + 1) as f64;
    if taps == wanted {
        Opinion::right((text.right_number)(order, &list(&smallest(order))))
    } else if taps < 1.0 || taps.fract() != 0.0 {
        Opinion::wrong((text.no_count)(taps))
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
