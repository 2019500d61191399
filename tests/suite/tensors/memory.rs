//! A machine without memory gets an error, not the end of the program; what memory a graph does not take; and what of it
//! is there again for the next step.
//!
//! Linux keeps to the limits that a shell sets; other systems do not, and leave this file out.

use std::process::Command;

use candle_core::{DType, Device, Tensor, Var};
use corr2d::{Conv2dOptions, conv2d};

/// What a test may address, in KiB, when it runs as a program of its own.
const LIMIT: u32 = 1 << 20;

/// Tells that program that its limit is set.
const LIMITED: &str = "CORR2D_TEST_MEMORY_LIMITED";

/// Tells it that its page faults are counted.
#[cfg(all(target_env = "gnu", target_pointer_width = "64"))]
const COUNTED: &str = "CORR2D_TEST_PAGE_FAULTS_COUNTED";

#[test]
fn copies_that_do_not_fit_are_errors() {
    in_limited_memory("tensors::memory::copies_that_do_not_fit_are_errors", || {
        // A broadcast number is small, its gathered copy is not.
        assert_does_not_fit(DType::F32, 20_000);
        assert_does_not_fit(DType::F64, 20_000);
        assert_does_not_fit(DType::F16, 30_000);
        // The copy of 2 bytes an element fits, but not beside it the one of 4.
        assert_does_not_fit(DType::F16, 16_000);
        assert_does_not_fit(DType::BF16, 16_000);
    });
}

/// The input takes more than half of the memory. So neither a copy of it fits, which a graph might keep, nor its
/// gradient, if anybody computed that.
#[test]
fn an_input_that_is_not_tracked_is_not_copied_and_costs_no_gradient() {
    in_limited_memory("tensors::memory::an_input_that_is_not_tracked_is_not_copied_and_costs_no_gradient", || {
        let shape = (1, 1, 12_500, 12_500);
        let x = Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let weights: Vec<Var> = (0..8).map(|_| Var::ones((1, 1, 1, 1), DType::F32, &Device::Cpu).unwrap()).collect();
        // Eight graphs that are alive at once.
        let outputs: Vec<Tensor> = weights.iter().map(|weight| corner(&x, weight)).collect();
        for (weight, output) in weights.iter().zip(&outputs) {
            let gradients = output.backward().unwrap();
            assert_eq!(gradients.get(weight).unwrap().elem_count(), 1);
        }
        drop((x, outputs));

        // As a variable it does cost one.
        let x = Var::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let message = corner(&x, &weights[0]).backward().unwrap_err().to_string();
        assert!(message.starts_with("the machine has no "), "{message}");
    });
}

/// One pixel of an image, through a layer.
fn corner(x: &Tensor, weight: &Tensor) -> Tensor {
    let options = Conv2dOptions { stride: (12_500, 12_500), ..Default::default() };
    conv2d(x, weight, None, &options).unwrap().sum_all().unwrap()
}

/// Runs `body` as a program of its own. `name` is the whole name of the calling test.
fn in_limited_memory(name: &str, body: impl FnOnce()) {
    if std::env::var_os(LIMITED).is_some() {
        return body();
    }
    let script = format!("ulimit -v {LIMIT} && exec \"$0\" --exact {name}");
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(LIMITED, "yes")
        .env("RAYON_NUM_THREADS", "1")
        .env("CANDLE_NUM_THREADS", "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Candle's `backward()` makes three arrays for each gradient. Each page of fresh memory is a fault, of which the 2.4 MB of this
/// weight have 576 where it has 4 KiB.
#[test]
#[cfg(all(target_env = "gnu", target_pointer_width = "64"))]
fn a_step_finds_the_memory_of_the_last_unless_the_user_has_set_a_limit() {
    const STEPS: usize = 10;
    if std::env::var_os(COUNTED).is_some() {
        use std::io::Write;

        let x = Var::ones((1, 256, 5, 7), DType::F32, &Device::Cpu).unwrap();
        let weight = Var::ones((256, 256, 3, 3), DType::F32, &Device::Cpu).unwrap();
        let step = || {
            let gradients = conv2d(&x, &weight, None, &Conv2dOptions::default()).unwrap().backward().unwrap();
            assert_eq!(gradients.get(&weight).unwrap().elem_count(), 256 * 256 * 9);
        };
        (0..3).for_each(|_| step());
        let before = corr2d_tests::page_faults().unwrap();
        (0..STEPS).for_each(|_| step());
        let faults = (corr2d_tests::page_faults().unwrap() - before) / STEPS;
        writeln!(std::io::stdout(), "faults: {faults}").unwrap();
        return;
    }
    let name = "tensors::memory::a_step_finds_the_memory_of_the_last_unless_the_user_has_set_a_limit";
    let faults_with = |limit: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--nocapture"]).env(COUNTED, "yes").env("RAYON_NUM_THREADS", "1");
        for limit in ["TRIM_THRESHOLD", "MMAP_THRESHOLD", "MMAP_MAX", "TOP_PAD"] {
            command.env_remove(format!("MALLOC_{limit}_"));
        }
        command.env_remove("GLIBC_TUNABLES");
        let output = command.envs(limit.map(|limit| ("MALLOC_TRIM_THRESHOLD_", limit))).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        let faults = said.lines().find_map(|line| line.split_once("faults: ")).unwrap_or_else(|| panic!("{said}"));
        faults.1.trim().parse::<usize>().unwrap()
    };
    let (kept, limited) = (faults_with(None), faults_with(Some("131072")));
    // Of larger pages there are fewer.
    assert!(
        kept < 100 && 4 * kept < limited,
        "{kept} page faults in a step, {limited} where the user's limit is 128 KiB"
    );
}

/// One number, seen as a square of which a single element is read.
fn assert_does_not_fit(dtype: DType, side: usize) {
    let x = Tensor::ones((1, 1, 1, 1), dtype, &Device::Cpu).unwrap();
    let options = Conv2dOptions { stride: (side, side), ..Default::default() };
    let error = conv2d(&x.broadcast_as((1, 1, side, side)).unwrap(), &x, None, &options).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("the machine has no "), "{dtype:?}, {side}: {message}");
}
