//! Array files, and outputs of any kind.

use candle_core::DType;
use corr2d_imaging::{Target, load_npy, load_safetensors, save, save_npy, write_whole};

use super::{CPU, Desk};
use crate::imaging::arrays::npy;
use crate::imaging::tensor;

#[test]
fn arrays_that_cannot_be_read() {
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("text.npy", b"1,2,3".to_vec()),
        ("version.npy", b"\x93NUMPY\x09\x00\x10\x00".to_vec()),
        ("header.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr'".to_vec()),
        ("long-header.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'".to_vec()),
        ("keys.npy", npy("<f4", "False", "", &[])),
        ("objects.npy", npy("|O", "False", "(1,)", &[0; 8])),
        ("complex.npy", npy("<c8", "False", "(1,)", &[0; 8])),
        ("record.npy", npy("[('x', '<f4'), ('y', '<f4')]", "False", "(1,)", &[0; 4])),
        ("cut.npy", npy("<f4", "False", "(2, 3)", &[0; 20])),
        ("long.npy", npy("<f4", "False", "(2, 3)", &[0; 28])),
        ("lie.npy", npy("<f4", "False", "(1152921504606846976, 8)", &[0; 24])),
        ("negative.npy", npy("<f4", "False", "(-2, 3)", &[0; 24])),
        ("order.npy", npy("<f4", "Maybe", "(1,)", &[0; 4])),
        ("large.npy", npy("<u8", "False", "(1,)", &[255; 8])),
        ("text.safetensors", b"hello, world".to_vec()),
        ("lie.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\x7f{}".to_vec()),
    ];
    let prepared: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, &content[..])).collect();
    let mut desk = Desk::new(&prepared);
    for (name, _) in &prepared {
        let path = desk.path(name);
        match name.ends_with("npy") {
            true => desk.refused(name, load_npy(path, &CPU)),
            false => desk.refused(name, load_safetensors(path, &CPU)),
        }
    }
    let half = tensor(0..2, 2).to_dtype(DType::BF16).unwrap();
    desk.refused("bf16.npy", save_npy(desk.path("bf16.npy"), &half));
    desk.refused("a.tensor", save(desk.path("a.tensor"), &half));
    desk.refused("output.pdf", Target::of("output.pdf"));
    desk.refused("no folder", write_whole(desk.path("missing/loss.svg"), |_| Ok(())));
    desk.refused("a folder", write_whole(desk.path(""), |_| Ok(())));
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    text.npy: [folder]/text.npy cannot be read as npy: it does not start with \x93NUMPY
    version.npy: [folder]/version.npy cannot be read as npy: its version is 9, and 1 to 3 are known
    header.npy: [folder]/header.npy cannot be read as npy: 18 bytes are too few for a header
    long-header.npy: [folder]/long-header.npy cannot be read as npy: 20 bytes are too few for a header
    keys.npy: [folder]/keys.npy cannot be read as npy: its shape is "", not a tuple of lengths
    objects.npy: [folder]/objects.npy cannot be read as npy: it holds |O, and only floats, integers and booleans are read
    complex.npy: [folder]/complex.npy cannot be read as npy: it holds <c8, and only floats, integers and booleans are read
    record.npy: [folder]/record.npy cannot be read as npy: it holds [('x', '<f4'), ('y', '<f4')], and only floats, integers and booleans are read
    cut.npy: [folder]/cut.npy cannot be read as npy: shape [2, 3] needs 24 bytes, and 20 follow the header
    long.npy: [folder]/long.npy cannot be read as npy: shape [2, 3] needs 24 bytes, and 28 follow the header
    lie.npy: [folder]/lie.npy cannot be read as npy: shape [1152921504606846976, 8] needs more bytes than there are, and 24 follow the header
    negative.npy: [folder]/negative.npy cannot be read as npy: its shape is "(-2, 3)", not a tuple of lengths
    order.npy: [folder]/order.npy cannot be read as npy: fortran_order is Maybe, neither True nor False
    large.npy: [folder]/large.npy cannot be read as npy: 18446744073709551615 is more than the largest i64, 9223372036854775807
    text.safetensors: [folder]/text.safetensors cannot be read as safetensors: header too large
    lie.safetensors: [folder]/lie.safetensors cannot be read as safetensors: header too large
    bf16.npy: [folder]/bf16.npy cannot be read as npy: NumPy has no BF16; convert to f32 first
    a.tensor: [folder]/a.tensor ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp .npy .safetensors
    output.pdf: output.pdf ends in no known extension: use one of .png .jpg .jpeg .bmp .pgm .ppm .pnm .tif .tiff .webp .npy .safetensors
    no folder: [folder]/missing/loss.svg cannot be written, for there is no folder [folder]/missing: create it first
    a folder: [folder]/ is a folder: name a file
    "#);
}
