//! Our filter, borders, luma and JPEG beside OpenCV's, on photographs of odd, unequal sides.
//!
//! `tests/fixtures/opencv/make.py` made the expected numbers.

use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Border, Kernel, Picture, filter, load_npy};

const PHOTOGRAPHS: [&str; 2] = ["grey", "colour"];
const KERNELS: [&str; 4] = ["sobel-x", "asymmetric3x5", "even2x4", "gaussian7x5"];
/// In the order of the fixtures.
const BORDERS: [Border; 5] = [Border::Zero, Border::Replicate, Border::Reflect, Border::Symmetric, Border::Wrap];
const TOLERANCE: f32 = 1e-5;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/opencv").join(name)
}

fn numbers(name: &str) -> Tensor {
    load_npy(fixture(&format!("{name}.npy")), &Device::Cpu).unwrap()
}

fn photograph(name: &str) -> Picture {
    Picture::load(fixture(&format!("{name}.png")), &Device::Cpu).unwrap()
}

fn largest_difference(got: &Tensor, want: &Tensor, case: &str) -> f32 {
    assert_eq!(got.dims(), want.dims(), "{case}");
    (got - want).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap()
}

#[test]
fn filter_equals_filter2d_under_every_border() {
    for photograph_name in PHOTOGRAPHS {
        let pixels = photograph(photograph_name).pixels;
        for kernel_name in KERNELS {
            let kernel = Kernel::load(fixture(&format!("{kernel_name}.npy"))).unwrap();
            let kernel = kernel.to_tensor(&Device::Cpu).unwrap();
            let want = numbers(&format!("{photograph_name}_{kernel_name}"));
            for (index, border) in BORDERS.into_iter().enumerate() {
                let case = format!("{kernel_name} on {photograph_name} under {border}");
                let got = filter(&pixels, &kernel, border).unwrap();
                let difference = largest_difference(&got, &want.get(index).unwrap(), &case);
                assert!(difference <= TOLERANCE, "{case}: {difference}");
            }
        }
    }
}

#[test]
fn valid_is_the_inside_of_every_other_border() {
    let pixels = photograph("colour").pixels;
    let kernel = Kernel::load(fixture("asymmetric3x5.npy")).unwrap().to_tensor(&Device::Cpu).unwrap();
    let got = filter(&pixels, &kernel, Border::Valid).unwrap();
    let whole = numbers("colour_asymmetric3x5").get(2).unwrap();
    let (_, height, width) = whole.dims3().unwrap();
    let inside = whole.narrow(1, 1, height - 2).unwrap().narrow(2, 2, width - 4).unwrap();
    let difference = largest_difference(&got, &inside, "valid");
    assert!(difference <= TOLERANCE, "{difference}");
}

#[test]
fn our_sobel_is_opencvs() {
    assert_eq!(Kernel::parse("sobel-x").unwrap().values(), Kernel::load(fixture("sobel-x.npy")).unwrap().values());
}

#[test]
fn luma_equals_cvtcolor() {
    for name in PHOTOGRAPHS {
        let difference = largest_difference(&photograph(name).luma().unwrap(), &numbers(&format!("{name}_luma")), name);
        assert!(difference <= 1e-6, "{name}: {difference}");
    }
}

#[test]
fn a_jpeg_has_the_very_levels_that_opencv_reads() {
    for name in PHOTOGRAPHS {
        let got = Picture::load(fixture(&format!("{name}.jpg")), &Device::Cpu).unwrap();
        let want = (numbers(&format!("{name}_jpeg")).to_dtype(DType::F32).unwrap() / 255.0).unwrap();
        let levels = largest_difference(&got.pixels, &want, name) * 255.0;
        assert!(levels < 1e-3, "{name}: {levels} levels");
    }
}
