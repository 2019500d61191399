//! Numbers of both signs as colours: blue below 0, white at 0, red above. In print as on the screen, zero is nothing.

use candle_core::{DType, Device, Tensor};

use crate::error::{Error, Result};
use crate::picture::Picture;

/// The colour of a strength in −1..1, from white towards blue (negative) or red (positive).
pub(crate) fn diverging(strength: f64) -> [u8; 3] {
    let full = if strength < 0.0 { [33, 102, 172] } else { [178, 24, 43] };
    full.map(|channel| (255.0 - (255.0 - f64::from(channel)) * strength.abs().min(1.0)).round() as u8)
}

impl Picture {
    /// Numbers `[H, W]` as colours, and the number that has the full colour: 0 is white, −`scale` blue and `scale` red.
    ///
    /// It shows where a result is too dark or too bright, which a picture of grey levels hides. The scale is the largest
    /// absolute value; where all are 0 it is 0, and the picture white.
    ///
    /// # Errors
    ///
    /// Another number of axes, no number at all, or NaN and infinity.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// let residual = Tensor::new(&[[-0.25f32, 0.0, 0.5]], &Device::Cpu)?;
    /// let (picture, scale) = corr2d_imaging::Picture::diverging(&residual)?;
    /// assert_eq!(scale, 0.5);
    /// let white = picture.pixels.narrow(2, 1, 1)?;
    /// assert_eq!(white.flatten_all()?.to_vec1::<f32>()?, [1.0, 1.0, 1.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn diverging(values: &Tensor) -> Result<(Self, f64)> {
        let &[height @ 1..=usize::MAX, width @ 1..=usize::MAX] = values.dims() else {
            let (what, expected) = ("a picture of both signs", "[H, W], each at least 1");
            return Err(Error::Shape { what, expected, shape: values.dims().to_vec() });
        };
        // In main memory, since the picture is on its way to a file, and Metal has no f64.
        let numbers = values.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1::<f64>()?;
        let narrowed: Vec<f32> = numbers.iter().map(|&number| number as f32).collect();
        crate::range::check_finite("a picture of both signs", &narrowed)?;
        let scale = numbers.iter().fold(0.0, |scale: f64, number| scale.max(number.abs()));
        let strength = |number: f64| if scale > 0.0 { number / scale } else { 0.0 };
        let colours: Vec<[u8; 3]> = numbers.iter().map(|&number| diverging(strength(number))).collect();
        let plane = |channel: usize| colours.iter().map(move |colour| f32::from(colour[channel]) / 255.0);
        let planes: Vec<f32> = (0..3).flat_map(plane).collect();
        Ok((Self::new(Tensor::from_vec(planes, (3, height, width), &Device::Cpu)?)?, scale))
    }
}
