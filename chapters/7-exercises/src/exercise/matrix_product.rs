//! Exercise 3: cross-correlation as a matrix product, in two ways.
//!
//! `P(X) · vec(K) = vec(Y)`, a row of P for each window: im2col. `T(K) · vec(X) = vec(Y)`, a row of T for each output, with the
//! kernel spread over the image: a doubly blocked Toeplitz matrix. vec writes a matrix row by row.

mod grader;
mod text;

use anyhow::{Result, ensure};
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d::{autograd, corr2d};

use super::{Exercise, Words, matrix};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::Verdict;
use text::Text;

pub(crate) struct MatrixProduct;

/// No matrix is made of more numbers.
const MOST_NUMBERS: usize = 1 << 24;

/// The matrix P of an image [H, W] for kernels of `height` × `width`: a row for each window, written row by row.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use chapter_exercises::exercise::matrix_product::im2col;
///
/// let x = Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.]], &Device::Cpu)?;
/// let p = im2col(&x, (2, 2))?;
/// assert_eq!(p.to_vec2::<f32>()?, [[0., 1., 3., 4.], [1., 2., 4., 5.]]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// A kernel that is larger than the image, and a matrix of more than 2²⁴ numbers.
pub fn im2col(x: &Tensor, (height, width): (usize, usize)) -> Result<Tensor> {
    let (rows, columns) = places(x.dims2()?, (height, width))?;
    affordable([rows, columns, height, width])?;
    let window = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        Ok(x.narrow(0, row, height)?.narrow(1, column, width)?.flatten_all()?)
    };
    let windows = (0..rows * columns).map(window).collect::<Result<Vec<_>>>()?;
    Ok(Tensor::stack(&windows, 0)?)
}

/// The matrix T of a kernel [h, w] for images of `height` × `width`: in each row, the kernel where it lies for one output.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use chapter_exercises::exercise::matrix_product::toeplitz;
///
/// let k = Tensor::new(&[[1f32], [10.]], &Device::Cpu)?;
/// let t = toeplitz(&k, (2, 3))?;
/// assert_eq!(t.to_vec2::<f32>()?, [[1., 0., 0., 10., 0., 0.], [0., 1., 0., 0., 10., 0.], [0., 0., 1., 0., 0., 10.]]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// A kernel that is larger than the image, and a matrix of more than 2²⁴ numbers.
pub fn toeplitz(k: &Tensor, (height, width): (usize, usize)) -> Result<Tensor> {
    let (k_height, k_width) = k.dims2()?;
    let (rows, columns) = places((height, width), (k_height, k_width))?;
    affordable([rows, columns, height, width])?;
    let spread = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        let below_and_above = k.pad_with_zeros(0, row, height - k_height - row)?;
        Ok(below_and_above.pad_with_zeros(1, column, width - k_width - column)?.flatten_all()?)
    };
    let kernels = (0..rows * columns).map(spread).collect::<Result<Vec<_>>>()?;
    Ok(Tensor::stack(&kernels, 0)?)
}

/// How many places a kernel has in an image, down and across.
fn places((height, width): (usize, usize), (k_height, k_width): (usize, usize)) -> Result<(usize, usize)> {
    ensure!(
        (1..=height).contains(&k_height) && (1..=width).contains(&k_width),
        "a kernel of {k_height}×{k_width} has no place in an image of {height}×{width}: take from 1×1 to {height}×{width}"
    );
    Ok((height - k_height + 1, width - k_width + 1))
}

/// A row for each place and a column for each of what it multiplies, held in memory as no fast correlation does.
fn affordable(sizes: [usize; 4]) -> Result<()> {
    let count = sizes.into_iter().try_fold(1usize, usize::checked_mul);
    ensure!(
        count.is_some_and(|count| count <= MOST_NUMBERS),
        "the matrix would be {0}×{1} by {2}×{3}, more than {MOST_NUMBERS} numbers: take a smaller image",
        sizes[0],
        sizes[1],
        sizes[2],
        sizes[3]
    );
    Ok(())
}

