//! The sums over the windows of images that say all about the least squared error.

use super::gram::dot;
use crate::error::{Error, Result};

/// The largest kernel: its Gram matrix has a row and a column for each tap.
const MOST_TAPS: usize = 1024;

/// A variance that is so small a part of the sums it is the difference of is what their rounding leaves of none.
const ROUNDING_OF_SUMS: f64 = 1e-12;

/// A variance that is so small a part of the squared targets is what their own rounding leaves of none.
const ROUNDING_OF_TARGETS: f64 = 1e-20;

/// What all windows of some images, and the outputs wanted of them, say about a kernel; see [the module](super).
///
/// Pixels are counted from an origin, and so are targets: around it the sums are small and lose nothing to rounding. Any
/// origin gives the same kernel; the mean is a good one.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::least_squares::{Fit, Moments, Terms};
///
/// let image = Tensor::new(&[[1f32, 1., 0., 0., 3., 1.], [2., 0., 0., 5., 1., 1.]], &Device::Cpu)?;
/// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
/// let mut moments = Moments::new((1, 2), (1.0, 0.0))?;
/// moments.add(&image, &target)?;
/// let fit = Fit::of(&moments, &Terms::default())?;
/// assert!((fit.kernel[0] - 1.0).abs() < 1e-12 && (fit.kernel[1] + 1.0).abs() < 1e-12);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Height and width.
    pub(super) kernel: (usize, usize),
    pub(super) input_origin: f64,
    pub(super) target_origin: f64,
    pub(super) windows: usize,
    /// Σ x[a] · x[b], a row for each a. Entries below the diagonal are not used and hold 0.
    pub(super) gram: Vec<f64>,
    /// Σ x[a].
    pub(super) patches: Vec<f64>,
    /// Σ x[a] · y.
    pub(super) products: Vec<f64>,
    pub(super) targets: f64,
    pub(super) target_squares: f64,
    /// The part of Σ y² that was taken out again: its rounding has stayed.
    taken_out: f64,
}

impl Moments {
    /// Of no image yet, for a kernel of (height, width), with the origins of pixels and targets.
    ///
    /// ```
    /// use corr2d::least_squares::Moments;
    ///
    /// assert_eq!(Moments::new((7, 5), (0.5, 0.5))?.windows(), 0);
    /// assert!(Moments::new((99, 99), (0.5, 0.5)).is_err());
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a kernel without taps or with more than 1024 of them, and for an origin that is not finite.
    pub fn new(kernel: (usize, usize), (input_origin, target_origin): (f64, f64)) -> Result<Self> {
        let taps = kernel.0.saturating_mul(kernel.1);
        if !(1..=MOST_TAPS).contains(&taps) {
            let found = format!("{}×{}", kernel.0, kernel.1);
            return Err(Error::Setting { what: "a kernel for least squares", found, wanted: "of 1 to 1024 taps" });
        }
        for (what, origin) in [("the origin of the input", input_origin), ("the origin of the target", target_origin)] {
            if !origin.is_finite() {
                return Err(Error::Setting { what, found: origin.to_string(), wanted: "finite" });
            }
        }
        Ok(Self {
            kernel,
            input_origin,
            target_origin,
            windows: 0,
            gram: vec![0.0; taps * taps],
            patches: vec![0.0; taps],
            products: vec![0.0; taps],
            targets: 0.0,
            target_squares: 0.0,
            taken_out: 0.0,
        })
    }

