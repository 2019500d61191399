//! Small ONNX models, written byte by byte: the numbers of the fields are those of onnx.proto.

/// A setting of an operator.
pub(super) enum Setting<'a> {
    Integer(&'a str, i64),
    Integers(&'a str, &'a [i64]),
    Floats(&'a str, &'a [f32]),
    Word(&'a str, &'a str),
}

pub(super) use Setting::{Floats, Integer, Integers, Word};

/// `operator inputs -> output`, as in `Conv x w -> y`. It is called what it gives; `-` is an input that is left out.
pub(super) fn node(line: &str, settings: &[Setting<'_>]) -> Vec<u8> {
    let (called, output) = line.split_once(" -> ").unwrap();
    let mut words = called.split(' ');
    let operator = words.next().unwrap();
    let mut bytes = Vec::new();
    words.for_each(|input| text(&mut bytes, 1, if input == "-" { "" } else { input }));
    output.split(' ').for_each(|output| text(&mut bytes, 2, output));
    text(&mut bytes, 3, output);
    text(&mut bytes, 4, operator);
    settings.iter().for_each(|setting| message(&mut bytes, 5, &setting.bytes()));
    bytes
}

impl Setting<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match *self {
            Integer(name, number) => {
                text(&mut bytes, 1, name);
                varint(&mut bytes, 3, number);
            }
            Word(name, word) => {
                text(&mut bytes, 1, name);
                text(&mut bytes, 4, word);
            }
            Floats(name, numbers) => {
                text(&mut bytes, 1, name);
                for number in numbers {
                    // Field 7, four bytes.
                    bytes.push(7 << 3 | 5);
                    bytes.extend(number.to_le_bytes());
                }
            }
            Integers(name, numbers) => {
                text(&mut bytes, 1, name);
                numbers.iter().for_each(|number| varint(&mut bytes, 8, *number));
            }
        }
        bytes
    }
}

/// Whole numbers that the model holds.
pub(super) fn integers(name: &str, numbers: &[i64]) -> Vec<u8> {
    let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    tensor(name, &[numbers.len()], 7, &raw)
}

/// Single-precision numbers that the model holds.
pub(super) fn floats(name: &str, numbers: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    tensor(name, &[numbers.len()], 1, &raw)
}

/// A weight of zeros.
pub(super) fn weight(name: &str, shape: &[usize]) -> Vec<u8> {
    tensor(name, shape, 1, &vec![0; 4 * shape.iter().product::<usize>()])
}

fn tensor(name: &str, shape: &[usize], kind: i64, raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    shape.iter().for_each(|side| varint(&mut bytes, 1, *side as i64));
    varint(&mut bytes, 2, kind);
    text(&mut bytes, 8, name);
    message(&mut bytes, 9, raw);
    bytes
}

/// A model of an image `x` of [1, 2, height, width], in a version of the operators.
pub(super) fn model(version: i64, (height, width): (i64, i64), constants: &[Vec<u8>], nodes: &[Vec<u8>]) -> Vec<u8> {
    let mut shape = Vec::new();
    for side in [1, 2, height, width] {
        let mut dimension = Vec::new();
        varint(&mut dimension, 1, side);
        message(&mut shape, 1, &dimension);
    }
    let mut of_tensor = Vec::new();
    varint(&mut of_tensor, 1, 1);
    message(&mut of_tensor, 2, &shape);
    let (mut kind, mut input, mut graph, mut set) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    message(&mut kind, 1, &of_tensor);
    text(&mut input, 1, "x");
    message(&mut input, 2, &kind);
    nodes.iter().for_each(|node| message(&mut graph, 1, node));
    constants.iter().for_each(|constant| message(&mut graph, 5, constant));
    message(&mut graph, 11, &input);
    text(&mut set, 1, "");
    varint(&mut set, 2, version);
    let mut bytes = Vec::new();
    varint(&mut bytes, 1, 8);
    message(&mut bytes, 7, &graph);
    message(&mut bytes, 8, &set);
    bytes
}

fn varint(bytes: &mut Vec<u8>, field: u8, number: i64) {
    bytes.push(field << 3);
    length(bytes, number as u64);
}

fn text(bytes: &mut Vec<u8>, field: u8, text: &str) {
    message(bytes, field, text.as_bytes());
}

fn message(bytes: &mut Vec<u8>, field: u8, content: &[u8]) {
    bytes.push(field << 3 | 2);
    length(bytes, content.len() as u64);
    bytes.extend(content);
}

fn length(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}
