//! Chapter 2 with a layer of the reader's own.

use candle_core::{Device, Tensor};
use corr2d_imaging::{Picture, save_safetensors};
use insta::assert_snapshot;

use super::super::{data, page, run_in};
use super::json;

#[test]
fn makes_one_picture_of_all_maps() {
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
