//! Kernels: by name, as a text, from a file; and what each of them answers to.
//!
//! Weights are those of cross-correlation, `y = Σ window · weight`, as in OpenCV: `sobel-x` is right minus left.

mod factors;
mod file;
mod frequency;
mod literal;
mod measure;
mod moments;
mod named;
mod nearest;
mod symmetry;
mod text;

use std::path::Path;

use candle_core::{DType, Device, Tensor};

pub use factors::Factors;
pub use frequency::Passes;
pub use measure::{Direction, Measures};
pub use moments::Order;
pub use nearest::Nearest;
pub use symmetry::Mirror;

use crate::error::{Error, Result};
use crate::files::write_whole;

/// No kernel has more weights: 1024 × 1024.
const MAX_WEIGHTS: usize = 1 << 20;

/// A kernel: its name and its weights, row by row. [`parse`](Kernel::parse) is the way to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    name: String,
    height: usize,
    width: usize,
    values: Vec<f64>,
}

impl Kernel {
    /// A kernel of `height` × `width` weights, row by row.
    ///
    /// # Errors
    ///
    /// No weight, more than 2²⁰ of them, another count than height × width, or one that is no finite `f32`.
    ///
    /// ```
    /// let kernel = corr2d_imaging::Kernel::new("edge", 1, 2, vec![1.0, -1.0])?;
    /// assert_eq!((kernel.height(), kernel.width()), (1, 2));
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn new(name: impl Into<String>, height: usize, width: usize, values: Vec<f64>) -> Result<Self> {
        let name = name.into();
        if height == 0 || width == 0 {
            return Err(Error::EmptyKernel { from: name });
        }
        check_size(&name, height, width)?;
        if values.len() != height * width {
            return Err(Error::KernelCount { from: name, found: values.len(), height, width });
        }
        let stored: Vec<f32> = values.iter().map(|&value| value as f32).collect();
        crate::range::check_finite(&name, &stored)?;
        Ok(Self { name, height, width, values })
    }

