//! What a kernel answers to, read off its moments.
//!
//! With x and y counted from the middle of the kernel, the first of these that is not zero decides:
//!
//! `Σ w` (brightness), `√((Σ w·x)² + (Σ w·y)²)` (slope), `½·Σ w·x²` or `½·Σ w·y²` (curvature)
//!
//! They are the responses to a constant 1, to a ramp that rises by 1 a pixel in the kernel's own direction, and to the
//! parabola ½x², whose second derivative is 1.

use super::Kernel;

/// Sums smaller than this part of `Σ |w|` are zero: `f32` weights cancel no better.
pub(super) const ZERO: f64 = 1e-6;

/// What a positive response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measures {
    /// The picture is bright: smoothing and sharpening.
    Brightness,
    /// Brightness rises in this direction: first derivatives.
    Slope(Direction),
    /// The point is darker than its surroundings: second derivatives such as the Laplacian.
    DarkSpot,
    /// The point is brighter than its surroundings: second derivatives with their sign turned.
    BrightSpot,
    /// None of these: constants, ramps and parabolas all give 0.
    Texture,
    /// All weights are 0, and so is every response.
    Nothing,
}

impl Measures {
    /// In words: a positive response means that …; for [`Measures::Nothing`], why there is none.
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// assert_eq!(Kernel::parse("sobel-x")?.measures().meaning(), "brightness rises to the right");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Brightness => "the picture is bright",
            Self::Slope(direction) => direction.rise(),
            Self::DarkSpot => "the point is darker than its surroundings",
            Self::BrightSpot => "the point is brighter than its surroundings",
            Self::Texture => "finer structure than a parabola",
            Self::Nothing => "every picture gives 0",
        }
    }
}

/// A direction in the picture, to the nearest of eight; rows count downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the right: columns grow.
    Right,
    /// Down and to the right.
    DownRight,
    /// Down: rows grow.
    Down,
    /// Down and to the left.
    DownLeft,
    /// To the left.
    Left,
    /// Up and to the left.
    UpLeft,
    /// Up.
    Up,
    /// Up and to the right.
    UpRight,
}

impl Direction {
    const ROUND: [Self; 8] =
        [Self::Right, Self::DownRight, Self::Down, Self::DownLeft, Self::Left, Self::UpLeft, Self::Up, Self::UpRight];

    fn nearest(x: f64, y: f64) -> Self {
        let eighths = (y.atan2(x) / std::f64::consts::FRAC_PI_4).round() as i64;
        Self::ROUND[eighths.rem_euclid(8) as usize]
    }

    fn rise(self) -> &'static str {
        match self {
            Self::Right => "brightness rises to the right",
            Self::DownRight => "brightness rises down and to the right",
            Self::Down => "brightness rises downwards",
            Self::DownLeft => "brightness rises down and to the left",
            Self::Left => "brightness rises to the left",
            Self::UpLeft => "brightness rises up and to the left",
            Self::Up => "brightness rises upwards",
            Self::UpRight => "brightness rises up and to the right",
        }
    }
}

impl Kernel {
    /// What a positive response of this kernel means.
    ///
    /// ```
    /// use corr2d_imaging::{Direction, Kernel, Measures};
    /// assert_eq!(Kernel::parse("1,-1")?.measures(), Measures::Slope(Direction::Left));
    /// assert_eq!(Kernel::parse("1,-2,1")?.measures(), Measures::DarkSpot);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn measures(&self) -> Measures {
        self.answer().0
    }

    /// By what the measured quantity is multiplied: dividing the response by it gives brightness, brightness per pixel,
    /// or brightness per pixel squared.
    ///
    /// Brightness: the response to a constant 1, which may be negative. Slope: to a ramp that rises by 1 a pixel in the
    /// kernel's direction. Spots: to the parabola ½x² (or ½y², whichever answers more), without its sign. Texture: Σ|w|.
    /// Nothing: 0.
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// assert_eq!(Kernel::parse("sobel-x")?.gain(), 8.0);
    /// assert_eq!(Kernel::parse("1,2,1")?.gain(), 4.0);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn gain(&self) -> f64 {
        self.answer().1
    }

    fn answer(&self) -> (Measures, f64) {
        let reach = (self.height.max(self.width) as f64).max(1.0);
        let total: f64 = self.values.iter().map(|value| value.abs()).sum();
        let is_zero = |moment: f64, power: i32| moment.abs() <= ZERO * total * reach.powi(power);
        if total == 0.0 {
            return (Measures::Nothing, 0.0);
        }
        let brightness = self.moment(0, 0);
        if !is_zero(brightness, 0) {
            return (Measures::Brightness, brightness);
        }
        let (across, down) = (self.moment(1, 0), self.moment(0, 1));
        let slope = across.hypot(down);
        if !is_zero(slope, 1) {
            return (Measures::Slope(Direction::nearest(across, down)), slope);
        }
        let (across, down) = (self.moment(2, 0) / 2.0, self.moment(0, 2) / 2.0);
        let curvature = if across.abs() >= down.abs() { across } else { down };
        match curvature {
            _ if is_zero(curvature, 2) => (Measures::Texture, total),
            _ if curvature > 0.0 => (Measures::DarkSpot, curvature),
            _ => (Measures::BrightSpot, -curvature),
        }
    }

    /// A moment with x and y counted from the middle.
    fn moment(&self, across: i32, down: i32) -> f64 {
        let middle = |length: usize| (length - 1) as f64 / 2.0;
        self.moment_about((middle(self.height), middle(self.width)), (down, across))
    }
}
