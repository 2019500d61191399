//! Whether an input determines a kernel, and how fast gradient descent finds it.
//!
//! The output of a kernel k is P·k, where each row of P is a window of the input. With the loss Σ (P·k − y)² and a target
//! y = P·k* the rest is the Gram matrix G = PᵀP, whose entries are sums of products of two windows' pixels:
//!
//! ```text
//! loss(k) = (k − k*)ᵀ G (k − k*)          gradient = 2 · G · (k − k*)
//! a step of rate lr:  k − k*  ←  (1 − 2 · lr · G) · (k − k*)
//! ```
//!
//! Along an eigenvector of G with eigenvalue λ the error is multiplied by 1 − 2·lr·λ in each step: it vanishes if that lies
//! between −1 and 1, so below lr = 1/λ for the largest λ, and fastest over all directions at lr = 1/(λ largest + λ
//! smallest), where the two ends are equally slow. Along an eigenvector with λ = 0 the output does not change: nothing
//! can be learned there. (*Introductory Lectures on Convex Optimization*, 2004, section 2.1.5, has the rates.)

use candle_core::{DType, Device, Tensor};

use crate::autograd::vjp;
use crate::error::{Error, Result};
use crate::jacobi;
use crate::{Conv2dOptions, conv2d};

/// The largest kernel that is looked at: its matrix has a row and a column for each weight.
const MOST_WEIGHTS: usize = 1024;

/// What an input tells about the kernels that are learned from it by the squared error, summed over all outputs.
///
/// Weights are counted row by row, channel after channel. Nothing here depends on the target: only on the windows.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::Identifiability;
///
/// // The lesson's image: white, with a black bar over the four columns in the middle.
/// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
/// let known = Identifiability::of(&image, (1, 2))?;
/// assert_eq!(known.gram, [[18.0, 12.0], [12.0, 18.0]]);
/// assert_eq!((known.eigenvalues[0].round(), known.eigenvalues[1].round()), (30.0, 6.0));
/// assert!((known.max_lr - 1.0 / 30.0).abs() < 1e-12 && (known.best_lr - 1.0 / 36.0).abs() < 1e-12);
///
/// // Turned on its side, each window holds one colour: only the sum of the two weights matters.
/// let turned = Identifiability::of(&image.t()?, (1, 2))?;
/// assert_eq!((turned.rank, turned.condition), (1, f64::INFINITY));
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Identifiability {
    /// Channels, height and width of the kernel.
    pub kernel: [usize; 3],
    /// G = PᵀP: for two weights, the sum over all windows of the products of the pixels that they meet.
    pub gram: Vec<Vec<f64>>,
    /// The eigenvalues of G, the largest first; none is negative.
    pub eigenvalues: Vec<f64>,
    /// For each eigenvalue a direction of length 1 in the space of kernels; all are perpendicular.
    pub eigenvectors: Vec<Vec<f64>>,
    /// The eigenvalues that are not 0, up to rounding: in how many directions a kernel can be learned.
    pub rank: usize,
    /// The largest eigenvalue by the smallest: 1 where all directions are learned equally fast, infinite where a kernel
    /// is not determined.
    pub condition: f64,
    /// The rate at which the slowest direction that can be learned is fastest; infinite if none can.
    pub best_lr: f64,
    /// The rate from which on the loss does not fall to its minimum; infinite if there is nothing to learn.
    pub max_lr: f64,
}

impl Identifiability {
    /// Looks at the windows of a kernel (height, width) in an `input` [H, W], or [N, C, H, W] for a kernel of C channels,
    /// in f64. The cost is that of a weight gradient for each weight, and for hundreds of weights that of the eigenvalues,
    /// which grows with the third power of their number.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use corr2d::Identifiability;
    ///
    /// let white = Tensor::ones((2, 3, 5, 7), DType::F32, &Device::Cpu)?;
    /// let known = Identifiability::of(&white, (3, 2))?;
    /// // Of 18 weights only the sum can be learned.
    /// assert_eq!((known.kernel, known.gram.len(), known.rank), ([3, 3, 2], 18, 1));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rank`] for other axes, [`Error::Shape`] for a kernel that is larger than the input or has a size of 0,
    /// [`Error::Setting`] for a kernel of more than 1024 weights and for an input that holds what is not finite,
    /// [`Error::DTypeNotSupported`] for integers.
    pub fn of(input: &Tensor, (height, width): (usize, usize)) -> Result<Self> {
        let images = images(input)?;
        let kernel = [images.dims()[1], height, width];
        let weights = kernel.iter().try_fold(1usize, |count, size| count.checked_mul(*size));
        if weights.is_none_or(|count| count > MOST_WEIGHTS) {
            let (what, found) = ("the kernel of Identifiability::of", format!("{kernel:?}"));
            return Err(Error::Setting { what, found, wanted: "of 1024 weights at most" });
        }
        let gram = gram(&images, kernel)?;
        if !gram.iter().flatten().all(|entry| entry.is_finite()) {
            let (what, found) = ("the input of Identifiability::of", "not finite when squared and summed".to_owned());
            return Err(Error::Setting { what, found, wanted: "of finite numbers of ordinary size" });
        }
        Ok(Self::from_gram(kernel, gram))
    }

