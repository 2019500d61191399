//! Levels survive a file: bit for bit, at both depths, with their transparency.

use candle_core::{Device, Tensor};
use corr2d_imaging::{Depth, Picture};
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, Rgba};

use super::{flat, tensor};

const HEIGHT: u32 = 5;
const WIDTH: u32 = 7;

/// A level that differs from channel to channel and reaches both ends of its depth.
fn level(x: u32, y: u32, channel: u32, highest: u32) -> u32 {
    match (x, y) {
        (0, 0) => 0,
        (6, 4) => highest,
        _ => (x * 7919 + y * 104_729 + channel * 1_299_709) % (highest + 1),
    }
}

fn sample<P: image::Pixel>(highest: u32, channels: u32) -> ImageBuffer<P, Vec<P::Subpixel>>
where
    P::Subpixel: TryFrom<u32, Error: std::fmt::Debug>,
{
    let pixel = |x, y| (0..channels).map(|c| level(x, y, c, highest).try_into().unwrap()).collect::<Vec<_>>();
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| *P::from_slice(&pixel(x, y)))
}

fn samples() -> Vec<(&'static str, DynamicImage)> {
    vec![
        ("grey 8", sample::<Luma<u8>>(255, 1).into()),
        ("grey 16", sample::<Luma<u16>>(65535, 1).into()),
        ("grey+alpha 8", sample::<LumaA<u8>>(255, 2).into()),
        ("grey+alpha 16", sample::<LumaA<u16>>(65535, 2).into()),
        ("rgb 8", sample::<Rgb<u8>>(255, 3).into()),
        ("rgb 16", sample::<Rgb<u16>>(65535, 3).into()),
        ("rgb+alpha 8", sample::<Rgba<u8>>(255, 4).into()),
        ("rgb+alpha 16", sample::<Rgba<u16>>(65535, 4).into()),
    ]
}

#[test]
fn every_level_of_every_layout_survives_load_and_save_as_png() {
    let folder = tempfile::tempdir().unwrap();
    for (case, image) in samples() {
        let (before, after) = (folder.path().join("before.png"), folder.path().join("after.png"));
        image.save(&before).unwrap();
        Picture::load(&before, &Device::Cpu).unwrap().save(&after).unwrap();
        let (before, after) = (image::open(before).unwrap(), image::open(after).unwrap());
        assert_eq!(before.color(), after.color(), "{case}");
        assert_eq!(before.as_bytes(), after.as_bytes(), "{case}");
    }
}

#[test]
fn what_a_format_can_hold_comes_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let exact = [
        ("tiff", vec!["grey 8", "grey 16", "rgb 8", "rgb 16", "rgb+alpha 8", "rgb+alpha 16"]),
        ("pgm", vec!["grey 8", "grey 16"]),
        ("pnm", vec!["grey 8", "grey 16", "rgb 8", "rgb 16"]),
        ("ppm", vec!["rgb 8", "rgb 16"]),
        ("webp", vec!["rgb 8", "rgb+alpha 8"]),
        ("bmp", vec!["rgb 8", "rgb+alpha 8"]),
    ];
    for (extension, cases) in exact {
        for (case, image) in samples().into_iter().filter(|(case, _)| cases.contains(case)) {
            let png = folder.path().join("a.png");
            image.save(&png).unwrap();
            let before = Picture::load(&png, &Device::Cpu).unwrap();
            let path = folder.path().join(format!("a.{extension}"));
            before.save(&path).unwrap();
            let after = Picture::load(&path, &Device::Cpu).unwrap();
            assert_eq!(before.depth, after.depth, "{case} as {extension}");
            assert_eq!(before.pixels.dims(), after.pixels.dims(), "{case} as {extension}");
            assert_eq!(flat(&before.pixels), flat(&after.pixels), "{case} as {extension}");
            let alpha = |picture: &Picture| picture.alpha.as_ref().map(flat);
            assert_eq!(alpha(&before), alpha(&after), "{case} as {extension}");
        }
    }
}

#[test]
fn grey_comes_back_as_equal_channels_from_formats_without_grey() {
    let folder = tempfile::tempdir().unwrap();
    let levels: Vec<f32> = (0..35u8).map(|level| f32::from(level) / 255.0).collect();
    let grey = Tensor::from_vec(levels, (5, 7), &Device::Cpu).unwrap();
    for extension in ["webp", "bmp", "ppm"] {
        let path = folder.path().join(format!("grey.{extension}"));
        Picture::new(grey.clone()).unwrap().save(&path).unwrap();
        let back = Picture::load(&path, &Device::Cpu).unwrap();
        assert_eq!(back.pixels.dims(), [3, 5, 7], "{extension}");
        for channel in 0..3 {
            assert_eq!(flat(&back.pixels.get(channel).unwrap()), flat(&grey), "{extension}, channel {channel}");
        }
    }
}

