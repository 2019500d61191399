//! `.npy` as NumPy writes it, and nothing that a hostile file can do beyond an error.

use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Error, load_npy, load_safetensors, save_npy, save_safetensors};
use proptest::prelude::*;

use super::{flat, tensor};

/// A file of version 1 with this header and these numbers.
pub(super) fn npy(descr: &str, fortran: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let descr = if descr.starts_with('[') { descr.into() } else { format!("'{descr}'") };
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(numbers);
    file
}

fn read(file: &[u8]) -> Result<Tensor, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    std::fs::write(&path, file).unwrap();
    load_npy(path, &Device::Cpu)
}

#[test]
fn every_type_and_byte_order_is_read() {
    let cases: [(&str, &[u8], DType); 14] = [
        ("<f4", &[0, 0, 64, 192, 0, 0, 128, 63], DType::F32),
        (">f4", &[192, 64, 0, 0, 63, 128, 0, 0], DType::F32),
        ("<f8", &[0, 0, 0, 0, 0, 0, 8, 192, 0, 0, 0, 0, 0, 0, 240, 63], DType::F64),
        ("<f2", &[0, 194, 0, 60], DType::F16),
        ("|i1", &[253, 1], DType::I16),
        ("<i2", &[253, 255, 1, 0], DType::I16),
        (">i2", &[255, 253, 0, 1], DType::I16),
        ("<i4", &[253, 255, 255, 255, 1, 0, 0, 0], DType::I32),
        ("<i8", &[253, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0], DType::I64),
        ("|u1", &[3, 1], DType::U8),
        ("|b1", &[1, 1], DType::U8),
        ("<u2", &[3, 0, 1, 0], DType::U32),
        (">u4", &[0, 0, 0, 3, 0, 0, 0, 1], DType::U32),
        ("<u8", &[3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], DType::I64),
    ];
    for (descr, numbers, dtype) in cases {
        let tensor = read(&npy(descr, "False", "(2,)", numbers)).unwrap_or_else(|error| panic!("{descr}: {error}"));
        assert_eq!(tensor.dtype(), dtype, "{descr}");
        let first = if descr.contains('b') {
            1.0
        } else if descr.contains('u') {
            3.0
        } else {
            -3.0
        };
        assert_eq!(flat(&tensor.to_dtype(DType::F32).unwrap()), [first, 1.0], "{descr}");
    }
}

#[test]
fn fortran_order_is_turned_into_rows() {
    // [[1, 2, 3], [4, 5, 6]] column by column.
    let tensor = read(&npy("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6])).unwrap();
    assert_eq!(tensor.to_vec2::<u8>().unwrap(), [[1, 2, 3], [4, 5, 6]]);
}

#[test]
fn every_shape_survives_saving() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    for shape in [vec![], vec![4], vec![2, 3], vec![0, 3], vec![2, 1, 3, 2]] {
        let count = shape.iter().product::<usize>() as i32;
        let tensor = tensor(0..count, shape.clone());
        save_npy(&path, &tensor).unwrap();
        let back = load_npy(&path, &Device::Cpu).unwrap();
        assert_eq!((back.dims(), flat(&back)), (&shape[..], flat(&tensor)), "{shape:?}");
        let start = std::fs::read(&path).unwrap();
        assert_eq!(usize::from(start[8]) % 64, 64 - 10, "{shape:?}: the numbers start at a multiple of 64");
    }
}

#[test]
fn a_view_is_saved_as_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    let turned = tensor(0..6, (2, 3)).t().unwrap();
    save_npy(&path, &turned).unwrap();
    assert_eq!(flat(&load_npy(&path, &Device::Cpu).unwrap()), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_change_of_bytes_makes_npy_panic(changes in prop::collection::vec((0usize..120, any::<u8>()), 1..6), cut in 0usize..130) {
        let mut file = npy("<f4", "False", "(2, 3)", &[0; 24]);
        for (position, byte) in changes {
            let position = position % file.len();
            file[position] = byte;
        }
        file.truncate(cut.max(1));
        if let Ok(tensor) = read(&file) {
            prop_assert!(tensor.elem_count() <= 24);
        }
    }

    #[test]
    fn no_change_of_bytes_makes_safetensors_panic(changes in prop::collection::vec((0usize..200, any::<u8>()), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        save_safetensors(&path, &[("kernel", &tensor(0..6, (2, 3)))]).unwrap();
        let mut file = std::fs::read(&path).unwrap();
        for (position, byte) in changes {
            let position = position % file.len();
            file[position] = byte;
        }
        std::fs::write(&path, &file).unwrap();
        let _ = load_safetensors(&path, &Device::Cpu);
    }
}
