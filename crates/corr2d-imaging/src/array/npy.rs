//! NumPy's `.npy`: magic, version, a header that is a Python dictionary, then the numbers.
//!
//! candle's reader believes the header: a shape of 2⁶⁰ aborts the program, and it knows neither big-endian nor Fortran
//! order. Here the header must agree with the length of the file before anything is allocated.
//! Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.

use std::path::Path;

use candle_core::{DType, Device, Tensor, WithDType};

use super::refuse;
use crate::error::{Error, Result};
use crate::files::{read_whole, write_whole};

const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads an array of any shape: floats of 16, 32 and 64 bits, integers and booleans, either byte order, C or Fortran.
///
/// Types that candle lacks become the next wider one: `int8` → `i16`, `uint16` → `u32`, `uint64` → `i64`, `bool` → `u8`.
///
/// # Errors
///
/// A file that cannot be read, is no `.npy`, holds Python objects, complex numbers or text, or is not as long as its
/// header says.
///
/// ```
/// use candle_core::{Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("kernel.npy");
/// corr2d_imaging::save_npy(&path, &Tensor::new(&[[1f64, -1.0]], &Device::Cpu)?)?;
/// let kernel = corr2d_imaging::load_npy(&path, &Device::Cpu)?;
/// assert_eq!(kernel.to_vec2::<f64>()?, [[1.0, -1.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_npy(path: impl AsRef<Path>, device: &Device) -> Result<Tensor> {
    let path = path.as_ref();
    let content = read_whole(path)?;
    decode(&content, device).map_err(|cause| match cause {
        Refusal::Found(cause) => refuse(path, "npy", cause),
        Refusal::Candle(cause) => Error::Candle(cause),
    })
}

/// Writes a tensor of any shape whole or not at all, little-endian and in C order.
///
/// # Errors
///
/// A type that NumPy lacks (`bf16`, `f8`), and those of [`write_whole`].
///
/// ```
/// # use candle_core::{Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("edges.npy");
/// corr2d_imaging::save_npy(&path, &Tensor::new(&[[0.5f32, -4.0]], &Device::Cpu)?)?;
/// assert!(std::fs::read(&path)?.starts_with(b"\x93NUMPY"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_npy(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let path = path.as_ref();
    let file = encode(path, tensor)?;
    write_whole(path, |output| output.write_all(&file))
}

pub(crate) fn encode(path: &Path, tensor: &Tensor) -> Result<Vec<u8>> {
    let kind = match tensor.dtype() {
        DType::U8 => "|u1",
        DType::U32 => "<u4",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        other => return Err(refuse(path, "npy", format!("NumPy has no {other:?}; convert to f32 first"))),
    };
    let shape: String = tensor.dims().iter().map(|length| format!("{length}, ")).collect();
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    // The numbers start at a multiple of 64 bytes: 10 bytes precede the header, and a line end closes it.
    let padded = (header.len() + 11).next_multiple_of(64) - 11;
    let mut file = MAGIC.to_vec();
    file.extend([1, 0]);
    file.extend(((padded + 1) as u16).to_le_bytes());
    file.extend(format!("{header:<padded$}\n").bytes());
    tensor.write_bytes(&mut file)?;
    Ok(file)
}

/// Why the bytes are no tensor.
enum Refusal {
    Found(String),
    Candle(candle_core::Error),
}

impl From<String> for Refusal {
    fn from(found: String) -> Self {
        Self::Found(found)
    }
}

impl From<candle_core::Error> for Refusal {
    fn from(cause: candle_core::Error) -> Self {
        Self::Candle(cause)
    }
}

