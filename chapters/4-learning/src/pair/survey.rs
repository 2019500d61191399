//! A look at some thousands of windows with more taps than the kernel has: was the target moved, is the kernel too small,
//! and which size explains pixels that it was not learned from.
//!
//! The moments of a large kernel hold those of every smaller kernel at every place in it, so that hundreds of shifts and
//! sizes are compared without another look at the photographs.

use anyhow::Result;
use candle_core::{DType, Tensor};
use corr2d::least_squares::{Fit, Moments, Symmetry, Terms};

use super::arguments::Shift;
use super::photographs::{Matched, Pair};
use super::sums::Pairs;

/// How far a shift is looked for at once.
const REACH: usize = 8;

/// How often it is looked for again from where it was found: the margin of a large kernel is small.
const MOST_LOOKS: usize = 8;

/// A sample needs so many pixels that stand out of the target, lest it miss those that matter.
const STANDING_OUT: f64 = 100.0;

/// The largest kernel, with its margins, of which moments are taken here.
const MOST_TAPS: usize = 625;

/// How many windows are looked at.
const SAMPLES: usize = 4096;

/// The sides of the largest kernel that `auto` tries, and its margin around the middle tap.
const LARGEST: usize = 15;

/// Below this share of the variance nothing is left that a shift or a larger kernel could explain.
const NOTHING: f64 = 1e-9;

/// Row and column of a window.
type Place = (usize, usize);

/// What a sample of the first pair says of kernels of a size and somewhat larger ones.
pub(crate) struct Survey {
    size: (usize, usize),
    margin: (usize, usize),
    /// Of each channel.
    moments: Vec<Moments>,
}

impl Survey {
    /// A sample of windows with as much margin as is affordable, of clipped ones too if they were not left out. None where
    /// there is nothing to be seen: the target is flat, or too small for any margin.
    pub(crate) fn of(pairs: &Pairs, size: (usize, usize), shift: Shift, leave_out: bool) -> Result<Option<Self>> {
        let pair = &pairs.first;
        let image = pair.input.size()?;
        let target = pair.target.size()?;
        let affordable = |margin: &usize| {
            let taps = (size.0 + 2 * margin, size.1 + 2 * margin);
            // In small images, so that more windows are left than a kernel has taps.
            taps.0 * taps.1 <= MOST_TAPS && 3 * taps.0 <= image.0.min(target.0) && 3 * taps.1 <= image.1.min(target.1)
        };
        let Some(margin) = (1..=REACH).rev().find(affordable) else { return Ok(None) };
        let margin = (margin, margin);
        let mut moments = Vec::new();
        for (channel, origins) in pairs.origins.iter().enumerate() {
            // A shift that leaves windows without a margin may leave none with it.
            let Ok(matched) = pair.matched(channel, size, margin, shift) else { return Ok(None) };
            let taps = (size.0 + 2 * margin.0, size.1 + 2 * margin.1);
            let (even, odd) = halves(&matched, &Moments::new(taps, *origins)?, SAMPLES, leave_out)?;
            let sum = even.plus(&odd)?;
            if sum.target_variance().is_err() {
                return Ok(None);
            }
            moments.push(sum);
        }
        Ok(Some(Self { size, margin, moments }))
    }

    /// By how much the target was moved beyond the shift that the survey was taken at. No shift is found unless it explains
    /// half of what none leaves unexplained.
    fn further(&self, terms: &Terms) -> Result<Shift> {
        let (rows, columns) = (self.margin.0 as isize, self.margin.1 as isize);
        let mut tried = Vec::new();
        for down in -rows..=rows {
            for right in -columns..=columns {
                let shift = Shift { down, right };
                tried.push((shift, self.unexplained(self.size, shift, terms)?));
            }
        }
        let least = tried.iter().map(|(_, left)| *left).fold(f64::INFINITY, f64::min);
        let is_as_good = |(_, left): &&(Shift, f64)| *left <= 2.0 * least + NOTHING;
        let as_good: Vec<Shift> = tried.iter().filter(is_as_good).map(|(shift, _)| *shift).collect();
        if as_good.contains(&Shift::default()) {
            return Ok(Shift::default());
        }
        // A small kernel fits into a larger one at several places: the one where it is in the middle.
        let mut best = (f64::INFINITY, Shift::default());
        for shift in as_good {
            let part = self.moments[0].part(self.place(self.size, shift), self.size)?;
            let (down, right) = centre(&Fit::kernel_and_bias(&part, terms)?.0, self.size);
            let off = down * down + right * right;
            if off < best.0 {
                best = (off, shift);
            }
        }
        Ok(best.1)
    }

