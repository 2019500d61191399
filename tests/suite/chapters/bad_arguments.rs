//! Bad arguments: each ends in one line that names what was found, with exit status 1 or 2, and leaves no file behind.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use chapter_kit::Chapter;
use corr2d_imaging::{save_npy, save_safetensors};

use super::{name, run_in};

/// Answers to the exercises that nobody can grade.
const ANSWERS: [(&str, &str); 29] = [
    ("over.json", "{\"exercise\": 4, \"kernel\": \"1/0,1\"}"),
    ("uneven.json", "{\"exercise\": 4, \"kernel\": \"1/2,1;1\"}"),
    ("fraction.json", "{\"exercise\": 4, \"kernel\": [1/3, 1]}"),
    ("silently.json", "{\"exercise\": 2, \"through_numbers\": \"None, silently\"}"),
    ("perhaps.json", "{\"exercise\": 5, \"every_length\": \"perhaps\"}"),
    ("two.json", "{\"exercise\": 2, \"bias\": [4, 6]}"),
    ("number.json", "4"),
    ("letter.json", "{\"exercise\": 6, \"taps\": \"n+1\"}"),
    ("infinite.json", "{\"exercise\": 6, \"taps\": \"1/(d-2)\"}"),
    ("zoo.json", "{\"image\": \"1,2;3,4\", \"kernel\": \"sobelx\"}"),
    ("list.json", "[1, -1]"),
    ("cut.json", "{\"kernel\": [1,"),
    ("nothing.json", "{}"),
    ("bare.json", "{\"kernel\": [1, -1]}"),
    ("nine.json", "{\"exercise\": 9, \"kernel\": [1, -1]}"),
    ("half.json", "{\"exercise\": 4.5, \"kernel\": [1, -1]}"),
    ("misspelt.json", "{\"exercise\": 4, \"kernal\": [1, -1]}"),
    ("empty.json", "{\"exercise\": 4, \"kernel\": []}"),
    ("ragged.json", "{\"exercise\": 4, \"kernel\": [[1, -2], [1]]}"),
    ("beside.json", "{\"exercise\": 4, \"kernel\": [[1, -2], 1]}"),
    ("word.json", "{\"exercise\": 4, \"kernel\": [1, \"two\", 1]}"),
    ("vast.json", "{\"exercise\": 4, \"kernel\": \"1e300,-2e300,1e300\"}"),
    ("huge.json", "{\"exercise\": 4, \"kernel\": [1e39, 1]}"),
    ("unnamed.json", "{\"exercise\": 4, \"kernel\": \"sobelx\"}"),
    ("formula.json", "{\"exercise\": 6, \"taps\": \"2^d\"}"),
    ("order.json", "{\"exercise\": 6, \"taps\": 3, \"order\": 9}"),
    ("alone.json", "{\"exercise\": 6, \"order\": 3}"),
    ("square.json", "{\"exercise\": 6, \"kernel\": [[1, -1], [-1, 1]]}"),
    ("nowhere.json", "{\"exercise\": 7, \"kernel\": [1, -1], \"direction\": [0, 0]}"),
];

