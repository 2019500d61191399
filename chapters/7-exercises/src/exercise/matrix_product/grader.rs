//! Which matrix was handed in: one of the two, the same with its rows or columns in another order, or a known slip.

use anyhow::Result;
use candle_core::Tensor;
use chapter_kit::figure;
use corr2d_imaging::Kernel;

use super::super::{list, same};
use super::text::Text;
use super::{im2col, toeplitz, vec};
use crate::verdict::Opinion;

/// How a matrix may be laid out and still be right.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The outputs column by column.
    outputs_by_column: bool,
    /// The kernel or the image column by column.
    inputs_by_column: bool,
    /// A row times the matrix, in place of the matrix times a column.
    turned: bool,
}

impl Layout {
    fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            outputs_by_column: bits & 1 > 0,
            inputs_by_column: bits & 2 > 0,
            turned: bits & 4 > 0,
        })
    }

    pub(super) fn is_plain(self) -> bool {
        !self.outputs_by_column && !self.inputs_by_column && !self.turned
    }

    /// The matrix of outputs 2×2 and of square inputs, laid out so.
    fn of(self, matrix: &Tensor) -> Result<Kernel> {
        let by_column = |count: usize| {
            let side = count.isqrt();
            (0..count).map(|place| ((place % side) * side + place / side) as u32).collect::<Vec<_>>()
        };
        let (rows, columns) = matrix.dims2()?;
        let order = |on: bool, count: usize| {
            let places = if on { by_column(count) } else { (0..count as u32).collect() };
            Tensor::new(places, matrix.device())
        };
        let ordered = matrix
            .index_select(&order(self.outputs_by_column, rows)?, 0)?
            .index_select(&order(self.inputs_by_column, columns)?, 1)?;
        let turned = if self.turned { ordered.t()?.contiguous()? } else { ordered };
        Ok(Kernel::from_tensor("matrix", &turned)?)
    }
}

/// Judges a matrix for the image 3×3 and the kernel 2×2 of the lesson.
pub(super) fn judge(found: &Kernel, x: &Tensor, k: &Tensor, text: &Text) -> Result<Opinion> {
    let (p, t) = (im2col(x, (2, 2))?, toeplitz(k, (3, 3))?);
    for (matrix, name) in [(&p, text.is_im2col), (&t, text.is_toeplitz)] {
        for layout in Layout::all() {
            if same(found, &layout.of(matrix)?) {
                let remark = if layout.is_plain() { "" } else { text.other_layout };
                return Ok(Opinion::right(format!("{name} {remark}").trim_end()));
            }
        }
    }
    // A matrix for a row on its left does what its transpose does for a column on its right.
    let stands_right = (found.height(), found.width()) == (9, 4);
    let found = if stands_right { transposed(found)? } else { found.clone() };
    // As a row of taps without the rest of the image row between them: it slides along the flattened image.
    let taps = k.flatten_all()?.unsqueeze(0)?;
    let slid = toeplitz(&taps, (1, 9))?.narrow(0, 0, 4)?;
    let turned = [p.flip(&[1])?, toeplitz(&k.flip(&[0, 1])?, (3, 3))?];
    let slip = if same(&found, &Kernel::from_tensor("slid", &slid)?) {
        text.no_gap
    } else if turned
        .iter()
        .map(|matrix| Kernel::from_tensor("turned", matrix))
        .any(|m| m.is_ok_and(|m| same(&found, &m)))
    {
        text.turned
    } else {
        ""
    };
    let said = counter_example(&found, stands_right, x, k, text)?;
    Ok(Opinion::wrong(format!("{said} {slip}").trim_end()))
}

/// The product with vec(K) or vec(X) where it is wrong, else the first column that is.
fn counter_example(found: &Kernel, stands_right: bool, x: &Tensor, k: &Tensor, text: &Text) -> Result<String> {
    let (p, t) = (im2col(x, k.dims2()?)?, toeplitz(k, x.dims2()?)?);
    let size = (found.height(), found.width());
    let other_size = (text.size)(size, p.dim(0)?, [k.elem_count(), x.elem_count()]);
    let (name, vector, right) = if size == p.dims2()? {
        ("vec(K)", vec(k)?, p)
    } else if size == t.dims2()? {
        ("vec(X)", vec(x)?, t)
    } else {
        return Ok(other_size);
    };
    let matrix = found.to_tensor(x.device())?;
    let numbers = |matrix: &Tensor| figure::numbers(matrix).map(|numbers| list(&numbers));
    let (product, wanted) = (numbers(&matrix.matmul(&vector)?)?, numbers(&right.matmul(&vector)?)?);
    if product != wanted {
        let said = if stands_right { text.row_product } else { text.product };
        return Ok(said(name, &product, &wanted));
    }
    // Equal on this vector, so it differs on another: on one of the unit vectors, which pick out a column each.
    for column in 0..found.width() {
        let (product, wanted) = (numbers(&matrix.narrow(1, column, 1)?)?, numbers(&right.narrow(1, column, 1)?)?);
        if product != wanted {
            return Ok((text.unit)(name, column, &product, &wanted));
        }
    }
    Ok(other_size)
}

fn transposed(matrix: &Kernel) -> Result<Kernel> {
    let (height, width) = (matrix.height(), matrix.width());
    let values = (0..height * width).map(|index| matrix.values()[index % height * width + index / height]).collect();
    Ok(Kernel::new(matrix.name(), width, height, values)?)
}
