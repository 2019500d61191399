//! Exercise 2: the gradient through a layer written by hand, and where candle loses it without a word.

mod grader;
mod layers;
mod text;

use anyhow::Result;
use candle_core::{Device, Tensor, Var};
use chapter_kit::{Language, Page, figure};
use corr2d::{autograd, convolve2d, corr2d};

use super::{Exercise, Words, matrix};
use crate::answer::Answer;
use crate::predict::Prediction;
use crate::verdict::{Opinion, Verdict};
use text::Text;

pub(crate) struct Gradient;

/// The image, the kernel and ∂L/∂Y of the question.
struct Setting {
    x: Tensor,
    k: Tensor,
    g: Tensor,
}

impl Setting {
    fn new(device: &Device) -> Result<Self> {
        let (x, k) = (matrix("0,1,2;3,4,5;6,7,8", device)?, matrix("0,1;2,3", device)?);
        Ok(Self { x, k, g: matrix("1,2;3,4", device)? })
    }

    /// L = Σ G · (X ⋆ K + b), for which ∂L/∂Y = G.
    fn loss(&self, x: &Tensor, k: &Tensor, b: &Tensor) -> corr2d::Result<Tensor> {
        Ok((corr2d(x, k)?.broadcast_add(b)? * &self.g)?.sum_all()?)
    }

    /// The gradients of the loss by image, kernel and bias, from candle's graph.
    fn gradients(&self) -> Result<[Tensor; 3]> {
        let b = Tensor::new(0f32, self.x.device())?;
        let loss = |values: &[Tensor]| self.loss(&values[0], &values[1], &values[2]);
        let (_, gradients) = autograd::value_and_grad(loss, &[self.x.clone(), self.k.clone(), b])?;
        Ok([gradients[0].clone(), gradients[1].clone(), gradients[2].clone()])
    }

    /// Half of what the loss gains when one number of a tensor goes from 1 less to 1 more: the slope, since L is linear in each.
    fn differences(&self, of: &Tensor, loss: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let count = of.elem_count();
        let mut halves = Vec::new();
        for index in 0..count {
            let unit: Vec<f32> = (0..count).map(|other| if other == index { 1.0 } else { 0.0 }).collect();
            let unit = Tensor::from_vec(unit, of.shape(), of.device())?;
            let (up, down) = (loss(&(of + &unit)?)?, loss(&(of - &unit)?)?);
            halves.push(((up - down)? * 0.5)?);
        }
        Ok(Tensor::stack(&halves, 0)?.reshape(of.shape())?)
    }
}

