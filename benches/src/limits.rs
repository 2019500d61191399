//! What no program on this machine can beat, measured without the engine.

use std::hint::black_box;

use fearless_simd::{Level, dispatch, prelude::*};
use rayon::prelude::*;

use crate::Pace;

/// How often a chain of multiply-adds is continued in one call.
const LINKS: usize = 100_000;

/// Pieces of memory smaller than these numbers are not worth a second thread.
const SMALLEST_PIECE: usize = 1 << 16;

/// 10⁹ floating-point operations a second by fused multiply-adds of `f32` in registers, on all threads of the pool
/// together; a multiply-add counts as two.
///
/// Each link of a chain waits for the one before, so as many chains are needed as the core has multiply-adds in flight.
/// More than it has registers are slower again; hence several numbers of chains, of which the best counts.
pub fn multiply_add_peak(pace: &Pace) -> f64 {
    let level = Level::new();
    [rate::<8>(level, pace), rate::<12>(level, pace), rate::<16>(level, pace), rate::<24>(level, pace)]
        .into_iter()
        .fold(0.0, f64::max)
}

fn rate<const CHAINS: usize>(level: Level, pace: &Pace) -> f64 {
    let lanes = dispatch!(level, simd => lanes(simd));
    let on_each_thread = |_: rayon::BroadcastContext<'_>| dispatch!(level, simd => chains::<_, CHAINS>(simd));
    let milliseconds = pace.shortest(|| {
        black_box(rayon::broadcast(on_each_thread));
    });
    let multiply_adds = (lanes * CHAINS * LINKS * rayon::current_num_threads()) as f64;
    2.0 * multiply_adds / (milliseconds * 1e6)
}

#[inline(always)]
fn lanes<S: Simd>(_: S) -> usize {
    S::f32s::LEN
}

/// x ← x · 0.999 + 0.001, in all lanes of all chains.
#[inline(always)]
fn chains<S: Simd, const CHAINS: usize>(simd: S) -> f32 {
    let (factor, term) = (S::f32s::splat(simd, black_box(0.999)), S::f32s::splat(simd, black_box(0.001)));
    let mut values = [S::f32s::splat(simd, black_box(2.0)); CHAINS];
    for _ in 0..LINKS {
        for value in &mut values {
            *value = value.mul_add(factor, term);
        }
    }
    values.iter().map(|value| value[0]).sum()
}

/// Copies the beginning of `source` over `target`, on all threads of the pool where it is long.
pub fn copy(source: &[f32], target: &mut [f32]) {
    let piece = target.len().div_ceil(rayon::current_num_threads()).max(SMALLEST_PIECE);
    let source = &source[..target.len()];
    if target.len() <= piece {
        target.copy_from_slice(source);
    } else {
        let pieces = target.par_chunks_mut(piece).zip(source.par_chunks(piece));
        pieces.for_each(|(target, source)| target.copy_from_slice(source));
    }
    black_box(target);
}
