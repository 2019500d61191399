//! Parts of sentences that need a number to decide their form.

use corr2d_imaging::Order;

/// So many derivatives, in English.
pub(super) fn derivatives(order: usize) -> String {
    match order {
        0 => "no derivative".to_owned(),
        1 => "1 derivative".to_owned(),
        _ => format!("{order} derivatives"),
    }
}

/// So many times, in Portuguese.
pub(super) fn times(order: usize) -> String {
    match order {
        0 => "nenhuma vez".to_owned(),
        1 => "1 vez".to_owned(),
        _ => format!("{order} vezes"),
    }
}

/// How the derivatives are shared out, where they are: those of a Laplacian are not.
pub(super) fn by_axis(order: Order, along_x: &str, along_y: &str) -> String {
    match (order.total, order.down, order.across) {
        (Some(total), Some(down), Some(across)) if total > 0 && down + across == total => {
            format!("{along_x}{across}{along_y}{down}")
        }
        _ => String::new(),
    }
}

/// The share of the energy that is symmetric, in per cent.
pub(super) fn share(parity: f64) -> f64 {
    50.0 * (1.0 + parity)
}

/// A part of a hundred, which is not the whole even if it is rounded to it.
pub(super) fn part(percent: f64, more_than: &str) -> String {
    if percent < 99.995 { format!("{percent:.2}%") } else { format!("{more_than} 99.99%") }
}

/// Where a point lies, in English.
pub(super) fn english_place(down: f64, across: f64) -> String {
    place(down, across, ["above", "below", "to the left", "to the right"], "and", |distance| distance == 1.0)
}

/// Where a point lies, in Portuguese, where what is less than two is one.
pub(super) fn portuguese_place(down: f64, across: f64) -> String {
    place(down, across, ["acima", "abaixo", "à esquerda", "à direita"], "e", |distance| distance < 2.0)
}

/// Where a point lies: so many pixels above or below, and so many to the left or right.
fn place(down: f64, across: f64, words: [&str; 4], and: &str, is_one: fn(f64) -> bool) -> String {
    let [above, below, left, right] = words;
    let part = |distance: f64, before: &str, after: &str| {
        let shown = format!("{:.3}", distance.abs());
        let shown = shown.trim_end_matches('0').trim_end_matches('.');
        let plural = if is_one(distance.abs()) { "" } else { "s" };
        format!("{shown} pixel{plural} {}", if distance < 0.0 { before } else { after })
    };
    let vertical = (down != 0.0).then(|| part(down, above, below));
    let horizontal = (across != 0.0).then(|| part(across, left, right));
    vertical.into_iter().chain(horizontal).collect::<Vec<_>>().join(&format!(" {and} "))
}