    /// How many windows were added up.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use corr2d::least_squares::Moments;
    ///
    /// let mut moments = Moments::new((3, 2), (0.0, 0.0))?;
    /// let image = |size: (usize, usize)| Tensor::zeros(size, DType::F32, &Device::Cpu);
    /// moments.add(&image((7, 5))?, &image((5, 4))?)?;
    /// assert_eq!(moments.windows(), 20);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// Height and width of the kernel.
    ///
    /// ```
    /// assert_eq!(corr2d::least_squares::Moments::new((7, 5), (0.0, 0.0))?.kernel_size(), (7, 5));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn kernel_size(&self) -> (usize, usize) {
        self.kernel
    }

    /// Those of both, as if all images had been added to one.
    ///
    /// ```
    /// use corr2d::least_squares::Moments;
    ///
    /// let none = Moments::new((3, 2), (0.0, 0.0))?;
    /// assert_eq!(none.plus(&none)?, none);
    /// assert!(none.plus(&Moments::new((2, 3), (0.0, 0.0))?).is_err());
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for those of another kernel or other origins.
    pub fn plus(&self, other: &Self) -> Result<Self> {
        self.alike(other)?;
        let mut sum = self.combined(other, |one, other| one + other);
        sum.windows = self.windows + other.windows;
        sum.taken_out = self.taken_out + other.taken_out;
        Ok(sum)
    }

    /// Those of the windows that are left when the `other`s are taken out; they must be among these.
    ///
    /// The example is that of [`add_windows`](Self::add_windows).
    ///
    /// # Errors
    /// [`Error::Setting`] for those of another kernel, of other origins, or of more windows than there are.
    pub fn minus(&self, other: &Self) -> Result<Self> {
        self.alike(other)?;
        let Some(windows) = self.windows.checked_sub(other.windows) else {
            let found = format!("{} of {}", other.windows, self.windows);
            return Err(Error::Setting {
                what: "the number of windows taken out",
                found,
                wanted: "of those that there are",
            });
        };
        let mut rest = self.combined(other, |one, other| one - other);
        rest.windows = windows;
        rest.taken_out = self.taken_out + other.taken_out + other.target_squares;
        Ok(rest)
    }

    /// Those of a smaller kernel whose first tap is the tap (top, left) of this one, over the same windows.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::Moments;
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 4.], [2., 0., 0., 7.]], &Device::Cpu)?;
    /// let target = Tensor::new(&[[0f32, 1.], [2., 0.]], &Device::Cpu)?;
    /// let (mut wide, mut narrow) = (Moments::new((1, 3), (0.0, 0.0))?, Moments::new((1, 2), (0.0, 0.0))?);
    /// wide.add(&image, &target)?;
    /// narrow.add(&image.narrow(1, 1, 3)?, &target)?;
    /// assert_eq!(wide.part((0, 1), (1, 2))?, narrow);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a kernel that is no part of this one.
    pub fn part(&self, (top, left): (usize, usize), kernel: (usize, usize)) -> Result<Self> {
        let mut part = Self::new(kernel, (self.input_origin, self.target_origin))?;
        if top.saturating_add(kernel.0) > self.kernel.0 || left.saturating_add(kernel.1) > self.kernel.1 {
            let found = format!("{}×{} at ({top}, {left}) of {}×{}", kernel.0, kernel.1, self.kernel.0, self.kernel.1);
            return Err(Error::Setting { what: "a part of a kernel", found, wanted: "inside it" });
        }
        let (taps, all) = (part.patches.len(), self.patches.len());
        let tap = |index: usize| (top + index / kernel.1) * self.kernel.1 + left + index % kernel.1;
        for a in 0..taps {
            (part.patches[a], part.products[a]) = (self.patches[tap(a)], self.products[tap(a)]);
            for b in a..taps {
                part.gram[a * taps + b] = self.gram[tap(a) * all + tap(b)];
            }
        }
        part.windows = self.windows;
        (part.targets, part.target_squares, part.taken_out) = (self.targets, self.target_squares, self.taken_out);
        Ok(part)
    }

    /// The share of the target's variance that a kernel and a bias leave unexplained: 0 if they make the target, 1 if they
    /// are no better than the mean. These moments need not be those that the kernel was fitted to.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::Moments;
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0.], [2., 0., 0.]], &Device::Cpu)?;
    /// let mut moments = Moments::new((1, 2), (0.5, 0.5))?;
    /// moments.add(&image, &Tensor::new(&[[1f32, 2.], [3., 1.]], &Device::Cpu)?)?;
    /// assert_eq!(moments.unexplained(&[1.0, -1.0], 1.0)?, 0.0);
    /// assert!(moments.unexplained(&[0.0, 0.0], 1.75)? == 1.0);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for another number of taps and for taps too large to be squared, and [`Error::FlatTarget`] where
    /// there is nothing to explain.
    pub fn unexplained(&self, kernel: &[f64], bias: f64) -> Result<f64> {
        let taps = self.patches.len();
        if kernel.len() != taps {
            let found = kernel.len().to_string();
            return Err(Error::Setting { what: "the number of taps", found, wanted: "that of the moments" });
        }
        let variance = self.target_squared_deviation()?;
        // The bias that is left around the origins.
        let bias = bias + self.input_origin * kernel.iter().sum::<f64>() - self.target_origin;
        let row = |a: usize| {
            let beyond = (a + 1..taps).map(|b| self.gram[a * taps + b] * kernel[b]).sum::<f64>();
            kernel[a] * (self.gram[a * taps + a] * kernel[a] + 2.0 * beyond)
        };
        let squares = (0..taps).map(row).sum::<f64>() - 2.0 * dot(&self.products, kernel) + self.target_squares;
        let with_bias = bias * (2.0 * dot(&self.patches, kernel) + self.windows as f64 * bias - 2.0 * self.targets);
        let share = (squares + with_bias) / variance;
        if !share.is_finite() {
            let found = share.to_string();
            return Err(Error::Setting { what: "the unexplained share", found, wanted: "finite: take smaller taps" });
        }
        Ok(share.max(0.0))
    }

    /// The variance of the target over all windows.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::Moments;
    ///
    /// let mut moments = Moments::new((1, 1), (0.0, 0.0))?;
    /// moments.add(&Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu)?, &Tensor::new(&[[0f32, 3., 3.]], &Device::Cpu)?)?;
    /// assert_eq!(moments.target_variance()?, 2.0);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::FlatTarget`] where it is 0.
    pub fn target_variance(&self) -> Result<f64> {
        Ok(self.target_squared_deviation()? / self.windows as f64)
    }

    /// The same, times the number of windows.
    pub(super) fn target_squared_deviation(&self) -> Result<f64> {
        let windows = self.windows as f64;
        let mean = self.targets / windows;
        let variance = self.target_squares - self.targets * mean;
        let rounding_of_sums = ROUNDING_OF_SUMS * (self.target_squares + self.taken_out + self.targets * mean);
        let rounding_of_targets = ROUNDING_OF_TARGETS * windows * (self.target_origin + mean).powi(2);
        if variance > rounding_of_sums.max(rounding_of_targets) {
            return Ok(variance);
        }
        Err(Error::FlatTarget { windows: self.windows })
    }

    /// Sums or differences of all sums, but for the numbers of windows and what was taken out.
    fn combined(&self, other: &Self, join: impl Fn(f64, f64) -> f64) -> Self {
        let joined =
            |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| join(*one, *other)).collect();
        Self {
            gram: joined(&self.gram, &other.gram),
            patches: joined(&self.patches, &other.patches),
            products: joined(&self.products, &other.products),
            targets: join(self.targets, other.targets),
            target_squares: join(self.target_squares, other.target_squares),
            ..*self
        }
    }

    fn alike(&self, other: &Self) -> Result<()> {
        let kind = |moments: &Self| (moments.kernel, moments.input_origin, moments.target_origin);
        if kind(self) == kind(other) {
            return Ok(());
        }
        let found = format!("{:?} and {:?}", kind(self), kind(other));
        Err(Error::Setting { what: "the kernel and the origins of two moments", found, wanted: "the same" })
    }
}