fn decode(content: &[u8], device: &Device) -> Result<Tensor, Refusal> {
    let (header, numbers) = split(content)?;
    let (big_endian, kind) = element(entry(header, "descr")?)?;
    let fortran = match entry(header, "fortran_order")? {
        "True" => true,
        "False" => false,
        other => return Err(format!("fortran_order is {other}, neither True nor False").into()),
    };
    let mut shape = dimensions(entry(header, "shape")?)?;
    let size = usize::from(kind[1] - b'0');
    let needed = shape.iter().try_fold(size, |total, &length| total.checked_mul(length));
    if needed != Some(numbers.len()) {
        let needed = needed.map_or("more bytes than there are".to_string(), |needed| format!("{needed} bytes"));
        return Err(format!("shape {shape:?} needs {needed}, and {} follow the header", numbers.len()).into());
    }
    if fortran {
        shape.reverse();
    }
    let mut numbers = numbers.to_vec();
    if big_endian {
        numbers.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    let tensor = tensor(&numbers, kind, shape, device)?;
    Ok(if fortran { turn(&tensor)? } else { tensor })
}

/// The header and the numbers after it.
fn split(content: &[u8]) -> Result<(&str, &[u8]), String> {
    let short = || format!("{} bytes are too few for a header", content.len());
    let rest = content.strip_prefix(MAGIC).ok_or("it does not start with \\x93NUMPY")?;
    let (version, rest) = rest.split_at_checked(2).ok_or_else(short)?;
    let (length, rest) = match version[0] {
        1 => rest.split_first_chunk::<2>().map(|(length, rest)| (u16::from_le_bytes(*length).into(), rest)),
        2 | 3 => rest.split_first_chunk::<4>().map(|(length, rest)| (u32::from_le_bytes(*length), rest)),
        other => return Err(format!("its version is {other}, and 1 to 3 are known")),
    }
    .ok_or_else(short)?;
    let (header, numbers) = rest.split_at_checked(length as usize).ok_or_else(short)?;
    let header = std::str::from_utf8(header).map_err(|_| "its header is no text".to_string())?;
    Ok((header.trim(), numbers))
}

/// The value of a key in the header's dictionary, as it is written there, without quotes.
fn entry<'a>(header: &'a str, key: &str) -> Result<&'a str, String> {
    let missing = || format!("its header has no {key}: {header:?}");
    let (_, rest) = header.split_once(&format!("'{key}'")).ok_or_else(missing)?;
    let rest = rest.trim_start().strip_prefix(':').ok_or_else(missing)?.trim_start();
    let end = match rest.chars().next() {
        Some('(') => rest.find(')').map(|end| end + 1),
        // A list describes a record of several fields.
        Some('[') => rest.find(']').map(|end| end + 1),
        _ => rest.find([',', '}']),
    };
    Ok(rest[..end.ok_or_else(missing)?].trim().trim_matches(['\'', '"']))
}

/// Whether the numbers are big-endian, and their kind and size as in `f4`.
fn element(description: &str) -> Result<(bool, [u8; 2]), String> {
    let refuse = || format!("it holds {description}, and only floats, integers and booleans are read");
    match description.as_bytes() {
        &[order @ (b'<' | b'>' | b'|' | b'='), kind, size] => match &[kind, size] {
            b"f2" | b"f4" | b"f8" | b"i1" | b"i2" | b"i4" | b"i8" | b"u1" | b"u2" | b"u4" | b"u8" | b"b1" => {
                Ok((order == b'>', [kind, size]))
            }
            _ => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}

fn dimensions(shape: &str) -> Result<Vec<usize>, String> {
    let refuse = || format!("its shape is {shape:?}, not a tuple of lengths");
    let inner = shape.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or_else(refuse)?;
    let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| refuse())).collect()
}

fn tensor(numbers: &[u8], kind: [u8; 2], shape: Vec<usize>, device: &Device) -> Result<Tensor, Refusal> {
    let wide =
        |number: u64| i64::try_from(number).map_err(|_| format!("{number} is more than the largest i64, {}", i64::MAX));
    let made = match &kind {
        b"f2" => build(numbers, half::f16::from_le_bytes, shape, device),
        b"f4" => build(numbers, f32::from_le_bytes, shape, device),
        b"f8" => build(numbers, f64::from_le_bytes, shape, device),
        b"i1" => build(numbers, |b| i16::from(i8::from_le_bytes(b)), shape, device),
        b"i2" => build(numbers, i16::from_le_bytes, shape, device),
        b"i4" => build(numbers, i32::from_le_bytes, shape, device),
        b"i8" => build(numbers, i64::from_le_bytes, shape, device),
        b"u2" => build(numbers, |b| u32::from(u16::from_le_bytes(b)), shape, device),
        b"u4" => build(numbers, u32::from_le_bytes, shape, device),
        b"u8" => {
            let numbers = each(numbers).map(|b| wide(u64::from_le_bytes(b)));
            Tensor::from_vec(numbers.collect::<Result<Vec<i64>, _>>()?, shape, device)
        }
        _ => build(numbers, u8::from_le_bytes, shape, device),
    };
    Ok(made?)
}

fn build<Number: WithDType, const SIZE: usize>(
    numbers: &[u8],
    read: impl Fn([u8; SIZE]) -> Number,
    shape: Vec<usize>,
    device: &Device,
) -> candle_core::Result<Tensor> {
    Tensor::from_vec(each(numbers).map(read).collect::<Vec<_>>(), shape, device)
}

fn each<const SIZE: usize>(numbers: &[u8]) -> impl Iterator<Item = [u8; SIZE]> + '_ {
    numbers.as_chunks::<SIZE>().0.iter().copied()
}

/// Fortran's order is C's with the axes reversed.
fn turn(tensor: &Tensor) -> candle_core::Result<Tensor> {
    let axes: Vec<usize> = (0..tensor.rank()).rev().collect();
    if axes.is_empty() { Ok(tensor.clone()) } else { tensor.permute(axes)?.contiguous() }
}
