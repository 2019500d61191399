//! A row of a kernel cut into parts of up to three taps.

use crate::Axis;

/// The sums of which two outputs are made.
pub(super) const SUMS: usize = 4;

/// Some taps of a kernel row, a stride apart.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// The first of them.
    pub(super) first: usize,
    /// How many: at most three.
    pub(super) taps: usize,
}

impl Part {
    /// Whether it goes to a sum: one tap to the first and the last, two to all but the third, three to all.
    fn goes_to(self, sum: usize) -> bool {
        match self.taps {
            1 => matches!(sum, 0 | 3),
            2 => sum != 2,
            _ => true,
        }
    }
}

/// All parts of a kernel row, by the sums that they go to.
pub(super) struct Parts {
    of_sums: [Vec<Part>; SUMS],
}

impl Parts {
    /// Those of the kernel columns: of each phase of a stride threes, and what is left.
    pub(super) fn new(columns: &Axis) -> Self {
        let (kernel, stride) = (columns.kernel(), columns.stride());
        let of_phase = |phase: usize| {
            let taps = (kernel - phase).div_ceil(stride);
            let part = move |first: usize| Part { first: phase + first * stride, taps: (taps - first).min(3) };
            (0..taps).step_by(3).map(part)
        };
        let parts: Vec<_> = (0..stride.min(kernel)).flat_map(of_phase).collect();
        let of_sum = |sum: usize| parts.iter().copied().filter(|part| part.goes_to(sum)).collect();
        Self { of_sums: std::array::from_fn(of_sum) }
    }

    /// The parts of one of the sums.
    pub(super) fn of(&self, sum: usize) -> &[Part] {
        &self.of_sums[sum]
    }

    /// All parts, and which each is among those of every sum that it goes to.
    pub(super) fn indices(&self) -> impl Iterator<Item = (Part, [usize; SUMS])> {
        let mut used = [0; SUMS];
        // Every part goes to the first sum.
        self.of(0).iter().map(move |part| {
            let index = used;
            (0..SUMS).for_each(|sum| used[sum] += usize::from(part.goes_to(sum)));
            (*part, index)
        })
    }

    /// How many products of a kernel row make two outputs.
    pub(super) fn products(&self) -> usize {
        self.before(SUMS)
    }

    /// How many products of a kernel row come before those of a sum.
    pub(super) fn before(&self, sum: usize) -> usize {
        self.of_sums[..sum].iter().map(Vec::len).sum()
    }

    /// The farthest column that two outputs read, counted from the first of the first.
    pub(super) fn reach(&self, stride: usize) -> usize {
        // Every part goes to the first sum.
        self.of(0).iter().map(|part| part.first + part.taps * stride).max().unwrap_or(0)
    }
}
