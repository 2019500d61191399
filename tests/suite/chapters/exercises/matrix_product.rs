//! The two matrices of exercise 3 on random sizes, bit for bit.

use candle_core::{Device, Tensor};
use chapter_exercises::exercise::matrix_product::{im2col, toeplitz};
use chapter_exercises::exercise::minimum_size::{determinant, smallest};
use corr2d::autograd::value_and_grad;
use corr2d::corr2d;
use corr2d_tests::SplitMix;

fn integers(random: &mut SplitMix, size: (usize, usize)) -> Tensor {
    let values: Vec<f32> = (0..size.0 * size.1).map(|_| random.between(0, 16) as f32 - 8.0).collect();
    Tensor::from_vec(values, size, &Device::Cpu).unwrap()
}

fn bits(tensor: &Tensor) -> Vec<f32> {
    // Adding 0 turns −0 into 0: a sum over an empty product has no sign to compare.
    tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(|value| value + 0.0).collect()
}

#[test]
fn both_products_equal_corr2d_and_their_transposes_its_gradients() {
    let mut random = SplitMix::new(73);
    for case in 0..300 {
        let (height, width) = (random.between(1, 9), random.between(1, 9));
        let (k_height, k_width) = (random.between(1, height), random.between(1, width));
        let case = format!("case {case}: {k_height}×{k_width} on {height}×{width}");
        let (x, k) = (integers(&mut random, (height, width)), integers(&mut random, (k_height, k_width)));
        let column = |matrix: &Tensor| matrix.flatten_all().unwrap().unsqueeze(1).unwrap();
        let (p, t) = (im2col(&x, (k_height, k_width)).unwrap(), toeplitz(&k, (height, width)).unwrap());
        let y = corr2d(&x, &k).unwrap();
        assert_eq!(p.dims(), [y.elem_count(), k.elem_count()], "{case}");
        assert_eq!(t.dims(), [y.elem_count(), x.elem_count()], "{case}");
        assert_eq!(bits(&p.matmul(&column(&k)).unwrap()), bits(&y), "{case}: P·vec(K)");
        assert_eq!(bits(&t.matmul(&column(&x)).unwrap()), bits(&y), "{case}: T·vec(X)");

        let g = integers(&mut random, y.dims2().unwrap());
        let loss = |values: &[Tensor]| Ok((corr2d(&values[0], &values[1])? * &g)?.sum_all()?);
        let (_, gradients) = value_and_grad(loss, &[x, k]).unwrap();
        let turned = |matrix: &Tensor| matrix.t().unwrap().contiguous().unwrap().matmul(&column(&g)).unwrap();
        assert_eq!(bits(&turned(&p)), bits(&gradients[1]), "{case}: Pᵀ·vec(G)");
        assert_eq!(bits(&turned(&t)), bits(&gradients[0]), "{case}: Tᵀ·vec(G)");
    }
}

#[test]
fn a_kernel_without_a_place_is_refused() {
    let tensor = |size: (usize, usize)| Tensor::zeros(size, candle_core::DType::F32, &Device::Cpu).unwrap();
    let said = "a kernel of 3×2 has no place in an image of 2×5: take from 1×1 to 2×5";
    assert_eq!(im2col(&tensor((2, 5)), (3, 2)).unwrap_err().to_string(), said);
    assert_eq!(toeplitz(&tensor((3, 2)), (2, 5)).unwrap_err().to_string(), said);
    assert!(im2col(&tensor((2, 5)), (0, 2)).is_err(), "no rows");
}

#[test]
fn a_matrix_beyond_memory_is_refused() {
    let pixel = Tensor::zeros((1, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
    let said = toeplitz(&pixel, (480, 640)).unwrap_err().to_string();
    assert_eq!(said, "the matrix would be 480×640 by 480×640, more than 16777216 numbers: take a smaller image");
    assert!(toeplitz(&pixel, (usize::MAX, usize::MAX)).is_err());
    let photograph = Tensor::zeros((480, 640), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(im2col(&photograph, (240, 320)).is_err());
}

#[test]
fn smallest_derivatives_answer_to_their_own_power_alone() {
    for order in 0..=8usize {
        let taps = smallest(order);
        assert_eq!(taps.len(), order + 1);
        for power in 0..=order {
            let moment: f64 = (0..).zip(&taps).map(|(place, tap)| tap * f64::from(place).powi(power as i32)).sum();
            let wanted = if power == order { (1..=order).product::<usize>() as f64 } else { 0.0 };
            assert_eq!(moment, wanted, "order {order}, power {power}");
        }
    }
}

#[test]
fn determinants_are_products_of_factorials() {
    // Vandermonde: the product of all j − i is 1! · 2! · … · (n − 1)!.
    let mut wanted = 1i128;
    for taps in 1..=8u32 {
        wanted *= (1..i128::from(taps)).product::<i128>();
        assert_eq!(determinant(taps as usize), Some(wanted), "{taps} taps");
    }
    assert_eq!(determinant(40), None, "too large for 128 bits");
}
