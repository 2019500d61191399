//! An input that need not lie in one piece: a crop of an image, some channels of many, an image repeated.

use crate::buffer::with_room_for;
use crate::{Error, Geometry};

/// An input [N, C, H, W] within a slice: each row lies in one piece, and images, channels and rows are any distance apart.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Input, Plan};
///
/// // The last two columns of three rows of four.
/// let image = [0f32, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0, 20.0, 21.0, 22.0, 23.0];
/// let plan = Plan::new([1, 1, 3, 2], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// let crop = Input::strided(&image[2..], [12, 12, 4]);
/// assert_eq!(plan.forward_strided_new(crop, &[1.0, 1.0], None)?, [5.0, 25.0, 45.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Input<'a, T> {
    elements: &'a [T],
    image_step: usize,
    channel_step: usize,
    row_step: usize,
}

impl<'a, T: Copy> Input<'a, T> {
    /// All elements of an input, one after another.
    pub(crate) fn contiguous(geometry: &Geometry, elements: &'a [T]) -> Self {
        let [_, channels, height, width] = geometry.input_shape();
        Self { elements, image_step: channels * height * width, channel_step: height * width, row_step: width }
    }

    /// An input whose first element is the first of the slice, with the distances from one image, one channel and one row to
    /// the next. A distance of 0 repeats what it steps over.
    pub fn strided(elements: &'a [T], [image_step, channel_step, row_step]: [usize; 3]) -> Self {
        Self { elements, image_step, channel_step, row_step }
    }

    /// That the slice reaches as far as a geometry reads.
    ///
    /// # Errors
    /// [`Error::InputTooShort`].
    pub(crate) fn check(&self, geometry: &Geometry) -> Result<(), Error> {
        let [batch, channels, height, width] = geometry.input_shape();
        if batch == 0 {
            return Ok(());
        }
        let steps = [self.image_step, self.channel_step, self.row_step];
        let last = [batch - 1, channels - 1, height - 1].into_iter().zip(steps);
        let wanted =
            last.map(|(index, step)| index.checked_mul(step)).try_fold(width, |sum, term| sum.checked_add(term?));
        match wanted {
            Some(wanted) if wanted <= self.elements.len() => Ok(()),
            _ => {
                let (shape, found) = (geometry.input_shape(), self.elements.len());
                Err(Error::InputTooShort { found, shape, steps })
            }
        }
    }

    /// The images from one on, as they lie.
    pub(crate) fn image(&self, image: usize) -> Self {
        Self { elements: &self.elements[image * self.image_step..], ..*self }
    }

    /// From one image to the next.
    pub(crate) fn image_step(&self) -> usize {
        self.image_step
    }

    /// The planes of an image from one channel on.
    #[inline(always)]
    pub(crate) fn planes(&self, image: usize, channel: usize) -> Planes<'a, T> {
        let elements = &self.elements[image * self.image_step + channel * self.channel_step..];
        Planes { elements, plane_step: self.channel_step, row_step: self.row_step }
    }

    /// The same planes, cut into rows as another geometry has them; for planes whose rows lie one after another.
    pub(crate) fn with_rows_of(&self, geometry: &Geometry) -> Self {
        Self { row_step: geometry.columns().input(), ..*self }
    }

    /// Whether the rows of a plane lie one after another.
    pub(crate) fn has_whole_planes(&self, geometry: &Geometry) -> bool {
        self.row_step == geometry.columns().input()
    }

    /// The elements in order: the slice itself where they lie so, else gathered into `copy`.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn gathered<'c>(&self, geometry: &Geometry, copy: &'c mut Vec<T>) -> Result<&'c [T], Error>
    where
        'a: 'c,
    {
        let [batch, channels, height, width] = geometry.input_shape();
        let whole = Self::contiguous(geometry, self.elements);
        if (self.image_step, self.channel_step, self.row_step) == (whole.image_step, whole.channel_step, whole.row_step)
        {
            return Ok(&self.elements[..geometry.input_len()]);
        }
        *copy = with_room_for(geometry.input_len())?;
        for (image, channel) in (0..batch).flat_map(|image| (0..channels).map(move |channel| (image, channel))) {
            let plane = self.planes(image, channel);
            (0..height).for_each(|row| copy.extend_from_slice(plane.row(0, row, width)));
        }
        Ok(copy)
    }
}

/// Planes of one image that follow each other, the first of them first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planes<'a, T> {
    pub(crate) elements: &'a [T],
    /// From one plane to the next.
    pub(crate) plane_step: usize,
    /// From one row to the next.
    pub(crate) row_step: usize,
}

impl<'a, T> Planes<'a, T> {
    /// The planes from one on.
    #[inline(always)]
    pub(crate) fn from(&self, plane: usize) -> &'a [T] {
        &self.elements[plane * self.plane_step..]
    }

    /// A row of `width` numbers.
    #[inline(always)]
    pub(crate) fn row(&self, plane: usize, row: usize, width: usize) -> &'a [T] {
        &self.elements[plane * self.plane_step + row * self.row_step..][..width]
    }
}