    /// Reads what a command line says: a name of [`Kernel::table`], numbers, or a file.
    ///
    /// Numbers go `"1,-1"` or `"1,0,-1; 2,0,-2; 1,0,-1"`: `;` ends a row. A text that ends as a kernel file does, in
    /// `.npy` say, is a file, as for [`Kernel::load`].
    ///
    /// # Errors
    ///
    /// An unknown name (with the near ones), a parameter that cannot be used, ragged rows, what is no finite number, and
    /// those of `load`.
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// assert_eq!(Kernel::parse("prewitt-y")?.height(), 3);
    /// assert_eq!(Kernel::parse("gaussian:1.5:9x7")?.width(), 7);
    /// assert_eq!(Kernel::parse("1,0,-1; 2,0,-2")?.values(), [1.0, 0.0, -1.0, 2.0, 0.0, -2.0]);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if file::is_kernel_file(Path::new(text)) {
            return Self::load(text);
        }
        if let Some(kernel) = named::find(text) {
            return kernel;
        }
        if text.is_empty() || text::looks_like_numbers(text) {
            return text::inline(text);
        }
        Err(named::unknown(text))
    }

    /// Reads a kernel file; the extension decides how.
    ///
    /// `.txt`: numbers between blanks, a line a row. `.csv`: commas. In both, lines that begin with `#` do not count.
    /// `.json`: `[[1, 0, -1], [2, 0, -2]]`, or `[1, -1]` for one row. `.npy`: one or two axes. `.safetensors`: the only
    /// tensor, or the one named `kernel` or `weight`. `[1, 1, h, w]`, the weight of a layer, counts as `[h, w]`. `.py`, `.c`,
    /// `.h`, `.cpp`, `.hpp` and `.rs`: source code as [`save`](Kernel::save) writes it, whatever else stands in the file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, another extension, ragged rows, what is no finite number, or another shape.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("kernel.txt");
    /// std::fs::write(&path, "1 0 -1\n2 0 -2\n")?;
    /// assert_eq!(corr2d_imaging::Kernel::load(&path)?.height(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        file::load(path.as_ref())
    }

    /// Writes the kernel whole or not at all, in any format that [`load`](Kernel::load) reads.
    ///
    /// Text keeps every digit. `.npy` and `.safetensors` (under the name `kernel`, `[h, w]`) hold `f32` where that is
    /// exact, `f64` otherwise. So does source code: `.py` for NumPy, SciPy and OpenCV, `.cpp` and `.hpp` for OpenCV, `.c` and
    /// `.h`, `.rs`. Its comment says how to lay the kernel on a picture, and what a convolution does to it.
    ///
    /// # Errors
    ///
    /// Another extension, and those of [`write_whole`](crate::write_whole).
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("kernel.json");
    /// corr2d_imaging::Kernel::parse("1,-1;0.5,0")?.save(&path)?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "[[1,-1],[0.5,0]]\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let content = self.encode(path)?;
        write_whole(path, |output| output.write_all(&content))
    }

    /// The bytes that [`save`](Kernel::save) writes under this name, for [`write_together`](crate::write_together).
    ///
    /// # Errors
    ///
    /// Another extension.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("1,-1;0.5,0")?.encode("kernel.csv")?, b"1,-1\n0.5,0\n");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn encode(&self, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        file::encode(self, path.as_ref())
    }

    /// Whether a kernel can be saved under a name that ends so, before there is one.
    ///
    /// # Errors
    ///
    /// Another extension, with the list of the known ones.
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// assert!(Kernel::check_file_name("kernel.npy").is_ok());
    /// assert!(Kernel::check_file_name("kernel.docx").is_err());
    /// ```
    pub fn check_file_name(path: impl AsRef<Path>) -> Result<()> {
        file::check_name(path.as_ref())
    }

    /// A kernel from a tensor of `[w]`, `[h, w]` or `[1, 1, h, w]`: one that was learned, say.
    ///
    /// # Errors
    ///
    /// Another shape, and those of [`Kernel::new`].
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// let learned = Tensor::new(&[[[[0.5f32, -0.5]]]], &Device::Cpu)?;
    /// let kernel = corr2d_imaging::Kernel::from_tensor("learned", &learned)?;
    /// assert_eq!(kernel.values(), [0.5, -0.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_tensor(name: impl Into<String>, tensor: &Tensor) -> Result<Self> {
        let name = name.into();
        let (height, width) = match *tensor.dims() {
            [width] => (1, width),
            [height, width] | [1, 1, height, width] => (height, width),
            _ => return Err(Error::KernelShape { from: name, shape: tensor.dims().to_vec() }),
        };
        // Before the numbers are copied, so that a huge array costs nothing.
        check_size(&name, height, width)?;
        // Metal has no f64, so the numbers are widened in main memory.
        let values = tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
        Self::new(name, height, width, values)
    }

    /// The weights as a tensor, `[h, w]`, `f32`.
    ///
    /// # Errors
    ///
    /// The device refuses.
    ///
    /// ```
    /// let kernel = corr2d_imaging::Kernel::parse("difference-x")?.to_tensor(&candle_core::Device::Cpu)?;
    /// assert_eq!(kernel.to_vec2::<f32>()?, [[1.0, -1.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_tensor(&self, device: &Device) -> Result<Tensor> {
        let values: Vec<f32> = self.values.iter().map(|&value| value as f32).collect();
        Ok(Tensor::from_vec(values, (self.height, self.width), device)?)
    }

    /// Every named kernel with its size, gain and meaning, a line each, for `--help`.
    ///
    /// ```
    /// assert!(corr2d_imaging::Kernel::table().contains("sobel-x"));
    /// ```
    #[must_use]
    pub fn table() -> String {
        named::table()
    }

    /// The name it was asked for by: `sobel-x`, `gaussian:1.5`, the file's path, or the numbers themselves.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("Gaussian:1.5")?.name(), "gaussian:1.5");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Row and column of the weight that lies on the pixel that is answered, ⌊h/2⌋ and ⌊w/2⌋: the middle of an odd kernel,
    /// and for an even one the weight below and to the right of the middle, as with OpenCV.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("box:4x3")?.anchor(), (2, 1));
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn anchor(&self) -> (usize, usize) {
        (self.height / 2, self.width / 2)
    }

    /// Whether `f32` holds every weight exactly.
    fn is_single(&self) -> bool {
        self.values.iter().all(|&value| f64::from(value as f32) == value)
    }

    /// Each weight as the nearest `f32`.
    fn rounded(self) -> Self {
        Self { values: self.values.iter().map(|&value| f64::from(value as f32)).collect(), ..self }
    }

    /// The number of rows.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("box:3x5")?.height(), 3);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The number of columns.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("box:3x5")?.width(), 5);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The weights, row by row.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("roberts-x")?.values(), [1.0, 0.0, 0.0, -1.0]);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The weights of one row after the other.
    ///
    /// ```
    /// let kernel = corr2d_imaging::Kernel::parse("1,2,3;4,5,6")?;
    /// assert_eq!(kernel.rows().last(), Some(&[4.0, 5.0, 6.0][..]));
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.width)
    }
}

fn check_size(from: &str, height: usize, width: usize) -> Result<()> {
    if height.saturating_mul(width) > MAX_WEIGHTS {
        return Err(Error::KernelTooLarge { from: from.to_string(), height, width, limit: MAX_WEIGHTS });
    }
    Ok(())
}
