//! What becomes of a kernel that is turned by 180°: itself, its negative, or another kernel.

use corr2d_imaging::Kernel;

/// What the turned kernel is, and with it how convolution stands to correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// The same kernel: convolution is correlation.
    Same,
    /// Its negative: convolution is correlation with the sign changed.
    Negative,
    /// Another kernel: the two have nothing simple to do with each other.
    Another,
}

impl Turned {
    /// Compares each weight with the one opposite to it, through the middle of the kernel.
    pub(crate) fn of(kernel: &Kernel) -> Self {
        let pairs = || kernel.values().iter().zip(kernel.values().iter().rev());
        if pairs().all(|(weight, opposite)| weight == opposite) {
            Self::Same
        } else if pairs().all(|(weight, opposite)| *weight == -opposite) {
            Self::Negative
        } else {
            Self::Another
        }
    }

    /// The word for it in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Negative => "negative",
            Self::Another => "another",
        }
    }
}
