//! Memory for results, without the abort that a failed `vec![]` is.

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
