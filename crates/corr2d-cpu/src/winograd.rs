//! Minimal filtering for 3×3 kernels of stride 1 and 2: fewer multiplications for a few more additions.
//!
//! A tile of m×m outputs reads a patch of (m + 2)×(m + 2) pixels. Directly it costs 9·m² multiplications for each pair of
//! channels; here it costs one for each pixel of the patch:
//!
//! ```text
//! y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A        m = 2: 36 → 16, saved 2.25 times        m = 4: 144 → 36, saved 4 times
//! ```
//!
//! At stride 2 a tile of 2×2 outputs reads a patch of 5×5. Its even rows and columns meet the outer taps of the kernel alone,
//! of which three products make two outputs, the odd ones the middle tap: 36 → 25, saved 1.44 times. A kernel dilated
//! by 2 reads every second pixel, so its layer is four plain ones (`lattice`).
//!
//! For each of the places ξ of a patch the product ⊙, summed over the input channels, is a product of matrices,
//! Y\[ξ\] = V\[ξ\] · U\[ξ\] with V = Bᵀ x B of all tiles and U = G w Gᵀ of all pairs of channels. That is where the time goes.
//!
//! The matrices come from interpolation: a product of polynomials is known from its values at m + 1 points and its leading
//! coefficient. With the points 0, ±1 (m = 2) all of A and B is 0 and ±1, and G has halves: on small integers nothing is
//! rounded, and on reals the error is that of direct summation. At stride 2 all of A, B and G is 0 and ±1. With the points
//! 0, ±3/4, ±3/2 (m = 4) the patch's numbers are scaled by up to 4, so the error grows with the largest pixel of a patch and
//! not with each window's own: it is for those who ask for [`Algorithm::Fast`](crate::Algorithm::Fast). The usual points
//! 0, ±1, ±2 are as fast and err up to six times more.
//!
//! Sources: S. Winograd, "Arithmetic Complexity of Computations", 1980 (the minimal number of multiplications); A. Lavin
//! and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015 (the nested form and the matrix products);
//! B. Barabasz, A. Anderson, K. M. Soodhalter and D. Gregg, "Error Analysis and Improving the Accuracy of Winograd
//! Convolution for Deep Neural Networks", 2018 (the choice of points); D. Huang et al., "DWM: A Decomposable Winograd Method
//! for Convolution Acceleration", 2020 (strides as sums of kernels of stride 1).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `choice` | which geometries the tiles can compute, and where they pay |
//! | `transform` | Aᵀ, Bᵀ and G along one line, for each tile |
//! | `lattice` | the pictures of which a dilated layer is made |
//! | `split` | the pixels of a plane, sorted by their places in the patches |
//! | `weights` | U, which may be kept between calls, or made a run of channels at a time |
//! | `chunk` | some tiles of one image: patches to V, Y to outputs |
//! | `product` | Y\[ξ\] = V\[ξ\] · U\[ξ\], in registers |
//! | `cut` | how an image is cut into bands of tile rows, and where these are few, into parts of the channels |
//! | `forward` | the bands, in parallel |
//! | `weight_gradient` | ∂L/∂w = Gᵀ (Σ over tiles of (Bᵀ x B) ⊙ (A ∂L/∂y Aᵀ)) G, block by block |
//! | `gradient_chunk` | some tiles of it, and the way back from the places to the taps |
//!
//! A transform mixes the numbers of a patch, so one that is not finite, or so large that a sum might overflow, would reach
//! outputs whose window does not hold it. Such an image, or such a weight, is left to [`direct`](crate::direct).
//!
//! Beside U a thread needs less than 4 MiB, whatever the geometry.

mod choice;
mod chunk;
mod cut;
mod forward;
mod gradient_chunk;
mod lattice;
mod product;
mod split;
mod transform;
mod weight_gradient;
mod weights;

use crate::Geometry;

pub(crate) use choice::{pays, pays_kept, suits, weight_gradient_pays};
pub(crate) use forward::{forward, forward_kernels};
pub(crate) use weight_gradient::weight_gradient;
pub(crate) use weights::{keep, moderate, overflow_scale};

/// The outputs that are computed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tile {
    /// 2×2.
    F2,
    /// 2×2 at stride 2.
    Strided,
    /// 4×4.
    F4,
}

impl Tile {
    /// That of a geometry's stride.
    fn of(self, geometry: &Geometry) -> Self {
        if geometry.rows().stride() == 1 { self } else { Self::Strided }
    }
}
