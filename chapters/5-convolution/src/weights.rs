//! Kernels and layers as files, in the order of axes of each library.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Error, Kernel, check_writable, load_npy, load_safetensors, save_npy, save_safetensors};

use crate::convention::{Convention, Layout, Operation, Pair};

/// The weights of a layer, in the one order through which all others are reached. A kernel is a layer of one channel.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    /// What they are called in messages.
    name: String,
    /// [O, I, h, w], f64, in main memory.
    tensor: Tensor,
}

/// The kinds of files that hold arrays of any number of axes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ArrayFile {
    Npy,
    Safetensors,
}

impl ArrayFile {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        match extension.as_str() {
            "npy" => Some(Self::Npy),
            "safetensors" => Some(Self::Safetensors),
            _ => None,
        }
    }
}

impl Weights {
    /// Reads what a command line says: a kernel by name, by numbers or from a file, or the array of a layer, whose axes lie
    /// as the convention has them. `layer` chooses among several arrays.
    pub(crate) fn read(text: &str, layer: Option<&str>, convention: &Convention) -> Result<Self> {
        let path = Path::new(text);
        let file = ArrayFile::of(path);
        if let Some(layer) = layer.filter(|_| file != Some(ArrayFile::Safetensors)) {
            bail!("{text} is one kernel or one array without a name, so it holds no layer {layer}: leave out --layer");
        }
        let array = match file {
            Some(ArrayFile::Npy) => Some(load_npy(path, &Device::Cpu)?),
            Some(ArrayFile::Safetensors) => Some(the_weight(path, layer)?),
            None => None,
        };
        let tensor = match array {
            Some(array) if array.rank() == 4 => to_oihw(&array, text, convention)?,
            Some(array) => matrix(&Kernel::from_tensor(text, &array)?)?,
            None => matrix(&Kernel::parse(text)?)?,
        };
        let weights = Self { name: text.to_owned(), tensor: tensor.to_dtype(DType::F64)? };
        weights.check()?;
        let (height, function) = (weights.size().0, convention.function);
        // The same in two dimensions.
        let other = match convention.operation {
            Operation::Correlation => "scipy.correlate2d",
            Operation::Convolution => "scipy.convolve2d",
        };
        ensure!(
            convention.layout != Layout::Row || height == 1,
            "{function} takes one row, and {text} has {height}: convert from {other}, say"
        );
        Ok(weights)
    }

    /// Refuses what no layer has: an axis of 0, and what is no finite number.
    fn check(&self) -> Result<()> {
        let shape = self.tensor.dims();
        ensure!(!shape.contains(&0), "{} has shape {shape:?}: each axis needs at least 1", self.name);
        let values: Vec<f64> = self.tensor.flatten_all()?.to_vec1()?;
        let nan = values.iter().filter(|value| value.is_nan()).count();
        let infinite = values.iter().filter(|value| value.is_infinite()).count();
        if nan + infinite > 0 {
            bail!(Error::NotFinite { what: self.name.clone(), nan, infinite, total: values.len() });
        }
        Ok(())
    }

    /// Rows and columns of each kernel.
    pub(crate) fn size(&self) -> Pair {
        let shape = self.tensor.dims();
        (shape[2], shape[3])
    }

    /// Output and input channels.
    pub(crate) fn channels(&self) -> Pair {
        let shape = self.tensor.dims();
        (shape[0], shape[1])
    }

    /// The kernel as a matrix [h, w], if there is one only.
    pub(crate) fn only_kernel(&self) -> Result<Option<Tensor>> {
        if self.channels() != (1, 1) {
            return Ok(None);
        }
        Ok(Some(self.tensor.squeeze(0)?.squeeze(0)?))
    }

    /// Every kernel turned by 180°.
    pub(crate) fn turned(&self) -> Result<Self> {
        Ok(Self { name: self.name.clone(), tensor: self.tensor.flip(&[2, 3])? })
    }

