//! What a call needs beside its operands, by the account that the system keeps of a program of its own:
//!
//! ```text
//! peak of forward + backward ≤ inputs + output + gradients + packed weights + 8 MiB a thread
//! kept for the next call ≤ 4 MiB a thread
//! ```
//!
//! Linux says how much memory a program has touched at most, and forgets it when asked to. Other systems do not, and
//! leave this file out.

use std::env;
use std::fs;
use std::hint::black_box;

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Path, Plan};
use corr2d_tests::{BENCH_CASES, Case, page_faults, run_in_its_own_program};
use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// Tells the program that it is the one that is measured.
const MEASURED: &str = "CORR2D_TEST_MEASURED";

const MEBIBYTE: usize = 1 << 20;

/// What a thread may have of its own.
const BYTES_A_THREAD: usize = 8 * MEBIBYTE;

/// What a thread may keep for its next call, and as much as a thread itself may need.
const KEPT_BYTES_A_THREAD: usize = 4 * MEBIBYTE + MEBIBYTE / 4;

/// An image, a large kernel, a stem, dense layers of 3×3, of one chunk too, and 1×1, one with more weights than pixels, a stride, a
/// dilation, one channel at a time, a batch.
const ROWS: &[&str] = &[
    "hd_3x3",
    "hd_15x15",
    "resnet_stem_7x7s2_3to64_224",
    "resnet_3x3_64_56",
    "resnet_3x3_256_14",
    "resnet_1x1_256to64_56",
    "resnet_3x3_512_7",
    "resnet_3x3s2_128_56",
    "deeplab_3x3d2_64_56",
    "mobilenet_dw3x3_144_56",
    "lenet_5x5_1to6_28_b256",
];

/// Output channels are packed in whole registers, the widest of so many.
const LANES: usize = 16;

#[test]
fn a_call_needs_no_more_than_its_packed_weights_and_eight_mebibytes_a_thread() {
    if env::var_os(MEASURED).is_some() {
        return measure();
    }
    for threads in ["1", "2"] {
        let name = "engine::memory::a_call_needs_no_more_than_its_packed_weights_and_eight_mebibytes_a_thread";
        let variables = [
            (MEASURED, "yes"),
            ("RAYON_NUM_THREADS", threads),
            // What is freed goes back to the system at once, so that no later call finds it there.
            ("MALLOC_MMAP_THRESHOLD_", "65536"),
        ];
        run_in_its_own_program(name, &variables).unwrap_or_else(|said| panic!("{threads} threads:\n{said}"));
    }
}

fn measure() {
    let held = vec![1u8; 20 * MEBIBYTE];
    let (seen, kept) = extra(|| drop(black_box(held.clone())));
    assert!((19 * MEBIBYTE..=21 * MEBIBYTE).contains(&seen), "{seen} bytes were seen of a copy of 20 MiB");
    assert!(kept <= MEBIBYTE, "{kept} bytes were seen of a copy that was dropped");
    let mut calls = Vec::new();
    for name in ROWS {
        let case = BENCH_CASES.iter().find(|case| case.name == *name).unwrap();
        calls.extend(calls_of(case, Algorithm::Auto));
        if case.plan(Algorithm::Fast).unwrap() != case.plan(Algorithm::Auto).unwrap() {
            calls.extend(calls_of(case, Algorithm::Fast));
        }
    }
    let lines: Vec<_> = calls.iter().map(|(_, line)| line.as_str()).collect();
    assert!(calls.iter().all(|(is_within, _)| *is_within), "memory beside the operands:\n{}", lines.join("\n"));
}

/// Whether each call of a case needs no more than it may, and the numbers.
fn calls_of(case: &Case, algorithm: Algorithm) -> Vec<(bool, String)> {
    let plan = case.plan(algorithm).unwrap();
    let geometry = plan.geometry();
    let (input, weight) = (vec![1f32; geometry.input_len()], vec![0.5f32; geometry.weight_len()]);
    let mut output = vec![1f32; geometry.output_len()];
    let (mut input_gradient, mut weight_gradient) = (input.clone(), weight.clone());
    let needed = [
        ("forward", plan.path(), extra(|| plan.forward(&input, &weight, None, &mut output).unwrap())),
        (
            "input gradient",
            plan.input_gradient_path(),
            extra(|| plan.input_gradient(&output, &weight, &mut input_gradient).unwrap()),
        ),
        (
            "weight gradient",
            plan.weight_gradient_path(),
            extra(|| plan.weight_gradient(&input, &output, &mut weight_gradient).unwrap()),
        ),
    ];
    let threads = rayon::current_num_threads();
    let describe = |(call, path, (needed, kept)): (&str, Path, (usize, usize))| {
        let granted = packed_weights(&plan, path) + threads * BYTES_A_THREAD;
        let is_within = needed <= granted && kept <= threads * KEPT_BYTES_A_THREAD;
        let [needed, granted, kept] = [needed, granted, kept].map(|bytes| bytes as f64 / MEBIBYTE as f64);
        let sizes = format!("{needed:6.2} MiB of {granted:6.2}, {kept:5.2} kept");
        (is_within, format!("{sizes}: {call} by {path:?}, {algorithm}, {}", case.name))
    };
    needed.into_iter().map(describe).collect()
}

