//! What chapter 4 leaves behind for use: kernels in every format, which chapter 3 lays on a photograph, and drawings.

use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Kernel, Picture, load_npy, save_npy};

use super::super::{data, page, run_in};
use super::json;

const EXTENSIONS: [&str; 11] = ["txt", "csv", "json", "npy", "safetensors", "py", "c", "h", "cpp", "hpp", "rs"];

/// A part of the photograph, higher than wide.
fn part_of_the_photograph() -> Tensor {
    let pixels = Picture::load(data("camera.png"), &Device::Cpu).unwrap().pixels;
    pixels.narrow(1, 100, 47).unwrap().narrow(2, 200, 38).unwrap().squeeze(0).unwrap().contiguous().unwrap()
}

#[test]
fn a_learned_kernel_goes_to_every_format_and_on_to_a_photograph() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (input, target, output) = (path("a.png"), path("b.npy"), path("c.npy"));
    Picture::new(part_of_the_photograph()).unwrap().save(&input).unwrap();
    page::<chapter_edges::Arguments>(&[
        "--image",
        &input,
        "--kernel",
        "0.1,0.3;-0.7,0.2;0.05,0",
        "--border",
        "valid",
        "--output",
        &target,
    ]);
    let mut learned = Vec::new();
    for extension in EXTENSIONS {
        let kernel = path(&format!("k.{extension}"));
        page::<chapter_learning::Arguments>(&[
            "--input",
            &input,
            "--target",
            &target,
            "--kernel-size",
            "3x2",
            "--save",
            &kernel,
        ]);
        page::<chapter_edges::Arguments>(&[
            "--image", &input, "--kernel", &kernel, "--border", "valid", "--output", &output,
        ]);
        let bits: Vec<u64> = Kernel::load(&kernel).unwrap().values().iter().map(|weight| weight.to_bits()).collect();
        let response = load_npy(&output, &Device::Cpu).unwrap();
        learned.push((extension, bits, response));
    }
    let (_, first, want) = &learned[0];
    for (extension, bits, response) in &learned {
        assert_eq!(bits, first, "{extension} holds the same bits");
        assert_eq!(response.to_vec3::<f32>().unwrap(), want.to_vec3::<f32>().unwrap(), "{extension}");
    }
    let made = load_npy(&target, &Device::Cpu).unwrap();
    let error = (made - want).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(error < 1e-4, "what was learned does the same: {error}");
}

#[test]
fn a_kernel_of_any_format_becomes_one_of_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut from = "0.1,-0.25,1e-7;3,0,-0.3333333333333333".to_owned();
    let want: Vec<u64> = Kernel::parse(&from).unwrap().values().iter().map(|weight| weight.to_bits()).collect();
    for extension in EXTENSIONS {
        let to = path(&format!("k.{extension}"));
        page::<chapter_learning::Arguments>(&["--describe", &from, "--save", &to]);
        from = to;
    }
    let last = Kernel::load(&from).unwrap();
    assert_eq!((last.height(), last.width()), (2, 3));
    assert_eq!(last.values().iter().map(|weight| weight.to_bits()).collect::<Vec<_>>(), want, "through all of them");
}

#[test]
fn the_residual_shows_where_the_target_is_not_what_the_kernel_makes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (input, target, residual, kernel) = (path("a.npy"), path("b.npy"), path("r.png"), path("k.svg"));
    let photograph = part_of_the_photograph();
    save_npy(&input, &photograph).unwrap();
    // The target is the photograph itself, but for two pixels.
    let (height, width) = photograph.dims2().unwrap();
    let mut pixels = photograph.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    pixels[10 * width + 20] += 0.5;
    pixels[30 * width + 7] -= 0.5;
    save_npy(&target, &Tensor::from_vec(pixels, (height, width), &Device::Cpu).unwrap()).unwrap();
    let arguments = [
        "--input",
        &input,
        "--target",
        &target,
        "--kernel-size",
        "1x1",
        "--residual",
        &residual,
        "--plot-kernel",
        &kernel,
    ];
    // The kernel of the least squares takes a little of the two pixels over.
    for (locale, sentence) in [("en", "white is 0, red is up to 0.50"), ("pt", "branco é 0, vermelho é até 0.50")] {
        let printed = run_in::<chapter_learning::Arguments>(locale, &arguments).out.replace('\n', " ");
        assert!(printed.contains(sentence), "{printed}");
    }
    let picture = Picture::load(&residual, &Device::Cpu).unwrap().pixels;
    assert_eq!(picture.dims(), [3, height, width]);
    let colour = |row: usize, column: usize| {
        let pixel = picture.narrow(1, row, 1).unwrap().narrow(2, column, 1).unwrap().flatten_all().unwrap();
        pixel
            .to_dtype(DType::F32)
            .unwrap()
            .to_vec1::<f32>()
            .unwrap()
            .iter()
            .map(|v| (v * 255.0).round() as i32)
            .collect::<Vec<_>>()
    };
    let (bright, dark, same) = (colour(10, 20), colour(30, 7), colour(40, 30));
    assert!(bright[0] > 150 && bright[2] < 80, "brighter than the kernel makes it is red: {bright:?}");
    assert!(dark[0] < 80 && dark[2] > 150, "darker is blue: {dark:?}");
    assert!(same.iter().all(|&level| level > 240), "the rest is white: {same:?}");
    assert!(std::fs::read_to_string(&kernel).unwrap().contains("</text>"));
    let value = json(&page::<chapter_learning::Arguments>(&[&arguments[..], &["--json"]].concat()));
    assert!(value["r_squared"].as_f64().unwrap() > 0.9);
}
