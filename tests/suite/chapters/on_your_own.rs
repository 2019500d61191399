//! The chapters on the reader's own numbers and files.

use candle_core::{Device, Tensor};
use corr2d_imaging::{Border, Kernel, Picture, filter, load_npy, save_safetensors};
use insta::assert_snapshot;
use serde_json::Value;

use super::{data, page, run_in};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn correlation_traces_one_window() {
    let arguments = ["--x", "0,1,2;3,4,5;6,7,8", "--k", "0,1;2,3", "--trace", "0,1"];
    assert_snapshot!(page::<chapter_correlation::Arguments>(&arguments), @"
        0  1  2       0  1       19  25
        3  4  5   ⋆   2  3   =   37  43
        6  7  8

    A kernel of 2×2 finds 2 places down and 2 across in an image of 3×3.

    Row 0, column 1 of the result: the window, the kernel, and their products, pixel
    by pixel.

        1  2   ·   0  1   →    0   2
        4  5       2  3        8  15

        1·0 + 2·1 + 4·2 + 5·3 = 25
    ");
}

#[test]
fn correlation_takes_what_is_missing_from_the_lesson_and_speaks_json() {
    let value = json(&page::<chapter_correlation::Arguments>(&["--k", "-1,0.5", "--trace", "2,0", "--json"]));
    assert_eq!(value["y"], serde_json::json!([[0.5, 0.0], [-1.0, -1.5], [-2.5, -3.0]]));
    assert_eq!(value["trace"]["sum"], -2.5);
}

#[test]
fn edges_writes_the_responses_that_the_filter_gives() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("e.npy").display().to_string();
    let arguments =
        ["--image", &data("camera.png"), "--kernel", "sobel-x", "--border", "opencv:reflect101", "--output", &output];
    page::<chapter_edges::Arguments>(&arguments);
    let pixels = Picture::load(data("camera.png"), &Device::Cpu).unwrap().pixels;
    let kernel = Kernel::parse("sobel-x").unwrap().to_tensor(&Device::Cpu).unwrap();
    let want = filter(&pixels, &kernel, Border::Reflect).unwrap().to_vec3::<f32>().unwrap();
    assert_eq!(load_npy(&output, &Device::Cpu).unwrap().to_vec3::<f32>().unwrap(), want);
}

#[test]
fn edges_keeps_colour_alpha_and_depth_of_a_photograph() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.png"), folder.path().join("out.png"));
    let ramp = |count: usize, shape: &[usize]| {
        let values: Vec<f32> = (0..count).map(|i| (i * 37 % 65536) as f32 / 65535.0).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let photograph = Picture {
        pixels: ramp(3 * 5 * 7, &[3, 5, 7]),
        alpha: Some(ramp(35, &[5, 7])),
        depth: corr2d_imaging::Depth::Sixteen,
    };
    photograph.save(&input).unwrap();
    let arguments = [
        "--image",
        input.to_str().unwrap(),
        "--kernel",
        "identity",
        "--range",
        "clamp",
        "--output",
        output.to_str().unwrap(),
    ];
    page::<chapter_edges::Arguments>(&arguments);
    let back = Picture::load(&output, &Device::Cpu).unwrap();
    assert_eq!(back.depth, corr2d_imaging::Depth::Sixteen);
    assert_eq!(back.pixels.to_vec3::<f32>().unwrap(), photograph.pixels.to_vec3::<f32>().unwrap());
    assert_eq!(back.alpha.unwrap().to_vec2::<f32>().unwrap(), photograph.alpha.unwrap().to_vec2::<f32>().unwrap());
}

