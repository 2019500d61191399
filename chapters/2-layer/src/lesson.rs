//! The convolutional layer: a correlation with parameters that can be learned.

use anyhow::Result;
use candle_core::{DType, Device, Tensor, Var};
use candle_nn::Module;
use chapter_kit::{Page, figure};
use corr2d::autograd::gradient;
use corr2d::{Conv2d, Conv2dOptions, corr2d};

use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, layer) = (image(device)?, Layer::of_the_figure(device)?);
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure("y = corr2d(x, weight) + bias")?;
    page.text(text.by_hand)?;
    page.figure("0·0 + 1·1 + 3·2 + 4·3 + 10 = 29")?;
    page.text(text.forward)?;
    page.figure(&equation(&x, &layer)?)?;
    page.text(text.parameters)?;
    page.figure(&format!("{}\n{}", text.parameter_table, parameters(&layer)))?;

    let gradients = layer.gradients(&x)?;
    page.heading(text.gradient_title)?;
    page.text(text.gradient)?;
    page.text(text.gradient_by_hand)?;
    page.figure("∂L/∂bias = 1 + 1 + 1 + 1 = 4\n∂L/∂weight[0, 0] = 0 + 1 + 3 + 4 = 8")?;
    page.text(text.gradient_computed)?;
    page.figure(&gradients.figure()?)?;

    built_in(&x, &layer, &gradients, text, page)?;
    cut_off(&x, &layer, text, page)
}

fn built_in(x: &Tensor, layer: &Layer, gradients: &Gradients, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (weight, bias) = (layer.weight.reshape((1, 1, 2, 2))?, layer.bias.reshape(1)?);
    let built_in = Conv2d::new(weight, Some(bias), Conv2dOptions::default())?;
    let y = built_in.forward(&x.reshape((1, 1, 3, 3))?)?;
    let their_gradients = y.sum_all()?.backward()?;
    let pairs = [
        (layer.forward(x)?, y.reshape((2, 2))?),
        (gradients.weight.clone(), gradient(&their_gradients, &layer.weight, "weight")?),
        (gradients.bias.reshape((1, 1))?, gradient(&their_gradients, &layer.bias, "bias")?.reshape((1, 1))?),
    ];
    let (mut equal, mut all) = (0, 0);
    for (ours, theirs) in pairs {
        equal += ours.eq(&theirs)?.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()? as usize;
        all += ours.elem_count();
    }
    page.heading(text.built_in_title)?;
    page.text(text.built_in)?;
    page.figure("x [N, C, H, W]   weight [O, C, h, w]   bias [O]   y [N, O, H′, W′]")?;
    page.text(&(text.built_in_agrees)(equal, all))?;
    Ok(())
}

fn cut_off(x: &Tensor, layer: &Layer, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let y = layer.forward_cut_off(x)?;
    let gradients = y.sum_all()?.backward()?;
    page.heading(text.cut_off_title)?;
    page.text(text.cut_off)?;
    if let Err(missing) = gradient(&gradients, &layer.weight, "weight") {
        page.figure(&figure::matrix(&y)?)?;
        page.text(&text.error.replace("{}", &missing.to_string()))?;
    }
    page.text(text.try_it)?;
    page.figure("cargo run -p chapter-layer -- --weights conv.safetensors --image a.png")?;
    Ok(())
}

// ANCHOR: layer
/// A layer written by hand: what it knows are its two parameters.
struct Layer {
    weight: Var,
    bias: Var,
}

impl Module for Layer {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        corr2d(x, &self.weight)?.broadcast_add(&self.bias)
    }
}
// ANCHOR_END: layer

// ANCHOR: gradients
/// The gradients of L = the sum of all outputs.
struct Gradients {
    weight: Tensor,
    bias: Tensor,
}

impl Layer {
    fn gradients(&self, x: &Tensor) -> Result<Gradients> {
        let all = self.forward(x)?.sum_all()?.backward()?;
        let (weight, bias) = (gradient(&all, &self.weight, "weight")?, gradient(&all, &self.bias, "bias")?);
        Ok(Gradients { weight, bias })
    }
}
// ANCHOR_END: gradients

// ANCHOR: cut-off
impl Layer {
    /// The same numbers, read out of the graph: right forwards, and deaf to learning.
    fn forward_cut_off(&self, x: &Tensor) -> Result<Tensor> {
        let weight = Tensor::new(self.weight.to_vec2::<f32>()?, x.device())?;
        Ok(corr2d(x, &weight)?.broadcast_add(&self.bias)?)
    }
}
// ANCHOR_END: cut-off

/// The image of the figure: the numbers 0 to 8, row by row.
fn image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], device)?)
}

impl Layer {
    /// The kernel of the figure, and a bias of 10.
    fn of_the_figure(device: &Device) -> Result<Self> {
        let weight = Var::new(&[[0f32, 1.], [2., 3.]], device)?;
        Ok(Self { weight, bias: Var::new(10f32, device)? })
    }
}

fn equation(x: &Tensor, layer: &Layer) -> Result<String> {
    let (weight, y) = (figure::matrix(&layer.weight)?, figure::matrix(&layer.forward(x)?)?);
    Ok(figure::beside(&[&figure::matrix(x)?, "⋆", &weight, "+", &number(&layer.bias)?, "=", &y]))
}

fn parameters(layer: &Layer) -> String {
    let line =
        |name, value: &Var| format!("{name:<9}  {:<6}  {:>7}", format!("{:?}", value.dims()), value.elem_count());
    [line("weight", &layer.weight), line("bias", &layer.bias)].join("\n")
}

impl Gradients {
    fn figure(&self) -> Result<String> {
        let (weight, bias) = (figure::matrix(&self.weight)?, number(&self.bias)?);
        Ok(figure::beside(&["∂L/∂weight =", &weight, "   ∂L/∂bias =", &bias]))
    }
}

fn number(tensor: &Tensor) -> Result<String> {
    Ok(figure::scalar(f64::from(tensor.to_scalar::<f32>()?)))
}
