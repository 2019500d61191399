//! Memory that nothing has been written to yet: results are written once, and never filled with zeros first.

use std::mem::MaybeUninit;

use crate::buffer::with_room_for;
use crate::{Element, Error};

/// A new vector of `length` numbers, all of which `write` writes before it returns `Ok`.
///
/// That is the contract of every operation that the engine dispatches to, and what the soundness of this function rests
/// on: the tests run each path on memory full of NaN and compare all of the result. Debug builds look for what is missing.
///
/// # Errors
/// [`Error::OutOfMemory`], and those of `write`.
pub(crate) fn written<T: Element>(
    length: usize,
    write: impl FnOnce(&mut [MaybeUninit<T>]) -> Result<(), Error>,
) -> Result<Vec<T>, Error> {
    let mut vector: Vec<T> = with_room_for(length)?;
    let places = &mut vector.spare_capacity_mut()[..length];
    if cfg!(debug_assertions) {
        zeroed(places, T::from_f64(UNLIKELY));
    }
    write(places)?;
    // SAFETY: the capacity is at least `length`, and `write` has written so many elements.
    unsafe { vector.set_len(length) };
    debug_assert!(!vector.contains(&T::from_f64(UNLIKELY)), "every element is written");
    Ok(vector)
}

/// No sum that a test computes.
const UNLIKELY: f64 = -1.234567890123e-38;

/// A slice of numbers as places to write numbers to.
pub(crate) fn unwritten<T: Copy>(slice: &mut [T]) -> &mut [MaybeUninit<T>] {
    let slice: *mut [T] = slice;
    // SAFETY: the two types have one layout, and the slice is borrowed for as long. Nobody in this crate writes anything
    // but numbers to such places.
    unsafe { &mut *(slice as *mut [MaybeUninit<T>]) }
}

/// The places filled with one number, for an algorithm that reads its result.
pub(crate) fn zeroed<T: Copy>(slice: &mut [MaybeUninit<T>], zero: T) -> &mut [T] {
    for place in slice.iter_mut() {
        place.write(zero);
    }
    let slice: *mut [MaybeUninit<T>] = slice;
    // SAFETY: every place has just been written.
    unsafe { &mut *(slice as *mut [T]) }
}
