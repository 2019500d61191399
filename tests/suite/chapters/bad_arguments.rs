//! Bad arguments: each ends in one line that names what was found, with exit status 1 or 2, and leaves no file behind.

use std::path::Path;

use chapter_kit::Chapter;

use super::{name, run_in};

/// Files that lie about themselves, in a folder of their own.
fn bad_files(folder: &Path) {
    let camera = std::fs::read(super::data("camera.png")).unwrap();
    std::fs::write(folder.join("truncated.png"), &camera[..camera.len() / 2]).unwrap();
    std::fs::write(folder.join("text.png"), "this is no picture").unwrap();
    std::fs::write(folder.join("empty.png"), "").unwrap();
    std::fs::write(folder.join("ragged.csv"), "1,2\n3\n").unwrap();
    std::fs::write(folder.join("words.json"), "[[1, \"two\"]]").unwrap();
    std::fs::write(folder.join("cut.npy"), b"\x93NUMPY\x01\x00").unwrap();
    std::fs::write(folder.join("cut.safetensors"), [200, 0, 0, 0, 0, 0, 0, 0, b'{']).unwrap();
    std::fs::create_dir(folder.join("folder.png")).unwrap();
    std::fs::create_dir(folder.join("folder.svg")).unwrap();
    std::fs::write(folder.join("good.png"), camera).unwrap();
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
            "--lr NaN", "--lr inf", "--lr 0", "--lr -0.03", "--lr 1e30", "--lr x", "--epochs -1", "--epochs 0", "--epochs x", "--init 1", "--init 1,2,3",
            "--init NaN,0", "--input F/good.png", "--target F/good.png", "--save F/k.npy", "--json",
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
        ],
        chapter_receptive_field: [
            "--layers 3", "--layers 3x", "--layers 0x3", "--layers 3x3s0", "--layers 3x3d0", "--layers 3x3s2s2", "--layers 3x3d", "--layers 3x3,,3x3", "--layers axb",
            "--layers 1000x3", "--layers 3x3s999,3x3s999,3x3s999,3x3s999,3x3s999,3x3s999,3x3s999", "--json",
            "--network vgg17", "--network", "--network alexnet --layers 3x3", "--network alexnet --network-file F/open.toml", "--at 3,3",
            "--network alexnet --at 3", "--network alexnet --at 5,0", "--network alexnet --layer conv9", "--network alexnet --image-size 224x",
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
