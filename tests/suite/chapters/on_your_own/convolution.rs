//! Chapter 5 on the reader's own numbers, photographs and kernels.

use candle_core::{Device, Tensor};
use corr2d_imaging::{Kernel, Picture, load_npy, load_safetensors, save_safetensors};
use serde_json::json;

use super::super::{page, run_in};

type Chapter = chapter_convolution::Arguments;

#[test]
fn lays_numbers_both_ways() {
    let value = super::json(&page::<Chapter>(&["--x", "0,1,2;3,4,5;6,7,8", "--json"]));
    assert_eq!(value["correlation"], json!([[19.0, 25.0], [37.0, 43.0]]));
    assert_eq!(value["convolution"], json!([[5.0, 11.0], [23.0, 29.0]]));
    assert_eq!(value["difference"], json!([[14.0, 14.0], [14.0, 14.0]]));
    assert_eq!(value["turned"], "another");
}

/// Pixels of 1/255 times small whole numbers, so that each sum is off by a rounding at most.
fn small_picture(path: &str) {
    std::fs::write(path, "P2 4 3 255  0 10 20 30  40 55 60 70  80 90 105 110").unwrap();
}

#[test]
fn convolution_of_a_photograph_is_correlation_with_the_kernel_turned() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (image, both, turned) = (path("photo.pgm"), path("both.safetensors"), path("turned.npy"));
    small_picture(&image);
    page::<Chapter>(&["--image", &image, "--kernel", "1,2,0;3,-4,5;0,0,7", "--border", "wrap", "--output", &both]);
    page::<chapter_edges::Arguments>(&[
        "--image",
        &image,
        "--kernel",
        "7,0,0;5,-4,3;0,2,1",
        "--border",
        "wrap",
        "--output",
        &turned,
    ]);
    let tensors = load_safetensors(&both, &Device::Cpu).unwrap();
    let named = |name: &str| tensors.iter().find(|(found, _)| found == name).unwrap().1.to_vec3::<f32>().unwrap();
    let turned = load_npy(&turned, &Device::Cpu).unwrap().to_vec3::<f32>().unwrap();
    assert_eq!(named("convolution"), turned);
    assert_ne!(named("correlation"), turned);
    assert_eq!(tensors.len(), 3);
}

/// ndimage.convolve([[0, 0, 255, 0]] / 255, [[1, 2]], mode="wrap") is [0, 0, 2, ...]: the second weight stays on the pixel.
#[test]
fn the_weight_on_the_pixel_stays_there_when_an_even_kernel_is_turned() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (image, both) = (path("photo.pgm"), path("both.npy"));
    std::fs::write(&image, "P2 5 1 255  0 0 255 0 0").unwrap();
    page::<Chapter>(&["--image", &image, "--kernel", "1,2", "--border", "zero", "--output", &both]);
    let both = load_npy(&both, &Device::Cpu).unwrap();
    assert_eq!(both.dims(), [3, 1, 1, 5]);
    let rows: Vec<Vec<f32>> = both.reshape((3, 5)).unwrap().to_vec2().unwrap();
    assert_eq!(rows, [[0., 0., 2., 1., 0.], [0., 1., 2., 0., 0.], [0., -1., 0., 1., 0.]]);
}

/// Without a border too: the pixels on which both lay that weight with a whole window, 1 to 3 of 0 to 4.
#[test]
fn without_a_border_both_answer_for_the_same_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (image, both) = (path("photo.pgm"), path("both.npy"));
    std::fs::write(&image, "P2 5 1 255  0 0 255 0 0").unwrap();
    page::<Chapter>(&["--image", &image, "--kernel", "1,2", "--border", "valid", "--output", &both]);
    let both = load_npy(&both, &Device::Cpu).unwrap();
    assert_eq!(both.dims(), [3, 1, 1, 3]);
    let rows: Vec<Vec<f32>> = both.reshape((3, 3)).unwrap().to_vec2().unwrap();
    assert_eq!(rows, [[0., 2., 1.], [1., 2., 0.], [-1., 0., 1.]]);

    let refused = run_in::<Chapter>("C", &["--image", &image, "--kernel", "1,2,3,4,5,6", "--border", "valid"]);
    assert_eq!(
        refused.errors,
        "error: kernel 1×6 is larger than the input 1×5: take a smaller kernel or pad the input\n"
    );
    std::fs::write(&image, "P2 2 1 255  0 255").unwrap();
    let refused = run_in::<Chapter>("C", &["--image", &image, "--kernel", "1,2", "--border", "valid"]);
    let said =
        "error: --border valid: an even kernel of 1×2 leaves no pixel of 1×2 to both: take another border or kernel\n";
    assert_eq!((refused.status, refused.errors.as_str()), (1, said));
}

