//! A machine without memory gets an error, not the end of the program.
//!
//! Linux keeps to the limits that a shell sets; other systems do not, and leave this file out.

use std::process::Command;

use candle_core::{DType, Device, Tensor};
use corr2d::{Conv2dOptions, conv2d};

/// What a test may address, in KiB, when it runs as a program of its own.
const LIMIT: u32 = 1 << 20;

/// Tells that program that its limit is set.
const LIMITED: &str = "CORR2D_TEST_MEMORY_LIMITED";

#[test]
fn copies_that_do_not_fit_are_errors() {
    if std::env::var_os(LIMITED).is_some() {
        // A broadcast number is small, its gathered copy is not.
        assert_does_not_fit(DType::F32, 20_000);
        assert_does_not_fit(DType::F64, 20_000);
        assert_does_not_fit(DType::F16, 30_000);
        // The copy of 2 bytes an element fits, but not beside it the one of 4.
        assert_does_not_fit(DType::F16, 16_000);
        assert_does_not_fit(DType::BF16, 16_000);
        return;
    }
    let script = format!("ulimit -v {LIMIT} && exec \"$0\" --exact tensors::memory::copies_that_do_not_fit_are_errors");
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

/// One number, seen as a square of which a single element is read.
fn assert_does_not_fit(dtype: DType, side: usize) {
    let x = Tensor::ones((1, 1, 1, 1), dtype, &Device::Cpu).unwrap();
    let options = Conv2dOptions { stride: (side, side), ..Default::default() };
    let error = conv2d(&x.broadcast_as((1, 1, side, side)).unwrap(), &x, None, &options).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("the machine has no "), "{dtype:?}, {side}: {message}");
}
