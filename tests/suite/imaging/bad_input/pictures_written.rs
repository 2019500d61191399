//! Pictures that cannot be written, or are none.

use candle_core::{DType, Tensor};
use corr2d_imaging::{Depth, Picture};

use super::{CPU, Desk};
use crate::imaging::tensor;

#[test]
fn pictures_that_cannot_be_written() {
    let prepared: [(&str, &[u8]); 2] = [("locked.png", b"locked"), ("file.txt", b"text")];
    let mut desk = Desk::new(&prepared);
    let locked = desk.path("locked.png");
    let mut permissions = std::fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&locked, permissions).unwrap();
    let grey = Picture::new((tensor(0..6, (2, 3)) / 5.0).unwrap()).unwrap();
    for name in ["a.docx", "a", "a.png.gz", ".png", "missing/a.png", "file.txt/a.png", "locked.png", ""] {
        desk.refused(name, grey.save(desk.path(name)));
    }
    let colour = Picture::new(Tensor::zeros((3, 2, 3), DType::F32, &CPU).unwrap()).unwrap();
    desk.refused("colour.pgm", colour.save(desk.path("colour.pgm")));
    for name in ["deep.jpg", "deep.bmp", "deep.webp"] {
        let deep = Picture { depth: Depth::Sixteen, ..grey.clone() };
        desk.refused(name, deep.save(desk.path(name)));
    }
    let alpha = Some(Tensor::zeros((2, 3), DType::F32, &CPU).unwrap());
    let clear = Picture { alpha: alpha.clone(), ..colour.clone() };
    for name in ["clear.jpg", "clear.ppm"] {
        desk.refused(name, clear.save(desk.path(name)));
    }
    let clear = Picture { alpha, ..grey.clone() };
    for name in ["clear-grey.tiff", "clear-grey.bmp"] {
        desk.refused(name, clear.save(desk.path(name)));
    }
    let values = |values: &[f32]| Picture::new(Tensor::new(values, &CPU).unwrap().unsqueeze(0).unwrap()).unwrap();
    desk.refused("bright.png", values(&[0.0, 1.5, 0.5, -4.0]).save(desk.path("bright.png")));
    desk.refused("nan.png", values(&[0.0, f32::NAN, f32::INFINITY]).save(desk.path("nan.png")));
    let alpha = Some(Tensor::zeros((3, 2), DType::F32, &CPU).unwrap());
    desk.refused("turned.png", Picture { alpha, ..grey.clone() }.save(desk.path("turned.png")));
    let pixels = Tensor::zeros((2, 2, 3), DType::F32, &CPU).unwrap();
    desk.refused("two.png", Picture { pixels, ..grey }.save(desk.path("two.png")));
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    a.docx: [folder]/a.docx ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp
    a: [folder]/a ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp
    a.png.gz: [folder]/a.png.gz ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp
    .png: [folder]/.png ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp
    missing/a.png: [folder]/missing/a.png cannot be written, for there is no folder [folder]/missing: create it first
    file.txt/a.png: [folder]/file.txt/a.png cannot be written, for there is no folder [folder]/file.txt: create it first
    locked.png: [folder]/locked.png is read-only: choose another name or make it writable
    : [folder]/ ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp
    colour.pgm: [folder]/colour.pgm: PNM holds no colour under .pgm: save as .ppm, or its luma
    deep.jpg: [folder]/deep.jpg: JPEG holds no 16-bit levels: save as .png, .tiff or .pnm, or at a depth of 8 bits
    deep.bmp: [folder]/deep.bmp: BMP holds no 16-bit levels: save as .png, .tiff or .pnm, or at a depth of 8 bits
    deep.webp: [folder]/deep.webp: WebP holds no 16-bit levels: save as .png, .tiff or .pnm, or at a depth of 8 bits
    clear.jpg: [folder]/clear.jpg: JPEG holds no transparency: save as .png, or without the alpha channel
    clear.ppm: [folder]/clear.ppm: PNM holds no transparency: save as .png, or without the alpha channel
    clear-grey.tiff: [folder]/clear-grey.tiff: TIFF holds no transparency beside grey: save as .png, or without the alpha channel
    clear-grey.bmp: [folder]/clear-grey.bmp: BMP holds no transparency beside grey: save as .png, or without the alpha channel
    bright.png: 2 of 4 values lie outside 0..1, from -4 to 1.5: bring them there with a range (signed, abs, minmax or clamp)
    nan.png: the picture: 1 NaN and 1 infinite of 3 values: only finite numbers can be shown or stored
    turned.png: the alpha channel is [3, 2] and the picture [1, 2, 3]: both need one height and one width
    two.png: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [2, 2, 3]
    "#);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file() {
    let grey = Picture::new(Tensor::zeros((2, 3), DType::F32, &CPU).unwrap()).unwrap();
    insta::assert_snapshot!(grey.save("/proc/a.png").unwrap_err(), @r#"/proc/a.png cannot be written: No such file or directory (os error 2)"#);
}

#[test]
fn shapes_that_are_no_picture() {
    let mut desk = Desk::new(&[]);
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &CPU).unwrap();
    for shape in [&[4][..], &[2, 3, 4], &[4, 3, 4], &[1, 3, 4, 5], &[0, 3], &[3, 4, 0]] {
        desk.refused(&format!("{shape:?}"), Picture::new(zeros(shape)));
    }
    insta::assert_snapshot!(desk.table(&[]), @r#"
    [4]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [4]
    [2, 3, 4]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [2, 3, 4]
    [4, 3, 4]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [4, 3, 4]
    [1, 3, 4, 5]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [1, 3, 4, 5]
    [0, 3]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [1, 0, 3]
    [3, 4, 0]: a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not [3, 4, 0]
    "#);
}
