//! Where the tensors live: `--device cpu|cuda|cuda:N|metal`.

use std::str::FromStr;

use anyhow::{Context, Result, bail};
use candle_core::Device;

/// A device by name. The first CUDA device is `cuda` or `cuda:0`.
///
/// ```
/// use chapter_kit::DeviceChoice;
///
/// assert_eq!("cuda:1".parse(), Ok(DeviceChoice::Cuda(1)));
/// assert_eq!("gpu".parse::<DeviceChoice>(), Err("take cpu, cuda, cuda:N or metal".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// Main memory, with the engine of `corr2d-cpu`.
    #[default]
    Cpu,
    /// A CUDA device by its number.
    Cuda(usize),
    /// The first Metal device.
    Metal,
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.split_once(':') {
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "cuda" => Ok(Self::Cuda(0)),
            None if text == "metal" => Ok(Self::Metal),
            Some(("cuda", number)) => match number.parse() {
                Ok(number) => Ok(Self::Cuda(number)),
                Err(_) => Err(format!("cuda:{number} names no device: write cuda:0, cuda:1, …")),
            },
            _ => Err("take cpu, cuda, cuda:N or metal".to_owned()),
        }
    }
}

impl DeviceChoice {
    /// Opens the device.
    ///
    /// ```
    /// assert!(chapter_kit::DeviceChoice::Cpu.open()?.is_cpu());
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// When this program was built without it, or the machine does not have it.
    pub fn open(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda(_) if !candle_core::utils::cuda_is_available() => bail!(built_without("cuda")),
            Self::Cuda(number) => Device::new_cuda(number).with_context(|| format!("cannot open CUDA device {number}")),
            Self::Metal if !candle_core::utils::metal_is_available() => bail!(built_without("metal")),
            Self::Metal => Device::new_metal(0).context("cannot open the Metal device"),
        }
    }
}

fn built_without(device: &str) -> String {
    format!("this program was built without {device}: add `--features {device}` to `cargo run`, or take --device cpu")
}
