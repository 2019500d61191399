//! The sums over the windows of images that say all about the least squared error.

use candle_core::{CpuStorage, DType, Device, Storage, Tensor};
use corr2d_cpu::{Conv2dOptions, Plan};

use super::gram::{Windows, add_gram, dot, sum};
use crate::checks::float;
use crate::error::{Error, Result};

/// The largest kernel: its Gram matrix has a row and a column for each tap.
const MOST_TAPS: usize = 1024;

/// A variance that is so small a part of the squares is what rounding leaves of none.
const ROUNDING: f64 = 1e-20;

/// So many rows of windows are looked at together, so that a copy of a large image in f64 is never whole.
const BAND: usize = 512;

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
}

/// So many windows are gathered at once where they are gone through one by one.
const ROWS_AT_ONCE: usize = 1024;

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
        let (gram, patches) = (vec![0.0; taps * taps], vec![0.0; taps]);
        let products = patches.clone();
        let (targets, target_squares) = (0.0, 0.0);
        Ok(Self { kernel, input_origin, target_origin, windows: 0, gram, patches, products, targets, target_squares })
    }

    /// How many windows were added up.
    ///
    /// ```
    /// use candle_core::{CpuStorage, DType, Device, Storage, Tensor};
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

    /// Adds all windows of `input` [H, W], of which `target` [H − h + 1, W − w + 1] is wanted, whatever floats they hold.
    ///
    /// In main memory, in f64; [`Moments`] has an example.
    ///
    /// # Errors
    /// [`Error::Rank`], [`Error::TargetShape`], [`Error::DTypeNotSupported`], [`Error::Shape`] for a kernel that is larger
    /// than the input, [`Error::Setting`] for numbers that are not finite. What was added before is kept.
    pub fn add(&mut self, input: &Tensor, target: &Tensor) -> Result<()> {
        let size = self.checked(input, target)?;
        let mut total = Self::new(self.kernel, (self.input_origin, self.target_origin))?;
        for first in (0..size.0).step_by(BAND) {
            let rows = BAND.min(size.0 - first);
            let (pixels, targets) = self.band(input, target, first, rows)?;
            let image = (rows + self.kernel.0 - 1, size.1 + self.kernel.1 - 1);
            total.add_band(&Windows { pixels: &pixels, image, kernel: self.kernel }, &targets)?;
        }
        self.take(total)
    }

    /// Adds the windows at some places of the target only, (row, column): with [`minus`](Self::minus) those can be left out
    /// whose target is known to be wrong.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::Moments;
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0.], [2., 0., 0.]], &Device::Cpu)?;
    /// let target = Tensor::new(&[[0f32, 1.], [2., 0.]], &Device::Cpu)?;
    /// let (mut all, mut some, mut rest) =
    ///     (Moments::new((1, 2), (0.0, 0.0))?, Moments::new((1, 2), (0.0, 0.0))?, Moments::new((1, 2), (0.0, 0.0))?);
    /// all.add(&image, &target)?;
    /// some.add_windows(&image, &target, &[(0, 1), (1, 0)])?;
    /// rest.add_windows(&image, &target, &[(0, 0), (1, 1)])?;
    /// assert_eq!(all.minus(&some)?, rest);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`Error::Setting`] for a place outside the target.
    pub fn add_windows(&mut self, input: &Tensor, target: &Tensor, places: &[(usize, usize)]) -> Result<()> {
        let size = self.checked(input, target)?;
        if let Some(place) = places.iter().find(|(row, column)| *row >= size.0 || *column >= size.1) {
            let found = format!("({}, {}) in a target of {}×{}", place.0, place.1, size.0, size.1);
            return Err(Error::Setting { what: "the place of a window", found, wanted: "inside the target" });
        }
        let mut total = Self::new(self.kernel, (self.input_origin, self.target_origin))?;
        for first in (0..size.0).step_by(BAND) {
            let rows = BAND.min(size.0 - first);
            let inside = places.iter().filter(|(row, _)| (first..first + rows).contains(row));
            let inside: Vec<_> = inside.map(|(row, column)| (row - first, *column)).collect();
            if inside.is_empty() {
                continue;
            }
            let (pixels, targets) = self.band(input, target, first, rows)?;
            let image = (rows + self.kernel.0 - 1, size.1 + self.kernel.1 - 1);
            total.add_places(&Windows { pixels: &pixels, image, kernel: self.kernel }, &targets, &inside)?;
        }
        self.take(total)
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
        (part.targets, part.target_squares) = (self.targets, self.target_squares);
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
    /// [`Error::Setting`] for another number of taps, and [`Error::FlatTarget`] where there is nothing to explain.
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
        Ok(((squares + with_bias) / variance).max(0.0))
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
        let variance = self.target_squares - self.targets * self.targets / self.windows as f64;
        // Beside the squares, what rounding leaves of none is nothing.
        let mean = self.target_origin + self.targets / self.windows as f64;
        if variance > ROUNDING * (self.target_squares + self.windows as f64 * mean * mean) {
            return Ok(variance);
        }
        Err(Error::FlatTarget { windows: self.windows })
    }

    /// The sum over two sets of the same kind, but for their numbers of windows.
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

    /// Rows and columns of the target, if it belongs to the input.
    fn checked(&self, input: &Tensor, target: &Tensor) -> Result<(usize, usize)> {
        let matrix = |argument, tensor: &Tensor| match *tensor.dims() {
            [height, width] => Ok([height, width]),
            _ => {
                Err(Error::Rank { function: "Moments::add", argument, found: tensor.dims().to_vec(), wanted: "[H, W]" })
            }
        };
        let ([height, width], found) = (matrix("input", input)?, matrix("target", target)?);
        float(input)?;
        float(target)?;
        let (rows, columns) = self.kernel;
        let plan = Plan::new([1, 1, height, width], [1, 1, rows, columns], &Conv2dOptions::default())?;
        let [_, _, rows, columns] = plan.geometry().output_shape();
        if found != [rows, columns] {
            return Err(Error::TargetShape { found: found.to_vec(), wanted: vec![rows, columns] });
        }
        Ok((rows, columns))
    }

    /// Some rows of the target, and the pixels that they are made of, around their origins.
    fn band(&self, input: &Tensor, target: &Tensor, first: usize, rows: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let pixels = around(&input.narrow(0, first, rows + self.kernel.0 - 1)?, self.input_origin)?;
        Ok((pixels, around(&target.narrow(0, first, rows)?, self.target_origin)?))
    }

    fn add_band(&mut self, windows: &Windows<'_>, targets: &[f64]) -> Result<()> {
        if !windows.share_a_core() {
            let (rows, columns) = windows.count();
            let places: Vec<_> = (0..rows * columns).map(|place| (place / columns, place % columns)).collect();
            return self.add_places(windows, targets, &places);
        }
        let ((height, width), (rows, columns)) = (self.kernel, windows.image);
        let plan = Plan::new([1, 1, rows, columns], [1, 1, height, width], &Conv2dOptions::default())?;
        let mut products = vec![0.0; height * width];
        plan.weight_gradient(windows.pixels, targets, &mut products)?;
        self.products.iter_mut().zip(products).for_each(|(sum, products)| *sum += products);
        add_gram(windows, &mut self.gram)?;
        add_patches(windows, &mut self.patches);
        self.windows += targets.len();
        self.targets += sum(targets);
        self.target_squares += dot(targets, targets);
        Ok(())
    }

    /// Adds windows one by one: a row for each, of what its taps meet, 1, and the target. The products of the columns of such
    /// rows are all the sums there are.
    fn add_places(&mut self, windows: &Windows<'_>, targets: &[f64], places: &[(usize, usize)]) -> Result<()> {
        let ((_, columns), (height, width)) = (windows.count(), self.kernel);
        let (taps, line) = (height * width, windows.image.1);
        for places in places.chunks(ROWS_AT_ONCE) {
            let mut rows = Vec::with_capacity(places.len() * (taps + 2));
            for (row, column) in places {
                let starts = (*row..row + height).map(|row| row * line + column);
                starts.for_each(|start| rows.extend_from_slice(&windows.pixels[start..start + width]));
                rows.extend([1.0, targets[row * columns + column]]);
            }
            let rows = Tensor::from_vec(rows, (places.len(), taps + 2), &Device::Cpu)?;
            let products: Vec<Vec<f64>> = rows.t()?.matmul(&rows)?.to_vec2()?;
            for (tap, products) in products[..taps].iter().enumerate() {
                let entries = self.gram[tap * taps + tap..(tap + 1) * taps].iter_mut();
                entries.zip(&products[tap..]).for_each(|(entry, product)| *entry += product);
                self.patches[tap] += products[taps];
                self.products[tap] += products[taps + 1];
            }
            self.targets += products[taps][taps + 1];
            self.target_squares += products[taps + 1][taps + 1];
        }
        self.windows += places.len();
        Ok(())
    }

    /// Takes in the moments of an image, if all of them are numbers.
    fn take(&mut self, total: Self) -> Result<()> {
        let diagonal = total.gram.iter().step_by(total.patches.len() + 1);
        if !diagonal.chain(&total.products).chain([&total.target_squares]).all(|sum| sum.is_finite()) {
            let (what, found) = ("an image for least squares", "not finite when squared and summed".to_owned());
            return Err(Error::Setting { what, found, wanted: "made of finite numbers of ordinary size" });
        }
        *self = self.plus(&total)?;
        Ok(())
    }
}

