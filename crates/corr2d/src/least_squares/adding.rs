//! Moments from images: band after band where all windows count, one after the other where some do.

use candle_core::{CpuStorage, DType, Device, Storage, Tensor};
use corr2d_cpu::{Conv2dOptions, Plan};

use super::gram::{Windows, add_gram, dot, over_pixels, sum};
use super::moments::Moments;
use crate::checks::float;
use crate::error::{Error, Result};

/// So many rows of windows are looked at together, so that a copy of a large image in f64 is never whole.
const BAND: usize = 512;

/// So many windows are gathered at once where they are gone through one by one.
const ROWS_AT_ONCE: usize = 1024;

impl Moments {
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
    /// assert_eq!(all.minus(&some)?.windows(), rest.windows());
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
        let plan = Plan::new([1, 1, rows, columns], [1, 1, height, width], &over_pixels())?;
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
