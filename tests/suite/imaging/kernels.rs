//! Kernels: what a name stands for, that its gain is what a filter measures, and every way in and out of a file.

use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Border, Direction, Kernel, Measures, filter, load_npy, load_safetensors, save_safetensors};

use super::{flat, tensor};
use crate::named_kernels::named_kernels;

/// Every kernel that has a name, those that take a size or a width in several.
fn names() -> Vec<&'static str> {
    named_kernels(&[
        "log",
        "log:0.7",
        "gaussian",
        "gaussian:0.8:3x6",
        "gaussian:5x9",
        "box",
        "box:2x4",
        "binomial:3x6",
        "binomial:4",
    ])
}

/// The response in the middle of a picture of this brightness.
fn response(kernel: &Kernel, brightness: impl Fn(f64, f64) -> f64) -> f64 {
    let (height, width) = (kernel.height() + 2, kernel.width() + 3);
    let pixels = (0..height * width).map(|index| brightness((index % width) as f64, (index / width) as f64));
    let image = Tensor::from_vec(pixels.collect(), (1, height, width), &Device::Cpu).unwrap();
    let weights = Tensor::new(kernel.values(), &Device::Cpu).unwrap();
    let weights = weights.reshape((kernel.height(), kernel.width())).unwrap();
    let answer = filter(&image, &weights, Border::Valid).unwrap();
    answer.to_vec3::<f64>().unwrap()[0][1][2]
}

/// The unit step in a direction, right and down being positive.
fn step(direction: Direction) -> (f64, f64) {
    let diagonal = std::f64::consts::FRAC_1_SQRT_2;
    match direction {
        Direction::Right => (1.0, 0.0),
        Direction::DownRight => (diagonal, diagonal),
        Direction::Down => (0.0, 1.0),
        Direction::DownLeft => (-diagonal, diagonal),
        Direction::Left => (-1.0, 0.0),
        Direction::UpLeft => (-diagonal, -diagonal),
        Direction::Up => (0.0, -1.0),
        Direction::UpRight => (diagonal, -diagonal),
    }
}

#[test]
fn the_gain_is_the_response_to_one_unit_of_what_the_kernel_measures() {
    for name in names() {
        let kernel = Kernel::parse(name).unwrap();
        let measured = match kernel.measures() {
            Measures::Brightness => response(&kernel, |_, _| 1.0),
            Measures::Slope(direction) => {
                let (right, down) = step(direction);
                response(&kernel, |x, y| right * x + down * y)
            }
            Measures::DarkSpot => response(&kernel, |x, _| x * x / 2.0),
            other => panic!("{name} measures {other:?}"),
        };
        assert!((measured - kernel.gain()).abs() < 1e-9, "{name}: {measured} and {}", kernel.gain());
    }
}

#[test]
fn derivatives_are_silent_on_flat_ground_and_second_derivatives_on_a_ramp() {
    for name in names() {
        let kernel = Kernel::parse(name).unwrap();
        if kernel.measures() != Measures::Brightness {
            assert!(response(&kernel, |_, _| 1.0).abs() < 1e-12, "{name} on flat ground");
        }
        if kernel.measures() == Measures::DarkSpot {
            assert!(response(&kernel, |x, y| 2.0 * x - 3.0 * y).abs() < 1e-9, "{name} on a ramp");
        }
    }
}

#[test]
fn a_name_stands_for_the_weights_of_opencv() {
    let cases = [
        ("difference-x", "1,-1"),
        ("difference-y", "1;-1"),
        ("roberts-x", "1,0;0,-1"),
        ("roberts-y", "0,1;-1,0"),
        ("prewitt-x", "-1,0,1;-1,0,1;-1,0,1"),
        ("sobel-x", "-1,0,1;-2,0,2;-1,0,1"),
        ("sobel-y", "-1,-2,-1;0,0,0;1,2,1"),
        ("scharr-x", "-3,0,3;-10,0,10;-3,0,3"),
        ("laplacian4", "0,1,0;1,-4,1;0,1,0"),
        ("binomial:3x2", "0.125,0.125;0.25,0.25;0.125,0.125"),
        ("box:1x4", "0.25,0.25,0.25,0.25"),
    ];
    for (name, numbers) in cases {
        let (named, typed) = (Kernel::parse(name).unwrap(), Kernel::parse(numbers).unwrap());
        assert_eq!(named.values(), typed.values(), "{name}");
        assert_eq!((named.height(), named.width()), (typed.height(), typed.width()), "{name}");
    }
}

/// `cv2.getGaussianKernel(9, 1.5)`.
#[test]
fn a_gaussian_has_the_weights_of_opencv() {
    let want = [0.007_614_419_169_296_343, 0.036_074_969_689_183_9, 0.109_586_081_797_813_94, 0.213_444_541_943_403_45];
    let kernel = Kernel::parse("gaussian:1.5:9x1").unwrap();
    for (row, want) in want.into_iter().enumerate() {
        assert!((kernel.values()[row] - want).abs() < 1e-15, "row {row}");
        assert_eq!(kernel.values()[row], kernel.values()[8 - row], "row {row} is mirrored");
    }
    assert_eq!(Kernel::parse("gaussian:1.5").unwrap().width(), 11, "2·⌈3σ⌉ + 1");
}

#[test]
fn every_line_of_the_table_can_be_asked_for() {
    let table = Kernel::table();
    let lines: Vec<&str> = table.lines().skip(1).take_while(|line| !line.contains(" takes ")).collect();
    assert_eq!(lines.len(), 19);
    assert!(table.lines().all(|line| line.chars().count() <= 80), "a help text fits a terminal");
    for line in lines {
        let mut words = line.split_whitespace();
        let kernel = Kernel::parse(words.next().unwrap()).unwrap();
        assert_eq!(words.next().unwrap(), format!("{}×{}", kernel.height(), kernel.width()), "{line}");
        assert!(line.contains(kernel.measures().meaning()), "{line}");
    }
}

