//! Padding by index: `padded[i] = image[index(i - top)]`, axis by axis and by selection, so that gradients pass.
//!
//! Every border that repeats pixels is periodic, as in `numpy.pad`: with n pixels, `wrap` has the period n, `symmetric`
//! 2n and `reflect` 2(n - 1); the margin may be wider than the image.

use candle_core::Tensor;

use super::Border;
use crate::error::{Error, Result, bytes};

/// A padded image may fill this much: 4 GiB.
const MAX_PADDED_BYTES: u128 = 1 << 32;

/// How many rows and columns to add on each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Margins {
    /// Rows above.
    pub top: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
}

impl Margins {
    /// The margins with which a kernel of this size answers once for every pixel: its anchor is `(height / 2, width / 2)`.
    ///
    /// That is the middle of an odd kernel; an even one reaches one further up and left, as in OpenCV's `filter2D`.
    ///
    /// ```
    /// let margins = corr2d_imaging::Margins::around(3, 2);
    /// assert_eq!((margins.top, margins.bottom, margins.left, margins.right), (1, 1, 1, 0));
    /// ```
    #[must_use]
    pub fn around(kernel_height: usize, kernel_width: usize) -> Self {
        let (top, left) = (kernel_height / 2, kernel_width / 2);
        let bottom = kernel_height.saturating_sub(top + 1);
        let right = kernel_width.saturating_sub(left + 1);
        Self { top, bottom, left, right }
    }
}

impl Border {
    /// Which of `length` pixels in a row stands at `position`, which may lie any distance before or beyond them.
    ///
    /// `None` where no pixel does: beyond the edge under `Valid` and `Zero`, and wherever `length` is 0.
    ///
    /// ```
    /// use corr2d_imaging::Border;
    /// assert_eq!(Border::Reflect.index(-1, 4), Some(1));
    /// assert_eq!(Border::Symmetric.index(-1, 4), Some(0));
    /// assert_eq!(Border::Wrap.index(-1, 4), Some(3));
    /// assert_eq!(Border::Zero.index(-1, 4), None);
    /// ```
    #[must_use]
    pub fn index(self, position: isize, length: usize) -> Option<usize> {
        if length == 0 {
            return None;
        }
        // In i128 no sum of two machine words overflows.
        let (position, count) = (position as i128, length as i128);
        let mirrored = |period: i128, repeat: i128| {
            let phase = position.rem_euclid(period.max(1));
            if phase < count { phase } else { period - phase - repeat }
        };
        let index = match self {
            Self::Valid | Self::Zero if !(0..count).contains(&position) => return None,
            Self::Valid | Self::Zero => position,
            Self::Replicate => position.clamp(0, count - 1),
            Self::Reflect => mirrored(2 * (count - 1), 0),
            Self::Symmetric => mirrored(2 * count, 1),
            Self::Wrap => position.rem_euclid(count),
        };
        Some(index as usize)
    }

    /// Adds margins to the last two axes of `image`, `[.., H, W]`; gradients pass through to the pixels repeated.
    ///
    /// `Valid` adds nothing and returns the image as it is.
    ///
    /// # Errors
    ///
    /// Fewer than two axes, an empty axis that should be repeated, or a result over 4 GiB.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d_imaging::{Border, Margins};
    /// let image = Tensor::new(&[[1f32, 2.0, 3.0]], &Device::Cpu)?;
    /// let margins = Margins { top: 0, bottom: 1, left: 2, right: 1 };
    /// let padded = Border::Reflect.pad(&image, margins)?;
    /// assert_eq!(padded.to_vec2::<f32>()?, [[3.0, 2.0, 1.0, 2.0, 3.0, 2.0]; 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pad(self, image: &Tensor, margins: Margins) -> Result<Tensor> {
        let shape = image.dims();
        let &[.., height, width] = shape else {
            return Err(Error::Shape { what: "padding", expected: "[.., H, W]", shape: shape.to_vec() });
        };
        if self == Self::Valid || margins == Margins::default() {
            return Ok(image.clone());
        }
        let Margins { top, bottom, left, right } = margins;
        check_budget(image, [height, top, bottom], [width, left, right])?;
        let (rows, columns) = (shape.len() - 2, shape.len() - 1);
        if self == Self::Zero {
            let tall = image.pad_with_zeros(rows, top, bottom)?;
            return Ok(tall.pad_with_zeros(columns, left, right)?);
        }
        let empty = Error::NothingToRepeat { border: self.name(), height, width };
        if image.elem_count() == 0 {
            return Err(empty);
        }
        let tall = self.extend(&image.contiguous()?, rows, top, bottom)?;
        self.extend(&tall, columns, left, right)
    }

    fn extend(self, image: &Tensor, axis: usize, before: usize, after: usize) -> Result<Tensor> {
        let length = image.dim(axis)?;
        // Only the margins are selected: copying the whole image by index takes twice as long.
        let margin = |from: isize, count: usize| -> Result<Tensor> {
            let positions = from..from + count as isize;
            let sources = positions.filter_map(|position| self.index(position, length));
            let sources: Vec<u32> = sources.map(|index| index as u32).collect();
            let sources = Tensor::from_vec(sources, count, image.device())?;
            Ok(image.index_select(&sources, axis)?)
        };
        let mut parts = vec![image.clone()];
        if before > 0 {
            parts.insert(0, margin(-(before as isize), before)?);
        }
        if after > 0 {
            parts.push(margin(length as isize, after)?);
        }
        Ok(Tensor::cat(&parts, axis)?)
    }
}

/// Fails before anything is allocated where the padded image would not fit.
fn check_budget(image: &Tensor, rows: [usize; 3], columns: [usize; 3]) -> Result<()> {
    let total = |parts: [usize; 3]| parts.iter().map(|&part| part as u128).sum::<u128>();
    let planes: u128 = image.dims().iter().rev().skip(2).map(|&length| length as u128).product();
    let one = image.dtype().size_in_bytes() as u128;
    let needed = total(rows).saturating_mul(total(columns)).saturating_mul(planes).saturating_mul(one);
    if needed > MAX_PADDED_BYTES {
        return Err(Error::PaddedTooLarge { needed: bytes(needed), limit: bytes(MAX_PADDED_BYTES) });
    }
    Ok(())
}