    /// The weights with the axes of a convention: in f32 where that is exact, else in f64.
    ///
    /// # Errors
    /// For a layer where the convention takes one kernel, or one row.
    pub(crate) fn laid_out(&self, convention: &Convention) -> Result<Tensor> {
        let ((outputs, inputs), (height, width)) = (self.channels(), self.size());
        let function = convention.function;
        let one_kernel = (outputs, inputs) == (1, 1);
        let tensor = match convention.layout {
            Layout::Oihw => self.tensor.clone(),
            Layout::Hwio => self.tensor.permute((2, 3, 1, 0))?.contiguous()?,
            _ if !one_kernel => bail!(
                "{function} takes one kernel, and {} holds {outputs}×{inputs} of them: convert to pytorch, tensorflow, candle or corr2d",
                self.name
            ),
            Layout::Matrix => self.tensor.reshape((height, width))?,
            Layout::Row if height == 1 => self.tensor.reshape(width)?,
            Layout::Row => {
                bail!("{function} takes one row, and {} has {height}: convert to scipy.convolve2d, say", self.name)
            }
        };
        let single = tensor.to_dtype(DType::F32)?;
        let differing = single.to_dtype(DType::F64)?.ne(&tensor)?.flatten_all()?.to_vec1::<u8>()?;
        Ok(if differing.contains(&1) { tensor } else { single })
    }

    /// Writes the weights as a convention keeps them.
    pub(crate) fn save(&self, path: &Path, convention: &Convention) -> Result<()> {
        let tensor = self.laid_out(convention)?;
        match ArrayFile::of(path) {
            Some(ArrayFile::Npy) => save_npy(path, &tensor)?,
            Some(ArrayFile::Safetensors) => save_safetensors(path, &[(name_in_file(convention), &tensor)])?,
            None => Kernel::from_tensor(&self.name, &tensor)?.save(path)?,
        }
        Ok(())
    }
}

/// The formats that say nothing of a convention.
const NUMBERS_ONLY: [&str; 5] = ["txt", "csv", "json", "npy", "safetensors"];

/// Refuses a name under which a convention's weights cannot be written, before there is anything to lose.
pub(crate) fn check_output(path: &Path, convention: &Convention) -> Result<()> {
    match convention.layout {
        Layout::Row | Layout::Matrix => {
            Kernel::check_file_name(path)?;
            let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
            ensure!(
                extension.is_some_and(|extension| NUMBERS_ONLY.iter().any(|only| extension == *only)),
                "{} is source code, which tells the convention of this book: name a file of numbers alone, .{}",
                path.display(),
                NUMBERS_ONLY.join(" .")
            );
        }
        Layout::Oihw | Layout::Hwio => ensure!(
            ArrayFile::of(path).is_some(),
            "{} holds rows, but {} keeps weights as {}: name a .npy or a .safetensors file",
            path.display(),
            convention.name,
            convention.layout.axes()
        ),
    }
    Ok(check_writable(path)?)
}

/// Kernels and layers go under the names that the other chapters look for.
fn name_in_file(convention: &Convention) -> &'static str {
    match convention.layout {
        Layout::Row | Layout::Matrix => "kernel",
        Layout::Oihw | Layout::Hwio => "weight",
    }
}

fn matrix(kernel: &Kernel) -> Result<Tensor> {
    Ok(Tensor::from_slice(kernel.values(), (1, 1, kernel.height(), kernel.width()), &Device::Cpu)?)
}

/// An array of four axes as [O, I, h, w].
fn to_oihw(array: &Tensor, name: &str, convention: &Convention) -> Result<Tensor> {
    let shape = array.dims();
    match convention.layout {
        Layout::Hwio => Ok(array.permute((3, 2, 0, 1))?.contiguous()?),
        Layout::Row | Layout::Matrix if shape[..2] != [1, 1] => bail!(
            "{name} has shape {shape:?}, but {} takes one kernel, [h, w]: convert from pytorch, tensorflow, candle or corr2d",
            convention.function
        ),
        _ => Ok(array.clone()),
    }
}

/// The array that is meant: the one that was named, the only one, or the one with a telling name.
fn the_weight(path: &Path, layer: Option<&str>) -> Result<Tensor> {
    let tensors = load_safetensors(path, &Device::Cpu)?;
    let names = || tensors.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let find = |wanted: &str| tensors.iter().find(|(name, _)| name == wanted).map(|(_, tensor)| tensor.clone());
    if let Some(layer) = layer {
        let found =
            find(&format!("{layer}.weight")).or_else(|| find(&format!("{layer}.kernel"))).or_else(|| find(layer));
        let Some(found) = found else { bail!("{} holds no layer {layer}, but {}", path.display(), names()) };
        return Ok(found);
    }
    if let [(_, only)] = tensors.as_slice() {
        return Ok(only.clone());
    }
    let Some(found) = find("weight").or_else(|| find("kernel")) else {
        bail!("{} holds {}: choose one with --layer", path.display(), names());
    };
    Ok(found)
}