/// Files that lie about themselves, in a folder of their own.
fn bad_files(folder: &Path) {
    let camera = std::fs::read(super::data("camera.png")).unwrap();
    std::fs::write(folder.join("truncated.png"), &camera[..camera.len() / 2]).unwrap();
    std::fs::write(folder.join("text.png"), "this is no picture").unwrap();
    std::fs::write(folder.join("empty.png"), "").unwrap();
    std::fs::write(folder.join("ragged.csv"), "1,2\n3\n").unwrap();
    std::fs::write(folder.join("lines.py"), "kernel = [[1, 2], 3]\n").unwrap();
    std::fs::write(folder.join("words.json"), "[[1, \"two\"]]").unwrap();
    std::fs::write(folder.join("cut.npy"), b"\x93NUMPY\x01\x00").unwrap();
    std::fs::write(folder.join("cut.safetensors"), [200, 0, 0, 0, 0, 0, 0, 0, b'{']).unwrap();
    for (name, text) in ANSWERS {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::create_dir(folder.join("folder.png")).unwrap();
    std::fs::create_dir(folder.join("folder.svg")).unwrap();
    std::fs::create_dir(folder.join("folder.npy")).unwrap();
    std::fs::write(folder.join("good.png"), camera).unwrap();
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
    save_npy(folder.join("layer.npy"), &zeros(&[2, 3, 1, 2])).unwrap();
    save_npy(folder.join("cube.npy"), &zeros(&[2, 3, 2])).unwrap();
    save_npy(folder.join("empty_axis.npy"), &zeros(&[2, 0, 3, 3])).unwrap();
    save_npy(folder.join("nan.npy"), &(zeros(&[1, 2, 1, 2]) / 0.0).unwrap()).unwrap();
    let two = [("conv1.weight", &zeros(&[1, 1, 2, 2])), ("conv2.weight", &zeros(&[1, 1, 2, 2]))];
    save_safetensors(folder.join("two_layers.safetensors"), &two).unwrap();
    bad_networks(folder);
    std::fs::write(folder.join("small.pgm"), "P2 3 2 255 0 1 2 3 4 5").unwrap();
}

/// Descriptions and models with one mistake each.
fn bad_networks(folder: &Path) {
    let conv = "kind = \"convolution\"\nkernel = 3";
    let layers = [
        ("syntax", "[[layer]\nkind = 3".to_owned()),
        ("none", "name = \"empty\"".to_owned()),
        ("kind", "[[layer]]\nkind = \"convolve\"".to_owned()),
        ("key", format!("[[layer]]\n{conv}\nstrides = 2")),
        ("kernel", "[[layer]]\nkind = \"convolution\"\nstride = 2".to_owned()),
        ("size", "[[layer]]\nkind = \"convolution\"\nkernel = [3, 3, 3]".to_owned()),
        ("setting", "[[layer]]\nkind = \"addition\"\ninputs = [\"input\", \"input\"]\nstride = 2".to_owned()),
        ("other", "[[layer]]\nkind = \"padding\"\npadding = 1\nkernel = 3".to_owned()),
        ("input", format!("[[layer]]\n{conv}\ninputs = [\"later\"]\n[[layer]]\nname = \"later\"\n{conv}")),
        ("count", "[[layer]]\nkind = \"concatenation\"".to_owned()),
        ("name", format!("[[layer]]\nname = \"a\"\n{conv}\n[[layer]]\nname = \"a\"\n{conv}")),
        ("same", format!("image = 9\n[[layer]]\n{conv}\nstride = 2\npadding = \"same-pytorch\"")),
        ("word", format!("[[layer]]\n{conv}\npadding = \"sane\"")),
        ("crop", "image = 9\n[[layer]]\nkind = \"cropping\"\npadding = 5".to_owned()),
        ("open", format!("[[layer]]\n{conv}")),
        ("small", format!("image = [9, 2]\n[[layer]]\n{conv}")),
    ];
    for (name, text) in layers {
        std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
    }
    let model = std::fs::read(super::network_file("residual.onnx")).unwrap();
    let changed = |from: &str, to: &str| {
        let mut bytes = model.clone();
        let mut found = 0;
        for start in 0..bytes.len() - from.len() {
            if bytes[start..].starts_with(from.as_bytes()) {
                bytes[start..start + to.len()].copy_from_slice(to.as_bytes());
                found += 1;
            }
        }
        assert!(found > 0, "no {from} in the model");
        bytes
    };
    std::fs::write(folder.join("cut.onnx"), &model[..model.len() / 2]).unwrap();
    std::fs::write(folder.join("text.onnx"), "this is no model").unwrap();
    std::fs::write(folder.join("operator.onnx"), changed("MaxPool", "NonZero")).unwrap();
    std::fs::write(folder.join("strides.onnx"), changed("kernel_shape", "kernel_shade")).unwrap();
}

macro_rules! table {
    ($folder:expr, $($chapter:ident: [$($line:expr),* $(,)?]),* $(,)?) => {{
        [$( $( refused::<$chapter::Arguments>($line, $folder) ),* ),*]
    }};
}

#[test]
fn every_bad_argument_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    bad_files(folder.path());
    let before = listing(folder.path());
    let said = table!(
        folder.path(),
        chapter_correlation: [
            "--x 1,2;3", "--x 1,two", "--x 1,NaN", "--x 1,inf", "--k ;", "--k 1,2,3,4", "--k sobelx", "--k 1,,2",
            "--x 3e38,3e38 --k 2,2 --json", "--trace 2,0", "--trace 0", "--trace a,b", "--trace -1,0", "--x F/none.csv", "--x F/ragged.csv",
            "--x F/words.json", "--x F/cut.npy", "--x F/cut.safetensors", "--x F/folder.png", "--json", "--device gpu",
            "--device cuda", "--device cuda:x", "--device metal", "--lang de", "--seed -1", "--seed x", "--unknown", "extra",
        ],
        chapter_layer: [
            "--weights F/none.safetensors --image F/good.png", "--weights F/cut.safetensors --image F/good.png",
            "--weights F/good.png --image F/good.png", "--image F/good.png", "--weights F/cut.safetensors",
            "--weights F/cut.safetensors --image F/good.png --output F/map.docx", "--layer conv1", "--stride x", "--padding full",
            "--stride 3", "--padding valid", "--stride 3 --json",
        ],
        chapter_edges: [
            "--image F/none.png", "--image F/folder.png", "--image F/truncated.png", "--image F/text.png", "--image F/empty.png",
            "--image F", "--kernel sobel", "--kernel sobel-x:3", "--kernel gaussian:0", "--kernel gaussian:x", "--kernel box:0",
            "--kernel box:3x", "--kernel 1,2;3", "--kernel F/none.npy", "--kernel F/cut.npy", "--kernel F/ragged.csv",
            "--image F/small.pgm --kernel box:5 --border valid", "--border mirror", "--border opencv:mirror", "--border scipy:edge",
            "--range sign", "--output F/e.docx", "--output F/e", "--output F/none/e.png", "--output F/folder.png",
            "--output F/good.png/e.png", "--image F/small.pgm --output F/none/e.npy", "--json", "--kernel", "--image F/good.png --image F/good.png",
        ],
        chapter_learning: [
            "--lr NaN", "--lr inf", "--lr 0", "--lr -0.03", "--lr 1e30", "--lr x", "--lr 1/0", "--lr 1/", "--lr 1/2/3", "--epochs -1", "--epochs 0", "--epochs x", "--init 1", "--init 1,2,3",
            "--init NaN,0", "--dialect caffe", "--dialect jax --lr 0", "--dialect jax --lr NaN", "--dialect mxnet --epochs 0",
            "--dialect jax --lr 1e6 --epochs 30 --json", "--dialect jax --input F/good.png --target F/good.png", "--dialect", "--input F/good.png", "--target F/good.png", "--save F/k.npy", "--json",
            "--input F/good.png --target F/small.pgm", "--input F/small.pgm --target F/small.pgm",
            "--input F/good.png --target F/none.png", "--input F/truncated.png --target F/good.png",
            "--input F/good.png --target F/good.png --kernel-size 5", "--input F/good.png --target F/good.png --kernel-size 0x3",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.docx",
            "--input F/good.png --target F/good.png --epochs 1 --save F/none/k.npy",
            "--input F/good.png --target F/good.png --epochs 1 --plot F/none/l.svg",
            "--input F/good.png --target F/good.png --lr 0.1", "--input F/good.png --target F/good.png --epochs 0",
            "--input F/good.png --target F/good.png --epochs 1 --plot F/l.png",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --plot F/l.png",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --plot F/none/l.svg",
            "--input F/good.png --target F/good.png --epochs 1 --save F/none/k.npy --plot F/l.svg",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --plot F/folder.svg",
            "--input F/none.png --target F/none.png --save F/k.docx",
            "--kernel-size 3x3", "--kernel-size 99x99 --input F/good.png --target F/good.png", "--shift 1 --input F/good.png --target F/good.png",
            "--shift 600,0 --input F/good.png --target F/good.png", "--sum-one", "--resume --input F/good.png --target F/good.png",
            "--method newton --input F/good.png --target F/good.png", "--method sgd --lr 0 --input F/good.png --target F/good.png",
            "--method closed-form --epochs 5 --input F/good.png --target F/good.png", "--method cg --lr 0.1 --input F/good.png --target F/good.png",
            "--method adam --momentum 0.9 --input F/good.png --target F/good.png", "--method sgd --momentum 1 --input F/good.png --target F/good.png",
            "--method sgd --nonneg --input F/good.png --target F/good.png", "--checkpoint F/c.safetensors --input F/good.png --target F/good.png",
            "--method sgd --checkpoint F/c.npy --input F/good.png --target F/good.png",
            "--method sgd --checkpoint F/none/c.safetensors --input F/good.png --target F/good.png",
            "--ridge -1 --input F/good.png --target F/good.png", "--ridge NaN --input F/good.png --target F/good.png",
            "--symmetric square --kernel-size 3x5 --input F/good.png --target F/good.png", "--symmetric round --input F/good.png --target F/good.png",
            "--kernel-size auto --input F/small.pgm --target F/small.pgm", "--channels red --input F/good.png --target F/good.png",
            "--pairs F", "--pairs F/none", "--pairs F --input F/good.png --target F/good.png",
            "--input F/good.png --target F/good.png --residual F/left.svg",
            "--describe sobelx", "--describe F/none.npy", "--describe F/good.png", "--describe F/lines.py", "--describe 1,2;3",
            "--describe sobel-x --lr 1", "--describe sobel-x --input F/good.png --target F/good.png",
            "--describe sobel-x --save F/k.docx", "--describe sobel-x --plot F/w.png", "--describe sobel-x --plot-kernel F/k.png",
            "--describe sobel-x --residual F/r.png", "--describe box:1x161 --plot-kernel F/k.svg",
            "--describe sobel-x --save F/k.py --plot F/none/w.svg", "--describe sobel-x --save F/none/k.py --plot F/w.svg",
            "--plot-kernel F/k.svg", "--residual F/r.png",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --plot-kernel F/k.npy",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --residual F/r.svg",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --residual F/none/r.png",
            "--input F/good.png --target F/good.png --epochs 1 --save F/k.npy --residual F/r.pgm",
        ],
        chapter_convolution: [
            "--convert opencv", "--convert opencv:", "--convert scipy:torch --kernel 1", "--convert numpy:torch --kernel 1",
            "--convert opencv:caffe --kernel 1", "--convert opencv:torch", "--convert opencv:numpy.convolve --kernel 1;2",
            "--convert numpy.correlate:torch --kernel 1,2;3,4",
            "--convert opencv:torch --kernel F/none.npy", "--convert opencv:torch --kernel F/cut.npy", "--convert opencv:torch --kernel sobel",
            "--convert opencv:torch --kernel F/cut.safetensors", "--convert opencv:torch --kernel F/none.safetensors",
            "--convert opencv:torch --kernel F/layer.npy", "--convert torch:opencv --kernel F/layer.npy",
            "--convert torch:opencv --kernel F/cube.npy", "--convert torch:tf --kernel F/empty_axis.npy",
            "--convert torch:tf --kernel F/nan.npy", "--convert torch:tf --kernel F/two_layers.safetensors",
            "--convert torch:tf --kernel F/two_layers.safetensors --layer conv3",
            "--convert opencv:torch --kernel 1,2;3,4 --anchor 2,0", "--convert opencv:torch --kernel 1,2;3,4 --anchor 0",
            "--convert torch:tf --kernel F/layer.npy --layer conv1", "--convert torch:tf --kernel sobel-x --layer conv1", "--convert torch:tf --kernel 1,2 --layer conv1",
            "--x 1e38,1e38 --kernel 10,10", "--x 1e38,1e38 --kernel 10,10 --json", "--x 3e38,0 --kernel 1,-1",
            "--convert opencv:torch --kernel 1 --anchor -1,0", "--anchor 0,0", "--layer conv1",
            "--convert opencv:torch --kernel 1,2 --output F/k.csv", "--convert torch:opencv --kernel 1,2 --output F/k.docx",
            "--convert torch:opencv --kernel 1,2 --output F/k.py",
            "--convert torch:opencv --kernel 1,2 --output F/none/k.csv", "--convert torch:tf --kernel 1,2 --output F/folder.npy",
            "--convert torch:tf --kernel 1,2 --image F/good.png", "--convert torch:tf --kernel 1,2 --x 1,2",
            "--x 1,2;3", "--x 1,2 --kernel 1;2", "--x 1,2 --output F/e.png", "--x 1,2 --image F/good.png",
            "--kernel sobel", "--image F/none.png", "--image F/small.pgm --border valid --kernel box:5",
            "--image F/small.pgm --output F/e.docx", "--image F/small.pgm --output F/none/e.png",
            "--image F/small.pgm --output F/none/e.npy", "--image F/good.png --kernel 3e38,3e38 --output F/e.png", "--json",
        ],
        chapter_receptive_field: [
            "--layers 3", "--layers 3x", "--layers 0x3", "--layers 3x3s0", "--layers 3x3d0", "--layers 3x3s2s2", "--layers 3x3d", "--layers 3x3,,3x3", "--layers axb",
            "--layers 1000x3", "--layers 3x3s999,3x3s999,3x3s999,3x3s999,3x3s999,3x3s999,3x3s999", "--json",
            "--network vgg17", "--network", "--network alexnet --layers 3x3", "--network alexnet --network-file F/open.toml", "--at 3,3",
            "--network alexnet --at 3", "--network alexnet --at 5,0", "--network alexnet --at -1,2", "--network alexnet --image-size -3x9",
            "--layers -3x3", "--network alexnet --layer -1", "--network alexnet --layer conv9", "--network alexnet --image-size 224x",
            "--network alexnet --image-size 0x9", "--network alexnet --image-size 30x30", "--network u-net --image-size 512x512",
            "--network alexnet --image-size 99999999x9", "--network alexnet --image F/none.png", "--network alexnet --image F/text.png",
            "--network alexnet --image F/good.png --image-size 9x9", "--network alexnet --plot F/p.png", "--network alexnet --plot F/none/p.svg",
            "--network alexnet --heat-map F/h.svg", "--network alexnet --heat-map F/h.npy", "--network alexnet --heat-map F/none/h.png",
            "--network alexnet --plot F/p.svg --heat-map F/h.tga", "--network-file F/none.toml.", "--network-file F/missing.toml",
            "--network-file F", "--network-file F/folder.svg", "--network-file F/good.png", "--network-file F/syntax.toml", "--network-file F/none.toml",
            "--network-file F/kind.toml", "--network-file F/key.toml", "--network-file F/kernel.toml", "--network-file F/size.toml",
            "--network-file F/setting.toml", "--network-file F/other.toml", "--network-file F/input.toml", "--network-file F/count.toml",
            "--network-file F/name.toml", "--network-file F/same.toml", "--network-file F/word.toml", "--network-file F/crop.toml",
            "--network-file F/open.toml", "--network-file F/small.toml", "--network-file F/cut.onnx", "--network-file F/text.onnx",
            "--network-file F/operator.onnx", "--network-file F/strides.onnx",
        ],
        chapter_exercises: [
            "--exercise 0", "--exercise 9", "--exercise -1", "--exercise x", "--exercise", "--hint", "--answer", "--predict", "--exercise 4 --hint --answer", "--exercise 4 --zoo",
            "--exercise 4 --json", "--json", "--check F/none.json", "--check F/list.json", "--check F/list.json --exercise 5", "--check F/number.json", "--check F/cut.json", "--check F/fraction.json", "--check F/silently.json", "--check F/perhaps.json", "--check F/two.json", "--check F/over.json", "--check F/uneven.json", "--check F/nothing.json", "--check F/bare.json",
            "--check F/bare.json --exercise 3", "--check F/bare.json --exercise 9", "--check F/nine.json", "--check F/half.json", "--check F/misspelt.json",
            "--check F/misspelt.json --exercise 5", "--check F/empty.json", "--check F/ragged.json", "--check F/beside.json", "--check F/word.json",
            "--check F/huge.json", "--check F/vast.json", "--check F/unnamed.json", "--check F/formula.json", "--check F/letter.json", "--check F/infinite.json", "--zoo F/zoo.json", "--zoo --json", "--check F/order.json", "--check F/alone.json", "--check F/square.json",
            "--check F/nowhere.json", "--check F/good.png", "--check F/folder.png", "--check F/nothing.json --exercise 4", "--check",
        ],
    );
    assert!(said.len() >= 100, "{} bad arguments", said.len());
    assert_eq!(listing(folder.path()), before, "no file is left behind");
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("bad_arguments", said.join("\n"));
    });
}

/// Runs a line of arguments, in which F is the folder, and returns it with its one line of error.
fn refused<C: Chapter>(line: &str, folder: &Path) -> String {
    let chapter = name::<C>();
    let folder = folder.display().to_string();
    let arguments: Vec<String> = line.split(' ').map(|word| in_folder(word, &folder)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = || run_in::<C>("C", &arguments);
    let printed = std::panic::catch_unwind(run).unwrap_or_else(|_| panic!("{chapter} {line} panics"));
    assert!(matches!(printed.status, 1 | 2), "{chapter} {line} exits with {}: {}", printed.status, printed.out);
    assert_eq!(printed.out, "", "{chapter} {line} prints to standard output");
    assert_eq!(printed.errors.lines().count(), 1, "{chapter} {line} says more than a line: {}", printed.errors);
    assert!(printed.errors.starts_with("error: "), "{chapter} {line}: {}", printed.errors);
    let said = printed.errors.trim_end().replace(&folder, "F");
    format!("{chapter} {line}\n  {} {said}", printed.status)
}

fn in_folder(word: &str, folder: &str) -> String {
    match word.strip_prefix('F') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{folder}{rest}"),
        _ => word.to_owned(),
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    names.sort();
    names
}
