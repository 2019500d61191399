//! Chapter 3 on the reader's own photographs, beside OpenCV's answers.

use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Border, Kernel, Picture, filter, load_npy};
use insta::assert_snapshot;

use super::super::{data, page, run_in};

#[test]
fn writes_the_responses_that_the_filter_gives() {
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
fn answers_as_opencvs_filter2d_does() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("e.npy").display().to_string();
    for photograph in ["grey", "colour"] {
        for kernel in ["sobel-x", "asymmetric3x5", "even2x4", "gaussian7x5"] {
            let (image, weights) = (opencv(&format!("{photograph}.png")), opencv(&format!("{kernel}.npy")));
            let arguments = ["--image", &image, "--kernel", &weights, "--border", "reflect", "--output", &output];
            page::<chapter_edges::Arguments>(&arguments);
            // Axis 0 holds the borders; the third is reflect.
            let want = array(&opencv(&format!("{photograph}_{kernel}.npy"))).get(2).unwrap();
            assert_close(&array(&output), &want, &format!("{kernel} on {photograph}"));
        }
        let image = opencv(&format!("{photograph}.jpg"));
        page::<chapter_edges::Arguments>(&["--image", &image, "--kernel", "identity", "--output", &output]);
        let levels = array(&opencv(&format!("{photograph}_jpeg.npy"))).to_dtype(DType::F32).unwrap();
        assert_close(&array(&output), &(levels / 255.0).unwrap(), &format!("{photograph}.jpg"));
    }
}

/// A file that `tests/fixtures/opencv/make.py` made.
fn opencv(name: &str) -> String {
    format!("{}/fixtures/opencv/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn array(path: &str) -> Tensor {
    load_npy(path, &Device::Cpu).unwrap()
}

fn assert_close(got: &Tensor, want: &Tensor, case: &str) {
    assert_eq!(got.dims(), want.dims(), "{case}");
    let difference: f32 = (got - want).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap();
    assert!(difference <= 1e-5, "{case}: {difference}");
}

#[test]
fn of_opposite_sign_in_two_colours_do_not_cancel_in_letters() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("red-to-blue.png").display().to_string();
    let ramp = Tensor::new(&[[0f32, 0., 1., 1.], [0., 0., 1., 1.]], &Device::Cpu).unwrap();
    let channels = [&ramp, &ramp.zeros_like().unwrap(), &(1.0 - &ramp).unwrap()];
    Picture::new(Tensor::stack(&channels, 0).unwrap()).unwrap().save(&image).unwrap();
    let printed = page::<chapter_edges::Arguments>(&["--image", &image, "--kernel", "1,-1"]);
    assert!(printed.ends_with("\n      @\n\n"), "the edge stands between columns 1 and 2: {printed}");
}

#[test]
fn says_that_a_kernel_of_zeros_gives_0() {
    for (locale, sentence) in [("en", "Gain 0: every picture gives 0."), ("pt", "Ganho 0: toda imagem resulta em 0.")] {
        let printed = run_in::<chapter_edges::Arguments>(locale, &["--kernel", "0,0"]).out;
        assert!(printed.contains(sentence), "{printed}");
    }
}

#[test]
fn keeps_colour_alpha_and_depth_of_a_photograph() {
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
fn describes_what_it_did_in_both_languages() {
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

            Gain 1 (the response to a brightness, a slope or a curvature of 1). A positive
            response means: brightness rises upwards.

            1 channel of 512×512 pixels in 0..1, border valid, gives 511×512 responses. The
            kernel lies on the image as it stands: this is correlation (convolution would
            turn it by 180°).

            The responses go from -0.6039 to 0.6235.
            ");
        } else {
            assert_snapshot!(text, @"
            1;-1 em a fotografia da lição
            ─────────────────────────────

                 1
                -1

            Ganho 1 (a resposta a um brilho, uma inclinação ou uma curvatura de 1). Uma
            resposta positiva significa: o brilho aumenta para cima.

            1 canal de 512×512 pixels em 0..1, com a margem valid, dá 511×512 respostas. O
            kernel fica sobre a imagem tal como é: isto é correlação (a convolução o giraria
            180°).

            As respostas vão de -0.6039 a 0.6235.
            ");
        }
    }
}

/// Instruction sets differ in the last bits of a response, and so by a level of the picture here and there.
#[test]
fn the_first_command_of_the_readme_draws_the_picture_that_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("edges.png").display().to_string();
    let image = data("camera.png");
    let arguments = ["--image", &image, "--kernel", "sobel-x", "--range", "abs", "--output", &output];
    page::<chapter_edges::Arguments>(&arguments);
    let pixels = |path: &str| Picture::load(path, &Device::Cpu).unwrap().pixels;
    let (drawn, shown) = (pixels(&output), pixels(&data("camera-edges.png")));
    let difference = (drawn - shown).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(difference < 1.01 / 255.0, "the pictures differ by up to {:.1} levels", 255.0 * difference);
    let readme = std::fs::read_to_string(data("../README.md")).unwrap();
    assert!(readme.contains("--image data/camera.png --kernel sobel-x --range abs --output edges.png"));
}
