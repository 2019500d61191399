//! The loss of a kernel in the unknowns that its terms leave: a quadratic, whatever the size of the images.

use candle_core::{Device, Tensor};

use super::fit::extreme_eigenvalues;
use super::gram::dot;
use super::moments::Moments;
use super::terms::Terms;
use crate::error::Result;

/// The unexplained share of the target's variance, and what the ridge adds, as a function of the unknowns u:
///
/// ```text
/// loss(u) = uᵀ A u − 2 bᵀu + constant
/// ```
///
/// Taps that have to be the same are one unknown. Taps that sum to 1 lie on a plane, and the unknowns are coordinates on
/// it: the plane is turned so that it is perpendicular to the first axis, which is then left out. The bias is the best for
/// the kernel: for each kernel it is the mean of what is left. So descent sees no constraint, and each step keeps them all.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use corr2d::least_squares::{Moments, Quadratic, Terms};
///
/// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
/// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
/// let mut moments = Moments::new((1, 2), (0.0, 0.0))?;
/// moments.add(&image, &target)?;
/// let quadratic = Quadratic::of(&moments, &Terms { bias: false, ..Terms::default() })?;
/// // The variance is Σ y² = 12. The lesson's loss is Σ (k·x − y)², its step 0.03, so here the step is 0.03 · 12.
/// let loss = quadratic.loss()?;
/// let kernel = Var::new(&[0.5987, -0.5092], &Device::Cpu)?;
/// for _ in 0..10 {
///     let gradient = corr2d::autograd::gradient(&loss(&kernel)?.backward()?, &kernel, "the kernel")?;
///     kernel.set(&(kernel.as_tensor() - (gradient * (0.03 * 12.0))?)?)?;
/// }
/// let learned: Vec<String> = kernel.to_vec1::<f64>()?.iter().map(|tap| format!("{tap:.4}")).collect();
/// assert_eq!(learned, ["0.9997", "-0.9901"]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quadratic {
    /// A, row by row.
    pub(super) matrix: Vec<Vec<f64>>,
    /// b.
    pub(super) slope: Vec<f64>,
    pub(super) constant: f64,
    /// For each tap, which of the tied unknowns it is.
    classes: Vec<usize>,
    /// Of how many taps the tied unknowns are, which is what they count in a sum.
    pub(super) counts: Vec<f64>,
    plane: Option<Plane>,
    /// What the best bias is made of: the means of what the taps meet and of the target, or none if there is no bias.
    means: Option<(Vec<f64>, f64)>,
    /// No more unknowns are determined than there are windows, less one that the bias takes; a ridge determines all.
    pub(super) most_rank: usize,
}

/// The plane counts · z = 1 in the space of the tied unknowns.
#[derive(Clone, Debug)]
struct Plane {
    /// Its point that is nearest to 0.
    nearest: Vec<f64>,
    /// The vector along which the mirror stands that brings the first axis to the normal of the plane (*Matrix
    /// Computations*, 2013, section 5.1).
    mirror: Vec<f64>,
}

impl Quadratic {
    /// Of what the moments say, for kernels that keep `terms`; `nonnegative` is not looked at, for it is no quadratic.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Moments, Quadratic, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
    /// let mut moments = Moments::new((1, 2), (0.0, 0.0))?;
    /// moments.add(&image, &target)?;
    /// // Two taps that sum to 1 are one unknown.
    /// let quadratic = Quadratic::of(&moments, &Terms { sum_one: true, ..Terms::default() })?;
    /// assert_eq!(quadratic.unknowns(), 1);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`FlatTarget`](crate::Error::FlatTarget) where there is nothing to explain, [`Setting`](crate::Error::Setting) for terms that no kernel of this size can
    /// keep.
    pub fn of(moments: &Moments, terms: &Terms) -> Result<Self> {
        let tied = Self::tied(moments, terms)?;
        Ok(if terms.sum_one { tied.on_plane() } else { tied })
    }

