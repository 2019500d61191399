//! Signed responses become brightness: how raw numbers map to the 0..1 of a picture.
//!
//! A kernel answers with negative numbers half of the time. Cutting them off loses half of the edges, so the reader
//! chooses, and [`RangeReport`] says what was cut. In levels of 0 to 255, with v the response:
//!
//! `signed: 127.5 + 127.5·v/max|v|`, `abs: 255·|v|/max|v|`, `minmax: 255·(v - min)/(max - min)`, `clamp: 255·v, cut`

use std::str::FromStr;

use candle_core::{DType, Tensor};

use crate::error::{Error, Result};
use crate::near::near;

/// How responses map to brightness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Range {
    /// Zero is mid grey, negative darker, positive brighter. All zeros are mid grey throughout.
    #[default]
    Signed,
    /// Zero is black, and both signs are equally bright. All zeros are black throughout.
    Abs,
    /// The lowest response is black, the highest white. Where all are equal the picture is black.
    MinMax,
    /// The response is the brightness; below 0 and above 1 it is cut off, and the report counts how often.
    Clamp,
}

/// What the responses were before they were mapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RangeReport {
    /// The lowest response.
    pub min: f32,
    /// The highest response.
    pub max: f32,
    /// How many responses were cut off; only [`Range::Clamp`] cuts.
    pub clipped: usize,
    /// How many responses there were.
    pub total: usize,
}

const TABLE: [(Range, &str, &str); 4] = [
    (Range::Signed, "signed", "zero is mid grey, negative darker, positive brighter"),
    (Range::Abs, "abs", "zero is black, both signs equally bright"),
    (Range::MinMax, "minmax", "the lowest response is black, the highest white"),
    (Range::Clamp, "clamp", "0 is black, 1 is white, what lies beyond is cut off and counted"),
];

impl Range {
    /// Maps responses of any shape to 0..1; the result is `f32` and carries no gradient.
    ///
    /// # Errors
    ///
    /// NaN or infinity among the responses, with their counts, or no response at all.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d_imaging::Range;
    /// let responses = Tensor::new(&[[-2f32, 0.0, 1.0]], &Device::Cpu)?;
    /// let (shown, report) = Range::Signed.apply(&responses)?;
    /// assert_eq!(shown.to_vec2::<f32>()?, [[0.0, 0.5, 0.75]]);
    /// assert_eq!((report.min, report.max, report.clipped), (-2.0, 1.0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(self, responses: &Tensor) -> Result<(Tensor, RangeReport)> {
        if responses.elem_count() == 0 {
            let shape = responses.dims().to_vec();
            return Err(Error::Shape { what: "a range", expected: "at least one response", shape });
        }
        let values = responses.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        check_finite("the responses", &values)?;
        let (min, max) = extremes(&values);
        let shown: Vec<f32> = values.iter().map(|&value| self.brightness(value, min, max)).collect();
        let cut = |value: &&f32| self == Self::Clamp && !(0.0..=1.0).contains(*value);
        let clipped = values.iter().filter(cut).count();
        let shown = Tensor::from_vec(shown, responses.shape(), responses.device())?;
        Ok((shown, RangeReport { min, max, clipped, total: values.len() }))
    }

    /// The name on the command line.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Range::MinMax.name(), "minmax");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Every name with its meaning, a line each, for `--help`.
    ///
    /// ```
    /// assert!(corr2d_imaging::Range::table().starts_with("signed  zero is mid grey"));
    /// ```
    #[must_use]
    pub fn table() -> String {
        TABLE.iter().map(|(_, name, meaning)| format!("{name:<6}  {meaning}\n")).collect()
    }

    /// In f64, so that neither a tiny nor a huge span loses the ratio.
    fn brightness(self, value: f32, min: f32, max: f32) -> f32 {
        let [value, min, max] = [value, min, max].map(f64::from);
        let largest = min.abs().max(max.abs());
        let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let shown = match self {
            Self::Signed => 0.5 + 0.5 * ratio(value, largest),
            Self::Abs => ratio(value.abs(), largest),
            Self::MinMax => ratio(value - min, max - min),
            Self::Clamp => value.clamp(0.0, 1.0),
        };
        shown as f32
    }
}

impl FromStr for Range {
    type Err = Error;

    /// Reads a name of [`Range::table`]; capitals do not matter.
    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim().to_lowercase();
        let names = TABLE.map(|row| row.1);
        TABLE.iter().find(|row| row.1 == wanted).map(|row| row.0).ok_or_else(|| Error::UnknownName {
            what: "range",
            name: text.to_string(),
            near: near(&wanted, names),
            known: names.join(", "),
        })
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Fails with the counts where a value is NaN or infinite.
pub(crate) fn check_finite(what: &str, values: &[f32]) -> Result<()> {
    let nan = values.iter().filter(|value| value.is_nan()).count();
    let infinite = values.iter().filter(|value| value.is_infinite()).count();
    if nan + infinite == 0 {
        return Ok(());
    }
    Err(Error::NotFinite { what: what.to_string(), nan, infinite, total: values.len() })
}

/// The lowest and the highest of finite values, of which there is at least one.
pub(crate) fn extremes(values: &[f32]) -> (f32, f32) {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (low, high)
}
