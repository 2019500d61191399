//! How long a call is repeated, and which of its times counts.

use std::convert::Infallible;
use std::time::Instant;

/// Shorter calls are repeated within one sample, so that reading the clock does not count; in milliseconds.
const SHORTEST_SAMPLE: f64 = 2.0;

/// When enough samples are taken: after a time, and a number of them.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// So many seconds at least.
    pub seconds: f64,
    /// So many samples at least.
    pub samples: usize,
}

impl Pace {
    /// The median time of a call in milliseconds. The caller has warmed it up.
    ///
    /// # Errors
    /// The first one of a call.
    pub fn median<E>(&self, call: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
        let samples = self.sorted_samples(call)?;
        let (below, above) = (samples[(samples.len() - 1) / 2], samples[samples.len() / 2]);
        Ok((below + above) / 2.0)
    }

    /// The shortest time of a call that cannot fail, in milliseconds: for what is a limit, every delay is a disturbance.
    pub fn shortest(&self, mut call: impl FnMut()) -> f64 {
        let Ok::<_, Infallible>(samples) = self.sorted_samples(|| {
            call();
            Ok(())
        });
        samples[0]
    }

    /// At least one.
    fn sorted_samples<E>(&self, mut call: impl FnMut() -> Result<(), E>) -> Result<Vec<f64>, E> {
        let mut sample = |repeats: u32| {
            let start = Instant::now();
            for _ in 0..repeats {
                call()?;
            }
            Ok(start.elapsed().as_secs_f64() * 1e3 / f64::from(repeats))
        };
        let start = Instant::now();
        let first = sample(1)?;
        let repeats = (SHORTEST_SAMPLE / first.max(1e-6)).ceil().max(1.0) as u32;
        let mut samples = if repeats == 1 { vec![first] } else { Vec::new() };
        while samples.len() < self.samples.max(1) || start.elapsed().as_secs_f64() < self.seconds {
            samples.push(sample(repeats)?);
        }
        samples.sort_by(f64::total_cmp);
        Ok(samples)
    }
}