/// The weights, or their gradient, in the form in which a path holds them.
fn packed_weights(plan: &Plan, path: Path) -> usize {
    let geometry = plan.geometry();
    let of_output = geometry.weight_len() / geometry.output_channels();
    let outputs = geometry.groups() * geometry.output_channels_per_group().next_multiple_of(LANES);
    let bytes = outputs * of_output * size_of::<f32>();
    match path {
        // (m + 2)² numbers where the kernel has nine.
        Path::Winograd2 => bytes * 16 / 9,
        Path::Winograd4 => bytes * 36 / 9,
        // At most four for two taps, which are left over from threes.
        Path::Pairs => bytes * 2,
        _ => bytes,
    }
}

/// Here the allocator takes arrays from 64 KiB on from the system, and gives them back. 28 → 2 channels at 28×28 took five times as
/// long as long as each call copied its input into such an array.
#[test]
fn a_forward_pass_finds_the_scratch_memory_of_the_last() {
    const CALLS: usize = 20;
    if env::var_os(MEASURED).is_none() {
        let name = "engine::memory::a_forward_pass_finds_the_scratch_memory_of_the_last";
        let variables = [(MEASURED, "yes"), ("RAYON_NUM_THREADS", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536")];
        run_in_its_own_program(name, &variables).unwrap_or_else(|said| panic!("{said}"));
        return;
    }
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let cases = [
        (Path::Planes, [1, 28, 28, 29], [2, 28, 3, 3]),
        (Path::Planes, [1, 3, 120, 110], [8, 3, 3, 3]),
        (Path::Batch, [16, 8, 28, 29], [8, 8, 5, 5]),
        (Path::Channels, [1, 24, 41, 37], [32, 24, 5, 5]),
        (Path::Winograd2, [1, 64, 41, 37], [64, 64, 3, 3]),
        (Path::Pairs, [1, 24, 41, 37], [32, 24, 5, 5]),
        (Path::Gemm, [1, 24, 41, 37], [32, 24, 5, 5]),
        (Path::Direct, [1, 24, 41, 37], [4, 24, 5, 5]),
        (Path::Fft, [1, 1, 230, 210], [1, 1, 15, 17]),
    ];
    for (path, input, weight) in cases {
        let plan = Plan::new(input, weight, &options).unwrap().with_path(path).unwrap();
        let (input, weight) = (vec![1f32; plan.geometry().input_len()], vec![1f32; plan.geometry().weight_len()]);
        let mut output = vec![0f32; plan.geometry().output_len()];
        let mut call = || plan.forward(&input, &weight, None, &mut output).unwrap();
        call();
        let before = page_faults().unwrap();
        (0..CALLS).for_each(|_| call());
        let faults = page_faults().unwrap() - before;
        assert!(faults < 5 * CALLS, "{path:?}: {faults} page faults in {CALLS} calls of {:?}", plan.geometry());
    }
}

/// The most memory that a call has at once, and what its threads keep afterwards, beyond what there was before it.
fn extra(call: impl FnMut() + Send) -> (usize, usize) {
    let threads = || ThreadPoolBuilder::new().num_threads(rayon::current_num_threads());
    let mut call = call;
    // The first call brings the code into memory. What its threads keep goes with them.
    threads().build_scoped(ThreadBuilder::run, |pool| pool.install(&mut call)).unwrap();
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = kibibytes("VmRSS:");
    let after = threads().build_scoped(ThreadBuilder::run, |pool| {
        pool.install(&mut call);
        kibibytes("VmRSS:")
    });
    let beyond = |kibibytes: usize| kibibytes.saturating_sub(before) * 1024;
    (beyond(kibibytes("VmHWM:")), beyond(after.unwrap()))
}

fn kibibytes(what: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
