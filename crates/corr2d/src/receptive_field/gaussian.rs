//! The Gaussian that comes nearest to a map of magnitudes, by least squares.
//!
//! ```text
//! g(row, column) = height · exp(−½ ((row − r) / σ_down)² − ½ ((column − c) / σ_across)²)
//! ```
//!
//! The mean and the deviation of a map are those of a Gaussian only if the map is one that ends nowhere. One that is cut off
//! at the rim of the image, or lies on a plain of small numbers, has others than the bell that is seen in it. So they are
//! only where the search begins; steps after Levenberg and Marquardt lead down from there (Madsen, Nielsen and Tingleff,
//! *Methods for Non-Linear Least Squares Problems*, 2004, section 3.2).

use crate::least_squares::Cholesky;

/// Some twenty steps are the rule, in a narrow valley more.
const MOST_STEPS: usize = 300;
/// A step that gains less than this part of what is left is the last.
const SMALLEST_GAIN: f64 = 1e-13;
/// A narrower Gaussian is one pixel.
const SMALLEST_DEVIATION: f64 = 0.1;

/// A Gaussian over an image; pairs are (down, across), in pixels.
///
/// ```
/// use candle_core::Device;
/// use corr2d::receptive_field::{Layer, Network, Window};
///
/// let mut network = Network::new("eight layers");
/// for depth in 1..=8 {
///     network.layer(format!("conv{depth}"), Layer::Convolution(Window::new(3)), &[network.last()])?;
/// }
/// let effective = network.fields((17, 17))?.effective(network.last(), (0, 0), 16, 0, &Device::Cpu)?;
/// let found = effective.gaussian.map(|gaussian| (gaussian.centre.0.round(), gaussian.explained > 0.9));
/// assert_eq!(found, Some((8.0, true)));
/// # Ok::<(), corr2d::receptive_field::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Where it is highest, as (row, column) from 0; it may lie outside of the image.
    pub centre: (f64, f64),
    /// Its standard deviations; 0 along an axis with a single pixel.
    pub deviation: (f64, f64),
    /// How high it is at the centre.
    pub height: f64,
    /// How much of the variance of the magnitude it explains: 1 if that is a Gaussian, 0 if a constant comes as near.
    pub explained: f64,
    /// Whether the magnitude falls off so little that the best one was wider than the map, and was held at its width.
    pub flat: bool,
}

/// One number of a map.
#[derive(Clone, Copy)]
pub(super) struct Pixel {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) number: f64,
}

impl Gaussian {
    /// The one that leaves the least of these numbers, all greater than 0; `None` where there are no more of them than of
    /// unknowns, or where they are all alike.
    pub(super) fn nearest(pixels: &[Pixel]) -> Option<Self> {
        let (rows, columns) = (Axis::of(pixels, |pixel| pixel.row)?, Axis::of(pixels, |pixel| pixel.column)?);
        let fit = Fit { pixels, rows, columns };
        let average = pixels.iter().map(|pixel| pixel.number).sum::<f64>() / pixels.len() as f64;
        let all: f64 = pixels.iter().map(|pixel| (pixel.number - average).powi(2)).sum();
        if pixels.len() <= fit.unknowns().len() || all <= f64::EPSILON * average * average {
            return None;
        }
        let (found, left) = fit.search(fit.begin());
        let [height, row, column, down, across] = found;
        let flat = fit.unknowns().into_iter().any(|unknown| {
            let (least, most) = fit.limits(unknown);
            found[unknown] >= most || (unknown < 3 && found[unknown] <= least)
        });
        Some(Self {
            centre: (row, column),
            deviation: (down, across),
            height,
            explained: (1.0 - left / all).max(0.0),
            flat,
        })
    }
}

/// Height, row, column, deviation down, deviation across.
type Unknowns = [f64; 5];

/// The places along one axis at which there is a number.
struct Axis {
    first: f64,
    last: f64,
    mean: f64,
    deviation: f64,
}

impl Axis {
    fn of(pixels: &[Pixel], place: impl Fn(&Pixel) -> usize) -> Option<Self> {
        let (first, last) = (pixels.iter().map(&place).min()?, pixels.iter().map(&place).max()?);
        let total: f64 = pixels.iter().map(|pixel| pixel.number).sum();
        let weighted = |of: &dyn Fn(f64) -> f64| {
            pixels.iter().map(|pixel| pixel.number * of(place(pixel) as f64)).sum::<f64>() / total
        };
        let mean = weighted(&|place| place);
        let deviation = weighted(&|place| (place - mean).powi(2)).sqrt();
        Some(Self { first: first as f64, last: last as f64, mean, deviation })
    }

    fn length(&self) -> f64 {
        self.last - self.first + 1.0
    }

    /// The numbers along it of a Gaussian of height 1. All places are at the centre of an axis with one.
    fn bell(&self, centre: f64, deviation: f64) -> Vec<f64> {
        let distance = |place: f64| if deviation > 0.0 { (place - centre) / deviation } else { 0.0 };
        (0..=self.last as usize).map(|place| (-0.5 * distance(place as f64).powi(2)).exp()).collect()
    }
}

struct Fit<'a> {
    pixels: &'a [Pixel],
    rows: Axis,
    columns: Axis,
}