    /// In the classes of taps that are the same, whatever their sum.
    pub(super) fn tied(moments: &Moments, terms: &Terms) -> Result<Self> {
        terms.check(moments.kernel)?;
        let variance = moments.target_squared_deviation()?;
        let taps = moments.patches.len();
        let (windows, origins) = (moments.windows as f64, (moments.input_origin, moments.target_origin));
        let (classes, unknowns) = terms.symmetry.classes(moments.kernel);
        // With a bias: sums of products around the means. Without: around 0.
        let mean_target = moments.targets / windows;
        let pixel_shift = |a: usize| if terms.bias { -moments.patches[a] / windows } else { origins.0 };
        let target_shift = if terms.bias { -mean_target } else { origins.1 };
        // Σ (x + p)(x' + q) = Σ xx' + q Σ x + p Σ x' + n p q.
        let shifted = |products: f64, (one, p): (f64, f64), (other, q): (f64, f64)| {
            products + q * one + p * other + windows * p * q
        };
        let pixel = |a: usize| (moments.patches[a], pixel_shift(a));
        let target = (moments.targets, target_shift);
        let mut matrix = vec![vec![0.0; unknowns]; unknowns];
        let (mut slope, mut counts) = (vec![0.0; unknowns], vec![0.0; unknowns]);
        for a in 0..taps {
            counts[classes[a]] += 1.0;
            slope[classes[a]] += shifted(moments.products[a], pixel(a), target) / variance;
            matrix[classes[a]][classes[a]] += terms.ridge * windows / variance;
            for b in a..taps {
                let entry = shifted(moments.gram[a * taps + b], pixel(a), pixel(b)) / variance;
                matrix[classes[a]][classes[b]] += entry;
                if a != b {
                    matrix[classes[b]][classes[a]] += entry;
                }
            }
        }
        let constant = shifted(moments.target_squares, target, target) / variance;
        let mean = |sum: &f64| origins.0 + sum / windows;
        let means = terms.bias.then(|| (moments.patches.iter().map(mean).collect(), origins.1 + mean_target));
        let determined = if terms.ridge > 0.0 { usize::MAX } else { moments.windows };
        let most_rank = determined.saturating_sub(usize::from(terms.bias));
        Ok(Self { matrix, slope, constant, classes, counts, plane: None, means, most_rank })
    }

    /// In coordinates on the plane where the taps sum to 1.
    pub(super) fn on_plane(mut self) -> Self {
        let plane = Plane::of(&self.counts);
        let pushed = product(&self.matrix, &plane.nearest);
        self.constant += dot(&plane.nearest, &pushed) - 2.0 * dot(&plane.nearest, &self.slope);
        self.slope.iter_mut().zip(&pushed).for_each(|(slope, pushed)| *slope -= pushed);
        // The mirror on both sides, and then the first axis left out.
        self.matrix.iter_mut().for_each(|row| plane.reflect(row));
        let mut turned = transposed(&self.matrix);
        turned.iter_mut().for_each(|row| plane.reflect(row));
        self.matrix = turned.into_iter().skip(1).map(|row| row[1..].to_vec()).collect();
        plane.reflect(&mut self.slope);
        self.slope.remove(0);
        self.plane = Some(plane);
        self
    }

    /// With some of the tied unknowns only; the others are 0.
    pub(super) fn among(&self, kept: &[usize]) -> Self {
        let pick = |from: &[f64]| kept.iter().map(|index| from[*index]).collect();
        Self {
            matrix: kept.iter().map(|row| pick(&self.matrix[*row])).collect(),
            slope: pick(&self.slope),
            counts: pick(&self.counts),
            ..self.clone()
        }
    }

    /// How many unknowns there are; [`of`](Self::of) has an example.
    pub fn unknowns(&self) -> usize {
        self.slope.len()
    }

    /// The loss as a function of the unknowns \[n\] of f64 on the CPU, differentiable: one number.
    ///
    /// The example of [`Quadratic`] calls it. The function fails for another number of unknowns, or of another type or device.
    ///
    /// # Errors
    /// Those of candle.
    pub fn loss(&self) -> Result<impl Fn(&Tensor) -> Result<Tensor> + use<>> {
        let (size, constant) = (self.unknowns(), self.constant);
        let matrix = Tensor::from_vec(self.matrix.concat(), (size, size), &Device::Cpu)?;
        let twice_slope = Tensor::from_slice(&self.slope, size, &Device::Cpu)?.affine(2.0, 0.0)?;
        Ok(move |unknowns: &Tensor| {
            let pushed = (matrix.matmul(&unknowns.unsqueeze(1)?)?.squeeze(1)? - &twice_slope)?;
            Ok(((unknowns * pushed)?.sum_all()? + constant)?)
        })
    }

