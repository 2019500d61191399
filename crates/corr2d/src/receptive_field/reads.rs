//! Which positions of its input one output of one layer reads, along one axis.

/// A rule from outputs to the positions that they read. Positions below 0 or beyond the input are padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Output u reads u · stride + tap · dilation − before, for every tap. A stride of 0 is a single number for all.
    Window { taps: i64, stride: i64, dilation: i64, before: i64 },
    /// Output u reads every i with u = i · stride + tap − before.
    Transposed { taps: i64, stride: i64, before: i64 },
    /// Every output reads all of so many positions.
    All { length: i64 },
}

impl Reads {
    /// Output u reads the input at the same place.
    pub(super) const SAME_PLACE: Self = Self::shifted(0);

    /// Output u reads the input at u − before.
    pub(super) const fn shifted(before: i64) -> Self {
        Self::Window { taps: 1, stride: 1, dilation: 1, before }
    }

    /// The first and the last position that an output reads, padding included; `None` where the numbers end.
    pub(super) fn ends(&self, output: i64) -> Option<(i64, i64)> {
        match *self {
            Self::Window { taps, stride, dilation, before } => {
                let first = output.checked_mul(stride)?.checked_sub(before)?;
                Some((first, first.checked_add((taps - 1).checked_mul(dilation)?)?))
            }
            Self::Transposed { taps, stride, before } => {
                let last = output.checked_add(before)?;
                // ⌈(u + before − taps + 1) / stride⌉ to ⌊(u + before) / stride⌋, not empty while taps ≥ stride.
                Some((-(taps - 1 - last).div_euclid(stride), last.div_euclid(stride)))
            }
            Self::All { length } => Some((0, length - 1)),
        }
    }

    /// The positions that an output reads in an input of this length, and whether it reads padding too.
    pub(super) fn positions(&self, output: usize, length: usize) -> (Vec<usize>, bool) {
        let Some((first, last)) = self.ends(output as i64) else { return (Vec::new(), true) };
        let step = if let Self::Window { dilation, .. } = self { *dilation } else { 1 };
        // A kernel may be far longer than the input: what lies before it is stepped over at once.
        let begin = if first < 0 { first + (-first).div_euclid(step) * step } else { first };
        let begin = if begin < 0 { begin + step } else { begin };
        let end = last.min(length as i64 - 1);
        let inside = (begin..=end).step_by(usize::try_from(step).unwrap_or(1)).map(|position| position as usize);
        (inside.collect(), first < 0 || last >= length as i64)
    }
}