#[test]
fn what_a_kernel_measures_follows_from_its_weights() {
    let cases = [
        ("1,-1", Measures::Slope(Direction::Left), 1.0),
        ("-1;1", Measures::Slope(Direction::Down), 1.0),
        ("0,2;-2,0", Measures::Slope(Direction::UpRight), 8f64.sqrt()),
        ("1,-2,1", Measures::DarkSpot, 1.0),
        ("-1;2;-1", Measures::BrightSpot, 1.0),
        ("1,-1;-1,1", Measures::Texture, 4.0),
        ("-1,-1", Measures::Brightness, -2.0),
        ("0,0", Measures::Nothing, 0.0),
    ];
    for (numbers, measures, gain) in cases {
        let kernel = Kernel::parse(numbers).unwrap();
        assert_eq!(kernel.measures(), measures, "{numbers}");
        assert!((kernel.gain() - gain).abs() < 1e-12, "{numbers}: {}", kernel.gain());
    }
}

#[test]
fn numbers_may_be_typed_in_every_usual_way() {
    for text in ["1,-2;3.5,4", " 1 , -2 ; 3.5 , 4 ", "1,−2;3.5,4", "1e0,-2.0;+3.5,.4e1"] {
        let kernel = Kernel::parse(text).unwrap();
        assert_eq!(kernel.values(), [1.0, -2.0, 3.5, 4.0], "{text}");
        assert_eq!((kernel.height(), kernel.width()), (2, 2), "{text}");
    }
    assert_eq!(Kernel::parse("5").unwrap().values(), [5.0]);
    assert_eq!(Kernel::parse("Sobel-X").unwrap().values(), Kernel::parse("sobel-x").unwrap().values());
}

#[test]
fn a_kernel_survives_every_file_format_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let awkward = vec![0.1, -1.0 / 3.0, 1e-300, 3e38, -0.0, f64::from(f32::MIN_POSITIVE)];
    let exact = vec![1.0, -1.0, 0.5, f64::from(0.1f32), 0.0, -1024.25];
    // A parser that multiplies digits by a power of ten misses the last bit of these, which were learned.
    let learned = [
        0x3fb9_9999_a50f_1fe2,
        0x3fd3_3333_3f1d_7944,
        0xbfe6_6666_6132_cef9,
        0x3fc9_9999_971c_a227,
        0x3fa9_9999_b27f_4250,
        0x3e3e_046c_638a_4480,
    ];
    let learned = learned.map(f64::from_bits).to_vec();
    for values in [awkward, exact, learned] {
        let kernel = Kernel::new("k", 2, 3, values).unwrap();
        for extension in ["txt", "csv", "json", "npy", "safetensors"] {
            let path = folder.path().join(format!("k.{extension}"));
            kernel.save(&path).unwrap();
            let back = Kernel::parse(&path.display().to_string()).unwrap();
            assert_eq!((back.height(), back.width()), (2, 3), "{extension}");
            let bits = |kernel: &Kernel| kernel.values().iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&back), bits(&kernel), "{extension}");
        }
    }
}

#[test]
fn array_files_are_f32_where_that_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    for (text, dtype) in [("1,-1", DType::F32), ("0.1,-1", DType::F64)] {
        let (npy, named) = (folder.path().join("k.npy"), folder.path().join("k.safetensors"));
        let kernel = Kernel::parse(text).unwrap();
        kernel.save(&npy).unwrap();
        kernel.save(&named).unwrap();
        assert_eq!(load_npy(&npy, &Device::Cpu).unwrap().dtype(), dtype, "{text}");
        let tensors = load_safetensors(&named, &Device::Cpu).unwrap();
        assert_eq!((tensors[0].0.as_str(), tensors[0].1.dtype()), ("kernel", dtype), "{text}");
    }
}

#[test]
fn text_files_are_read_as_people_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("a.txt", "# saved by numpy\n1.000e+00\t-2\n\n  3 4  \n"),
        ("b.csv", "1, -2\r\n3, 4\r\n"),
        ("c.json", " [ [1, -2], [3.0, 4e0] ] "),
        ("d.txt", "\u{feff}1 -2\n3 4"),
        ("E.CSV", "# a comment\n1,-2\n3,4"),
    ];
    for (name, content) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let kernel = Kernel::load(&path).unwrap();
        assert_eq!(kernel.values(), [1.0, -2.0, 3.0, 4.0], "{name}");
        assert_eq!(kernel.height(), 2, "{name}");
    }
    let path = folder.path().join("row.json");
    std::fs::write(&path, "[1, -1, 0]").unwrap();
    assert_eq!(Kernel::load(&path).unwrap().width(), 3, "a flat list is one row");
}

#[test]
fn a_weight_file_of_a_layer_is_a_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conv.safetensors");
    let (weight, bias) = (tensor(0..6, (1, 1, 2, 3)), tensor(0..1, 1));
    save_safetensors(&path, &[("weight", &weight), ("bias", &bias)]).unwrap();
    assert_eq!(Kernel::load(&path).unwrap().values(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    save_safetensors(&path, &[("anything", &tensor([1, -1], 2))]).unwrap();
    let only = Kernel::load(&path).unwrap();
    assert_eq!((only.height(), only.width()), (1, 2));
    assert_eq!(flat(&only.to_tensor(&Device::Cpu).unwrap()), [1.0, -1.0]);
}
