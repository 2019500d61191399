//! The frameworks' layers by the engine's: for PyTorch and MXNet one whose weight gradients are added in their order, for
//! TensorFlow and JAX one whose channels come last.

use anyhow::{Context, Result};
use candle_core::{CpuStorage, CustomOp2, DType, Device, Layout, Shape, Tensor, Var};
use candle_nn::{Module, VarMap};
use corr2d::{Algorithm, Conv2dOptions, Initializer, LazyConv2d, conv2d, layout};

use super::adding::Adding;

/// A layer of one kernel without a bias, whose weight exists when its first input [N, C, H, W] has arrived.
pub(super) struct Layer {
    parameters: VarMap,
    layer: LazyConv2d,
    adding: Adding,
}

impl Layer {
    pub(super) fn new(kernel: (usize, usize), adding: Adding) -> Self {
        let parameters = VarMap::new();
        let builder = Initializer::Zeros.var_builder(&parameters, 0, DType::F32, &Device::Cpu);
        let layer = LazyConv2d::new(1, kernel, Conv2dOptions::default(), builder).without_bias();
        Self { parameters, layer, adding }
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let output = self.layer.forward(x)?.detach();
        Ok(x.apply_op2(self.weight()?.as_tensor(), Correlation { output, adding: self.adding })?)
    }

    /// Shows the layer its first input, and gives the weight [1, 1, h, w], which is now that of `kernel` [h, w].
    pub(super) fn begin(&self, x: &Tensor, kernel: &Tensor) -> Result<Var> {
        self.layer.forward(x)?;
        let weight = self.weight()?;
        weight.set(&kernel.reshape(weight.shape())?)?;
        Ok(weight)
    }

    fn weight(&self) -> Result<Var> {
        let variables = self.parameters.all_vars();
        variables.into_iter().next().context("the layer has no weight before its first input")
    }
}

/// An output [N, H', W', O] from an input [N, H, W, C] and a kernel [h, w, I, O]; all sums are added one by one.
pub(super) fn channels_last(x: &Tensor, kernel: &Tensor) -> corr2d::Result<Tensor> {
    let options = Conv2dOptions { algorithm: Algorithm::Reference, ..Default::default() };
    let output = conv2d(&layout::nhwc_to_nchw(x)?, &layout::hwio_to_oihw(kernel)?, None, &options)?;
    layout::nchw_to_nhwc(&output)
}

/// A correlation whose output the engine has computed: what it adds is the gradient of the weight.
struct Correlation {
    output: Tensor,
    adding: Adding,
}

impl CustomOp2 for Correlation {
    fn name(&self) -> &'static str {
        "correlation of a dialect"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let values = self.output.flatten_all()?.to_vec1::<f32>()?;
        Ok((CpuStorage::F32(values), self.output.shape().clone()))
    }

    /// For each weight the sum of the pixels that it met, each times the gradient of the output that it went into.
    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        output_gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let (_, _, height, width) = weight.dims4()?;
        let (_, _, rows, columns) = output_gradient.dims4()?;
        let mut gradient = Vec::new();
        for row in 0..height {
            for column in 0..width {
                let pixels = x.narrow(2, row, rows)?.narrow(3, column, columns)?;
                let products: Vec<f32> = (pixels * output_gradient)?.flatten_all()?.to_vec1()?;
                gradient.push((self.adding)(&products));
            }
        }
        Ok((None, Some(Tensor::from_vec(gradient, weight.shape(), weight.device())?)))
    }
}