    /// The unexplained share under the kernel, and under one that is two taps larger in both directions.
    pub(crate) fn with_larger(&self, terms: &Terms) -> Result<(f64, f64)> {
        let larger = (self.size.0 + 2, self.size.1 + 2);
        let left = |size| self.unexplained(size, Shift::default(), terms);
        Ok((left(self.size)?, left(larger)?))
    }

    /// The mean over the channels.
    fn unexplained(&self, size: (usize, usize), shift: Shift, terms: &Terms) -> Result<f64> {
        let mut sum = 0.0;
        for moments in &self.moments {
            let part = moments.part(self.place(size, shift), size)?;
            let (kernel, bias) = Fit::kernel_and_bias(&part, terms)?;
            sum += part.unexplained(&kernel, bias)?;
        }
        Ok(sum / self.moments.len() as f64)
    }

    /// Where the first tap of a kernel is when the target was moved: as far back as the target is on.
    fn place(&self, size: (usize, usize), shift: Shift) -> (usize, usize) {
        let along = |margin: usize, growth: usize, shift: isize| (margin - growth).saturating_add_signed(-shift);
        let growth = ((size.0 - self.size.0) / 2, (size.1 - self.size.1) / 2);
        (along(self.margin.0, growth.0, shift.down), along(self.margin.1, growth.1, shift.right))
    }
}

/// By how much the target was moved, or none if no place was found from which no other is better: at the end of its margin
/// a survey sees a part of the way only.
pub(crate) fn find_shift(pairs: &Pairs, size: (usize, usize), terms: &Terms, leave_out: bool) -> Result<Shift> {
    let mut shift = Shift::default();
    for _ in 0..MOST_LOOKS {
        let Some(survey) = Survey::of(pairs, size, shift, leave_out)? else { break };
        let further = survey.further(terms)?;
        if further == Shift::default() {
            return Ok(shift);
        }
        shift = Shift { down: shift.down + further.down, right: shift.right + further.right };
    }
    Ok(Shift::default())
}

/// Where the weight of a kernel is, in rows and columns from its middle: the mean place of its squared taps.
pub(crate) fn centre(kernel: &[f64], (height, width): (usize, usize)) -> (f64, f64) {
    let energy: f64 = kernel.iter().map(|tap| tap * tap).sum();
    if energy == 0.0 {
        return (0.0, 0.0);
    }
    let mean = |place: &dyn Fn(usize) -> f64| {
        kernel.iter().enumerate().map(|(index, tap)| tap * tap * place(index)).sum::<f64>() / energy
    };
    let down = mean(&|index| (index / width) as f64 - (height as f64 - 1.0) / 2.0);
    let right = mean(&|index| (index % width) as f64 - (width as f64 - 1.0) / 2.0);
    (down, right)
}

/// Refuses photographs that are too small to hold pixels out.
pub(crate) fn check_for_auto(pair: &Pair) -> Result<()> {
    let (image, least) = (pair.input.size()?, 3 * LARGEST);
    anyhow::ensure!(
        image.0 >= least && image.1 >= least,
        "--kernel-size auto needs an input of {least}×{least} at least, not {}×{}: give the size as HxW",
        image.0,
        image.1
    );
    Ok(())
}

