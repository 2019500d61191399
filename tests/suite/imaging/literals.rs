//! Kernels as source code: what the files look like, that they read back to the last bit, and what else is read.

use corr2d_imaging::Kernel;

use super::bad_input::Desk;

const EXTENSIONS: [&str; 6] = ["py", "c", "h", "cpp", "hpp", "rs"];

fn bits(kernel: &Kernel) -> Vec<u64> {
    kernel.values().iter().map(|value| value.to_bits()).collect()
}

/// The text that is saved under a name with this extension.
fn code(kernel: &Kernel, extension: &str) -> String {
    String::from_utf8(kernel.encode(format!("k.{extension}")).unwrap()).unwrap()
}

/// What is read of such a text.
fn read(text: &str, extension: &str) -> Kernel {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("k.{extension}"));
    std::fs::write(&path, text).unwrap();
    Kernel::load(&path).unwrap_or_else(|error| panic!("{extension}: {error}"))
}

#[test]
fn a_file_says_what_a_bare_array_leaves_open() {
    let even = Kernel::new("learned", 2, 3, vec![1.0, -2.0, 0.25, 1e-7, 0.0, -0.5]).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/kernels");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for extension in EXTENSIONS {
            insta::assert_snapshot!(format!("k.{extension}"), code(&even, extension));
        }
    });
}

#[test]
fn weights_read_back_to_the_last_bit_in_every_language() {
    let awkward = vec![0.1, -1.0 / 3.0, 1e-300, 3e38, -0.0, f64::from(f32::MIN_POSITIVE)];
    let singles = vec![1.0, -1.0, 1e-45f32.into(), f64::from(0.1f32), -0.0, f64::from(7.038_531e-26_f32)];
    for values in [awkward, singles] {
        let kernel = Kernel::new("k", 2, 3, values).unwrap();
        for extension in EXTENSIONS {
            let back = read(&code(&kernel, extension), extension);
            assert_eq!((back.height(), back.width()), (2, 3), "{extension}");
            assert_eq!(bits(&back), bits(&kernel), "{extension}");
        }
    }
}

#[test]
fn kernels_of_every_shape_read_back() {
    for text in ["3", "1,-1", "1;-1", "0,1;2,3;4,5;6,7", "gaussian:1.5:5x9", "box:1x40"] {
        let kernel = Kernel::parse(text).unwrap();
        for extension in EXTENSIONS {
            let back = read(&code(&kernel, extension), extension);
            assert_eq!((back.height(), back.width()), (kernel.height(), kernel.width()), "{text} in .{extension}");
            assert_eq!(bits(&back), bits(&kernel), "{text} in .{extension}");
        }
    }
}

#[test]
fn a_name_cannot_break_out_of_its_comment() {
    let kernel = Kernel::new("a\nkernel = [[9]]\r\u{7}*/\"\"\"", 1, 2, vec![1.0, -1.0]).unwrap();
    for extension in EXTENSIONS {
        assert_eq!(read(&code(&kernel, extension), extension).values(), [1.0, -1.0], "{extension}");
    }
}

#[test]
fn code_is_read_as_people_edit_it() {
    let cases = [
        ("py", "kernel = [[1, -2], [3, 4]]"),
        (
            "py",
            "import numpy as np\nold_kernel = [[9]]\nkernel=np.array([[1.,-2.],  # left\n  [3,4e0,],\n])\nkernel_size = 2\n",
        ),
        (
            "py",
            "\"\"\"The kernel = [[9]].\"\"\"\nkernel = np.array([[1, -2], [3, 4]], np.float32)\ny = f(x,\n  kernel=kernel,\n)",
        ),
        (
            "py",
            "kernel: np.ndarray = np.array(\n  [[1, -2], [3, 4]],\n  dtype = \"float64\"\n);y = 1 << 3\nif kernel == y: pass",
        ),
        ("c", "/* was:\n kernel = {{9, 9}}; // */ double kernel[2][2] /* K */ = {{1, -2}, /* 7, */ {3, 4}};"),
        ("rs", "// no /* block\nlet kernel = ndarray::arr2(&[[1.0, -2.0], [3.0, 4.0]]);"),
        ("c", "float my_kernel[1] = {9};\ndouble kernel[2][2]={{1,-2},\n\n{3.0,4.}};int other[1] = {7};"),
        ("h", "static const float KERNEL[2][2] = { {1.0f, -2.0F}, {3.f, 4}, };"),
        ("hpp", "cv::Mat kernel = (cv::Mat_<float>(2, 2) << 1, -2, 3.0f, 4);"),
        ("cpp", "auto kernel = cv::Mat(cv::Mat_<double>( 2,2 )<<1,-2,\n3,4 ) ;"),
        ("rs", "static KERNEL: [[f64; 2]; 2] = [[1.0, -2.0], [3.0_f64, 4f64]];"),
        ("rs", "let kernel = [\r\n    [1.0, -2.0], // up\r\n    [3.0, 4.0],\r\n];"),
    ];
    for (extension, text) in cases {
        let kernel = read(text, extension);
        assert_eq!((kernel.height(), kernel.values()), (2, &[1.0, -2.0, 3.0, 4.0][..]), "{text}");
    }
    for (extension, text) in [("py", "kernel = [1, 0, -1]"), ("c", "double kernel[3] = {1, 0, -1,};")] {
        assert_eq!(read(text, extension).width(), 3, "one row needs no brackets of its own: {text}");
    }
}

