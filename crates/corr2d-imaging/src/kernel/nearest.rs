//! The named kernel that a kernel is nearest to.
//!
//! A name is as near as its best multiple: of a kernel k and a named kernel n the multiple is `s = Σ k·n / Σ n²`, and what it
//! leaves is `‖k − s·n‖ / ‖k‖ = √(1 − (Σ k·n)² / (Σ k² · Σ n²))`, whatever either is multiplied by. Kernels of other sizes are
//! laid over each other; what sticks out on either side counts.

use super::{Kernel, named};

/// Up to so many weights, small kernels are looked for in every place of a larger one, and families in every size.
const SMALL: usize = 1024;

/// One name must be nearer than another by this much. The simple names come first.
const NEARER: f64 = 1e-6;

/// Points at which a family is tried before the best is refined.
const TRIES: usize = 40;

/// The golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The named kernel that comes nearest.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// Its name, with parameters: [`Kernel::parse`] makes it.
    pub name: String,
    /// What it is multiplied by.
    pub scale: f64,
    /// The part of the kernel that the multiple leaves, `‖k − s·n‖ / ‖k‖`: 0 where nothing is left, 1 where nothing fits.
    pub distance: f64,
    /// Whether the named kernel stands in it turned by 180°, as in files made for convolution.
    pub is_turned: bool,
    /// How far (down, right) of the anchor its own anchor lies.
    pub shift: (isize, isize),
}

