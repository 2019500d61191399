//! A named shape with its options.

use std::borrow::Cow;
use std::fmt;

use corr2d_cpu::{Algorithm, Conv2dOptions, Error, Plan};

/// One correlation to try: its shapes, its options, and a name that a failure prints.
///
/// ```
/// use corr2d_tests::CASES;
///
/// let names: Vec<_> = CASES.iter().map(|case| &case.name).collect();
/// assert!(names.iter().any(|name| *name == "width_one_below_lane"));
/// ```
#[derive(Clone, Debug)]
pub struct Case {
    /// What the shape stresses.
    pub name: Cow<'static, str>,
    /// [N, C, H, W].
    pub input: [usize; 4],
    /// [O, C / groups, h, w].
    pub weight: [usize; 4],
    /// Stride, padding, dilation and groups.
    pub options: Conv2dOptions,
    /// Whether a layer of this shape has a bias.
    pub bias: bool,
}

impl Case {
    /// The plan that runs this case by one algorithm.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn plan(&self, algorithm: Algorithm) -> Result<Plan, Error> {
        Plan::new(self.input, self.weight, &Conv2dOptions { algorithm, ..self.options })
    }

    /// A number that depends on the name alone (FNV-1a), so that each case has data of its own.
    pub fn seed(&self) -> u64 {
        self.name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conv2dOptions { stride, padding, dilation, groups, .. } = self.options;
        write!(formatter, "{}: input {:?}, weight {:?}, ", self.name, self.input, self.weight)?;
        write!(formatter, "stride {stride:?}, {padding:?}, dilation {dilation:?}, {groups} groups")
    }
}