#[test]
fn values_are_levels_over_the_highest_level_channel_by_channel() {
    let picture = Picture::decode(b"P3 2 1 255  1 2 3  4 5 255", &Device::Cpu).unwrap();
    let want: Vec<f32> = [1.0, 4.0, 2.0, 5.0, 3.0, 255.0].iter().map(|level| level / 255.0).collect();
    assert_eq!(picture.pixels.dims(), [3, 1, 2]);
    assert_eq!(flat(&picture.pixels), want);
    let sixteen = Picture::decode(b"P2 2 1 65535  1 65535", &Device::Cpu).unwrap();
    assert_eq!(sixteen.depth, Depth::Sixteen);
    assert_eq!(flat(&sixteen.pixels), [1.0 / 65535.0, 1.0]);
}

#[test]
fn a_sixteen_bit_picture_keeps_all_65536_levels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("levels.png");
    let levels: Vec<f32> = (0..=65535u32).map(|level| level as f32 / 65535.0).collect();
    let pixels = Tensor::from_vec(levels.clone(), (1, 128, 512), &Device::Cpu).unwrap();
    let picture = Picture { pixels, alpha: None, depth: Depth::Sixteen };
    picture.save(&path).unwrap();
    assert_eq!(flat(&Picture::load(&path, &Device::Cpu).unwrap().pixels), levels);
}

#[test]
fn the_content_decides_the_format_and_the_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.png");
    Picture::new((tensor(0..35, (5, 7)) / 40.0).unwrap()).unwrap().save(folder.path().join("a.jpg")).unwrap();
    std::fs::rename(folder.path().join("a.jpg"), &path).unwrap();
    assert_eq!(Picture::load(&path, &Device::Cpu).unwrap().pixels.dims(), [1, 5, 7]);
}

#[test]
fn a_photograph_held_sideways_is_turned_upright() {
    // The smallest EXIF block: one entry, tag 0x0112 (orientation) with the value 6, a quarter turn clockwise.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let mut rows = vec![0; 16 * 24];
    rows[..24 * 8].fill(255);
    Picture::new((tensor(rows, (16, 24)) / 255.0).unwrap()).unwrap().save(&path).unwrap();
    let mut jpeg = std::fs::read(&path).unwrap();
    let mut segment = vec![0xff, 0xe1, 0, (exif.len() + 2) as u8];
    segment.extend(exif);
    jpeg.splice(2..2, segment);
    let turned = Picture::decode(&jpeg, &Device::Cpu).unwrap();
    assert_eq!(turned.pixels.dims(), [1, 24, 16]);
    let pixels = turned.pixels.get(0).unwrap().to_vec2::<f32>().unwrap();
    assert!(pixels[12][0] < 0.1, "the upper edge went to the right, so the left is dark: {}", pixels[12][0]);
    assert!(pixels[12][15] > 0.9, "and the right is bright: {}", pixels[12][15]);
}

#[test]
fn luma_weighs_the_channels_by_bt601() {
    let picture = Picture::decode(b"P3 3 1 255  255 0 0  0 255 0  0 0 255", &Device::Cpu).unwrap();
    assert_eq!(flat(&picture.luma().unwrap()), [0.299, 0.587, 0.114]);
    let grey = Picture::decode(b"P2 3 1 255  7 0 255", &Device::Cpu).unwrap();
    assert_eq!(flat(&grey.luma().unwrap()), flat(&grey.pixels));
}

#[test]
fn values_half_a_level_beyond_the_ends_still_round_to_a_level() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let nearly = Tensor::new(&[[-0.001f32, 1.001, 0.5]], &Device::Cpu).unwrap();
    Picture::new(nearly).unwrap().save(&path).unwrap();
    assert_eq!(flat(&Picture::load(&path, &Device::Cpu).unwrap().pixels), [0.0, 1.0, 128.0 / 255.0]);
}

#[test]
fn numbers_of_both_signs_are_blue_and_red_around_white() {
    let residual = tensor([-4, 0, 2, 4, 1, -1], (2, 3));
    let (picture, scale) = Picture::diverging(&residual).unwrap();
    assert_eq!(scale, 4.0);
    let level = |channel: usize, row: usize, column: usize| {
        let value = picture.pixels.get(channel).unwrap().get(row).unwrap().get(column).unwrap();
        (value.to_scalar::<f32>().unwrap() * 255.0).round() as u8
    };
    let colour = |row, column| [0, 1, 2].map(|channel| level(channel, row, column));
    assert_eq!(colour(0, 0), [33, 102, 172], "the lowest is blue");
    assert_eq!(colour(1, 0), [178, 24, 43], "the highest is red");
    assert_eq!(colour(0, 1), [255, 255, 255], "zero is white");
    assert_eq!(colour(0, 2), [217, 140, 149], "half is half way");
    let (white, scale) = Picture::diverging(&tensor([0; 6], (3, 2))).unwrap();
    assert_eq!((scale, flat(&white.pixels)), (0.0, vec![1.0; 18]));
}

#[test]
fn what_is_encoded_is_what_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let picture = Picture::new((tensor(0..6, (2, 3)) / 5.0).unwrap()).unwrap();
    for name in ["a.png", "a.pgm", "a.bmp", "a.jpg"] {
        let path = folder.path().join(name);
        picture.save(&path).unwrap();
        assert_eq!(picture.encode(name).unwrap(), std::fs::read(&path).unwrap(), "{name}");
    }
}