    fn from_gram(kernel: [usize; 3], gram: Vec<Vec<f64>>) -> Self {
        let (eigenvalues, eigenvectors) = jacobi::eigen(&gram);
        let largest = eigenvalues.first().copied().unwrap_or(0.0);
        // What rounding leaves of an eigenvalue of 0. The engine sums in blocks, so that more windows do
        // not make it grow: millions of them left less than ε of the largest.
        let zero = largest * f64::EPSILON * (eigenvalues.len() as f64) * 4.0;
        let eigenvalues: Vec<f64> =
            eigenvalues.into_iter().map(|value| if value > zero { value } else { 0.0 }).collect();
        let rank = eigenvalues.iter().filter(|value| **value > 0.0).count();
        let smallest_learned = rank.checked_sub(1).map_or(0.0, |index| eigenvalues[index]);
        let condition = if rank == eigenvalues.len() { largest / smallest_learned } else { f64::INFINITY };
        let (best_lr, max_lr) = ((largest + smallest_learned).recip(), largest.recip());
        Self { kernel, gram, eigenvalues, eigenvectors, rank, condition, best_lr, max_lr }
    }

    /// By how much one step of rate `lr` multiplies the error along each eigenvector: 1 − 2·lr·λ.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::Identifiability;
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let factors = Identifiability::of(&image, (1, 2))?.factors(0.03);
    /// assert_eq!(factors.iter().map(|factor| format!("{factor:.2}")).collect::<Vec<_>>(), ["-0.80", "0.64"]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn factors(&self, lr: f64) -> Vec<f64> {
        self.eigenvalues.iter().map(|eigenvalue| 1.0 - 2.0 * lr * eigenvalue).collect()
    }

    /// The loss before each of `steps` steps of rate `lr` from the kernel `start`, when the target is the output of the
    /// kernel `target`: Σ λ · c² · (1 − 2·lr·λ)^(2·step), where c is the error of the start along an eigenvector.
    ///
    /// For a target that no kernel makes, give the kernel of the least squared error, and add that error.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::Identifiability;
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let (start, target) = (Tensor::new(&[[0.5987, -0.5092]], &Device::Cpu)?, Tensor::new(&[[1.0, -1.0]], &Device::Cpu)?);
    /// let losses = Identifiability::of(&image, (1, 2))?.predicted_losses(&start, &target, 0.03, 4)?;
    /// assert_eq!(losses.iter().map(|loss| format!("{loss:.3}")).collect::<Vec<_>>(), ["2.508", "1.055", "0.450", "0.196"]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::DirectionShape`] for kernels of another number of weights.
    pub fn predicted_losses(&self, start: &Tensor, target: &Tensor, lr: f64, steps: usize) -> Result<Vec<f64>> {
        let (start, target) = (self.weights("the first kernel", start)?, self.weights("the kernel sought", target)?);
        let error: Vec<f64> = start.iter().zip(&target).map(|(from, to)| from - to).collect();
        let along = self.eigenvectors.iter().map(|direction| inner(direction, &error));
        let mut parts: Vec<f64> =
            self.eigenvalues.iter().zip(along).map(|(value, along)| value * along * along).collect();
        let factors = self.factors(lr);
        let mut losses = Vec::new();
        for _ in 0..steps {
            losses.push(parts.iter().sum());
            parts.iter_mut().zip(&factors).for_each(|(part, factor)| *part *= factor * factor);
        }
        Ok(losses)
    }

    fn weights(&self, direction: &'static str, kernel: &Tensor) -> Result<Vec<f64>> {
        if kernel.elem_count() != self.gram.len() {
            let (found, wanted) = (kernel.dims().to_vec(), self.kernel.to_vec());
            return Err(Error::DirectionShape { direction, found, of: "the kernel looked at", wanted });
        }
        Ok(in_f64(kernel)?.flatten_all()?.to_vec1()?)
    }
}

/// [N, C, H, W] in main memory and in f64, which Metal lacks.
fn images(input: &Tensor) -> Result<Tensor> {
    crate::checks::float(input)?;
    match input.rank() {
        2 => Ok(in_f64(input)?.unsqueeze(0)?.unsqueeze(0)?),
        4 => in_f64(input),
        _ => Err(Error::Rank {
            function: "Identifiability::of",
            argument: "input",
            found: input.dims().to_vec(),
            wanted: "[H, W] or [N, C, H, W]",
        }),
    }
}

fn in_f64(tensor: &Tensor) -> Result<Tensor> {
    Ok(tensor.detach().to_device(&Device::Cpu)?.to_dtype(DType::F64)?)
}

/// PᵀP, row by row: Pᵀu is the weight gradient for the output gradient u, and a column of P is the input behind a weight.
fn gram(images: &Tensor, [channels, height, width]: [usize; 3]) -> Result<Vec<Vec<f64>>> {
    let zeros = Tensor::zeros((1, channels, height, width), DType::F64, &Device::Cpu)?;
    let (output, pullback) = vjp(|kernel| conv2d(images, &kernel[0], None, &Conv2dOptions::default()), &[zeros])?;
    let (_, _, rows, columns) = output.dims4()?;
    let mut gram = Vec::with_capacity(channels * height * width);
    for channel in 0..channels {
        for row in 0..height {
            for column in 0..width {
                let behind = images.narrow(1, channel, 1)?.narrow(2, row, rows)?.narrow(3, column, columns)?;
                gram.push(pullback.product(&behind.contiguous()?)?[0].flatten_all()?.to_vec1()?);
            }
        }
    }
    Ok(gram)
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
