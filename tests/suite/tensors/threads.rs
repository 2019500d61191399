//! Calls from threads of every kind: of the program, of rayon's pools, of candle's own.

use candle_core::utils::barrier_pool;
use candle_core::{Device, Tensor};
use corr2d::{Conv2dOptions, conv2d};
use corr2d_tests::{SplitMix, run_in_its_own_program};
use rayon::prelude::*;

/// A layer that is worth several threads.
struct Layer {
    x: Tensor,
    weight: Tensor,
}

impl Layer {
    fn new() -> Self {
        let mut random = SplitMix::new(1);
        let mut reals = |shape: [usize; 4]| {
            let numbers: Vec<_> = (0..shape.iter().product()).map(|_| random.percent(50) as u8 as f32 - 0.3).collect();
            Tensor::from_vec(numbers, &shape, &Device::Cpu).unwrap()
        };
        Self { x: reals([2, 16, 47, 39]), weight: reals([24, 16, 3, 3]) }
    }

    fn output(&self) -> Vec<f32> {
        let y = conv2d(&self.x, &self.weight, None, &Conv2dOptions::default()).unwrap();
        y.flatten_all().unwrap().to_vec1().unwrap()
    }
}

/// Tells the program that it is the one that counts.
const COUNTS: &str = "CORR2D_TEST_COUNTS_THREADS";

#[test]
fn candles_threads_share_a_call_unless_they_are_more_than_the_processors() {
    let processors = std::thread::available_parallelism().unwrap().get();
    if let Some(count) = std::env::var_os(COUNTS) {
        assert_eq!(corr2d_cpu::threads::count(), 3, "of rayon, before the first call");
        let expected = Layer::new().output();
        assert_eq!(corr2d_cpu::threads::count().to_string(), count.into_string().unwrap());
        assert!(Layer::new().output() == expected);
        return;
    }
    for (candles, count) in [(processors, processors), (processors + 1, 3)] {
        let [count, candles] = [count, candles].map(|number: usize| number.to_string());
        let name = "tensors::threads::candles_threads_share_a_call_unless_they_are_more_than_the_processors";
        let variables = [(COUNTS, &*count), ("CANDLE_NUM_THREADS", &*candles), ("RAYON_NUM_THREADS", "3")];
        run_in_its_own_program(name, &variables).unwrap_or_else(|said| panic!("{candles} of candle:\n{said}"));
    }
}

#[test]
fn threads_of_the_program_all_get_the_same_bits() {
    let layer = Layer::new();
    let expected = layer.output();
    std::thread::scope(|scope| {
        for caller in 0..4 {
            let (layer, expected) = (&layer, &expected);
            scope.spawn(move || (0..20).for_each(|_| assert!(layer.output() == *expected, "caller {caller}")));
        }
    });
}

#[test]
fn threads_of_a_rayon_pool_get_the_same_bits() {
    let layer = Layer::new();
    let expected = layer.output();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| (0..40).into_par_iter().for_each(|call| assert!(layer.output() == expected, "call {call}")));
}

#[test]
fn threads_of_candle_get_the_same_bits_and_do_not_wait_for_themselves() {
    let layer = Layer::new();
    let expected = layer.output();
    let pool = barrier_pool();
    pool.execute(|thread| {
        // Not on the calling thread, the last one: there candle's own operations cannot enter the pool again either.
        if thread < pool.n_workers() {
            (0..4).for_each(|call| assert!(layer.output() == expected, "call {call} of thread {thread}"));
        }
    });
}
