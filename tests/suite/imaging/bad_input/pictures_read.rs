//! Picture files that cannot be read.

use corr2d_imaging::Picture;

use super::{CPU, Desk};
use crate::imaging::tensor;

/// A PNG chunk; decoders here check the sum.
fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [kind, content].concat();
    let sum = !body.iter().fold(!0u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    [&(content.len() as u32).to_be_bytes()[..], &body, &sum.to_be_bytes()].concat()
}

/// The start of a PNG that announces so many RGB pixels.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")].concat()
}

/// A picture saved under an extension, as bytes.
fn saved(extension: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("a.{extension}"));
    let pixels = (tensor((0..3 * 20 * 31).map(|value| value * value % 251), (3, 20, 31)) / 255.0).unwrap();
    Picture::new(pixels).unwrap().save(&path).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn pictures_that_cannot_be_read() {
    let cut = |extension| {
        let mut file = saved(extension);
        file.truncate(700);
        file
    };
    let (png, jpg, bmp, ppm, tiff, webp) = (cut("png"), cut("jpg"), cut("bmp"), cut("ppm"), cut("tiff"), cut("webp"));
    let (huge, flat) = (png_header(50_000, 40_000), png_header(0, 4));
    let mut damaged = png_header(4, 3);
    damaged[30] ^= 0xff;
    let mut cmyk = saved("jpg");
    // The frame header: make its three components four, by repeating the last.
    let frame = cmyk.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let last = cmyk[frame + 16..frame + 19].to_vec();
    cmyk[frame + 3] += 3;
    cmyk[frame + 9] = 4;
    cmyk.splice(frame + 19..frame + 19, [4, last[1], last[2]]);
    let prepared: [(&str, &[u8]); 18] = [
        ("empty.png", b""),
        ("text.png", b"hello, world\n"),
        ("animation.gif", b"GIF89a\x01\x00\x01\x00"),
        ("binary.jpg", b"\x00\x01\x02\xff\xfe"),
        ("cut.png", &png),
        ("cut.jpg", &jpg),
        ("cut.bmp", &bmp),
        ("cut.ppm", &ppm),
        ("cut.tiff", &tiff),
        ("cut.webp", &webp),
        ("cut.pgm", b"P2 4 3 255  1 2 3"),
        ("signature.png", b"\x89PNG\r\n\x1a\n"),
        ("damaged.png", &damaged),
        ("huge.png", &huge),
        ("huge.pgm", b"P5 60000 60000 255\n"),
        ("flat.png", &flat),
        ("narrow.pgm", b"P5 0 3 255\n"),
        ("cmyk.jpg", &cmyk),
    ];
    let mut desk = Desk::new(&prepared);
    for name in ["missing.png", "missing/photo.png", "", "text.png/photo.png"] {
        desk.refused(name, Picture::load(desk.path(name), &CPU));
    }
    for (name, _) in prepared {
        desk.refused(name, Picture::load(desk.path(name), &CPU));
    }
    desk.refused("no bytes", Picture::decode(b"", &CPU));
    desk.refused("other bytes", Picture::decode(b"BMX", &CPU));
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    missing.png: [folder]/missing.png does not exist: check the name and the folder
    missing/photo.png: [folder]/missing/photo.png does not exist: check the name and the folder
    : [folder]/ is a folder: name a file
    text.png/photo.png: [folder]/text.png/photo.png cannot be read: Not a directory (os error 20)
    empty.png: [folder]/empty.png is empty, 0 bytes: write or copy it again
    text.png: [folder]/text.png is not a picture that can be read: it starts with "hello, w", and none of PNG, JPEG, BMP, PNM, TIFF, WebP does
    animation.gif: [folder]/animation.gif is not a picture that can be read: it starts with "GIF89a\x01\x00", and none of PNG, JPEG, BMP, PNM, TIFF, WebP does
    binary.jpg: [folder]/binary.jpg is not a picture that can be read: it starts with "\x00\x01\x02\xff\xfe", and none of PNG, JPEG, BMP, PNM, TIFF, WebP does
    cut.png: [folder]/cut.png is cut short: the PNG data stop after 700 bytes, before the last pixel; copy it again
    cut.jpg: [folder]/cut.jpg is cut short: the JPEG data stop after 700 bytes, before the last pixel; copy it again
    cut.bmp: [folder]/cut.bmp is cut short: the BMP data stop after 700 bytes, before the last pixel; copy it again
    cut.ppm: [folder]/cut.ppm is cut short: the PNM data stop after 700 bytes, before the last pixel; copy it again
    cut.tiff: [folder]/cut.tiff is cut short: the TIFF data stop after 700 bytes, before the last pixel; copy it again
    cut.webp: [folder]/cut.webp is cut short: the WebP data stop after 700 bytes, before the last pixel; copy it again
    cut.pgm: [folder]/cut.pgm is cut short: the PNM data stop after 17 bytes, before the last pixel; copy it again
    signature.png: [folder]/signature.png is cut short: the PNG data stop after 8 bytes, before the last pixel; copy it again
    damaged.png: [folder]/damaged.png is damaged PNG data: CRC error: expected 0x3b693991 have 0x3b963991 while decoding ChunkType { type: IHDR, critical: true, private: false, reserved: false, safecopy: false } chunk.
    huge.png: [folder]/huge.png is 50000×40000 pixels (width × height), 22.4 GiB as numbers, over the limit of 1.0 GiB: scale it down
    huge.pgm: [folder]/huge.pgm is 60000×60000 pixels (width × height), 13.4 GiB as numbers, over the limit of 1.0 GiB: scale it down
    flat.png: [folder]/flat.png is damaged PNG data: Invalid image dimensions
    narrow.pgm: [folder]/narrow.pgm is 0×3 pixels (width × height): both must be at least 1
    cmyk.jpg: [folder]/cmyk.jpg holds CMYK pixels: convert it to grey or RGB of 8 or 16 bits, for example with an image editor
    no bytes: the picture is empty, 0 bytes: write or copy it again
    other bytes: the picture is cut short: the BMP data stop after 3 bytes, before the last pixel; copy it again
    "#);
}
