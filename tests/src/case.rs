//! A named shape with its options.

use std::borrow::Cow;
use std::fmt;

use corr2d_cpu::{Algorithm, Conv2dOptions, Error, Isa, Path, Plan};

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

    /// Every way to run this case but the textbook's: each path that suits, with each instruction set of this machine.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn fast_plans(&self) -> Result<Vec<Plan>, Error> {
        let plan = self.plan(Algorithm::Auto)?;
        let mut plans = Vec::new();
        for path in plan.paths().into_iter().filter(|path| *path != Path::Reference) {
            for isa in Isa::available() {
                plans.push(plan.with_path(path)?.with_isa(*isa));
            }
        }
        Ok(plans)
    }

    /// Those of [`Case::fast_plans`] that are exact on small integers: all but tiles of 4×4, whose points are fractions, and
    /// the FFT, whose factors are roots.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn exact_plans(&self) -> Result<Vec<Plan>, Error> {
        let exact = |plan: &Plan| !matches!(plan.path(), Path::Winograd4 | Path::Fft);
        Ok(self.fast_plans()?.into_iter().filter(exact).collect())
    }

    /// Every way to compute the input gradient of this case but the textbook's: other paths may suit than those of the
    /// forward pass.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn input_gradient_plans(&self) -> Result<Vec<Plan>, Error> {
        let plan = self.plan(Algorithm::Auto)?;
        let mut plans = Vec::new();
        for path in plan.input_gradient_paths().into_iter().filter(|path| *path != Path::Reference) {
            for isa in Isa::available() {
                plans.push(plan.with_input_gradient_path(path)?.with_isa(*isa));
            }
        }
        Ok(plans)
    }

    /// As [`Case::fast_plans`], and the textbook loops.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn all_plans(&self) -> Result<Vec<Plan>, Error> {
        let mut plans = self.fast_plans()?;
        plans.push(self.plan(Algorithm::Reference)?);
        Ok(plans)
    }

    /// A number that depends on the name alone (FNV-1a), so that each case has data of its own.
    pub fn seed(&self) -> u64 {
        self.name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// What a failing test calls a plan: its path and instruction set.
pub fn name_of(plan: &Plan) -> String {
    format!("{:?} on {}", plan.path(), plan.isa())
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conv2dOptions { stride, padding, dilation, groups, .. } = self.options;
        write!(formatter, "{}: input {:?}, weight {:?}, ", self.name, self.input, self.weight)?;
        write!(formatter, "stride {stride:?}, {padding:?}, dilation {dilation:?}, {groups} groups")
    }
}
