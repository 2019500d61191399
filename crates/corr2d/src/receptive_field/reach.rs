//! Regions that repeat: how far outputs see along one axis, through all layers of one path.

use num_rational::Ratio;

use super::reads::Reads;

/// More phases than this no network needs; the least common multiple of two periods could be anything.
const LONGEST_PERIOD: i64 = 1 << 12;

/// Where the outputs of a map see the image: output u + period sees what u sees, `step` pixels further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    step: i64,
    /// The first and the last pixel that outputs 0, 1, … of one period see.
    ends: Vec<(i64, i64)>,
}

impl Reach {
    /// The image sees itself.
    pub(super) fn of_image() -> Self {
        Self { step: 1, ends: vec![(0, 0)] }
    }

    pub(super) fn period(&self) -> i64 {
        self.ends.len() as i64
    }

    /// How many pixels lie between what neighbouring outputs see, on the average.
    pub(super) fn stride(&self) -> Ratio<i64> {
        Ratio::new(self.step, self.period())
    }

    /// The first and the last pixel that an output sees; `None` where the numbers end.
    pub(super) fn at(&self, output: i64) -> Option<(i64, i64)> {
        let (first, last) = self.ends.get(usize::try_from(output.rem_euclid(self.period())).ok()?)?;
        let moved = output.div_euclid(self.period()).checked_mul(self.step)?;
        Some((first.checked_add(moved)?, last.checked_add(moved)?))
    }

    /// What the outputs of a layer see whose inputs see this.
    pub(super) fn through(&self, reads: &Reads) -> Option<Self> {
        let (period, step) = match *reads {
            Reads::All { .. } | Reads::Window { stride: 0, .. } => (1, 0),
            Reads::Window { stride, .. } => {
                let common = greatest_common_divisor(self.period(), stride);
                (self.period() / common, self.step.checked_mul(stride / common)?)
            }
            Reads::Transposed { stride, .. } => (self.period().checked_mul(stride)?, self.step),
        };
        let ends = |output| {
            let (first, last) = reads.ends(output)?;
            // Later inputs never see less far, so the ends of what is read see furthest.
            Some((self.at(first)?.0, self.at(last)?.1))
        };
        if period > LONGEST_PERIOD {
            return None;
        }
        Some(Self { step, ends: (0..period).map(ends).collect::<Option<_>>()? }.shortest())
    }

    /// The smallest regions around those of two paths of one stride.
    pub(super) fn around(&self, other: &Self) -> Option<Self> {
        let (ours, theirs) = (self.period(), other.period());
        let period = (ours / greatest_common_divisor(ours, theirs)).checked_mul(theirs)?;
        if period > LONGEST_PERIOD {
            return None;
        }
        let around = |output| {
            let ((first, last), (other_first, other_last)) = (self.at(output)?, other.at(output)?);
            Some((first.min(other_first), last.max(other_last)))
        };
        let step = self.step.checked_mul(period / ours)?;
        Some(Self { step, ends: (0..period).map(around).collect::<Option<_>>()? }.shortest())
    }

    /// How far apart the centres of two paths of one stride get, at most.
    pub(super) fn off_centre(&self, other: &Self) -> Option<Ratio<i64>> {
        let mut furthest = 0;
        for output in 0..self.period().checked_mul(other.period())?.min(LONGEST_PERIOD) {
            let ((first, last), (other_first, other_last)) = (self.at(output)?, other.at(output)?);
            furthest = furthest.max(first.checked_add(last)?.checked_sub(other_first.checked_add(other_last)?)?.abs());
        }
        Some(Ratio::new(furthest, 2))
    }

    /// The same with the shortest period.
    fn shortest(self) -> Self {
        let full = self.period();
        let repeats = |period: &i64| {
            let whole = full % period == 0 && (self.step * period) % full == 0;
            let moved = self.step * period / full;
            let same = |index: usize| {
                let (first, last) = self.ends[index % *period as usize];
                let away = (index as i64 / period) * moved;
                self.ends[index] == (first + away, last + away)
            };
            whole && (0..self.ends.len()).all(same)
        };
        let bounded = self.step.checked_mul(full).is_some();
        let period = if bounded { (1..=full).find(repeats).unwrap_or(full) } else { full };
        let ends = self.ends[..period as usize].to_vec();
        Self { step: if period == full { self.step } else { self.step * period / full }, ends }
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
