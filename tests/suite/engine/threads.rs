//! Who shares a call: threads that a program lends, unless it is made on a rayon pool, and where they are taken, rayon's.
//!
//! Threads are lent to a process for good, so these tests are programs of their own.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use corr2d_cpu::threads::{self, Threads};
use corr2d_cpu::{Algorithm, Conv2dOptions, Plan, Pool2dOptions, Pooling};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::assert_same_results;
use corr2d_tests::{BENCH_CASES, CASES, Case, Data, Results, run_in_its_own_program};
use rayon::ThreadPoolBuilder;

/// Tells the program that it is the one that lends threads.
const LENDS: &str = "CORR2D_TEST_LENDS";

/// Three threads, and how often they were asked to run something.
struct Three {
    are_free: AtomicBool,
    runs: AtomicUsize,
}

static THREE: Three = Three { are_free: AtomicBool::new(true), runs: AtomicUsize::new(0) };

impl Threads for Three {
    fn count(&self) -> usize {
        3
    }

    fn are_free(&self) -> bool {
        self.are_free.load(Ordering::Relaxed)
    }

    fn run(&self, work: &(dyn Fn() + Sync)) {
        self.runs.fetch_add(1, Ordering::Relaxed);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(work);
            }
            work();
        });
    }
}

/// How often the lent threads ran something during a call.
fn runs_of(call: impl FnOnce()) -> usize {
    let before = THREE.runs.load(Ordering::Relaxed);
    call();
    THREE.runs.load(Ordering::Relaxed) - before
}

/// Runs `body` as a program of its own. `name` is the name of the calling test.
fn in_a_program(name: &str, body: impl FnOnce()) {
    if env::var_os(LENDS).is_some() {
        return body();
    }
    let name = format!("engine::threads::{name}");
    run_in_its_own_program(&name, &[(LENDS, "yes"), ("RAYON_NUM_THREADS", "2")])
        .unwrap_or_else(|said| panic!("{said}"));
}

#[test]
fn lent_threads_share_what_is_worth_it_and_change_no_bit() {
    in_a_program("lent_threads_share_what_is_worth_it_and_change_no_bit", || {
        let shared = ["hd_3x3", "hd_15x15", "resnet_3x3_256_14", "resnet_1x1_64to256_56", "alexnet_11x11s4_3to64_224"];
        let cases = || CASES.iter().chain(BENCH_CASES.iter().filter(|case| shared.contains(&&*case.name)));
        assert_eq!(cases().count(), CASES.len() + shared.len());
        let plans = || cases().flat_map(|case| case.fast_plans().unwrap().into_iter().map(move |plan| (case, plan)));
        let one = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let expected: Vec<_> = one.install(|| plans().map(|(case, plan)| results(case, &plan)).collect());
        let expected_of_pooling = one.install(pooled);

        threads::lend(&THREE);
        assert_eq!(threads::count(), 3);
        for ((case, plan), expected) in plans().zip(&expected) {
            let label = format!("{} on {case}", name_of(&plan));
            let runs = runs_of(|| assert_same_results(&results(case, &plan), expected, &label));
            assert!(runs > 0 || !shared.contains(&&*case.name), "{label}: nothing ran on the lent threads");
        }
        // Maxima, sums for averages, where maxima stand, two gradients; the division of few sums is not worth it.
        assert_eq!(runs_of(|| assert!(pooled() == expected_of_pooling, "pooling")), 5);
        let small = Plan::new([1, 1, 6, 8], [1, 1, 1, 2], &Conv2dOptions::default()).unwrap();
        assert_eq!(runs_of(|| small.forward(&[1f32; 48], &[1.0, -1.0], None, &mut [0.0; 42]).unwrap()), 0);
    });
}

fn results(case: &Case, plan: &Plan) -> Results<f32> {
    Results::of(plan, &Data::reals(case, plan.geometry().output_shape())).unwrap()
}

