//! What a kernel does to waves.
//!
//! A correlation turns the wave `cos 2π(f_y·y + f_x·x)` into a wave of the same frequency, its amplitude multiplied by `|H|`:
//!
//! `H(f_y, f_x) = Σ w · e^{2πi (f_y·y + f_x·x)}`
//!
//! with y and x counted from the anchor and frequencies in cycles a pixel. Beyond ½ a wave cannot be told from a slower one.

use std::f64::consts::TAU;

use super::Kernel;

/// Steps between frequency 0 and ½ at which a kernel is classed.
const STEPS: usize = 32;

/// An amplitude that is so small a part of the largest is none, and one that lacks so little of it is as large.
const SLIGHT: f64 = 0.01;

/// Which waves a kernel lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passes {
    /// None: all weights are 0.
    Nothing,
    /// All alike: it moves the picture, or multiplies it.
    All,
    /// The slow ones best: smoothing.
    Low,
    /// The fastest ones best, and no constant: differences between neighbours.
    High,
    /// Some in between best, and no constant: derivatives of a smoothed picture.
    Band,
    /// All, but some faster ones more than a constant: sharpening.
    Raised,
}

impl Kernel {
    /// The answer to a wave of frequency (down, across) in cycles a pixel: its real and its imaginary part.
    ///
    /// ```
    /// let difference = corr2d_imaging::Kernel::parse("1,-1")?;
    /// let (real, imaginary) = difference.frequency_response(0.0, 0.5);
    /// assert!((real + 2.0).abs() < 1e-15 && imaginary.abs() < 1e-15, "stripes one pixel wide become twice as strong");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn frequency_response(&self, down: f64, across: f64) -> (f64, f64) {
        self.along_rows(across).at(down)
    }

    /// The factor by which the amplitude of a wave is multiplied, |H|.
    ///
    /// ```
    /// let smooth = corr2d_imaging::Kernel::parse("binomial:3x1")?;
    /// assert!((smooth.amplitude(0.25, 0.0) - 0.5).abs() < 1e-15);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn amplitude(&self, down: f64, across: f64) -> f64 {
        let (real, imaginary) = self.frequency_response(down, across);
        real.hypot(imaginary)
    }

    /// The amplitudes of all waves: 2·`steps` + 1 rows and columns, from −½ to ½ cycles a pixel down and across.
    ///
    /// ```
    /// let amplitudes = corr2d_imaging::Kernel::parse("sobel-x")?.amplitudes(8);
    /// assert_eq!((amplitudes.len(), amplitudes[0].len()), (17, 17));
    /// assert_eq!(amplitudes[8][8], 0.0, "frequency 0 stands in the middle");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn amplitudes(&self, steps: usize) -> Vec<Vec<f64>> {
        let frequency = |index: usize| 0.5 * (index as f64 - steps as f64) / (steps.max(1)) as f64;
        let side = 2 * steps + 1;
        let mut amplitudes = vec![vec![0.0; side]; side];
        for column in 0..side {
            let rows = self.along_rows(frequency(column));
            for (row, line) in amplitudes.iter_mut().enumerate() {
                let (real, imaginary) = rows.at(frequency(row));
                line[column] = real.hypot(imaginary);
            }
        }
        amplitudes
    }

    /// Which waves it lets through, of 65 × 65 frequencies; what lies within 1 % of the largest amplitude is as large.
    ///
    /// ```
    /// use corr2d_imaging::{Kernel, Passes};
    /// assert_eq!(Kernel::parse("gaussian:1.5")?.passes(), Passes::Low);
    /// assert_eq!(Kernel::parse("laplacian4")?.passes(), Passes::High);
    /// assert_eq!(Kernel::parse("sobel-x")?.passes(), Passes::Band);
    /// assert_eq!(Kernel::parse("sharpen")?.passes(), Passes::Raised);
    /// assert_eq!(Kernel::parse("0,0,2")?.passes(), Passes::All);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn passes(&self) -> Passes {
        let amplitudes = self.amplitudes(STEPS);
        let all = || amplitudes.iter().flatten().copied();
        let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
        let constant = amplitudes[STEPS][STEPS];
        let last = 2 * STEPS;
        let rim = (0..=last).map(|index| amplitudes[0][index].max(amplitudes[index][0]));
        let at_the_rim = rim.fold(0.0, f64::max);
        let nearly_most = (1.0 - SLIGHT) * most;
        match constant {
            _ if most == 0.0 => Passes::Nothing,
            _ if least >= nearly_most => Passes::All,
            constant if constant >= nearly_most => Passes::Low,
            constant if constant > SLIGHT * most => Passes::Raised,
            _ if at_the_rim >= nearly_most => Passes::High,
            _ => Passes::Band,
        }
    }

    /// The sums along the rows, after which a frequency down costs no more than one column.
    fn along_rows(&self, across: f64) -> RowSums {
        let (row, column) = self.anchor();
        let sums = self.rows().map(|weights| wave_sum(weights.iter().map(|&weight| (weight, 0.0)), column, across));
        RowSums { sums: sums.collect(), anchor: row }
    }
}

/// For each row of a kernel, its answer to a wave across.
struct RowSums {
    sums: Vec<(f64, f64)>,
    anchor: usize,
}

impl RowSums {
    fn at(&self, down: f64) -> (f64, f64) {
        wave_sum(self.sums.iter().copied(), self.anchor, down)
    }
}

/// `Σ z_n · e^{2πi f (n − anchor)}`.
fn wave_sum(terms: impl Iterator<Item = (f64, f64)>, anchor: usize, frequency: f64) -> (f64, f64) {
    let mut sum = (0.0, 0.0);
    for (index, (real, imaginary)) in terms.enumerate() {
        let (sine, cosine) = (TAU * frequency * (index as f64 - anchor as f64)).sin_cos();
        sum.0 += real * cosine - imaginary * sine;
        sum.1 += real * sine + imaginary * cosine;
    }
    sum
}
