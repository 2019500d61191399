//! The kernel that made one photograph of another, or many of many: files in, kernel, drawings and report out.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `arguments` | what can be asked |
//! | `folder` | which files are a pair |
//! | `photographs` | two files as numbers that belong together |
//! | `sums` | all pairs gone through once |
//! | `survey` | a shift of the target, a size for the kernel |
//! | `rates`, `descent`, `checkpoint` | the kernel step by step |
//! | `found` | what came of it, and what may have spoilt it |
//! | `outputs` | the files that are written |
//! | `report`, `text` | the page, in English and Portuguese, and JSON |
//! | `progress` | a bar on a terminal |

mod arguments;
mod checkpoint;
mod descent;
mod folder;
mod found;
mod outputs;
mod photographs;
mod progress;
mod rates;
mod report;
mod sums;
mod survey;
mod text;

use anyhow::{Result, ensure};
use corr2d::least_squares::{Fit, Moments, Quadratic, Terms};

pub(crate) use arguments::PairArguments;
pub(crate) use outputs::Outputs;

use arguments::{Asked, KernelSize, Shift};
use found::{Found, Learned, Steps};
use sums::{Data, Pairs};
use survey::{Survey, check_for_auto, find_shift, size_by_held_out_pixels};

/// The size of kernel with which a shift is looked for when the size is not known.
const USUAL: (usize, usize) = (7, 7);

/// Learns the kernel, and writes what is to be written.
pub(crate) fn learn_pair(asked: &Asked) -> Result<Found<'_>> {
    let pairs = Pairs::open(folder::pairs_of(&asked.source)?, asked.channels)?;
    let (size, mut shift) = settle_size(asked, &pairs)?;
    let sums = pairs.sums(size, shift)?;
    let jpegs = sums.jpegs;
    let mut data = sums.data(&asked.terms)?;
    let mut larger = None;
    if mean(data.fits.iter().map(|fit| fit.unexplained)) > found::MANY_ROUNDINGS * data.rounding()? {
        // The survey compares hundreds of kernels; what is not negative can wait for the kernel itself.
        let terms = Terms { nonnegative: false, ..asked.terms };
        if asked.shift.is_none() && shift == Shift::default() {
            shift = find_shift(&pairs, size, &terms, data.left_out)?;
            if shift != Shift::default() {
                data = pairs.sums(size, shift)?.data(&asked.terms)?;
            }
        }
        let survey = Survey::of(&pairs, size, shift, data.left_out)?;
        larger = survey.map(|survey| survey.with_larger(&terms)).transpose()?;
    }
    let (learned, steps) = learned(asked, &data)?;
    let (pair_count, rounding, written) = (pairs.count(), data.rounding()?, Vec::new());
    let mut found = Found { asked, pair_count, size, shift, learned, steps, data, jpegs, rounding, larger, written };
    found.written = outputs::write(&found, &pairs.first)?;
    Ok(found)
}

/// Height and width of the kernel, and how far the target was moved where that had to be known first.
fn settle_size(asked: &Asked, pairs: &Pairs) -> Result<((usize, usize), Shift)> {
    let shift = asked.shift.unwrap_or_default();
    if let KernelSize::Given(height, width) = asked.size {
        return Ok(((height, width), shift));
    }
    if let Some(size) = pairs.first.implied_size()? {
        return Ok((size, shift));
    }
    check_for_auto(&pairs.first)?;
    let terms = Terms { nonnegative: false, ..asked.terms };
    let shift = match asked.shift {
        Some(shift) => shift,
        None => find_shift(pairs, USUAL, &terms, true)?,
    };
    Ok((size_by_held_out_pixels(pairs, shift, &terms)?, shift))
}

/// The mean over the channels.
fn mean(shares: impl ExactSizeIterator<Item = f64>) -> f64 {
    let channels = shares.len() as f64;
    shares.sum::<f64>() / channels
}

/// The kernels of the closed form, or those to which the steps have led.
fn learned(asked: &Asked, data: &Data) -> Result<(Vec<Learned>, Option<Steps>)> {
    let with_moments = data.moments.iter().zip(data.fits.iter().cloned());
    let Some(descent) = &asked.descent else {
        let at_once = |(moments, fit): (&Moments, Fit)| Learned::new(moments, (fit.kernel.clone(), fit.bias), fit);
        return Ok((with_moments.map(at_once).collect::<Result<_>>()?, None));
    };
    let quadratics = data.moments.iter().map(|moments| Quadratic::of(moments, &asked.terms));
    let quadratics = quadratics.collect::<corr2d::Result<Vec<_>>>()?;
    let descended = descent.run(&quadratics)?;
    let kernels = quadratics.iter().zip(&descended.unknowns).map(|(quadratic, unknowns)| quadratic.kernel(unknowns));
    let learned = kernels.zip(with_moments).map(|((kernel, bias), (moments, fit))| {
        let is_finite = moments.unexplained(&kernel, bias).is_ok();
        ensure!(
            is_finite,
            "the taps have grown too large to be squared: take a smaller --lr, or leave it out for the best"
        );
        Learned::new(moments, (kernel, bias), fit)
    });
    Ok((learned.collect::<Result<_>>()?, Some(Steps { losses: descended.losses, arrived: descended.arrived })))
}