/// What is left of the map at one place of the search, and how it changes: to first order J, the derivatives of g by the
/// unknowns, give Jᵀ(map − g) and JᵀJ.
struct Left {
    squares: f64,
    gradient: Unknowns,
    curvature: [Unknowns; 5],
}

impl Fit<'_> {
    /// Which of the five there are to find: an axis with one place has neither centre nor deviation.
    fn unknowns(&self) -> Vec<usize> {
        let (tall, wide) = (self.rows.length() > 1.0, self.columns.length() > 1.0);
        (0..5).filter(|unknown| [true, tall, wide, tall, wide][*unknown]).collect()
    }

    /// The least and the most that an unknown may be. Beyond, the map does not tell one Gaussian from another.
    fn limits(&self, unknown: usize) -> (f64, f64) {
        let around = |axis: &Axis| (axis.first - axis.length(), axis.last + axis.length());
        match unknown {
            0 => (0.0, f64::INFINITY),
            1 => around(&self.rows),
            2 => around(&self.columns),
            3 => (SMALLEST_DEVIATION, self.rows.length()),
            _ => (SMALLEST_DEVIATION, self.columns.length()),
        }
    }

    /// Mean and deviation of the map, and the height that goes best with them.
    fn begin(&self) -> Unknowns {
        let mut begin = [1.0, self.rows.mean, self.columns.mean, self.rows.deviation, self.columns.deviation];
        for unknown in self.unknowns() {
            let (least, most) = self.limits(unknown);
            begin[unknown] = begin[unknown].clamp(least, most);
        }
        let (down, across) = self.bells(&begin);
        let (mut products, mut squares) = (0.0, 0.0);
        for Pixel { row, column, number } in self.pixels {
            let bell = down[*row] * across[*column];
            (products, squares) = (products + bell * number, squares + bell * bell);
        }
        begin[0] = products / squares;
        begin
    }

    fn bells(&self, at: &Unknowns) -> (Vec<f64>, Vec<f64>) {
        (self.rows.bell(at[1], at[3]), self.columns.bell(at[2], at[4]))
    }

    fn left(&self, at: &Unknowns) -> Left {
        let (down, across) = self.bells(at);
        let mut left = Left { squares: 0.0, gradient: [0.0; 5], curvature: [[0.0; 5]; 5] };
        let [height, centre_row, centre_column, deviation_down, deviation_across] = *at;
        let by = |distance: f64, deviation: f64| {
            let slope = if deviation > 0.0 { distance / (deviation * deviation) } else { 0.0 };
            (slope, if deviation > 0.0 { slope * distance / deviation } else { 0.0 })
        };
        for Pixel { row, column, number } in self.pixels {
            let bell = down[*row] * across[*column];
            let (by_row, by_down) = by(*row as f64 - centre_row, deviation_down);
            let (by_column, by_across) = by(*column as f64 - centre_column, deviation_across);
            let scaled = height * bell;
            let derivatives = [bell, scaled * by_row, scaled * by_column, scaled * by_down, scaled * by_across];
            let rest = number - scaled;
            left.squares += rest * rest;
            for (one, derivative) in derivatives.iter().enumerate() {
                left.gradient[one] += derivative * rest;
                for (other, product) in derivatives.iter().zip(&mut left.curvature[one]) {
                    *product += derivative * other;
                }
            }
        }
        left
    }

    /// Goes down from a place for as long as there is something to gain: where it ends, and the squares left there.
    fn search(&self, begin: Unknowns) -> (Unknowns, f64) {
        let (mut at, mut left, mut damping) = (begin, self.left(&begin), 1e-3);
        for _ in 0..MOST_STEPS {
            let next = self.step(&at, &left, damping);
            let there = self.left(&next);
            // Not a number is no gain.
            if there.squares < left.squares {
                let last = left.squares - there.squares <= SMALLEST_GAIN * left.squares;
                (at, left, damping) = (next, there, (damping / 10.0).max(1e-9));
                if last {
                    break;
                }
            } else {
                damping *= 10.0;
                if damping > 1e9 {
                    break;
                }
            }
        }
        (at, left.squares)
    }

    /// The step that the derivatives propose, the shorter the more it is damped, up to the limits.
    fn step(&self, at: &Unknowns, left: &Left, damping: f64) -> Unknowns {
        // What stands at a limit and would go beyond it stays, and the others go as if it were known.
        let blocked = |unknown: usize| {
            let ((least, most), slope) = (self.limits(unknown), left.gradient[unknown]);
            (at[unknown] <= least && slope <= 0.0) || (at[unknown] >= most && slope >= 0.0)
        };
        let free: Vec<usize> = self.unknowns().into_iter().filter(|unknown| !blocked(*unknown)).collect();
        let damped = |one: usize, other: usize| {
            let curvature = left.curvature[one][other];
            if one == other { curvature * (1.0 + damping) + f64::MIN_POSITIVE } else { curvature }
        };
        let matrix: Vec<Vec<f64>> =
            free.iter().map(|one| free.iter().map(|other| damped(*one, *other)).collect()).collect();
        let right: Vec<f64> = free.iter().map(|unknown| left.gradient[*unknown]).collect();
        let mut next = *at;
        if let Some(factors) = Cholesky::of(&matrix) {
            for (unknown, change) in free.into_iter().zip(factors.solve(&right)) {
                let (least, most) = self.limits(unknown);
                next[unknown] = (at[unknown] + change).clamp(least, most);
            }
        }
        next
    }
}
