//! The threads that share a call's tasks, and how they share them: each begins with neighbours, which read and write the same
//! memory, and takes from the end of another's share when its own is done.
//!
//! No result depends on who computes it, nor on how many there are: each element has one writer.

use std::cell::Cell;
use std::iter::{from_fn, once};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::vec::IntoIter;

use crate::Error;

/// Threads that run something together.
///
/// ```
/// use corr2d_cpu::threads::Threads;
///
/// /// One thread and no other.
/// struct Alone;
///
/// impl Threads for Alone {
///     fn count(&self) -> usize {
///         1
///     }
///
///     fn run(&self, work: &(dyn Fn() + Sync)) {
///         work();
///     }
/// }
///
/// corr2d_cpu::threads::lend(&Alone);
/// assert_eq!(corr2d_cpu::threads::count(), 1);
/// ```
pub trait Threads: Sync {
    /// How many there are, the calling one among them.
    fn count(&self) -> usize;

    /// Whether they can be had now. Where not, rayon's threads share a call.
    fn are_free(&self) -> bool {
        true
    }

    /// Calls `work` on this thread or others, on as many at the same time as it can, and returns when all calls have. Each call
    /// computes what no other has begun; it does not panic.
    fn run(&self, work: &(dyn Fn() + Sync));
}

static LENT: OnceLock<&'static dyn Threads> = OnceLock::new();

thread_local! {
    /// Whether this thread is computing a task of some lent threads' call, which wait for it.
    static COMPUTES: Cell<bool> = const { Cell::new(false) };
}

/// Has all later calls of the process shared by these threads rather than by rayon's, except for calls from a thread of a rayon
/// pool, which are shared by that pool. The first that are lent stay. A task that is a call itself runs on its own thread.
///
/// For programs that have threads of their own: two pools on the same processors are in each other's way.
pub fn lend(threads: &'static dyn Threads) {
    LENT.get_or_init(|| threads);
}

/// How many threads share a call that is made here.
#[must_use]
pub fn count() -> usize {
    if COMPUTES.get() {
        return 1;
    }
    lent().map_or_else(rayon::current_num_threads, |threads| threads.count().max(1))
}

/// The lent threads, where they are the ones to share a call.
fn lent() -> Option<&'static dyn Threads> {
    let in_pool = rayon::current_thread_index().is_some();
    LENT.get().copied().filter(|threads| !in_pool && threads.are_free())
}

/// Runs all tasks, each thread with a workspace of its own; on this thread alone where they are not worth `sharing`.
pub(crate) fn for_each<T: Send, W>(
    sharing: bool,
    tasks: impl IntoIterator<Item = T>,
    workspace: impl Fn() -> W + Sync,
    run: impl Fn(&mut W, T) + Sync,
) {
    let tasks = tasks.into_iter();
    let threads = if sharing { count() } else { 1 };
    if threads == 1 {
        let mut workspace = workspace();
        tasks.for_each(|task| run(&mut workspace, task));
        return;
    }
    let tasks: Vec<T> = tasks.collect();
    let several = tasks.len() > 1;
    let shares = shares_of(tasks, threads);
    let started = AtomicUsize::new(0);
    let some = || {
        let own = started.fetch_add(1, Ordering::Relaxed);
        let share = |other: usize| &shares[(own + other) % threads];
        let from_another = || (1..threads).find_map(|other| locked(share(other)).next_back());
        let next = || {
            // Not locked any more while another share is asked.
            let task = locked(share(0)).next();
            task.or_else(from_another)
        };
        if let Some(first) = next() {
            let mut workspace = workspace();
            once(first).chain(from_fn(next)).for_each(|task| run(&mut workspace, task));
        }
    };
    if several {
        // Panics stay off the threads of others, which might keep them to themselves or not survive them.
        let panic = Mutex::new(None);
        on_each_thread(&|| {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(some)) {
                locked(&panic).get_or_insert(payload);
            }
        });
        if let Some(payload) = panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            resume_unwind(payload);
        }
    }
    // What lent threads may have left, or the only task.
    some();
}

/// The tasks in as many shares of neighbours, as equal as they can be.
fn shares_of<T>(tasks: Vec<T>, threads: usize) -> Vec<Mutex<IntoIter<T>>> {
    let count = tasks.len();
    let mut tasks = tasks.into_iter();
    let length = |share: usize| (share + 1) * count / threads - share * count / threads;
    let share = |share| tasks.by_ref().take(length(share)).collect::<Vec<_>>().into_iter();
    (0..threads).map(share).map(Mutex::new).collect()
}

/// As [`for_each`], where a workspace or a task may fail: then an error of one of them, and no more tasks are begun.
pub(crate) fn try_for_each<T: Send, W>(
    sharing: bool,
    tasks: impl IntoIterator<Item = T>,
    workspace: impl Fn() -> Result<W, Error> + Sync,
    run: impl Fn(&mut W, T) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let failure = Mutex::new(None);
    for_each(sharing, tasks, workspace, |workspace, task| {
        if locked(&failure).is_some() {
            return;
        }
        let result = match workspace {
            Ok(workspace) => run(workspace, task),
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = result {
            locked(&failure).get_or_insert(error);
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

fn on_each_thread(work: &(impl Fn() + Sync)) {
    match lent() {
        Some(threads) => threads.run(&|| {
            let _computing = Computing::new();
            work();
        }),
        None => rayon::in_place_scope(|scope| {
            (1..rayon::current_num_threads()).for_each(|_| scope.spawn(|_| work()));
            work();
        }),
    }
}

/// As long as it lives, this thread computes a task of lent threads.
struct Computing;

impl Computing {
    fn new() -> Self {
        COMPUTES.set(true);
        Self
    }
}

impl Drop for Computing {
    fn drop(&mut self) {
        COMPUTES.set(false);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