#[test]
fn numbers_of_32_bits_are_rounded_as_the_language_rounds_them() {
    let cases = [
        ("py", "kernel = np.array([[0.1]], dtype=np.float32)", true),
        ("py", "kernel = np.array([[0.1]], dtype=np.float64)", false),
        ("c", "float kernel[1][1] = {{0.1}};", true),
        ("hpp", "cv::Mat kernel = (cv::Mat_<double>(1, 1) << 0.1);", false),
        ("rs", "const KERNEL: [[f32; 1]; 1] = [[0.1]];", true),
    ];
    for (extension, text, single) in cases {
        let want = if single { f64::from(0.1f32) } else { 0.1 };
        assert_eq!(read(text, extension).values(), [want], "{text}");
    }
}

/// Each of these was once read as its bare numbers, which is another kernel.
#[test]
fn what_would_change_the_numbers_is_refused_and_not_left_out() {
    let prepared: [(&str, &[u8]); 14] = [
        ("transposed.py", b"kernel = np.array([[1, 2], [3, 4]]).T / 10\n"),
        ("divided.py", b"kernel = np.array([[1, 2], [3, 4]], dtype=np.float32) / 10\n"),
        ("inside.py", b"kernel = np.array([[1, 2], [3, 4]] * 2)\n"),
        ("lines.py", b"kernel = (np.array([[1, 2]])\n    / 3)\n"),
        ("before.py", b"kernel = 2 * np.array([[1, 2]])\n"),
        ("minus.py", b"kernel = -np.array([[1, 2]])\n"),
        ("flipped.py", b"kernel = np.flip(np.array([[1, 2]]))\n"),
        ("later.py", b"kernel = np.array([[1, 2]])\nx = 3\nkernel /= 3\n"),
        ("part.py", b"kernel = np.array([[1, 2]])\nkernel[0, 1] = 9\n"),
        ("other.py", b"kernel = load()\nother = [[1, 2]]\n"),
        ("part.c", b"float kernel[1][2] = {{1, 2}};\nvoid f() { g();\n  kernel[0][1] *= 9; }\n"),
        ("mapped.rs", b"let kernel = [[1.0, 2.0]]\n    .map(double);\n"),
        ("divided.cpp", b"cv::Mat kernel = (cv::Mat_<float>(1, 2) << 1, 2) / 3;\n"),
        ("before.hpp", b"cv::Mat kernel = 0.5 * (cv::Mat_<float>(1, 2) << 1, 2);\n"),
    ];
    let mut desk = Desk::new(&prepared);
    for (name, _) in prepared {
        desk.refused(name, Kernel::parse(&desk.path(name)));
    }
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    transposed.py: [folder]/transposed.py cannot be read as Python: beside its numbers stands ".T / 10", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    divided.py: [folder]/divided.py cannot be read as Python: beside its numbers stands "/ 10", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    inside.py: [folder]/inside.py cannot be read as Python: beside its numbers stands "* 2)", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    lines.py: [folder]/lines.py cannot be read as Python: beside its numbers stands "/ 3)", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    before.py: [folder]/before.py cannot be read as Python: beside its numbers stands "2 * np.array(", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    minus.py: [folder]/minus.py cannot be read as Python: beside its numbers stands "-np.array(", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    flipped.py: [folder]/flipped.py cannot be read as Python: beside its numbers stands "np.flip(np.array(", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    later.py: [folder]/later.py cannot be read as Python: beside its numbers stands "kernel /= 3", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    part.py: [folder]/part.py cannot be read as Python: beside its numbers stands "kernel[0, 1] = 9", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    other.py: [folder]/other.py cannot be read as Python: beside its numbers stands "load()", which is not computed here; use kernel = [[1, 0, -1], [2, 0, -2]]
    part.c: [folder]/part.c cannot be read as C: beside its numbers stands "kernel[0][1] *= 9", which is not computed here; use double kernel[2][3] = {{1, 0, -1}, {2, 0, -2}};
    mapped.rs: [folder]/mapped.rs cannot be read as Rust: beside its numbers stands ".map(double)", which is not computed here; use const KERNEL: [[f64; 3]; 2] = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0]];
    divided.cpp: [folder]/divided.cpp: row 1, number 2 is "2) / 3", not a finite number such as 0.5 or -1e-3
    before.hpp: [folder]/before.hpp cannot be read as C++: beside its numbers stands "0.5 * (cv::Mat_<float>", which is not computed here; use cv::Mat kernel = (cv::Mat_<double>(2, 3) << 1, 0, -1, 2, 0, -2);
    "#);
}

