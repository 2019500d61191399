//! Chapter 6 on operators of ONNX, one by one: the field is right, or there is a line that says why there is none.

mod onnx;
mod settings;

use chapter_receptive_field::Arguments;
use serde_json::{Value, json};

use super::super::run_in;
use super::json;
use onnx::{Integer, Integers, Setting, floats, integers, model, node, weight};

/// The image of all models here.
const IMAGE: (i64, i64) = (6, 9);

/// A model of these operators on the image `x`; the newest version, unless it is said.
struct Case<'a> {
    nodes: &'a [(&'a str, &'a [Setting<'a>])],
    constants: &'a [Vec<u8>],
    version: i64,
}

fn run(case: &Case<'_>, extra: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let nodes: Vec<Vec<u8>> = case.nodes.iter().map(|(line, settings)| node(line, settings)).collect();
    std::fs::write(&path, model(case.version, IMAGE, case.constants, &nodes)).unwrap();
    let printed = run_in::<Arguments>("C", &[&["--network-file", path.to_str().unwrap()], extra].concat());
    assert_eq!(printed.errors.lines().count(), usize::from(printed.status == 1), "one line: {}", printed.errors);
    (printed.out, printed.errors.trim_end().replace(&folder.path().display().to_string(), "F"))
}

/// Name, kind and field of every layer.
fn layers(case: &Case<'_>) -> Vec<(String, String, Value)> {
    let (out, errors) = run(case, &["--json"]);
    assert_eq!(errors, "", "{:?}", case.nodes.iter().map(|(line, _)| line).collect::<Vec<_>>());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |layer: &Value| (text(&layer["name"]), text(&layer["kind"]), layer["field"].clone());
    json(&out)["layers"].as_array().unwrap().iter().map(of).collect()
}

