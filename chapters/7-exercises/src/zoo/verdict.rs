//! The right answer, and where an animal's differs from it.

use anyhow::Result;
use candle_core::{Device, Tensor};
use corr2d::corr2d;

use super::animals::Animal;
use super::input::Input;
use super::matrix::{Matrix, OutOfRange};

/// Further than this part of what the terms add up to without their signs, an answer is another number, not a rounding.
const ROUNDING: f64 = 1e-12;

/// What an input says of an animal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The animal gives the right answer: the input does not expose it.
    Survives,
    /// It reaches beyond a matrix.
    Reaches(OutOfRange),
    /// Its answer has another size, in rows and columns.
    Size {
        /// What it has.
        found: (usize, usize),
        /// What it should have.
        right: (usize, usize),
    },
    /// A number is wrong; this is the first, row by row.
    Number {
        /// Its row and column, counted from 0.
        place: (usize, usize),
        /// What stands there.
        found: f64,
        /// What should stand there.
        right: f64,
    },
}

/// Lets an animal answer, and compares.
///
/// ```
/// use chapter_exercises::zoo::{ALL, Input, Verdict, judge};
///
/// let inputs = Input::parse("example", r#"{"image": [[1, 2, 3]], "kernel": [[1, -1]]}"#)?;
/// let animal = ALL.iter().find(|animal| animal.name() == "flipped");
/// let verdict = animal.map(|animal| judge(*animal, &inputs[0])).transpose()?;
/// assert_eq!(verdict, Some(Verdict::Number { place: (0, 0), found: 1., right: -1. }));
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a kernel that does not fit into the image.
pub fn judge(animal: &dyn Animal, input: &Input) -> Result<Verdict> {
    let right = right(input)?;
    // What the terms add up to without their signs.
    let scale = self::right(&Input {
        image: input.image.map(f64::abs),
        kernel: input.kernel.map(f64::abs),
        bias: input.bias.abs(),
    })?;
    let found = match animal.forward(&input.image, &input.kernel, input.bias) {
        Ok(found) => found,
        Err(beyond) => return Ok(Verdict::Reaches(beyond)),
    };
    let size = |matrix: &Matrix| (matrix.height(), matrix.width());
    if size(&found) != size(&right) {
        return Ok(Verdict::Size { found: size(&found), right: size(&right) });
    }
    let numbers = found.values().iter().zip(right.values()).zip(scale.values());
    for (index, ((found, wanted), scale)) in numbers.enumerate() {
        if (found - wanted).abs() > ROUNDING * scale {
            let place = (index / right.width(), index % right.width());
            return Ok(Verdict::Number { place, found: *found, right: *wanted });
        }
    }
    Ok(Verdict::Survives)
}

/// What `corr2d` and a bias give.
///
/// ```
/// use chapter_exercises::zoo::{Input, right};
///
/// let inputs = Input::parse("example", r#"{"image": [[1, 2, 3]], "kernel": [[1, -1]], "bias": 5}"#)?;
/// assert_eq!(right(&inputs[0])?.values(), [4., 4.]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// As [`judge`].
pub fn right(input: &Input) -> Result<Matrix> {
    let tensor = |matrix: &Matrix| Tensor::from_slice(matrix.values(), (matrix.height(), matrix.width()), &Device::Cpu);
    let y = (corr2d(&tensor(&input.image)?, &tensor(&input.kernel)?)? + input.bias)?;
    let (height, width) = y.dims2()?;
    let mut matrix = Matrix::zeros(height, width);
    for (row, numbers) in y.to_vec2::<f64>()?.iter().enumerate() {
        for (column, number) in numbers.iter().enumerate() {
            matrix.put(row, column, *number).map_err(|beyond| anyhow::anyhow!("{beyond:?}"))?;
        }
    }
    Ok(matrix)
}
