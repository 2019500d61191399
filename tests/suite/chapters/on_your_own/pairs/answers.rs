//! The kernel is found: from numbers, from rounded levels, after a shift, of an unknown size, in colour.

use candle_core::{Device, Tensor};
use corr2d_imaging::{Kernel, Picture, load_npy};

use super::*;
use crate::named_kernels::named_kernels;

#[test]
fn every_named_kernel_is_found_at_once_and_by_descent() {
    // None larger than 9×9.
    let names = named_kernels(&["log:0.8", "gaussian:0.8:3x5", "gaussian:1.5:9x9", "box:9x9", "box:3x5", "binomial:9"]);
    let photographs = Photographs::new();
    let photograph = camera(60, 150, 140, 170);
    let input = photographs.picture("a.png", &photograph);
    for name in names {
        let kernel = Kernel::parse(name).unwrap();
        let target = photographs.array("b.npy", &filtered(&photograph, name));
        let size = format!("--kernel-size {}x{}", kernel.height(), kernel.width());
        assert!(kernel.height() <= 9 && kernel.width() <= 9, "{name}: {size}");
        let at_once = photographs.learn(&input, &target, &size);
        assert!(error(&at_once, name) < 1e-4, "{name} at once: {}", error(&at_once, name));
        let by_descent = photographs.learn(&input, &target, &format!("{size} --method sgd"));
        assert!(error(&by_descent, name) < 1e-3, "{name} by descent: {}", error(&by_descent, name));
    }
}

#[test]
fn a_gaussian_is_found_from_rounded_levels() {
    let photographs = Photographs::new();
    let target = photographs.picture("b.png", &filtered(&camera(0, 0, 512, 512), "gaussian:1.5:7x7"));
    let found = photographs.learn(&data("camera.png"), &target, "--kernel-size 7x7");
    let peak = taps(&found)[3][3];
    let error = error(&found, "gaussian:1.5:7x7");
    assert!(error < 0.02 * peak, "an error of {error} beside a peak of {peak}");
    assert!(found["tap_error"].as_f64().unwrap() < 0.02 * peak);
    assert_eq!(
        found["verdict"],
        "One kernel made the target of the input: what is left is no more than rounding leaves."
    );
}

#[test]
fn a_shift_is_found_and_reckoned_with() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 150, 170);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.picture("b.png", &moved(&filtered(&photograph, "gaussian:1:5x7"), 3, -2));
    let found = photographs.learn(&input, &target, "--kernel-size 5x7");
    assert_eq!(found["shift"], serde_json::json!([3, -2]));
    assert!(warnings(&found)[0].starts_with("The target is shifted by (3, -2): 3 down and 2 to the left."));
    assert!(error(&found, "gaussian:1:5x7") < 2e-3, "{}", error(&found, "gaussian:1:5x7"));
    let told = photographs.learn(&input, &target, "--kernel-size 5x7 --shift 3,-2");
    assert_eq!(told["kernel"], found["kernel"]);
    let not_looked_for = photographs.learn(&input, &target, "--kernel-size 5x7 --shift 0,0");
    let left = |found: &Value| 1.0 - found["r_squared"].as_f64().unwrap();
    assert!(left(&not_looked_for) > 10.0 * left(&found), "{} and {}", left(&not_looked_for), left(&found));
    // Where the kernel leaves room, it is put into its middle.
    let target = photographs.array("b.npy", &moved(&filtered(&photograph, "sobel-x"), 3, -2));
    let found = photographs.learn(&input, &target, "--kernel-size 7x5");
    assert_eq!(found["shift"], serde_json::json!([3, -2]));
    assert!(error(&found, "0,0,0,0,0;0,0,0,0,0;0,-1,0,1,0;0,-2,0,2,0;0,-1,0,1,0;0,0,0,0,0;0,0,0,0,0") < 1e-4);
}

/// The margin in which a shift is looked for is 2 under a kernel of 21×21.
#[test]
fn a_shift_is_found_that_is_larger_than_the_margin() {
    let photographs = Photographs::new();
    let photograph = noise(150, 170);
    let input = photographs.array("a.npy", &photograph);
    for (kernel, down, right) in [("gaussian:4:21x19", 3, -2), ("gaussian:2:9x7", 10, 0)] {
        let target = photographs.array("b.npy", &moved(&filtered(&photograph, kernel), down, right));
        let size = Kernel::parse(kernel).unwrap();
        let found = photographs.learn(&input, &target, &format!("--kernel-size {}x{}", size.height(), size.width()));
        assert_eq!(found["shift"], serde_json::json!([down, right]), "{kernel}");
    }
}

/// A sample of windows would see none of the few that matter.
#[test]
fn the_answer_to_a_single_bright_pixel_is_enough() {
    let photographs = Photographs::new();
    let mut pixels = vec![0f32; 300 * 310];
    pixels[150 * 310 + 140] = 1.0;
    let impulse = Tensor::from_vec(pixels, (1, 300, 310), &Device::Cpu).unwrap();
    let input = photographs.array("a.npy", &impulse);
    for (kernel, size) in [("binomial:3", "3x3"), ("binomial:5", "5x5"), ("binomial:5", "auto")] {
        let target = photographs.array("b.npy", &moved(&filtered(&impulse, kernel), 3, -2));
        let found = photographs.learn(&input, &target, &format!("--kernel-size {size}"));
        assert_eq!(found["shift"], serde_json::json!([3, -2]), "{kernel} under {size}");
        assert!(error(&found, kernel) < 1e-6, "{kernel} under {size}");
    }
}

