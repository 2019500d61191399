//! Chapter 4 between photographs: the kernel that made one of the other.

mod answers;
mod many;
mod steps;
mod terms;
mod warnings;

use std::path::Path;

use candle_core::{Device, Tensor};
use corr2d_imaging::{Border, Kernel, Picture, filter, save_npy};
use serde_json::Value;

use super::super::{data, page, run_in};
use super::json;

/// A folder of photographs, which vanishes with it.
struct Photographs {
    folder: tempfile::TempDir,
}

impl Photographs {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Writes a picture: exact if its numbers are levels.
    fn picture(&self, name: &str, pixels: &Tensor) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        let pixels = pixels.clamp(0.0, 1.0).unwrap().contiguous().unwrap();
        Picture::new(pixels).unwrap().save(&path).unwrap();
        path
    }

    /// Writes numbers as they are.
    fn array(&self, name: &str, numbers: &Tensor) -> String {
        let path = self.path(name);
        save_npy(&path, &numbers.contiguous().unwrap()).unwrap();
        path
    }

    /// Looks for the kernel from an input to a target.
    fn learn(&self, input: &str, target: &str, options: &str) -> Value {
        let mut arguments = vec!["--input", input, "--target", target, "--json"];
        arguments.extend(options.split_whitespace());
        json(&page::<chapter_learning::Arguments>(&arguments))
    }
}

/// A part of the photographer with his camera, [1, H, W].
fn camera(top: usize, left: usize, height: usize, width: usize) -> Tensor {
    let whole = Picture::load(data("camera.png"), &Device::Cpu).unwrap().pixels;
    whole.narrow(1, top, height).unwrap().narrow(2, left, width).unwrap().contiguous().unwrap()
}

/// Numbers from 0 to 1 without any pattern, [1, H, W].
fn noise(height: usize, width: usize) -> Tensor {
    let number = |index: usize| (corr2d_tests::SplitMix::at(7, index as u64) >> 40) as f32 / (1u64 << 24) as f32;
    Tensor::from_vec((0..height * width).map(number).collect::<Vec<_>>(), (1, height, width), &Device::Cpu).unwrap()
}

/// What a kernel makes of a picture, as large as the picture.
fn filtered(picture: &Tensor, kernel: &str) -> Tensor {
    filter(picture, &Kernel::parse(kernel).unwrap().to_tensor(&Device::Cpu).unwrap(), Border::Reflect).unwrap()
}

/// A picture moved down and to the right, with black where nothing is known.
fn moved(picture: &Tensor, down: isize, right: isize) -> Tensor {
    let (_, height, width) = picture.dims3().unwrap();
    let rows: Vec<Vec<f32>> = picture.squeeze(0).unwrap().to_vec2().unwrap();
    let pixel = |row: usize, column: usize| {
        let row = row.checked_add_signed(-down).filter(|row| *row < height)?;
        let column = column.checked_add_signed(-right).filter(|column| *column < width)?;
        Some(rows[row][column])
    };
    let places = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    let pixels: Vec<f32> = places.map(|(row, column)| pixel(row, column).unwrap_or(0.0)).collect();
    Tensor::from_vec(pixels, (1, height, width), &Device::Cpu).unwrap()
}

/// The taps of a found kernel, row by row.
fn taps(found: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|tap| tap.as_f64().unwrap()).collect();
    found["kernel"].as_array().unwrap().iter().map(row).collect()
}

/// The largest difference between a found kernel and a wanted one.
fn error(found: &Value, wanted: &str) -> f64 {
    let wanted = Kernel::parse(wanted).unwrap();
    let found = taps(found);
    assert_eq!((found.len(), found[0].len()), (wanted.height(), wanted.width()), "the size of {}", wanted.name());
    let pairs = found.iter().flatten().zip(wanted.values());
    pairs.map(|(found, wanted)| (found - wanted).abs()).fold(0.0, f64::max)
}

fn warnings(found: &Value) -> Vec<String> {
    found["warnings"].as_array().unwrap().iter().map(|said| said.as_str().unwrap().to_owned()).collect()
}
