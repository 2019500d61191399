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

/// The bytes of each number type that a thread keeps for its next call: fresh memory costs a page fault for every 4 KiB, 3 to
/// 6 % of a layer that takes a millisecond.
const KEPT: usize = 4 << 20;

/// Scratch memory that begins with a cache line, so that no register loaded from a multiple of its length lies in two.
pub(crate) struct Aligned<T> {
    numbers: Vec<T>,
    begin: usize,
    length: usize,
    /// Takes the numbers in the end.
    keep: fn(Vec<T>),
}

/// `length` numbers, whatever they are: the thread's own from an earlier call, where they are enough.
pub(crate) fn aligned<T: Element>(length: usize) -> Result<Aligned<T>, Error> {
    if length == 0 {
        return Ok(Aligned::default());
    }
    let spare = LINE / size_of::<T>();
    let all = length.checked_add(spare).ok_or(Error::OutOfMemory { bytes: usize::MAX })?;
    let numbers = match T::with_spares(|spares| take(spares, all)).flatten() {
        Some(numbers) => numbers,
        None => zeros(all)?,
    };
    // `align_offset` may say that it cannot tell.
    let begin = numbers.as_ptr().align_offset(LINE).min(spare);
    let mut aligned = Aligned { numbers, begin, length, keep };
    if cfg!(debug_assertions) {
        // So that a test fails where a number is read that was not written.
        aligned.fill(T::from_f64(f64::NAN));
    }
    Ok(aligned)
}

/// `length` numbers of a vector that grows to hold them, the first of them at the beginning of a cache line. What they are is left
/// from before.
pub(crate) fn aligned_in<T: Element>(numbers: &mut Vec<T>, length: usize) -> &mut [T] {
    let spare = LINE / size_of::<T>();
    if numbers.len() < length + spare {
        T::fill(numbers, length + spare);
    }
    let begin = numbers.as_ptr().align_offset(LINE).min(spare);
    &mut numbers[begin..][..length]
}

/// The smallest that has so many numbers. Where none has, the others go, so that what a thread keeps does not add up to
/// what it needs.
fn take<T>(spares: &mut Vec<Vec<T>>, length: usize) -> Option<Vec<T>> {
    let enough = spares.iter().enumerate().filter(|(_, spare)| spare.len() >= length);
    match enough.min_by_key(|(_, spare)| spare.len()).map(|(index, _)| index) {
        Some(index) => Some(spares.swap_remove(index)),
        None => {
            spares.clear();
            None
        }
    }
}

/// Keeps some numbers for the next call of this thread, if they are not too many.
fn keep<T: Element>(numbers: Vec<T>) {
    // A thread that ends has no spares any more, and drops them here.
    T::with_spares(|spares| {
        let kept: usize = spares.iter().map(Vec::len).sum();
        if (kept + numbers.len()) * size_of::<T>() <= KEPT {
            spares.push(numbers);
        }
    });
}

impl<T> Drop for Aligned<T> {
    fn drop(&mut self) {
        (self.keep)(std::mem::take(&mut self.numbers));
    }
}

impl<T> Default for Aligned<T> {
    fn default() -> Self {
        Self { numbers: Vec::new(), begin: 0, length: 0, keep: drop }
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
