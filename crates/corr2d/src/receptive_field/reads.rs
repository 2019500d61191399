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

    /// All positions that an output reads, padding included, from the first to the last.
    pub(super) fn positions(&self, output: i64) -> impl Iterator<Item = i64> + use<> {
        let (first, last) = self.ends(output).unwrap_or((0, -1));
        let step = if let Self::Window { dilation, .. } = self { *dilation } else { 1 };
        (first..=last).step_by(usize::try_from(step).unwrap_or(1).max(1))
    }
}
