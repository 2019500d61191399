//! Kernels that are no kernel: typed, or in a file.

use corr2d_imaging::{Kernel, save_safetensors};

use super::Desk;
use crate::imaging::arrays::npy;
use crate::imaging::tensor;

#[test]
fn kernels_that_cannot_be_typed() {
    let mut desk = Desk::new(&[]);
    let texts = [
        "sobel",
        "sobl-x",
        "gausian:2",
        "motion",
        "",
        " ",
        "1,2;3",
        "1;2,3",
        "1,x,3",
        "1,,2",
        "1,nan",
        "1,inf",
        "1e39",
        "1;2;",
        "1 -1",
        "a,b",
        "0x10",
        "gaussian:0",
        "gaussian:-1",
        "gaussian:x",
        "gaussian:3x",
        "gaussian:2:0x3",
        "gaussian:nan",
        "box:0",
        "box:2000x2",
        "binomial:1.5",
        "log:1e9",
        "sobel-x:3",
        "k.png",
    ];
    for text in texts {
        desk.refused(&format!("{text:?}"), Kernel::parse(text));
    }
    desk.refused("no rows", Kernel::new("mine", 0, 3, vec![]));
    desk.refused("too few values", Kernel::new("mine", 2, 3, vec![0.0; 5]));
    desk.refused("too many weights", Kernel::new("mine", 1025, 1024, vec![]));
    desk.refused("overflow", Kernel::new("mine", usize::MAX, 2, vec![]));
    desk.refused("infinite", Kernel::new("mine", 1, 3, vec![1e300, f64::NAN, 0.0]));
    desk.refused("three axes", Kernel::from_tensor("mine", &tensor(0..12, (2, 2, 3))));
    insta::assert_snapshot!(desk.table(&[]), @r#"
    "sobel": no kernel is named "sobel", near sobel-x, sobel-y: numbers go as "1,-1" or "1,2;3,4", files end in .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    "sobl-x": no kernel is named "sobl-x", near sobel-x, sobel-y: numbers go as "1,-1" or "1,2;3,4", files end in .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    "gausian:2": no kernel is named "gausian:2", near gaussian: numbers go as "1,-1" or "1,2;3,4", files end in .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    "motion": no kernel is named "motion": numbers go as "1,-1" or "1,2;3,4", files end in .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    "": "" holds no number: a kernel needs at least one, as in "1,-1"
    " ": "" holds no number: a kernel needs at least one, as in "1,-1"
    "1,2;3": "1,2;3": row 2 has length 1 and row 1 has length 2: all rows need one length
    "1;2,3": "1;2,3": row 2 has length 2 and row 1 has length 1: all rows need one length
    "1,x,3": "1,x,3": row 1, number 2 is "x", not a finite number such as 0.5 or -1e-3
    "1,,2": "1,,2": row 1, number 2 is "", not a finite number such as 0.5 or -1e-3
    "1,nan": "1,nan": row 1, number 2 is "nan", not a finite number such as 0.5 or -1e-3
    "1,inf": "1,inf": row 1, number 2 is "inf", not a finite number such as 0.5 or -1e-3
    "1e39": "1e39": row 1, number 1 is "1e39", not a finite number such as 0.5 or -1e-3
    "1;2;": "1;2;": row 3, number 1 is "", not a finite number such as 0.5 or -1e-3
    "1 -1": "1 -1": row 1, number 1 is "1 -1", not a finite number such as 0.5 or -1e-3
    "a,b": "a,b": row 1, number 1 is "a", not a finite number such as 0.5 or -1e-3
    "0x10": "0x10": row 1, number 1 is "0x10", not a finite number such as 0.5 or -1e-3
    "gaussian:0": gaussian cannot take "0": sigma is a number of pixels from 0.1 to 100, as in :1.5
    "gaussian:-1": gaussian cannot take "-1": sigma is a number of pixels from 0.1 to 100, as in :1.5
    "gaussian:x": gaussian cannot take "x": a size is height by width, each from 1 to 1024, as in :3x5
    "gaussian:3x": gaussian cannot take "3x": a size is height by width, each from 1 to 1024, as in :3x5
    "gaussian:2:0x3": gaussian cannot take "0x3": a size is height by width, each from 1 to 1024, as in :3x5
    "gaussian:nan": gaussian cannot take "nan": sigma is a number of pixels from 0.1 to 100, as in :1.5
    "box:0": box cannot take "0": a size is height by width, each from 1 to 1024, as in :3x5
    "box:2000x2": box cannot take "2000x2": a size is height by width, each from 1 to 1024, as in :3x5
    "binomial:1.5": binomial cannot take "1.5": a size is height by width, each from 1 to 1024, as in :3x5
    "log:1e9": log cannot take "1e9": sigma is a number of pixels from 0.1 to 100, as in :1.5
    "sobel-x:3": sobel-x cannot take "3": it has no parameter
    "k.png": no kernel is named "k.png": numbers go as "1,-1" or "1,2;3,4", files end in .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    no rows: mine holds no number: a kernel needs at least one, as in "1,-1"
    too few values: mine: 5 values cannot fill 2×3, which needs 6
    too many weights: mine is 1025×1024, 1049600 weights, over the limit of 1048576: use a smaller kernel
    overflow: mine is 18446744073709551615×2, 18446744073709551615 weights, over the limit of 1048576: use a smaller kernel
    infinite: mine: 1 NaN and 1 infinite of 3 values: only finite numbers can be shown or stored
    three axes: mine has shape [2, 2, 3]: a kernel is [w], [h, w] or [1, 1, h, w]
    "#);
}

#[test]
fn kernel_files_that_cannot_be_read() {
    let three = npy("<f4", "False", "(1, 2, 3)", &[0; 24]);
    let nan = npy("<f4", "False", "(1, 2)", &[0, 0, 192, 127, 0, 0, 128, 63]);
    let none = npy("<f4", "False", "(0, 2)", b"");
    let prepared: [(&str, &[u8]); 16] = [
        ("ragged.txt", b"1 2 3\n4 5\n"),
        ("words.txt", b"1 2\n3 four\n"),
        ("comma.txt", b"1,5 2\n"),
        ("empty.txt", b""),
        ("blank.txt", b"\n# nothing\n\n"),
        ("latin.txt", b"1 2 \xe9\n"),
        ("ragged.csv", b"1,2\n3\n"),
        ("semicolons.csv", b"1;2\n3;4\n"),
        ("quoted.csv", b"\"1,2\n"),
        ("object.json", b"{\"kernel\": [1]}"),
        ("mixed.json", b"[[1, 2], 3]"),
        ("words.json", b"[[1, \"2\"]]"),
        ("cut.json", b"[[1, 2], [3"),
        ("three.npy", &three),
        ("nan.npy", &nan),
        ("none.npy", &none),
    ];
    let mut desk = Desk::new(&prepared);
    for (name, _) in prepared {
        desk.refused(name, Kernel::parse(&desk.path(name)));
    }
    desk.refused("missing.npy", Kernel::parse(&desk.path("missing.npy")));
    desk.refused("photo.png", Kernel::load(desk.path("photo.png")));
    desk.refused("saved as photo.png", Kernel::parse("1,-1").unwrap().save(desk.path("photo.png")));
    desk.refused("saved in missing/", Kernel::parse("1,-1").unwrap().save(desk.path("missing/k.json")));
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    ragged.txt: [folder]/ragged.txt: row 2 has length 2 and row 1 has length 3: all rows need one length
    words.txt: [folder]/words.txt: row 2, number 2 is "four", not a finite number such as 0.5 or -1e-3
    comma.txt: [folder]/comma.txt: row 1, number 1 is "1,5", not a finite number such as 0.5 or -1e-3
    empty.txt: [folder]/empty.txt is empty, 0 bytes: write or copy it again
    blank.txt: [folder]/blank.txt holds no number: a kernel needs at least one, as in "1,-1"
    latin.txt: [folder]/latin.txt cannot be read as text: it is not UTF-8; save it as plain text
    ragged.csv: [folder]/ragged.csv: row 2 has length 1 and row 1 has length 2: all rows need one length
    semicolons.csv: [folder]/semicolons.csv: row 1, number 1 is "1;2", not a finite number such as 0.5 or -1e-3
    quoted.csv: [folder]/quoted.csv: row 1, number 1 is "1,2", not a finite number such as 0.5 or -1e-3
    object.json: [folder]/object.json cannot be read as json: it holds no list; use [[1,0,-1],[2,0,-2]]
    mixed.json: [folder]/mixed.json: row 2, number 1 is "3 beside rows", not a finite number such as 0.5 or -1e-3
    words.json: [folder]/words.json: row 1, number 2 is "\"2\"", not a finite number such as 0.5 or -1e-3
    cut.json: [folder]/cut.json cannot be read as json: EOF while parsing a list at line 1 column 11
    three.npy: [folder]/three.npy has shape [1, 2, 3]: a kernel is [w], [h, w] or [1, 1, h, w]
    nan.npy: [folder]/nan.npy: 1 NaN and 0 infinite of 2 values: only finite numbers can be shown or stored
    none.npy: [folder]/none.npy holds no number: a kernel needs at least one, as in "1,-1"
    missing.npy: [folder]/missing.npy does not exist: check the name and the folder
    photo.png: [folder]/photo.png ends in no known extension: use one of .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    saved as photo.png: [folder]/photo.png ends in no known extension: use one of .txt .csv .json .npy .safetensors .py .c .h .cpp .hpp .rs
    saved in missing/: [folder]/missing/k.json cannot be written, for there is no folder [folder]/missing: create it first
    "#);
}

#[test]
fn a_safetensors_file_without_a_telling_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layers.safetensors");
    let (one, two) = (tensor(0..2, 2), tensor(0..3, 3));
    save_safetensors(&path, &[("conv1.weight", &one), ("conv1.bias", &two)]).unwrap();
    let message = Kernel::load(&path).unwrap_err().to_string();
    let message = message.replace(&folder.path().display().to_string(), "[folder]");
    insta::assert_snapshot!(message, @r#"[folder]/layers.safetensors holds 2 tensors and none named kernel or weight: found conv1.bias, conv1.weight"#);
}
