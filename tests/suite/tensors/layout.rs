//! Layouts: which number goes where, there and back, and the gradient on its way through.

use candle_core::{Device, Tensor, Var};
use corr2d::{Conv2dOptions, Result, conv2d, layout};

type Change = fn(&Tensor) -> Result<Tensor>;

/// Name, the way there, the way back, and where element [a, b, c, d] of the first layout is found in the second.
const PAIRS: [(&str, Change, Change, [usize; 4]); 3] = [
    ("NCHW and NHWC", layout::nchw_to_nhwc, layout::nhwc_to_nchw, [0, 2, 3, 1]),
    ("OIHW and HWIO", layout::oihw_to_hwio, layout::hwio_to_oihw, [2, 3, 1, 0]),
    ("OIHW and OHWI", layout::oihw_to_ohwi, layout::ohwi_to_oihw, [0, 2, 3, 1]),
];

/// Four sizes that all differ, and numbers that all differ.
fn counted() -> Tensor {
    Tensor::arange(0f32, 2. * 3. * 4. * 5., &Device::Cpu).unwrap().reshape((2, 3, 4, 5)).unwrap()
}

fn at(tensor: &Tensor, index: [usize; 4]) -> f32 {
    index.iter().fold(tensor.clone(), |tensor, index| tensor.get(*index).unwrap()).to_scalar().unwrap()
}

#[test]
fn every_element_goes_where_the_names_of_the_axes_say() {
    let tensor = counted();
    for (name, there, _, axes) in PAIRS {
        let changed = there(&tensor).unwrap();
        assert_eq!(changed.dims(), axes.map(|axis| tensor.dims()[axis]), "{name}");
        for index in 0..tensor.elem_count() {
            let from = [index / 60, index / 20 % 3, index / 5 % 4, index % 5];
            assert_eq!(at(&changed, axes.map(|axis| from[axis])), index as f32, "{name} at {from:?}");
        }
    }
}

#[test]
fn there_and_back_is_where_it_was() {
    let tensor = counted();
    for (name, there, back, _) in PAIRS {
        for (one, other) in [(there, back), (back, there)] {
            let returned = other(&one(&tensor).unwrap()).unwrap();
            assert_eq!(returned.dims(), tensor.dims(), "{name}");
            let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(values(&returned), values(&tensor), "{name}");
        }
    }
}

#[test]
fn gradients_come_back_in_the_layout_of_their_tensor() {
    for (name, there, back, _) in PAIRS {
        let variable = Var::from_tensor(&counted()).unwrap();
        let changed = there(&variable).unwrap();
        // A weight for each element of the changed layout, in the order of that layout.
        let weights = Tensor::arange(0f32, 120., &Device::Cpu).unwrap().reshape(changed.shape()).unwrap();
        let gradients = (changed * &weights).unwrap().sum_all().unwrap().backward().unwrap();
        let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(gradients.get(&variable).unwrap()), values(&back(&weights).unwrap()), "{name}");
    }
}

#[test]
fn a_layer_in_the_layout_of_keras_has_the_outputs_and_gradients_of_ours() {
    let x = Tensor::arange(0f32, 2. * 3. * 4. * 6., &Device::Cpu).unwrap().reshape((2, 3, 4, 6)).unwrap();
    let weight = Tensor::arange(-20f32, 16., &Device::Cpu).unwrap().reshape((2, 3, 2, 3)).unwrap();
    let options = Conv2dOptions { stride: (1, 2), ..Default::default() };
    let (ours, theirs) = (Var::from_tensor(&weight).unwrap(), layout::oihw_to_hwio(&weight).unwrap());
    let theirs = Var::from_tensor(&theirs).unwrap();
    let want = conv2d(&x, &ours, None, &options).unwrap();
    let images = layout::nchw_to_nhwc(&x).unwrap().contiguous().unwrap();
    let (x, kernel) = (layout::nhwc_to_nchw(&images).unwrap(), layout::hwio_to_oihw(&theirs).unwrap());
    let output = layout::nchw_to_nhwc(&conv2d(&x, &kernel, None, &options).unwrap()).unwrap();
    assert_eq!(output.dims(), [2, 3, 2, 2]);
    let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(values(&layout::nhwc_to_nchw(&output).unwrap()), values(&want));
    let gradient =
        |loss: &Tensor, of: &Var| loss.sqr().unwrap().sum_all().unwrap().backward().unwrap().remove(of).unwrap();
    let by_kernel = gradient(&output, &theirs);
    assert_eq!(by_kernel.dims(), [2, 3, 3, 2]);
    assert_eq!(values(&layout::hwio_to_oihw(&by_kernel).unwrap()), values(&gradient(&want, &ours)));
}