    /// The loss where the unknowns are numbers, and half its gradient.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Moments, Quadratic, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
    /// let mut moments = Moments::new((1, 2), (0.0, 0.0))?;
    /// moments.add(&image, &target)?;
    /// let quadratic = Quadratic::of(&moments, &Terms { bias: false, ..Terms::default() })?;
    /// assert_eq!(quadratic.loss_and_half_gradient(&[1.0, -1.0]), (0.0, vec![0.0, 0.0]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn loss_and_half_gradient(&self, unknowns: &[f64]) -> (f64, Vec<f64>) {
        let pushed = product(&self.matrix, unknowns);
        let half_gradient: Vec<f64> = pushed.iter().zip(&self.slope).map(|(pushed, slope)| pushed - slope).collect();
        (dot(unknowns, &half_gradient) - dot(unknowns, &self.slope) + self.constant, half_gradient)
    }

    /// The largest curvature of the loss along any direction, and the smallest that is not 0: twice the eigenvalues of A. They
    /// bound the learning rates that lead anywhere; both are 0 where nothing can be learned.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Moments, Quadratic, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
    /// let mut moments = Moments::new((1, 2), (0.0, 0.0))?;
    /// moments.add(&image, &target)?;
    /// // The eigenvalues 30 and 6 of the lesson's image, by the variance of 12.
    /// let (largest, smallest) = Quadratic::of(&moments, &Terms { bias: false, ..Terms::default() })?.curvatures();
    /// assert!((largest - 5.0).abs() < 1e-9 && (smallest - 1.0).abs() < 1e-9);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn curvatures(&self) -> (f64, f64) {
        let (largest, smallest) = extreme_eigenvalues(self);
        (2.0 * largest, 2.0 * smallest)
    }

    /// The taps, row by row, and the bias of some unknowns.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Moments, Quadratic, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?;
    /// let target = corr2d::corr2d(&image, &Tensor::new(&[[1f32, -1.]], &Device::Cpu)?)?;
    /// let mut moments = Moments::new((1, 2), (0.0, 0.0))?;
    /// moments.add(&image, &target)?;
    /// // The mean of the target is 0, and the first tap meets white in 3 of 7 windows: the bias makes up for it.
    /// let (kernel, bias) = Quadratic::of(&moments, &Terms::default())?.kernel(&[1.0, 0.0]);
    /// assert_eq!((kernel, bias), (vec![1.0, 0.0], -3.0 / 7.0));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn kernel(&self, unknowns: &[f64]) -> (Vec<f64>, f64) {
        let tied = self.tied_unknowns(unknowns);
        let kernel: Vec<f64> = self.classes.iter().map(|class| tied[*class]).collect();
        let bias = self.means.as_ref().map_or(0.0, |(pixels, target)| target - dot(pixels, &kernel));
        (kernel, bias)
    }

    /// The unknowns before the plane was taken out.
    pub(super) fn tied_unknowns(&self, unknowns: &[f64]) -> Vec<f64> {
        match &self.plane {
            Some(plane) => plane.point(unknowns),
            None => unknowns.to_vec(),
        }
    }

    /// The largest variance of a tap for one of 1 in the unknowns' right side: the largest on the diagonal of M·A⁻¹·Mᵀ, where M makes taps of
    /// unknowns and `half` is a factor A⁻¹ = halfᵀ·half.
    pub(super) fn spread(&self, half: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
        let spread = |class: usize| {
            let mut axis = vec![0.0; self.counts.len()];
            axis[class] = 1.0;
            if let Some(plane) = &self.plane {
                plane.reflect(&mut axis);
                axis.remove(0);
            }
            let half = half(&axis);
            dot(&half, &half)
        };
        (0..self.counts.len()).map(spread).fold(0.0, f64::max)
    }
}

impl Plane {
    fn of(normal: &[f64]) -> Self {
        let square = dot(normal, normal);
        let nearest = normal.iter().map(|entry| entry / square).collect();
        let mut mirror = normal.to_vec();
        if let Some(first) = mirror.first_mut() {
            *first += square.sqrt();
        }
        Self { nearest, mirror }
    }

    fn reflect(&self, vector: &mut [f64]) {
        let along = 2.0 * dot(&self.mirror, vector) / dot(&self.mirror, &self.mirror);
        vector.iter_mut().zip(&self.mirror).for_each(|(entry, mirror)| *entry -= along * mirror);
    }

    fn point(&self, coordinates: &[f64]) -> Vec<f64> {
        let mut point: Vec<f64> = [0.0].iter().chain(coordinates).copied().collect();
        self.reflect(&mut point);
        point.iter_mut().zip(&self.nearest).for_each(|(entry, nearest)| *entry += nearest);
        point
    }
}

/// A·u.
pub(super) fn product(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, vector)).collect()
}

fn transposed(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..matrix.len()).map(|column| matrix.iter().map(|row| row[column]).collect()).collect()
}