#[test]
fn three_pictures_share_one_scale_and_are_written_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (image, output) = (path("photo.pgm"), path("both.png"));
    std::fs::write(&image, "P2 5 1 255  0 0 255 0 0").unwrap();
    let arguments = ["--image", &image, "--kernel", "1,2", "--border", "zero", "--output", &output];
    std::fs::create_dir(path("both-difference.png")).unwrap();
    let refused = run_in::<Chapter>("C", &arguments);
    assert_eq!(refused.status, 1);
    assert!(refused.errors.contains("both-difference.png is a folder"), "{}", refused.errors);
    assert!(!std::path::Path::new(&path("both-correlation.png")).exists(), "no picture without the others");
    std::fs::remove_dir(path("both-difference.png")).unwrap();
    page::<Chapter>(&arguments);
    let levels = |name: &str| {
        let picture = Picture::load(path(name), &Device::Cpu).unwrap();
        (picture.pixels * 255.0).unwrap().round().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
    };
    // 2 is white, so 1 is three quarters, 0 the middle and -1 a quarter.
    assert_eq!(levels("both-correlation.png"), [128., 128., 255., 191., 128.]);
    assert_eq!(levels("both-convolution.png"), [128., 191., 255., 128., 128.]);
    assert_eq!(levels("both-difference.png"), [128., 64., 128., 191., 128.]);
}

#[test]
fn says_what_the_turn_does_to_each_kind_of_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("photo.pgm").display().to_string();
    small_picture(&image);
    let value = |kernel: &str| {
        let value = super::json(&page::<Chapter>(&["--image", &image, "--kernel", kernel, "--json"]));
        (
            value["turned"].as_str().unwrap().to_owned(),
            value["differing"].as_u64().unwrap(),
            value["total"].as_u64().unwrap(),
        )
    };
    assert_eq!(value("gaussian:1.5"), ("same".to_owned(), 0, 12));
    assert_eq!(value("sobel-y").0, "negative");
    assert_eq!(value("emboss").0, "another");
}

#[test]
fn prints_what_was_read() {
    let lines: [&[&str]; 10] = [
        &["--x", "0,1,2;3,4,5", "--kernel", "1,10"],
        &["--x", "0,1,2;3,4,5", "--kernel", "1,-1", "--lang", "pt"],
        &["--kernel", "sobel-x", "--lang", "pt"],
        &["--convert", "opencv:pytorch", "--kernel", "1,2;3,4"],
        &["--convert", "scipy.convolve2d:opencv", "--kernel", "1,2,3;4,5,6", "--lang", "pt"],
        &["--convert", "opencv:ndimage.convolve", "--kernel", "1,2,3;4,5,6", "--anchor", "0,2"],
        &["--convert", "torch:candle", "--kernel", "laplacian4"],
        &["--convert", "opencv:candle", "--kernel", "1,2;3,4"],
        &["--convert", "candle:opencv", "--kernel", "1,2,3;4,5,6"],
        &["--convert", "candle:candle", "--kernel", "1,2,3", "--lang", "pt"],
    ];
    // Pixels of 1/255 are no whole numbers, so one instruction set may draw another letter than the next.
    let without_letters = |page: String| page.split("A diferença em letras").next().unwrap().to_owned();
    let pages = lines
        .map(|line| format!("chapter-convolution {}\n\n{}", line.join(" "), without_letters(page::<Chapter>(line))));
    insta::with_settings!({ snapshot_path => "../../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("chapter-convolution.on_your_own", pages.join("\n"));
    });
}

#[test]
fn a_converted_kernel_is_written_and_read_back_by_the_other_chapters() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["k.npy", "k.csv", "k.json", "k.txt", "k.safetensors"] {
        let file = path(name);
        page::<Chapter>(&["--convert", "scipy.convolve2d:opencv", "--kernel", "1,2,3;4,5,0.1", "--output", &file]);
        let kernel = Kernel::load(&file).unwrap();
        assert_eq!((kernel.height(), kernel.values()), (2, [0.1, 5.0, 4.0, 3.0, 2.0, 1.0].as_slice()), "{name}");
    }
    let weight = path("w.npy");
    page::<Chapter>(&["--convert", "opencv:tensorflow", "--kernel", &path("k.npy"), "--output", &weight]);
    assert_eq!(load_npy(&weight, &Device::Cpu).unwrap().dims(), [2, 3, 1, 1]);
    let row = path("row.npy");
    page::<Chapter>(&["--convert", "torch:numpy.convolve", "--kernel", "1,2,3", "--output", &row]);
    assert_eq!(load_npy(&row, &Device::Cpu).unwrap().to_vec1::<f32>().unwrap(), [3., 2., 1.]);
}

#[test]
fn converts_the_layer_that_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (model, output) = (path("model.safetensors"), path("conv2.npy"));
    let ramp = |start: f32| Tensor::arange(start, start + 12., &Device::Cpu).unwrap().reshape((1, 2, 2, 3)).unwrap();
    let bias = Tensor::new(&[1f32], &Device::Cpu).unwrap();
    let tensors = [("conv1.weight", &ramp(0.)), ("conv2.bias", &bias), ("conv2.weight", &ramp(100.))];
    save_safetensors(&model, &tensors).unwrap();
    let printed =
        page::<Chapter>(&["--convert", "torch:tf", "--kernel", &model, "--layer", "conv2", "--output", &output]);
    assert!(printed.contains("[O, I, h, w] [1, 2, 2, 3] → [h, w, I, O] [2, 3, 2, 1]"), "{printed}");
    let first: Vec<f32> = load_npy(&output, &Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(first[..4], [100., 106., 101., 107.]);
}