impl Kernel {
    /// The named kernel, or its multiple, that this kernel is nearest to; `None` for a kernel of zeros.
    ///
    /// The parameters of `gaussian` and `log` are fitted, in steps of 0.01. A name that fits only when it is turned by 180° or
    /// stands off the anchor is found too.
    ///
    /// ```
    /// let kernel = corr2d_imaging::Kernel::parse("0,0,0,0,0; 0,-0.5,0,0.5,0; 0,-1,0,1,0; 0,-0.5,0,0.5,0; 0,0,0,0,0")?;
    /// let nearest = kernel.nearest_named().ok_or("it is not 0")?;
    /// assert_eq!((nearest.name.as_str(), nearest.scale, nearest.distance), ("sobel-x", 0.5, 0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn nearest_named(&self) -> Option<Nearest> {
        let mut best: Option<Fit> = None;
        let mut offer = |found: Option<Fit>| {
            let nearer = |found: &Fit| best.as_ref().is_none_or(|best| found.distance < best.distance - NEARER);
            if let Some(found) = found.filter(nearer) {
                best = Some(found);
            }
        };
        for kernel in named::fixed_kernels().chain(self.parsed("box")).chain(self.parsed("binomial")) {
            offer(self.fit(&kernel));
            offer(self.fit(&kernel.turned()).map(|fit| Fit { is_turned: true, ..fit }));
        }
        for size in self.sizes() {
            offer(self.fit_family(1.0, |sigma| format!("gaussian:{sigma}:{}x{}", size.0, size.1)));
        }
        // It reaches 4σ to each side.
        offer(self.fit_family(0.25, |sigma| format!("log:{sigma}")));
        best.map(|fit| self.named(fit))
    }

    /// The kernel turned by 180°.
    fn turned(&self) -> Self {
        Self { values: self.values.iter().rev().copied().collect(), ..self.clone() }
    }

    /// The sizes that share its middle: its own first, then smaller by two rows or two columns.
    fn sizes(&self) -> Vec<(usize, usize)> {
        let smaller = |length: usize| (1..=length).rev().step_by(2);
        let sizes = smaller(self.height).flat_map(|height| smaller(self.width).map(move |width| (height, width)));
        sizes.take(if self.values.len() <= SMALL { usize::MAX } else { 1 }).collect()
    }

    fn parsed(&self, family: &str) -> Vec<Kernel> {
        let sizes = self.sizes().into_iter();
        sizes.filter_map(|(height, width)| Self::parse(&format!("{family}:{height}x{width}")).ok()).collect()
    }

    /// The best place for another kernel.
    fn fit(&self, other: &Kernel) -> Option<Fit> {
        self.best_of(other, &self.places(other))
    }

    /// The best of some places for another kernel: of those as near as each other, the first.
    fn best_of(&self, other: &Kernel, places: &[(isize, isize)]) -> Option<Fit> {
        let square = |kernel: &Kernel| kernel.values.iter().map(|value| value * value).sum::<f64>();
        let (own, theirs) = (square(self), square(other));
        if own == 0.0 || theirs == 0.0 {
            return None;
        }
        let fits = places.iter().map(|&place| {
            let common: f64 = self.under(other, place).map(|(value, other)| value * other).sum();
            ((1.0 - common * common / (own * theirs)).max(0.0).sqrt(), common / theirs, place)
        });
        let (distance, scale, place) = fits.reduce(|best, fit| if fit.0 < best.0 - NEARER { fit } else { best })?;
        Some(Fit { name: other.name.clone(), kernel: other.clone(), scale, distance, is_turned: false, place })
    }

    /// Where the upper left weight of another kernel may lie: middle on middle or anchor on anchor, or anywhere within.
    fn places(&self, other: &Kernel) -> Vec<(isize, isize)> {
        let between = |own: usize, other: usize| own as isize / 2 - other as isize / 2;
        let middle = (between(self.height, other.height), between(self.width, other.width));
        let mut places = vec![middle];
        if self.values.len() <= SMALL && other.height <= self.height && other.width <= self.width {
            let rows = 0..=(self.height - other.height) as isize;
            let columns = (self.width - other.width) as isize;
            places.extend(rows.flat_map(|row| (0..=columns).map(move |column| (row, column))));
        }
        places
    }

    /// The weights on which another kernel lies, each with the one that lies on it.
    fn under<'a>(&'a self, other: &'a Kernel, (down, across): (isize, isize)) -> impl Iterator<Item = (f64, f64)> + 'a {
        // Rows and columns of the other kernel that lie within this one.
        let within = |place: isize, own: usize, other: usize| {
            let end = (own as isize - place).clamp(0, other as isize) as usize;
            ((-place).max(0) as usize).min(end)..end
        };
        let (rows, columns) = (within(down, self.height, other.height), within(across, self.width, other.width));
        rows.flat_map(move |row| {
            let from = (row as isize + down) as usize * self.width;
            let own = &self.values[from..from + self.width];
            let theirs = &other.values[row * other.width..][..other.width];
            columns.clone().map(move |column| (own[(column as isize + across) as usize], theirs[column]))
        })
    }

    /// Each weight with the one that lies on it, if any.
    fn over<'a>(&'a self, other: &'a Kernel, (down, across): (isize, isize)) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.values.iter().enumerate().map(move |(index, &value)| {
            let row = ((index / self.width) as isize - down) as usize;
            let column = ((index % self.width) as isize - across) as usize;
            // What is negative wraps round to a row that no kernel has.
            let inside = row < other.height && column < other.width;
            (value, if inside { other.values[row * other.width + column] } else { 0.0 })
        })
    }

    /// The σ that fits best, in steps of 0.01: the best of some up to a part of the size, and the golden section beside it.
    fn fit_family(&self, part: f64, name: impl Fn(f64) -> String) -> Option<Fit> {
        let most = (part * self.height.max(self.width) as f64).clamp(1.0, 100.0);
        let at = |sigma: f64| -> Option<Fit> {
            let kernel = Self::parse(&name((sigma * 1e4).round() / 1e4)).ok()?;
            let middle = self.places(&kernel).first().copied()?;
            self.best_of(&kernel, &[middle])
        };
        let distance = |sigma: f64| at(sigma).map_or(f64::INFINITY, |fit| fit.distance);
        let tried = |index: usize| 0.1 * (most / 0.1).powf(index as f64 / TRIES as f64);
        let distances: Vec<f64> = (0..=TRIES).map(|index| distance(tried(index))).collect();
        let best = (0..=TRIES).min_by(|&left, &right| distances[left].total_cmp(&distances[right]))?;
        let (mut low, mut high) = (tried(best.saturating_sub(1)), tried((best + 1).min(TRIES)));
        while high - low > 1e-3 {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            if distance(left) <= distance(right) { high = right } else { low = left }
        }
        at(((low + high) * 50.0).round() / 100.0)
    }

    /// The distance anew, from what is left: 1 − (…)² cannot tell less than 1e-8 from 0.
    fn named(&self, fit: Fit) -> Nearest {
        let Fit { name, kernel, scale, is_turned, place, .. } = fit;
        let over = |(value, other): (f64, f64)| ((value - scale * other).powi(2), (scale * other).powi(2));
        let (left, covered) =
            self.over(&kernel, place).map(over).fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1));
        // What sticks out of this kernel is left too.
        let outside = ((scale * kernel.norm()).powi(2) - covered).max(0.0);
        let outside = if outside > 1e-12 * covered { outside } else { 0.0 };
        let anchor = |own: usize, other: usize, place: isize| place + (other / 2) as isize - (own / 2) as isize;
        Nearest {
            name,
            scale,
            distance: (left + outside).sqrt() / self.norm(),
            is_turned,
            shift: (anchor(self.height, kernel.height, place.0), anchor(self.width, kernel.width, place.1)),
        }
    }
}

/// A named kernel in its place.
struct Fit {
    name: String,
    kernel: Kernel,
    scale: f64,
    distance: f64,
    is_turned: bool,
    place: (isize, isize),
}