impl Exercise for Gradient {
    fn words(&self, language: Language) -> &'static Words {
        &Text::of(language).words
    }

    fn given(&self, device: &Device) -> Result<Option<String>> {
        let Setting { x, k, g } = Setting::new(device)?;
        let [x, k, g] = [figure::matrix(&x)?, figure::matrix(&k)?, figure::matrix(&g)?];
        Ok(Some(figure::beside(&["X =", &x, "   K =", &k, "   G =", &g])))
    }

    fn fields(&self) -> &'static [&'static str] {
        &["kernel", "input", "bias", "through_numbers"]
    }

    fn form(&self) -> &'static str {
        r#"{"exercise": 2, "kernel": [[1, 2], [3, 4]], "bias": 5,
 "input": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "through_numbers": "error"}"#
    }

    fn wrong(&self) -> &'static [&'static str] {
        &[
            r#"{"kernel": [[8, 12], [20, 24]]}"#,
            r#"{"kernel": [[6.75, 9.25], [14.25, 16.75]]}"#,
            r#"{"kernel": [[67, 57], [37, 27]]}"#,
            r#"{"input": [[12, 17, 6], [10, 10, 2], [2, 1, 0]]}"#,
            r#"{"input": [[3, 8, 4], [10, 20, 8], [3, 4, 0]]}"#,
            r#"{"bias": 4}"#,
            r#"{"through_numbers": "zero"}"#,
            r#"{"through_numbers": "error"}"#,
        ]
    }

    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let (text, setting) = (Text::of(language), Setting::new(device)?);
        page.text(text.depends)?;
        page.figure(&layers::gradients(&setting, text)?)?;
        page.text(text.silent)?;
        page.figure(&layers::trained(&setting)?)?;
        page.text(text.as_error)?;
        let loss = (layers::by_numbers(&setting.x, &setting.k)? * &setting.g)?.sum_all()?;
        let k = Var::from_tensor(&setting.k)?;
        if let Err(error) = autograd::gradient(&loss.backward()?, &k, "the kernel") {
            page.text(&format!("error: {error}"))?;
        }
        page.text(text.formulas)?;
        page.figure(text.formula_lines)?;
        page.text(text.elsewhere)?;
        page.figure(text.frameworks)?;
        Ok(())
    }

    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
        let (text, setting) = (Text::of(language), Setting::new(device)?);
        let [by_x, by_k, by_b] = setting.gradients()?;
        let zero = Tensor::new(0f32, device)?;
        page.text(text.differences)?;
        let by_k_differences = setting.differences(&setting.k, |k| Ok(setting.loss(&setting.x, k, &zero)?))?;
        let by_formula = corr2d(&setting.x, &setting.g)?;
        page.figure(&three_ways(&by_k, &by_k_differences, &by_formula)?)?;
        page.text(text.input_too)?;
        let by_x_differences = setting.differences(&setting.x, |x| Ok(setting.loss(x, &setting.k, &zero)?))?;
        let by_formula = convolve2d(&padded(&setting.g)?, &setting.k)?;
        page.figure(&three_ways(&by_x, &by_x_differences, &by_formula)?)?;
        let by_b_differences = setting.differences(&zero, |b| Ok(setting.loss(&setting.x, &setting.k, b)?))?;
        let number = |tensor: &Tensor| Ok::<_, anyhow::Error>(figure::scalar(figure::numbers(tensor)?[0]));
        let numbers = (number(&by_b)?, number(&by_b_differences)?, number(&setting.g.sum_all()?)?);
        page.text(&(text.bias_too)(&numbers.0, &numbers.1, &numbers.2))?;
        Ok(())
    }

    fn check(&self, answer: &Answer, device: &Device, language: Language) -> Result<Verdict> {
        let (text, setting) = (Text::of(language), Setting::new(device)?);
        let [by_x, by_k, by_b] = setting.gradients()?;
        let ones = setting.g.ones_like()?;
        let (mean, turned) = ((&by_k / 4.0)?, by_k.flip(&[0, 1])?);
        let kernel_slips =
            [(corr2d(&setting.x, &ones)?, text.forgot_g), (mean, text.mean), (turned, text.turned_kernel)];
        let correlated = corr2d(&padded(&setting.g)?, &setting.k)?;
        let turned_input = by_x.flip(&[0, 1])?;
        let forgot_g = convolve2d(&padded(&ones)?, &setting.k)?;
        let input_slips = [
            (correlated, text.correlated_back),
            (turned_input, text.turned_input),
            (forgot_g, text.forgot_g),
            ((&by_x / 4.0)?, text.mean),
        ];
        let judge = |field, wanted: &Tensor, slips: &[(Tensor, &str)]| -> Result<Option<Opinion>> {
            answer.matrix(field)?.map(|found| grader::judge(&found, wanted, slips, text)).transpose()
        };
        let bias = answer.number("bias")?.map(|found| grader::judge_bias(found, &by_b, text)).transpose()?;
        let none = answer.value("through_numbers").map(|value| grader::judge_numbers(value, &setting, text));
        let none = none.transpose()?;
        Ok(Verdict::new([
            ("kernel", judge("kernel", &by_k, &kernel_slips)?),
            ("input", judge("input", &by_x, &input_slips)?),
            ("bias", bias),
            ("through_numbers", none),
        ]))
    }

    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction> {
        let (text, setting) = (Text::of(language), Setting::new(device)?);
        let [_, by_k, _] = setting.gradients()?;
        let forgot_g = figure::numbers(&corr2d(&setting.x, &setting.g.ones_like()?)?)?;
        let shown = figure::equation(&setting.x, &setting.g, &by_k)?;
        Ok(Prediction {
            given: self.given(device)?,
            wanted: figure::numbers(&by_k)?,
            shown,
            slips: vec![(forgot_g, text.forgot_g)],
        })
    }
}

/// Autograd, differences and formula beside each other.
fn three_ways(autograd: &Tensor, differences: &Tensor, formula: &Tensor) -> Result<String> {
    let [a, b, c] = [figure::matrix(autograd)?, figure::matrix(differences)?, figure::matrix(formula)?];
    Ok(figure::beside(&[&a, "=", &b, "=", &c]))
}

/// A rim of zeros, one pixel wide.
fn padded(tensor: &Tensor) -> Result<Tensor> {
    Ok(tensor.pad_with_zeros(0, 1, 1)?.pad_with_zeros(1, 1, 1)?)
}