/// The numbers of a tensor in f64 and in main memory, less their origin.
fn around(tensor: &Tensor, origin: f64) -> Result<Vec<f64>> {
    let tensor = tensor.detach().to_device(&Device::Cpu)?;
    // An image of f32 is widened where it lies: a copy of it would cost as much as its sums.
    let (storage, layout) = tensor.storage_and_layout();
    if let (Storage::Cpu(CpuStorage::F32(numbers)), Some((start, end))) = (&*storage, layout.contiguous_offsets()) {
        return Ok(numbers[start..end].iter().map(|number| f64::from(*number) - origin).collect());
    }
    let mut numbers: Vec<f64> = tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    numbers.iter_mut().for_each(|number| *number -= origin);
    Ok(numbers)
}

/// Adds up what each tap meets.
fn add_patches(windows: &Windows<'_>, patches: &mut [f64]) {
    let ((height, width), (rows, columns)) = (windows.kernel, windows.count());
    for (row, pixels) in windows.pixels.chunks_exact(windows.image.1).enumerate() {
        // The tap in row `top` of the kernel meets this row in the window `row − top`.
        let tops = row.saturating_sub(rows - 1)..height.min(row + 1);
        for left in 0..width {
            let sum = sum(&pixels[left..left + columns]);
            for top in tops.clone() {
                patches[top * width + left] += sum;
            }
        }
    }
}