/// The smallest kernel that explains pixels which it was not learned from as well as any up to 15×15 does, but for one part
/// in a hundred. Where too few pixels tell anything to hold some out, it is learned from all that it explains.
pub(crate) fn size_by_held_out_pixels(pairs: &Pairs, shift: Shift, terms: &Terms) -> Result<(usize, usize)> {
    let margin = LARGEST / 2;
    let largest = (2 * margin + 1, 2 * margin + 1);
    let (mut learned, mut held_out) = (Vec::new(), Vec::new());
    for (channel, origins) in pairs.origins.iter().enumerate() {
        let matched = pairs.first.matched(channel, (1, 1), (margin, margin), shift)?;
        let (even, odd) = halves(&matched, &Moments::new(largest, *origins)?, 4 * SAMPLES, true)?;
        learned.push(even);
        held_out.push(odd);
    }
    let mut tried = Vec::new();
    for height in 1..=LARGEST {
        for width in 1..=LARGEST {
            if terms.symmetry == Symmetry::Square && height != width {
                continue;
            }
            let place = (margin - height / 2, margin - width / 2);
            let mut left = 0.0;
            for (learned, held_out) in learned.iter().zip(&held_out) {
                let (kernel, bias) = Fit::kernel_and_bias(&learned.part(place, (height, width))?, terms)?;
                left += held_out.part(place, (height, width))?.unexplained(&kernel, bias)?;
            }
            tried.push(((height, width), left));
        }
    }
    let least = tried.iter().map(|(_, left)| *left).fold(f64::INFINITY, f64::min);
    let good = tried.iter().filter(|(_, left)| *left <= 1.01 * least + NOTHING).map(|(size, _)| *size);
    // Of two with as many taps, the one that is more of a square.
    Ok(good.min_by_key(|(height, width)| (height * width, height + width)).unwrap_or((3, 3)))
}

/// A sample of the windows in two halves, without the clipped ones or with them where the others say nothing. Where a sample
/// would miss the pixels that matter, as in a target that is black but for a few, all windows are both halves.
fn halves(matched: &Matched, none: &Moments, most: usize, leave_out: bool) -> Result<(Moments, Moments)> {
    let clipped = if leave_out { matched.clipped.as_slice() } else { &[] };
    let sum = |places: &[Place]| -> Result<Moments> {
        let mut sum = none.clone();
        sum.add_windows(&matched.input, &matched.target, places)?;
        Ok(sum)
    };
    let share = most as f64 / matched.target.elem_count() as f64;
    if share.min(1.0) * standing_out(&matched.target, clipped)? >= STANDING_OUT {
        let [even, odd] = samples(&matched.target, clipped, most);
        let halves = (sum(&even)?, sum(&odd)?);
        if halves.0.target_variance().is_ok() && halves.1.target_variance().is_ok() {
            return Ok(halves);
        }
    }
    let mut all = none.clone();
    all.add(&matched.input, &matched.target)?;
    let rest = all.minus(&sum(clipped)?)?;
    if leave_out && rest.target_variance().is_err() {
        return halves(matched, none, most, false);
    }
    Ok((rest.clone(), rest))
}

/// How many pixels carry the variance: (Σ d²)² / Σ d⁴ of the distances from the mean, which is n where n pixels stand out by
/// the same and the others hardly do.
fn standing_out(target: &Tensor, clipped: &[Place]) -> Result<f64> {
    let rows: Vec<Vec<f64>> = target.to_dtype(DType::F64)?.to_vec2()?;
    let is_cut = |place: &Place| !clipped.is_empty() && clipped.binary_search(place).is_ok();
    let columns = rows.first().map_or(0, Vec::len);
    let places = (0..rows.len()).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let whole: Vec<f64> = places.filter(|place| !is_cut(place)).map(|(row, column)| rows[row][column]).collect();
    let mean = whole.iter().sum::<f64>() / whole.len() as f64;
    let squares = || whole.iter().map(|pixel| (pixel - mean).powi(2));
    let (sum, of_squares) = (squares().sum::<f64>(), squares().map(|square| square * square).sum::<f64>());
    Ok(if of_squares > 0.0 { sum * sum / of_squares } else { 0.0 })
}

/// At most so many places that are not among the clipped ones, spread over all of a target, in two halves that alternate.
fn samples(target: &Tensor, clipped: &[Place], most: usize) -> [Vec<Place>; 2] {
    let (rows, columns) = match *target.dims() {
        [rows, columns] => (rows, columns),
        _ => (0, 0),
    };
    let count = rows * columns;
    let strata = most.min(count);
    let mut halves = [Vec::new(), Vec::new()];
    for stratum in 0..strata {
        let (start, end) = (stratum * count / strata, (stratum + 1) * count / strata);
        // Not always the first, lest all of them stand in a few columns.
        let jitter = ((stratum as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) as usize % (end - start);
        let places = (start + jitter..end).chain(start..start + jitter).map(|index| (index / columns, index % columns));
        let whole = places.into_iter().find(|place| clipped.binary_search(place).is_err());
        if let Some(place) = whole {
            halves[stratum % 2].push(place);
        }
    }
    halves
}
