//! The first loss and the first step, written out as a reader works them out.

use crate::lesson::LEARNING_RATE;

/// The loss of the first step as a reader works it out: seven windows a row, six equal rows.
pub(crate) fn loss_by_hand([left, right]: [f32; 2]) -> String {
    let (left, right) = (f64::from(left), f64::from(right));
    let (flat, fall, rise) = (left + right, left - 1.0, right + 1.0);
    let row = 2.0 * flat * flat + fall * fall + rise * rise;
    let squares = [flat, fall, rise].map(|error| format!("{:.5}", error * error));
    [
        format!("1·{left:.4} + 1·({right:.4}) −   0  = {flat:>7.4}   ²: {}", squares[0]),
        format!("1·{left:.4} + 0·({right:.4}) −   1  = {fall:>7.4}   ²: {}", squares[1]),
        format!("0·{left:.4} + 1·({right:.4}) − (-1) = {rise:>7.4}   ²: {}", squares[2]),
        String::new(),
        format!("6 · (2 · {} + {} + {}) = {:.3}", squares[0], squares[1], squares[2], 6.0 * row),
    ]
    .join("\n")
}

/// The first step as a reader works it out: ∂loss/∂left = 6 · (2 · 2 · flat + 2 · fall), and right likewise.
pub(crate) fn step_by_hand([left, right]: [f32; 2]) -> String {
    let (left, right) = (f64::from(left), f64::from(right));
    let (flat, fall, rise) = (left + right, left - 1.0, right + 1.0);
    let (by_left, by_right) = (12.0 * (2.0 * flat + fall), 12.0 * (2.0 * flat + rise));
    let (next_left, next_right) = (left - LEARNING_RATE * by_left, right - LEARNING_RATE * by_right);
    [
        format!("∂loss/∂left  = 12 · (2 · {flat:.4} + ({fall:.4})) = {by_left:>6.3}"),
        format!("∂loss/∂right = 12 · (2 · {flat:.4} + {rise:.4})    = {by_right:>6.3}"),
        format!("[{left:.4}, {right:.4}] → [{next_left:.4}, {next_right:.4}]"),
    ]
    .join("\n")
}
