//! What came of the search, and what may have spoilt it.

use anyhow::Result;
use corr2d::least_squares::{Fit, Moments};

use super::arguments::{Asked, Shift};
use super::mean;
use super::outputs::Written;
use super::sums::Data;
use super::survey::centre;

/// So many times what rounding leaves unexplained is more than rounding.
pub(crate) const MANY_ROUNDINGS: f64 = 4.0;

/// A larger kernel is worth a word if it leaves less than this part of what is unexplained.
const WORTH_MORE_TAPS: f64 = 0.8;

/// So far off the middle, in pixels, the weight of a kernel stands when the target was moved.
const OFF_CENTRE: f64 = 0.75;

/// A kernel that explains a smaller part of what the filter changed is not most of the filter.
const MOST_OF_THE_CHANGE: f64 = 0.8;

/// Steps that end with a tap off by this part of the largest have not arrived.
const FAR: f64 = 1e-2;

/// A tap whose error is this part of the largest tap is not known well.
const UNCERTAIN: f64 = 0.05;

/// What came of the search.
pub(crate) struct Found<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) pair_count: usize,
    pub(crate) size: (usize, usize),
    pub(crate) shift: Shift,
    /// Of each channel.
    pub(crate) learned: Vec<Learned>,
    pub(crate) steps: Option<Steps>,
    pub(crate) data: Data,
    pub(crate) jpegs: usize,
    /// The share of the variance that rounding to the levels of the target leaves unexplained.
    pub(crate) rounding: f64,
    /// What this kernel and one two taps larger leave unexplained in a sample of the first pair.
    pub(crate) larger: Option<(f64, f64)>,
    pub(crate) written: Vec<Written>,
}

/// The kernel of a channel.
pub(crate) struct Learned {
    pub(crate) kernel: Vec<f64>,
    pub(crate) bias: f64,
    /// The share of the target's variance.
    pub(crate) unexplained: f64,
    /// Of what the filter changed, target less input, the share that is explained; None if it changed nothing.
    pub(crate) change_explained: Option<f64>,
    /// The best there is, whichever way the kernel was found.
    pub(crate) fit: Fit,
}

/// How the steps went.
pub(crate) struct Steps {
    pub(crate) losses: Vec<f64>,
    /// Whether no further step would gain anything.
    pub(crate) arrived: bool,
}

/// What a reader should know of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    /// The target was moved, and this was reckoned with.
    Shifted(Shift),
    /// Most of the kernel stands beside its middle.
    OffCentre(Shift),
    /// Pixels of the target at its lowest or highest level.
    Clipped { clipped: usize, windows: usize, left_out: bool },
    /// Files that were compressed with loss.
    Jpeg { files: usize },
    /// A larger kernel explains more; the share of the squared taps that stands at the rim.
    TooSmall { size: (usize, usize), unexplained: f64, larger: f64, rim: f64 },
    /// The photographs do not determine all unknowns.
    Undetermined { rank: usize, unknowns: usize },
    /// The most uncertain tap beside the largest.
    Uncertain { error: f64, largest: f64 },
    /// The steps were over too soon; how far the best kernel's taps are, at most.
    NotArrived { difference: f64 },
}

/// What the share that is explained says of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// One kernel made it, up to rounding.
    Made,
    /// Nearly, but something else is in it.
    Nearly,
    Mostly,
    /// The target is much like the input, and little of the difference is explained.
    LittleOfTheChange,
    NotAtAll,
    /// So few windows that some kernel makes any target.
    TooFewWindows,
    /// The steps have led away from the kernel.
    RanAway,
    /// The steps were over before it could be told.
    StepsRanOut,
}

impl Learned {
    /// Of the moments that the kernel was fitted to, `unexplained` is what it leaves.
    pub(crate) fn new(moments: &Moments, (kernel, bias): (Vec<f64>, f64), fit: Fit) -> Result<Self> {
        let unexplained = moments.unexplained(&kernel, bias)?;
        let (height, width) = fit.size;
        let mut untouched = vec![0.0; height * width];
        untouched[height / 2 * width + width / 2] = 1.0;
        let change = moments.unexplained(&untouched, 0.0)?;
        let change_explained = (change > 0.0).then(|| 1.0 - unexplained / change);
        Ok(Self { kernel, bias, unexplained, change_explained, fit })
    }
}

