//! Candle's threads, lent to the engine as long as nobody else needs the processors.
//!
//! Candle adds gradients on threads that stay awake for a third of a millisecond and more, and keep those of rayon from the
//! processors meanwhile. One pool for both ends that, and it begins at once. On two threads of a Zen 5, forward and backward in
//! milliseconds by rayon → by candle: 3×3 on 128 channels of 28×28 1.8 → 0.95, 1×1 256 → 64 at 56×56 1.4 → 1.0.
//!
//! But candle waits for each of its threads, even those that find nothing to do, and a thread that has to wait for a processor
//! itself comes after some milliseconds. With another program on one of the two processors the second of these took 10 ms
//! where rayon takes 2. So where the last threads come too late, rayon's compute for a while.

use std::num::NonZero;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use candle_core::utils::barrier_pool;
use corr2d_cpu::threads::{self, Threads};

/// So long after the first thread is done the others are too, unless they had to wait for a processor.
const LATE: Duration = Duration::from_millis(1);

/// So many late calls in such a time are not by chance: on a quiet machine too, a thread is sometimes woken on the processor of
/// the one that waits for it.
const MANY: usize = 3;
const WITHIN: Duration = Duration::from_millis(100);

/// How long rayon's threads compute then. The next try may cost some milliseconds.
const WHILE_BUSY: Duration = Duration::from_millis(500);

struct OfCandle {
    calls: Mutex<Calls>,
}

/// How calls went.
struct Calls {
    /// The late ones, and when the first of them was.
    late: usize,
    first_late: Option<Instant>,
    /// When candle's threads are tried again.
    busy_until: Option<Instant>,
}

impl OfCandle {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    fn was_late(&mut self, now: Instant) {
        if self.first_late.is_none_or(|first| now - first > WITHIN) {
            (self.late, self.first_late) = (0, Some(now));
        }
        self.late += 1;
        if self.late == MANY {
            self.first_late = None;
            self.busy_until = Some(now + WHILE_BUSY);
        }
    }
}

impl Threads for OfCandle {
    fn count(&self) -> usize {
        barrier_pool().n_workers() + 1
    }

    fn are_free(&self) -> bool {
        self.calls().busy_until.is_none_or(|until| Instant::now() >= until)
    }

    fn run(&self, work: &(dyn Fn() + Sync)) {
        let start = Instant::now();
        let first_done = OnceLock::new();
        // In chunks, since that may be called from one of candle's threads too.
        barrier_pool().execute_chunked(self.count(), |_| {
            work();
            first_done.get_or_init(Instant::now);
        });
        let late = first_done.get().map_or(Duration::ZERO, Instant::elapsed);
        if late > LATE && late > start.elapsed() / 4 {
            self.calls().was_late(Instant::now());
        }
    }
}

/// Has the engine compute on candle's threads.
pub(crate) fn lend_candles() {
    static OF_CANDLE: OfCandle = OfCandle { calls: Mutex::new(Calls { late: 0, first_late: None, busy_until: None }) };
    // Candle counts the cores of the machine. Where the process may not use as many, as in a container, some would always be late.
    let processors = available_parallelism().map_or(1, NonZero::get);
    if OF_CANDLE.count() <= processors {
        threads::lend(&OF_CANDLE);
    }
}