#[test]
fn other_code_is_refused_in_one_line() {
    let prepared: [(&str, &[u8]); 15] = [
        ("none.py", b"import numpy\nx = [[1, 2]]\n"),
        ("comment.py", b"# kernel = [[1, 2]]\n"),
        ("comment.c", b"/* kernel = {{9, 9}} */\n"),
        ("zeros.py", b"kernel = np.zeros((3, 3))\n"),
        ("expression.py", b"kernel = np.array([[1, 2 / 16]])\n"),
        ("ragged.py", b"kernel = [[1, 2], [3]]\n"),
        ("mixed.py", b"kernel = [[1, 2], 3]\n"),
        ("deep.py", b"kernel = [[[1, 2]]]\n"),
        ("open.py", b"kernel = [[1, 2],\n"),
        ("empty.py", b"kernel = [[]]\n"),
        ("infinite.c", b"float kernel[1][2] = {{1, INFINITY}};\n"),
        ("call.c", b"float kernel(int n);\n"),
        ("count.hpp", b"cv::Mat kernel = (cv::Mat_<float>(2, 2) << 1, 2, 3);\n"),
        ("size.cpp", b"cv::Mat kernel = (cv::Mat_<float>(n, n) << 1, 2, 3);\n"),
        ("text.rs", b"const KERNEL: &str = \"sobel\";\n"),
    ];
    let mut desk = Desk::new(&prepared);
    for (name, _) in prepared {
        desk.refused(name, Kernel::parse(&desk.path(name)));
    }
    insta::assert_snapshot!(desk.table(&prepared), @r#"
    none.py: [folder]/none.py cannot be read as Python: nothing is assigned to a kernel in it; use kernel = [[1, 0, -1], [2, 0, -2]]
    comment.py: [folder]/comment.py cannot be read as Python: nothing is assigned to a kernel in it; use kernel = [[1, 0, -1], [2, 0, -2]]
    comment.c: [folder]/comment.c cannot be read as C: nothing is assigned to a kernel in it; use double kernel[2][3] = {{1, 0, -1}, {2, 0, -2}};
    zeros.py: [folder]/zeros.py cannot be read as Python: the numbers do not stand in rows; use kernel = [[1, 0, -1], [2, 0, -2]]
    expression.py: [folder]/expression.py: row 1, number 2 is "2 / 16", not a finite number such as 0.5 or -1e-3
    ragged.py: [folder]/ragged.py: row 2 has length 1 and row 1 has length 2: all rows need one length
    mixed.py: [folder]/mixed.py cannot be read as Python: the numbers do not stand in rows; use kernel = [[1, 0, -1], [2, 0, -2]]
    deep.py: [folder]/deep.py cannot be read as Python: the numbers do not stand in rows; use kernel = [[1, 0, -1], [2, 0, -2]]
    open.py: [folder]/open.py cannot be read as Python: the numbers do not stand in rows; use kernel = [[1, 0, -1], [2, 0, -2]]
    empty.py: [folder]/empty.py holds no number: a kernel needs at least one, as in "1,-1"
    infinite.c: [folder]/infinite.c: row 1, number 2 is "INFINITY", not a finite number such as 0.5 or -1e-3
    call.c: [folder]/call.c cannot be read as C: nothing is assigned to a kernel in it; use double kernel[2][3] = {{1, 0, -1}, {2, 0, -2}};
    count.hpp: [folder]/count.hpp: 3 values cannot fill 2×2, which needs 4
    size.cpp: [folder]/size.cpp cannot be read as C++: the numbers do not stand in rows; use cv::Mat kernel = (cv::Mat_<double>(2, 3) << 1, 0, -1, 2, 0, -2);
    text.rs: [folder]/text.rs cannot be read as Rust: the numbers do not stand in rows; use const KERNEL: [[f64; 3]; 2] = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0]];
    "#);
}