fn newest<'a>(nodes: &'a [(&'a str, &'a [Setting<'a>])], constants: &'a [Vec<u8>]) -> Case<'a> {
    Case { nodes, constants, version: 19 }
}

/// The one layer of a model of one operator, and the most that an output of it sees.
fn one(line: &str, settings: &[Setting<'_>], constants: &[Vec<u8>], version: i64) -> (String, Value) {
    let constants = [constants, &[weight("w", &[2, 2, 1, 1])]].concat();
    let nodes: [(&str, &[Setting<'_>]); 2] = [(line, settings), ("Conv y w -> behind", &[])];
    let found = layers(&Case { nodes: &nodes, constants: &constants, version });
    assert_eq!(found.last().unwrap().0, "behind");
    let kinds: Vec<&str> = found[..found.len() - 1].iter().map(|(_, kind, _)| kind.as_str()).collect();
    (kinds.join(", "), found.last().unwrap().2.clone())
}

fn error(nodes: &[(&str, &[Setting<'_>])], constants: &[Vec<u8>], version: i64) -> String {
    let (out, errors) = run(&Case { nodes, constants, version }, &[]);
    assert_eq!(out, "", "an error prints no page");
    errors
}

const SQUEEZED: (&str, &[Setting<'_>]) = ("GlobalAveragePool x -> s", &[]);
const FLAT: (&str, &[Setting<'_>]) = ("Flatten x -> f", &[]);

#[test]
fn behind_a_global_pooling_layers_are_layers() {
    let three = [weight("w", &[2, 2, 3, 3]), floats("twice", &[1.0, 1.0, 3.0, 5.0])];
    let padded = [Integers("pads", &[1, 1, 1, 1])];
    let nodes: [(&str, &[Setting<'_>]); 3] = [SQUEEZED, ("Conv s w -> c", &padded), ("Resize c - twice -> r", &[])];
    let found = layers(&newest(&nodes, &three));
    let kinds: Vec<&str> = found.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["global", "conv 3×3", "upsample 3×5"]);
    assert!(found.iter().all(|(_, _, field)| *field == json!([6, 9])), "{found:?}");

    // The gate of a residual network: two layers of 1×1, and a product.
    let ones = [weight("w", &[2, 2, 1, 1])];
    let gate = [SQUEEZED, ("Conv s w -> a", &[]), ("Relu a -> b", &[]), ("Sigmoid b -> g", &[]), ("Mul x g -> y", &[])];
    let found = layers(&newest(&gate, &ones));
    assert_eq!(found.last().unwrap(), &("y".to_owned(), "multiply".to_owned(), json!([6, 9])));
}

#[test]
fn a_gate_of_fully_connected_layers_comes_back_to_its_map() {
    let constants = [weight("w", &[2, 2]), integers("shape", &[1, 2, 1, 1])];
    let gate = [
        SQUEEZED,
        ("Flatten s -> f", &[]),
        ("Gemm f w -> a", &[]),
        ("Relu a -> b", &[]),
        ("Gemm b w -> c", &[]),
        ("Sigmoid c -> d", &[]),
        ("Reshape d shape -> g", &[]),
        ("Mul x g -> y", &[]),
    ];
    let found = layers(&newest(&gate, &constants));
    let kinds: Vec<&str> = found.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["global", "multiply"]);
    assert_eq!(found[1].2, json!([6, 9]));
}

#[test]
fn a_vector_has_no_places_for_windows() {
    let weights = [weight("w", &[2, 2, 3, 3]), floats("two", &[1.0, 1.0, 2.0, 2.0])];
    let kernel = [Integers("kernel_shape", &[2, 2])];
    let operators: [(&str, &[Setting<'_>]); 6] = [
        ("Conv f w -> y", &[]),
        ("ConvTranspose f w -> y", &[]),
        ("MaxPool f -> y", &kernel),
        ("AveragePool f -> y", &kernel),
        ("GlobalAveragePool f -> y", &[]),
        ("Resize f - two -> y", &[]),
    ];
    for operator in operators {
        let kind = operator.0.split(' ').next().unwrap();
        let said = format!(
            "error: F/model.onnx: operator {kind} y: its input is a vector, and it needs a map: end the model before it, or \
             describe the network in TOML"
        );
        assert_eq!(error(&[FLAT, operator], &weights, 19), said);
        assert_eq!(error(&[SQUEEZED, ("Flatten s -> f", &[]), operator], &weights, 19), said, "behind a pooling too");
    }
}

#[test]
fn vectors_see_by_what_they_are_multiplied_with() {
    let weights = [weight("w", &[108, 4])];
    let found = layers(&newest(&[FLAT, ("Relu f -> r", &[]), ("Gemm r w -> y", &[])], &weights));
    assert_eq!(found, [("y".to_owned(), "global".to_owned(), json!([6, 9]))], "a flattened place is still one place");
    let found = layers(&newest(&[FLAT, ("MatMul f w -> y", &[]), ("Softmax y -> z", &[])], &weights));
    assert_eq!(found, [("y".to_owned(), "global".to_owned(), json!([6, 9]))]);
    let found = layers(&newest(&[FLAT, ("Softmax f -> y", &[])], &[]));
    assert_eq!(found, [("y".to_owned(), "global".to_owned(), json!([6, 9]))]);
    let errors = [
        (
            &[FLAT, ("MatMul w f -> y", &[])][..],
            "it is no fully connected layer: only a vector multiplied by constant weights is known",
        ),
        (
            &[FLAT, ("Gemm f w -> y", &[Integer("transA", 1)])],
            "it is no fully connected layer: only a vector multiplied by constant weights is known",
        ),
        (
            &[FLAT, ("Softmax f -> y", &[Integer("axis", 0)])],
            "it runs over axes [0] of a vector, and only along its numbers, [1], it sees one image",
        ),
        (
            &[FLAT, ("Concat f f -> y", &[Integer("axis", 1)])],
            "it has no receptive field that is known here: end the model before it, or describe the network in TOML",
        ),
        (
            &[FLAT, ("Add x f -> y", &[])],
            "it joins a map with a vector, whose places are not those of the map: flatten both, or neither",
        ),
        (
            &[("Flatten x -> y", &[Integer("axis", 3)])],
            "its axis is 3, so that what follows sees a part of the image: axis 1 makes a vector of all of it",
        ),
        (
            &[("Flatten x -> y", &[Integer("axis", 0)])],
            "its axis is 0, so that what follows sees a part of the image: axis 1 makes a vector of all of it",
        ),
        (
            &[("Reshape x w -> y", &[])],
            "it may move pixels to other places: a Flatten at axis 1, torch.flatten(x, 1), is known; for a GroupNorm, which is written with a Reshape, put an InstanceNorm, which sees the same; or end the model before it",
        ),
        (
            &[("MatMul x w -> y", &[])],
            "it multiplies along the width of a map, so that an output sees a row: flatten the map before it, or make it a convolution",
        ),
        (
            &[("Gemm x w -> y", &[])],
            "it multiplies along the width of a map, so that an output sees a row: flatten the map before it, or make it a convolution",
        ),
    ];
    for (nodes, said) in errors {
        let kind = nodes.last().unwrap().0.split(' ').next().unwrap();
        assert_eq!(error(nodes, &weights, 19), format!("error: F/model.onnx: operator {kind} y: {said}"));
    }
    // Of one pixel any axis makes the same vector.
    let flat = [SQUEEZED, ("Flatten s -> f", &[Integer("axis", 2)]), ("Gemm f w -> y", &[])];
    assert_eq!(layers(&newest(&flat, &weights)).len(), 1);
}

#[test]
fn what_joins_maps_has_its_own_name() {
    let names = [
        ("Add", "add"),
        ("Sum", "add"),
        ("Sub", "subtract"),
        ("Mul", "multiply"),
        ("Div", "divide"),
        ("Max", "maximum"),
        ("Min", "minimum"),
        ("Mean", "mean"),
        ("Pow", "power"),
    ];
    for (operator, name) in names {
        let line = format!("{operator} x a -> y");
        let weights = [weight("v", &[2, 2, 3, 5])];
        let case = [("Conv x v -> a", &[Integers("pads", &[1, 2, 1, 2])][..]), (&line, &[])];
        assert_eq!(layers(&newest(&case, &weights))[1], ("y".to_owned(), name.to_owned(), json!([3, 5])), "{operator}");
    }
}

#[test]
fn nothing_is_taken_for_a_constant_that_is_none() {
    assert_eq!(
        error(&[("Relu x -> a", &[]), ("Add a z -> y", &[])], &[], 19),
        "error: F/model.onnx: operator Add y: its input z is given by nothing before it"
    );
    let condition = [integers("c", &[1])];
    assert_eq!(
        error(&[("Relu x -> a", &[]), ("If c -> b", &[]), ("Add a b -> y", &[])], &condition, 19),
        "error: F/model.onnx: operator If b: it has a graph of its own, which is not read: end the model before it"
    );
    let pads = [integers("pads", &[0, 0, 1, 2, 0, 0, 1, 2]), integers("axes", &[3, 2, 1, 0])];
    assert_eq!(one("Pad x pads -> y", &[], &pads, 19).0, "pad");
    assert_eq!(
        error(&[("Pad x pads - axes -> y", &[])], &pads, 19),
        "error: F/model.onnx: operator Pad y: its pads are for chosen axes: write the model with pads for all of them"
    );
}