/// A matrix row by row, as a column.
fn vec(matrix: &Tensor) -> Result<Tensor> {
    Ok(matrix.flatten_all()?.unsqueeze(1)?)
}

fn image(device: &Device) -> Result<Tensor> {
    matrix("0,1,2;3,4,5;6,7,8", device)
}

fn kernel(device: &Device) -> Result<Tensor> {
    matrix("0,1;2,3", device)
}

impl Exercise for MatrixProduct {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn given(&self, device: &Device) -> Result<Option<String>> {
        let [x, k] = [figure::matrix(&image(device)?)?, figure::matrix(&kernel(device)?)?];
        Ok(Some(figure::beside(&["X =", &x, "   K =", &k])))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["matrix"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 3, "matrix": [[0, 1], [2, 3]]}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"matrix": [[3, 2, 0, 1, 0, 0, 0, 0, 0], [0, 3, 2, 0, 1, 0, 0, 0, 0],
            [0, 0, 0, 3, 2, 0, 1, 0, 0], [0, 0, 0, 0, 3, 2, 0, 1, 0]]}"#,
            r#"{"matrix": [[4, 3, 1, 0], [5, 4, 2, 1], [7, 6, 4, 3], [8, 7, 5, 4]]}"#,
            r#"{"matrix": [[0, 1, 2, 3, 0, 0, 0, 0, 0], [0, 0, 1, 2, 3, 0, 0, 0, 0],
            [0, 0, 0, 1, 2, 3, 0, 0, 0], [0, 0, 0, 0, 1, 2, 3, 0, 0]]}"#,
            r#"{"matrix": [[0, 1, 0], [2, 3, 0], [0, 0, 0]]}"#,
            r#"{"matrix": [[0, 19, 0, 0], [0, 25, 0, 0], [0, 37, 0, 0], [0, 43, 0, 0]]}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let (x, k) = (image(device)?, kernel(device)?);
        page.text(text.windows)?;
        let p = im2col(&x, (2, 2))?;
        page.figure(&product(&p, &vec(&k)?)?)?;
        page.text(text.spread)?;
        let t = toeplitz(&k, (3, 3))?;
        page.figure(&product(&t, &vec(&x)?)?)?;
        page.text(text.blocks)?;
        page.text(text.gradients)?;
        page.text(&(text.cost)(&Cost::of((480, 640), (3, 3))?))?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let sizes = [(4, 7, 2, 3), (5, 3, 1, 3), (3, 9, 3, 1), (6, 8, 1, 2), (2, 2, 2, 2), (7, 4, 3, 2)];
        page.text(text.sizes)?;
        let mut lines = Vec::new();
        for (index, (height, width, k_height, k_width)) in sizes.into_iter().enumerate() {
            let x = scrambled((height, width), 3 + index, device)?;
            let k = scrambled((k_height, k_width), 5 + index, device)?;
            let y = vec(&corr2d(&x, &k)?)?;
            let (by_p, by_t) = (
                im2col(&x, (k_height, k_width))?.matmul(&vec(&k)?)?,
                toeplitz(&k, (height, width))?.matmul(&vec(&x)?)?,
            );
            lines.push(format!(
                "X {height}×{width}   K {k_height}×{k_width}   Y: {:>2}   P·vec(K): {:>2}   T·vec(X): {:>2}",
                y.elem_count(),
                equal(&by_p, &y)?,
                equal(&by_t, &y)?
            ));
        }
        page.figure(&lines.join("\n"))?;
        page.text(text.gradients_run)?;
        page.figure(&gradients(device)?)?;
        Ok(())
    }

    fn check(&self, answer: &Answer, device: &Device, language: Language) -> Result<Verdict> {
        let text = Text::of(language);
        let found = answer.matrix("matrix")?;
        let opinion = found.map(|found| grader::judge(&found, &image(device)?, &kernel(device)?, text)).transpose()?;
        Ok(Verdict::new([("matrix", opinion)]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let text = Text::of(language);
        let k = matrix("1,2;3,4", device)?;
        let t = toeplitz(&k, (3, 3))?;
        let (rows, columns) = t.dims2()?;
        let not_zero = figure::numbers(&t)?.iter().filter(|value| **value != 0.0).count();
        Ok(Prediction {
            given: Some(figure::beside(&["K =", &figure::matrix(&k)?])),
            wanted: vec![rows as f64, columns as f64, not_zero as f64],
            shown: figure::matrix(&t)?,
            slips: vec![(vec![9.0, 9.0, 36.0], text.nine_rows), (vec![9.0, 4.0, 16.0], text.turned_size)],
        })
    }
}

/// A matrix, a column, and their product.
fn product(matrix: &Tensor, column: &Tensor) -> Result<String> {
    let product = matrix.matmul(column)?;
    Ok(figure::beside(&[&figure::matrix(matrix)?, "·", &figure::matrix(column)?, "=", &figure::matrix(&product)?]))
}

/// Whole numbers from −8 to 8 without a pattern: powers of 3 modulo 17.
fn scrambled(size: (usize, usize), start: usize, device: &Device) -> Result<Tensor> {
    let next = |value: &f32| Some((value * 3.0) % 17.0);
    let values = std::iter::successors(Some(start as f32), next).map(|value| value - 8.0);
    Ok(Tensor::from_vec(values.take(size.0 * size.1).collect(), size, device)?)
}

fn equal(a: &Tensor, b: &Tensor) -> Result<usize> {
    Ok(a.eq(b)?.to_dtype(candle_core::DType::F32)?.sum_all()?.to_scalar::<f32>()? as usize)
}

/// Pᵀ·vec(G) and Tᵀ·vec(G) beside what autograd gives, with G = 1 2; 3 4.
fn gradients(device: &Device) -> Result<String> {
    let (x, k, g) = (image(device)?, kernel(device)?, matrix("1,2;3,4", device)?);
    let loss = |values: &[Tensor]| Ok((corr2d(&values[0], &values[1])? * &g)?.sum_all()?);
    let (_, by) = autograd::value_and_grad(loss, &[x.clone(), k.clone()])?;
    let by_p = im2col(&x, (2, 2))?.t()?.matmul(&vec(&g)?)?.reshape((2, 2))?;
    let by_t = toeplitz(&k, (3, 3))?.t()?.matmul(&vec(&g)?)?.reshape((3, 3))?;
    let line = |name: &str, a: &Tensor, b: &Tensor| -> Result<String> {
        Ok(figure::beside(&[name, &figure::matrix(a)?, "=", &figure::matrix(b)?]))
    };
    Ok(format!("{}\n\n{}", line("Pᵀ·vec(G)", &by_p, &by[1])?, line("Tᵀ·vec(G)", &by_t, &by[0])?))
}

/// What the two matrices hold for a photograph, rounded.
struct Cost {
    image: (usize, usize),
    kernel: (usize, usize),
    /// In millions.
    pixels: String,
    /// The entries of P, in millions.
    p: String,
    /// The entries of T, in billions.
    t: String,
    /// The entries of a row of T that are not 0.
    weights: usize,
}

impl Cost {
    fn of(image: (usize, usize), kernel: (usize, usize)) -> Result<Self> {
        let (rows, columns) = places(image, kernel)?;
        let weights = kernel.0 * kernel.1;
        // In f64, since T has more entries than 32 bits can count.
        let [pixels, outputs] = [image.0 * image.1, rows * columns].map(|count| count as f64);
        let rounded = |count: f64, unit: f64| format!("{:.1}", count / unit);
        let (p, t) = (rounded(outputs * weights as f64, 1e6), rounded(outputs * pixels, 1e9));
        Ok(Self { image, kernel, pixels: rounded(pixels, 1e6), p, t, weights })
    }
}