#[test]
fn the_size_is_found_by_pixels_held_out() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 150, 170);
    let input = photographs.picture("a.png", &photograph);
    let asymmetric = "0,0.1,0.2,0.1,0;0.05,0.1,0.2,0.05,0;0,0.1,0,0.05,0.05";
    for kernel in ["roberts-x", "difference-y", "sobel-y", asymmetric, "gaussian:1.5:7x9"] {
        let target = photographs.array("b.npy", &filtered(&photograph, kernel));
        let found = photographs.learn(&input, &target, "--kernel-size auto");
        assert!(error(&found, kernel) < 1e-4, "{kernel}");
    }
    let target = photographs.picture("b.png", &filtered(&photograph, asymmetric));
    assert!(error(&photographs.learn(&input, &target, "--kernel-size auto"), asymmetric) < 2e-3, "from levels");
    // A target without its rim tells the size by itself.
    let valid = filtered(&photograph, asymmetric).narrow(1, 1, 148).unwrap().narrow(2, 2, 166).unwrap();
    let target = photographs.array("b.npy", &valid);
    assert!(error(&photographs.learn(&input, &target, "--kernel-size auto"), asymmetric) < 1e-4, "without its rim");
}

#[test]
fn each_channel_has_its_kernel_and_its_file() {
    let photographs = Photographs::new();
    let channels = [camera(80, 150, 90, 110), camera(60, 200, 90, 110), camera(160, 170, 90, 110)];
    let kernels = ["box:3x3", "gaussian:1:3x3", "0,0,0;0,0.5,0.5;0,0,0"];
    let colour = |channels: &[Tensor]| Tensor::cat(channels, 0).unwrap();
    let targets: Vec<Tensor> =
        channels.iter().zip(kernels).map(|(channel, kernel)| filtered(channel, kernel)).collect();
    let input = photographs.picture("a.png", &colour(&channels));
    let target = photographs.picture("b.png", &colour(&targets));
    let save = photographs.path("k.npy");
    let found = photographs.learn(&input, &target, &format!("--channels each --save {save}"));
    for (name, kernel) in ["red", "green", "blue"].iter().zip(kernels) {
        assert!(error(&found[name], kernel) < 2e-3, "{name}: {}", error(&found[name], kernel));
        let saved = load_npy(photographs.path(&format!("k-{name}.npy")), &Device::Cpu).unwrap();
        assert_eq!(saved.dims(), [3, 3], "{name}");
    }
    let brightness = photographs.learn(&input, &target, "");
    assert!(brightness["r_squared"].as_f64().unwrap() < 0.999_9, "three kernels are none of the brightness");
}

#[test]
fn the_page_tells_it_in_both_languages() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 120, 130);
    let input = photographs.picture("a.png", &photograph);
    let exact = photographs.array("b.npy", &filtered(&photograph, "sobel-y"));
    let blurred = moved(&filtered(&photograph, "gaussian:1.2:5x5"), 2, -1);
    let spoilt = photographs.picture("c.jpg", &(blurred * 1.6).unwrap());
    let kernel = photographs.path("k.npy");
    let folder = photographs.folder.path().display().to_string();
    // What follows the title depends on how long the name of the folder is.
    let told = |target: &str, options: &str, language: &str| {
        let line = format!("--input {input} --target {target} --lang {language} {options}");
        let page = page::<chapter_learning::Arguments>(&line.split_whitespace().collect::<Vec<_>>());
        let (_, told) = page.split_once("─\n\n").unwrap();
        told.replace(&folder, "F")
    };
    insta::with_settings!({ snapshot_path => "../../../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        for language in ["en", "pt"] {
            insta::assert_snapshot!(format!("pair.{language}"), told(&exact, &format!("--save {kernel}"), language));
            insta::assert_snapshot!(format!("pair_by_steps.{language}"), told(&exact, "--method nesterov --epochs 5", language));
            insta::assert_snapshot!(format!("pair_spoilt.{language}"), told(&spoilt, "--kernel-size 3x3", language));
        }
    });
    let learned = Kernel::load(&kernel).unwrap();
    assert_eq!((learned.height(), learned.width()), (3, 3));
}

#[test]
fn what_is_left_is_drawn() {
    let photographs = Photographs::new();
    let photograph = camera(100, 200, 61, 83);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.picture("b.png", &filtered(&photograph, "gaussian:2:7x7"));
    let (left, drawn) = (photographs.path("left.png"), photographs.path("k.svg"));
    photographs.learn(&input, &target, &format!("--kernel-size 3x5 --residual {left} --plot-kernel {drawn}"));
    assert_eq!(Picture::load(left, &Device::Cpu).unwrap().pixels.dims(), [3, 59, 79]);
    assert!(std::fs::read_to_string(drawn).unwrap().starts_with("<svg"));
}