/// Maxima, where they stand and averages, of windows of a batch of seven channels.
fn pooled() -> [Vec<f32>; 4] {
    let options = Pool2dOptions { window: (3, 2), stride: Some((2, 1)), ..Default::default() };
    let pooling = Pooling::new([2, 7, 83, 79], &options).unwrap();
    let input: Vec<_> = (0..pooling.geometry().input_len()).map(|index| (index * 7919 % 1009) as f32).collect();
    let [mut maxima, mut averages] = [(); 2].map(|()| vec![0f32; pooling.geometry().output_len()]);
    pooling.max(&input, &mut maxima).unwrap();
    pooling.average(&input, &mut averages).unwrap();
    let [mut of_maxima, mut of_averages] = [(); 2].map(|()| vec![0f32; input.len()]);
    pooling.max_positions(&input).unwrap().scatter(&maxima, &mut of_maxima).unwrap();
    pooling.average_gradient(&averages, &mut of_averages).unwrap();
    [maxima, averages, of_maxima, of_averages]
}

#[test]
fn a_rayon_pool_keeps_its_calls_and_rayon_stands_in_for_threads_that_are_taken() {
    in_a_program("a_rayon_pool_keeps_its_calls_and_rayon_stands_in_for_threads_that_are_taken", || {
        let case = Case { name: "a_layer".into(), input: [1, 16, 61, 57], weight: [24, 16, 3, 3], ..CASES[0].clone() };
        let plan = case.plan(Algorithm::Auto).unwrap();
        assert_eq!(threads::count(), 2, "of rayon, as long as none are lent");
        let expected = results(&case, &plan);
        threads::lend(&THREE);
        let check = |by: &str| assert_same_results(&results(&case, &plan), &expected, by);
        assert!(runs_of(|| check("lent threads")) > 0);

        let pool = ThreadPoolBuilder::new().num_threads(5).build().unwrap();
        assert_eq!(pool.install(threads::count), 5);
        assert_eq!(runs_of(|| pool.install(|| check("a rayon pool"))), 0);

        THREE.are_free.store(false, Ordering::Relaxed);
        assert_eq!(threads::count(), 2, "of rayon, while the lent ones are taken");
        assert_eq!(runs_of(|| check("rayon")), 0);
        THREE.are_free.store(true, Ordering::Relaxed);
        assert!(runs_of(|| check("lent threads, free again")) > 0);
    });
}

#[test]
fn calls_from_four_threads_at_once_end() {
    in_a_program("calls_from_four_threads_at_once_end", || {
        threads::lend(&THREE);
        // A strided input gradient shares out tasks that are calls themselves.
        let case = BENCH_CASES.iter().find(|case| case.name == "alexnet_11x11s4_3to64_224").unwrap();
        let plan = case.plan(Algorithm::Auto).unwrap();
        let expected = results(case, &plan);
        thread::scope(|scope| {
            for caller in 0..4 {
                let (plan, expected) = (&plan, &expected);
                let call = move || assert_same_results(&results(case, plan), expected, &format!("caller {caller}"));
                scope.spawn(move || (0..4).for_each(|_| call()));
            }
        });
    });
}

/// Threads that run nothing, and claim to be none.
struct Idle;

impl Threads for Idle {
    fn count(&self) -> usize {
        0
    }

    fn run(&self, _: &(dyn Fn() + Sync)) {}
}

/// As many as three, of which none comes.
struct Absent;

impl Threads for Absent {
    fn count(&self) -> usize {
        3
    }

    fn run(&self, _: &(dyn Fn() + Sync)) {}
}

#[test]
fn what_lent_threads_leave_is_computed_all_the_same() {
    in_a_program("what_lent_threads_leave_is_computed_all_the_same", || {
        let case = BENCH_CASES.iter().find(|case| case.name == "resnet_3x3_256_14").unwrap();
        let plan = case.plan(Algorithm::Auto).unwrap();
        let expected = results(case, &plan);
        threads::lend(&Absent);
        assert_same_results(&results(case, &plan), &expected, "by threads that leave everything");
    });
}

#[test]
fn threads_that_claim_to_be_none_count_as_one() {
    in_a_program("threads_that_claim_to_be_none_count_as_one", || {
        threads::lend(&Idle);
        assert_eq!(threads::count(), 1);
        let case = BENCH_CASES.iter().find(|case| case.name == "small_64_3x3").unwrap();
        drop(results(case, &case.plan(Algorithm::Auto).unwrap()));
    });
}