impl Found<'_> {
    /// The mean over the channels.
    pub(crate) fn r_squared(&self) -> f64 {
        1.0 - mean(self.learned.iter().map(|learned| learned.unexplained))
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let unexplained = 1.0 - self.r_squared();
        let could_be_explained = mean(self.learned.iter().map(|learned| learned.fit.unexplained));
        let ran_out = self.steps.as_ref().is_some_and(|steps| !steps.arrived);
        let explained_of_change = self.learned.iter().filter_map(|learned| learned.change_explained);
        if self.ran_away() {
            Verdict::RanAway
        } else if self.windows_are_too_few() {
            Verdict::TooFewWindows
        } else if unexplained <= MANY_ROUNDINGS * self.rounding && unexplained < 1.0 {
            Verdict::Made
        } else if ran_out && unexplained > 1.1 * could_be_explained {
            Verdict::StepsRanOut
        } else if unexplained > 0.1 {
            Verdict::NotAtAll
        } else if explained_of_change.fold(1.0, f64::min) < MOST_OF_THE_CHANGE {
            Verdict::LittleOfTheChange
        } else if unexplained <= 1e-3 {
            Verdict::Nearly
        } else {
            Verdict::Mostly
        }
    }

    /// Whether more is left unexplained in the end than before the first step.
    fn ran_away(&self) -> bool {
        let losses = self.steps.as_ref().map_or([].as_slice(), |steps| steps.losses.as_slice());
        let (Some(first), Some(last)) = (losses.first(), losses.last()) else { return false };
        last.max(1.0 - self.r_squared()) > *first
    }

    /// Whether there is a channel with no more windows than are needed to determine what they determine.
    fn windows_are_too_few(&self) -> bool {
        let bias = usize::from(self.asked.terms.bias);
        let with_fits = self.data.moments.iter().zip(&self.data.fits);
        with_fits.into_iter().any(|(moments, fit)| moments.windows() <= fit.rank + bias)
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.shift != Shift::default() && self.asked.shift.is_none() {
            notes.push(Note::Shifted(self.shift));
        }
        let farther = |(down, right): &(f64, f64)| down.abs().max(right.abs());
        let centres = self.learned.iter().map(|learned| centre(&learned.kernel, self.size));
        let farthest = centres.max_by(|one, other| farther(one).total_cmp(&farther(other)));
        if let Some((down, right)) = farthest.filter(|centre| farther(centre) >= OFF_CENTRE)
            && self.verdict() == Verdict::Made
        {
            notes.push(Note::OffCentre(Shift { down: down.round() as isize, right: right.round() as isize }));
        }
        let Data { windows, clipped, left_out, .. } = self.data;
        if clipped > 0 {
            notes.push(Note::Clipped { clipped, windows, left_out });
        }
        if self.jpegs > 0 {
            notes.push(Note::Jpeg { files: self.jpegs });
        }
        if let Some((unexplained, larger)) = self.larger.filter(|(now, larger)| *larger < WORTH_MORE_TAPS * now) {
            let size = (self.size.0 + 2, self.size.1 + 2);
            notes.push(Note::TooSmall { size, unexplained, larger, rim: self.rim() });
        }
        let worst = self.learned.iter().map(|learned| &learned.fit).min_by_key(|fit| fit.rank);
        if let Some(fit) = worst.filter(|fit| fit.rank < fit.unknowns) {
            notes.push(Note::Undetermined { rank: fit.rank, unknowns: fit.unknowns });
        }
        notes.extend(self.uncertain());
        if !matches!(self.verdict(), Verdict::StepsRanOut | Verdict::RanAway) {
            notes.extend(self.not_arrived());
        }
        notes
    }

    /// The share of the squared taps that stands in the outermost rows and columns, in the channel where it is largest.
    fn rim(&self) -> f64 {
        let (height, width) = self.size;
        let is_at_rim = |index: usize| {
            let (row, column) = (index / width, index % width);
            row == 0 || column == 0 || row + 1 == height || column + 1 == width
        };
        let square = |learned: &Learned, rim_only: bool| {
            let counted = learned.kernel.iter().enumerate().filter(|(index, _)| !rim_only || is_at_rim(*index));
            counted.map(|(_, tap)| tap * tap).sum::<f64>()
        };
        let shares = self.learned.iter();
        shares.map(|learned| square(learned, true) / square(learned, false).max(f64::MIN_POSITIVE)).fold(0.0, f64::max)
    }

    /// Whether the steps ended far from the best kernel, little as that may leave unexplained.
    fn not_arrived(&self) -> Option<Note> {
        self.steps.as_ref().filter(|steps| !steps.arrived)?;
        let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, |most: f64, x| most.max(x.abs()));
        let of = |learned: &Learned| {
            let with_best = learned.kernel.iter().zip(&learned.fit.kernel);
            let difference = largest(&mut with_best.map(|(tap, best)| tap - best));
            (difference > FAR * largest(&mut learned.fit.kernel.iter().copied())).then_some(difference)
        };
        let difference = self.learned.iter().filter_map(of).reduce(f64::max)?;
        Some(Note::NotArrived { difference })
    }

    fn uncertain(&self) -> Option<Note> {
        let of = |learned: &Learned| {
            let largest = learned.kernel.iter().fold(0.0, |largest: f64, tap| largest.max(tap.abs()));
            let error = learned.fit.tap_error?;
            (error > UNCERTAIN * largest).then_some(Note::Uncertain { error, largest })
        };
        self.learned.iter().find_map(of)
    }
}
