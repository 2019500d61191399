//! Feature map and receptive field: what two layers see, by arithmetic and by gradient; whole networks; what counts.

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Page, figure};
use corr2d::corr2d;

use crate::chain::{Layer, field, seen, sees};
use crate::counted::{along_one_side, by_hand, table};
use crate::deep::{DRAWS, effective, last_map};
use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, seed: u64, text: &Text, page: &mut Page<'_>) -> Result<()> {
    two_layers(device, text, page)?;
    measured(device, text, page)?;
    deeper(device, text, page)?;
    whole_networks(text, page)?;
    what_counts(device, seed, text, page)
}

fn two_layers(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, k) = (image(device)?, kernel(device)?);
    let y = corr2d(&x, &k)?;
    let z = corr2d(&y, &k)?;
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure(&figure::equation(&x, &k, &y)?)?;
    page.text(text.one_layer)?;
    page.figure(&figure::equation(&y, &k, &z)?)?;
    page.text(text.two_layers)?;
    let chain = [TWO_BY_TWO, TWO_BY_TWO];
    let (height, width) = field(&chain)?;
    page.figure(&along_one_side(&chain, height))?;
    page.text(&(text.nine)((height, width), 2 * k.elem_count()))?;
    Ok(())
}

fn measured(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let chain = [TWO_BY_TWO, TWO_BY_TWO];
    let weight = kernel(device)?.reshape((1, 1, 2, 2))?;
    let gradient = sees(&chain, &[weight.clone(), weight], device)?;
    page.heading(text.measured_title)?;
    page.text(text.measured)?;
    page.text(text.by_hand)?;
    page.figure(&by_hand(&kernel(device)?.to_vec2()?))?;
    page.text(text.by_gradient)?;
    page.figure(&figure::matrix(&gradient)?)?;
    let (height, width) = field(&chain)?;
    page.text(&(text.both_agree)(height * width, seen(&gradient)?.pixels))?;
    let with_zero = Tensor::new(&[[[[0f32, 1.], [2., 3.]]]], device)?;
    let ignores = sees(&chain, &[with_zero.clone(), with_zero], device)?;
    page.text(&(text.zeros)(height * width - seen(&ignores)?.pixels))?;
    page.figure(&figure::matrix(&ignores)?)?;
    Ok(())
}

fn deeper(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.deeper_title)?;
    page.text(text.deeper)?;
    page.figure(&format!("{}\n{}", text.table, table(device)?))?;
    page.text(text.strides)?;
    page.text(text.dilated)?;
    page.text(text.try_it)?;
    page.figure(TRY)?;
    Ok(())
}

fn whole_networks(text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.networks_title)?;
    page.text(text.networks)?;
    let [network, image, field, stride, padding] = text.networks_table;
    let mut lines = vec![format!("{network:<15}{image:>9}{field:>9}{stride:>9}{padding:>9}")];
    for name in NETWORKS {
        let [image, field, stride, padding] = last_map(name)?;
        lines.push(format!("{name:<15}{image:>9}{field:>9}{stride:>9}{padding:>9}"));
    }
    page.figure(&lines.join("\n"))?;
    let (slim, paper) = (last_map("resnet50-slim")?, last_map("resnet50-paper")?);
    page.text(&(text.halving)(slim[1], last_map("resnet50")?[1]))?;
    page.text(&(text.distill)(slim, paper))?;
    Ok(())
}

fn what_counts(device: &Device, seed: u64, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.effective_title)?;
    page.text(&(text.effective)(DRAWS))?;
    let [layers, field, deviation, pixels, share] = text.effective_table;
    let mut lines = vec![format!("{layers:>7}{field:>9}{deviation:>7}{pixels:>20}{share:>7}")];
    let mut shares = Vec::new();
    for depth in [1, 2, 4, 8, 16] {
        let effective = effective(depth, seed, device)?;
        let (side, share) = (2 * depth + 1, 100.0 * effective.share());
        let (bell, pixels) = (effective.gaussian, effective.pixels);
        let bell = bell.filter(|bell| !bell.flat);
        let deviation = bell.map_or_else(|| "–".to_owned(), |bell| format!("{:.1}", bell.deviation.1));
        lines.push(format!("{depth:>7}{:>9}{deviation:>7}{pixels:>20}{share:>5.0}\u{a0}%", format!("{side}×{side}")));
        shares.push(share);
    }
    page.figure(&lines.join("\n"))?;
    if let [first, .., last] = shares.as_slice() {
        page.text(&(text.effective_share)(*first, *last))?;
    }
    page.text(text.try_network)?;
    page.figure(TRY_NETWORK)?;
    Ok(())
}

// ANCHOR: figure
/// The image of the figure: the numbers 0 to 8, row by row.
fn image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], device)?)
}

/// A kernel without a zero, so that it uses every pixel under it.
fn kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[1f32, 2.], [3., 4.]], device)?)
}
// ANCHOR_END: figure

const TWO_BY_TWO: Layer = Layer { kernel: (2, 2), stride: 1, dilation: 1 };
/// AlexNet to ResNet, and the three places in which ResNets halve.
const NETWORKS: [&str; 7] =
    ["alexnet", "vgg16", "mobilenet-v1", "inception-v3", "resnet50", "resnet50-paper", "resnet50-slim"];

const TRY: &str = "\
cargo run -p chapter-receptive-field -- --layers 2x2,2x2
cargo run -p chapter-receptive-field -- --layers 3x3,3x3s2,3x3d2,1x5";

const TRY_NETWORK: &str = "\
cargo run -p chapter-receptive-field -- --network resnet50
cargo run -p chapter-receptive-field -- --network vgg16 --layer conv4_3 \\
  --image data/camera.png --plot field.svg --heat-map counts.png
cargo run -p chapter-receptive-field -- \\
  --network-file chapters/6-receptive-field/networks/residual.toml";
