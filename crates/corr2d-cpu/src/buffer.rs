//! Memory for results, without the abort that a failed `vec![]` is.

use std::ops::{Deref, DerefMut};

use crate::{Element, Error};

/// `length` zeros, or an error if the machine does not have the memory.
///
/// ```
/// assert_eq!(corr2d_cpu::zeros::<f32>(3)?, [0.0; 3]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::OutOfMemory`] when the allocator refuses.
pub fn zeros<T: Element>(length: usize) -> Result<Vec<T>, Error> {
    let mut buffer = with_room_for(length)?;
    T::fill(&mut buffer, length);
    Ok(buffer)
}

/// An empty vector with room for `length` elements.
pub(crate) fn with_room_for<T>(length: usize) -> Result<Vec<T>, Error> {
    let mut buffer = Vec::new();
    buffer
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory { bytes: length.saturating_mul(size_of::<T>()) })?;
    Ok(buffer)
}

/// What a cache line holds, in bytes; also the widest register.
const LINE: usize = 64;

/// Scratch memory that begins with a cache line, so that no register loaded from a multiple of its length lies in two.
pub(crate) struct Aligned<T> {
    numbers: Vec<T>,
    begin: usize,
    length: usize,
}

/// `length` zeros.
pub(crate) fn aligned<T: Element>(length: usize) -> Result<Aligned<T>, Error> {
    let spare = LINE / size_of::<T>();
    let numbers: Vec<T> = zeros(length.checked_add(spare).ok_or(Error::OutOfMemory { bytes: usize::MAX })?)?;
    // `align_offset` may say that it cannot tell.
    let begin = numbers.as_ptr().align_offset(LINE).min(spare);
    Ok(Aligned { numbers, begin, length })
}

impl<T> Default for Aligned<T> {
    fn default() -> Self {
        Self { numbers: Vec::new(), begin: 0, length: 0 }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.numbers[self.begin..][..self.length]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.begin..][..self.length]
    }
}
