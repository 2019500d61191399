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
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use candle_core::utils::{barrier_pool, get_num_threads};
use corr2d_cpu::threads::{self, Threads};

/// A thread that comes so long after the last task is done had to wait for a processor.
const LATE: Duration = Duration::from_millis(1);

/// What computes a task takes longer.
const NOTHING: Duration = Duration::from_micros(20);

/// A late call weighs as much as so many others: on a quiet machine too, a thread is sometimes woken on the processor of the one
/// that waits for it.
const LATE_WEIGHT: usize = 8;

/// With this weight the machine is busy.
const BUSY: usize = 3 * LATE_WEIGHT;

/// How long rayon's threads compute then. A try that is late again may cost some milliseconds.
const WHILE_BUSY: Duration = Duration::from_millis(500);

struct OfCandle {
    calls: Mutex<Calls>,
}

/// How calls went.
struct Calls {
    weight: usize,
    /// When candle's threads are tried again.
    busy_until: Option<Instant>,
}

impl OfCandle {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        locked(&self.calls)
    }
}

impl Calls {
    fn ended(&mut self, is_late: bool) {
        self.weight = if is_late { self.weight + LATE_WEIGHT } else { self.weight.saturating_sub(1) };
        if self.weight >= BUSY {
            // So that the next late call says so again.
            self.weight = BUSY - LATE_WEIGHT;
            self.busy_until = Some(Instant::now() + WHILE_BUSY);
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
        // When the first began, and when the last of those was done that found something to do.
        let times = Mutex::new(None);
        // In chunks, since that may be called from one of candle's threads too.
        barrier_pool().execute_chunked(self.count(), |_| {
            let start = Instant::now();
            work();
            let end = Instant::now();
            let mut times = locked(&times);
            let (first, last) = times.get_or_insert((start, end));
            *first = start.min(*first);
            if end - start > NOTHING {
                *last = end.max(*last);
            }
        });
        let (first, last) = *locked(&times).get_or_insert_with(|| (Instant::now(), Instant::now()));
        let late = last.elapsed();
        self.calls().ended(late > LATE && late > first.elapsed() / 4);
    }
}

/// Has the engine compute on candle's threads.
pub(crate) fn lend_candles() {
    static OF_CANDLE: OfCandle = OfCandle { calls: Mutex::new(Calls { weight: 0, busy_until: None }) };
    // Candle counts the cores of the machine. Where the process may not use as many, as in a container, some would always be late.
    // Asked before there is a pool, which would begin with all of its threads.
    let variable = std::env::var("CANDLE_NUM_THREADS").ok().and_then(|count| count.parse().ok());
    let count = variable.filter(|count| *count > 0).unwrap_or_else(get_num_threads);
    let processors = available_parallelism().map_or(1, NonZero::get);
    if count <= processors {
        threads::lend(&OF_CANDLE);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