#[test]
fn edges_describes_what_it_did_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("e.png").display().to_string();
    let arguments = ["--kernel", "1;-1", "--border", "valid", "--output", &output];
    for locale in ["en", "pt"] {
        let printed = run_in::<chapter_edges::Arguments>(locale, &arguments);
        // Where the last sentence breaks depends on the path of the folder.
        let (text, _) = printed.out.trim_end().rsplit_once("\n\n").unwrap();
        if locale == "en" {
            assert_snapshot!(text, @"
            1;-1 on the photograph of the lesson
            ────────────────────────────────────

                 1
                -1

            Gain 1. A positive response means: brightness rises upwards.

            1 channel of 512×512 pixels in 0..1, border valid, give 511×512 responses. The
            kernel is not turned: this is correlation.

            The responses go from -0.6039 to 0.6235.
            ");
        } else {
            assert_snapshot!(text, @"
            1;-1 em a fotografia da lição
            ─────────────────────────────

                 1
                -1

            Ganho 1. Uma resposta positiva significa: o brilho cresce para cima.

            1 canal de 512×512 pixels em 0..1, com a margem valid, dão 511×512 respostas. O
            kernel não é girado: isto é correlação.

            As respostas vão de -0.6039 a 0.6235.
            ");
        }
    }
}

#[test]
fn layer_makes_one_picture_of_all_maps() {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("conv.safetensors");
    let weight = Tensor::arange(0f32, 24., &Device::Cpu).unwrap().reshape((3, 1, 2, 4)).unwrap();
    let bias = Tensor::new(&[1f32, 2., 3.], &Device::Cpu).unwrap();
    save_safetensors(&weights, &[("first.weight", &weight), ("first.bias", &bias)]).unwrap();
    let output = folder.path().join("maps.png").display().to_string();
    let image = data("camera.png");
    let mut arguments =
        vec!["--weights", weights.to_str().unwrap(), "--image", &image, "--stride", "4", "--output", &output];
    let refused = run_in::<chapter_layer::Arguments>("C", &arguments);
    let message = refused.errors.replace(weights.to_str().unwrap(), "conv.safetensors");
    assert_snapshot!(message, @"error: --weights: conv.safetensors holds no weight, but first.bias, first.weight: choose with --layer");
    arguments.extend(["--layer", "first"]);
    page::<chapter_layer::Arguments>(&arguments);
    let picture = Picture::load(&output, &Device::Cpu).unwrap();
    assert_eq!(picture.pixels.dims(), [1, 256, 256], "three maps of 128×128 in a grid of two by two");
    arguments.push("--json");
    let value = json(&page::<chapter_layer::Arguments>(&arguments));
    assert_eq!(value["shape"]["maps"], serde_json::json!([3, 128, 128]));
}

#[test]
fn learning_prints_the_published_losses_from_their_kernel() {
    let arguments = ["--init", "0.5987,-0.5092", "--lr", "0.03"];
    assert_snapshot!(page::<chapter_learning::Arguments>(&arguments), @"
    From [0.5987, -0.5092], learning rate 0.03
    ──────────────────────────────────────────

        epoch 2, loss 1.055
        epoch 4, loss 0.196
        epoch 6, loss 0.040
        epoch 8, loss 0.010
        epoch 10, loss 0.003
        kernel [0.9997, -0.9901]
    ");
    let value = json(&page::<chapter_learning::Arguments>(&["--init", "0.0375,-0.0543", "--json"]));
    let kernel: Vec<f64> = value["kernel"][0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert_eq!(kernel.iter().map(|n| format!("{n:.4}")).collect::<Vec<_>>(), ["0.9881", "-0.9899"]);
}

#[test]
fn learning_says_when_the_rate_is_too_large() {
    let page = page::<chapter_learning::Arguments>(&["--init", "0.5987,-0.5092", "--lr", "0.04", "--epochs", "30"]);
    assert!(page.contains("below\n1/30 = 0.0333") || page.contains("below 1/30 = 0.0333"), "{page}");
}

#[test]
fn learning_finds_the_kernel_between_two_photographs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (input, target, kernel, plot) = (path("a.png"), path("b.npy"), path("k.npy"), path("loss.svg"));
    let photograph = Picture::load(data("camera.png"), &Device::Cpu).unwrap();
    let part = photograph.pixels.narrow(1, 100, 61).unwrap().narrow(2, 200, 83).unwrap().contiguous().unwrap();
    Picture::new(part).unwrap().save(&input).unwrap();
    page::<chapter_edges::Arguments>(&[
        "--image", &input, "--kernel", "sobel-y", "--border", "valid", "--output", &target,
    ]);
    let arguments =
        ["--input", &input, "--target", &target, "--kernel-size", "3x3", "--save", &kernel, "--plot", &plot, "--json"];
    let value = json(&page::<chapter_learning::Arguments>(&arguments));
    assert!(value["r_squared"].as_f64().unwrap() > 0.999_999, "{}", value["r_squared"]);
    let learned = load_npy(&kernel, &Device::Cpu).unwrap().to_dtype(candle_core::DType::F32).unwrap();
    let wanted = Kernel::parse("sobel-y").unwrap().to_tensor(&Device::Cpu).unwrap();
    let error = (learned - wanted).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(error < 1e-4, "the largest error of a tap is {error}");
    assert!(std::fs::read_to_string(&plot).unwrap().starts_with("<svg"));
}

#[test]
fn receptive_field_counts_and_measures_a_chain() {
    assert_snapshot!(page::<chapter_receptive_field::Arguments>(&["--layers", "2x2,3x5s2,3x3d2,1x1"]), @"
    4 layers, one after another
    ───────────────────────────

        layer  kernel   stride  dilation  step        field     measured
            1  2×2           1         1     1          2×2          2×2
            2  3×5           2         1     2          4×6          4×6
            3  3×3           1         2     2        12×14        12×14
            4  1×1           1         1     2        12×14        12×14

    One output of the last layer sees 12×14 pixels. The step is how far apart
    neighbouring outputs look; measured are the rows and columns where the gradient
    is not 0.
    ");
    let value = json(&page::<chapter_receptive_field::Arguments>(&["--layers", "7x7s2,3x3s2", "--json"]));
    assert_eq!(value["layers"][1]["field"], value["layers"][1]["measured"]);
}
