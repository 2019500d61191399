//! The best kernel without a negative tap, by an active set.
//!
//! Some unknowns are held at 0; the others are free. The best point of the free ones is gone to, but only until one of them
//! meets 0, which is then held too. Where all are at their best, one that is held is let go if the loss falls with it.
//! Each best point that is another one is better than the last, so none comes back. Where none of the way can be gone, the
//! unknown that was let go in vain stays held until the point has moved (*Solving Least Squares Problems*, 1974, chapter
//! 23; here with a sum that may be given).

use super::fit::best;
use super::gram::dot;
use super::quadratic::{Quadratic, product};

/// The best unknowns, none below 0; on the plane where the taps sum to 1, if they have to.
pub(super) fn best_nonnegative(tied: &Quadratic, sum_one: bool) -> Vec<f64> {
    let unknowns = tied.unknowns();
    let total: f64 = tied.counts.iter().sum();
    let mut point = vec![if sum_one { total.recip() } else { 0.0 }; unknowns];
    let mut free: Vec<usize> = if sum_one { (0..unknowns).collect() } else { Vec::new() };
    // A gradient that rounding leaves of none.
    let scale = tied.slope.iter().fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
    let nothing = 1e-12 * scale;
    let mut in_vain: Vec<usize> = Vec::new();
    // Many times what is ever needed, should rounding go round in circles; the point keeps its terms even then.
    for _ in 0..10 * unknowns + 10 {
        let wanted = best_among(tied, &free, sum_one);
        let first_at_zero = free
            .iter()
            .filter(|index| wanted[**index] < 0.0)
            .map(|index| (point[*index] / (point[*index] - wanted[*index]), *index))
            .min_by(|(one, _), (other, _)| one.total_cmp(other));
        if let Some((part, held)) = first_at_zero {
            point.iter_mut().zip(&wanted).for_each(|(entry, wanted)| *entry += part * (wanted - *entry));
            point[held] = 0.0;
            free.retain(|index| *index != held);
            if part > 0.0 {
                in_vain.clear();
            } else {
                in_vain.push(held);
            }
            continue;
        }
        if wanted != point {
            in_vain.clear();
        }
        point = wanted;
        let gains = gains_of_freeing(tied, &point, &free, sum_one);
        let held = (0..unknowns).filter(|index| !free.contains(index) && !in_vain.contains(index));
        let worth_it = held.filter(|index| gains[*index] > nothing);
        let Some(freed) = worth_it.max_by(|one, other| gains[*one].total_cmp(&gains[*other])) else { break };
        free.push(freed);
        free.sort_unstable();
    }
    point
}

/// The best point with all but some unknowns at 0.
fn best_among(tied: &Quadratic, free: &[usize], sum_one: bool) -> Vec<f64> {
    let among = tied.among(free);
    let among = if sum_one { among.on_plane() } else { among };
    let mut point = vec![0.0; tied.unknowns()];
    let best = among.tied_unknowns(&best(&among).unknowns);
    free.iter().zip(best).for_each(|(index, value)| point[*index] = value);
    point
}

/// How steeply the loss falls along each unknown.
fn gains_of_freeing(tied: &Quadratic, point: &[f64], free: &[usize], sum_one: bool) -> Vec<f64> {
    let pushed = product(&tied.matrix, point);
    let downhill: Vec<f64> = tied.slope.iter().zip(&pushed).map(|(slope, pushed)| slope - pushed).collect();
    // On the plane only the part along it counts: at the best point the free ones have none.
    let normal: Vec<f64> = free.iter().map(|index| tied.counts[*index]).collect();
    let along: Vec<f64> = free.iter().map(|index| downhill[*index]).collect();
    let price = if sum_one { dot(&along, &normal) / dot(&normal, &normal) } else { 0.0 };
    downhill.iter().zip(&tied.counts).map(|(downhill, count)| downhill - price * count).collect()
}
