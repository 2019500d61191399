//! Names that mean nothing, and tensors that cannot be padded, filtered, shown or drawn.

use candle_core::{DType, Tensor};
use corr2d_imaging::{Border, Margins, Range, filter, plot};

use super::{CPU, Desk};

#[test]
fn names_of_borders_and_ranges_that_mean_nothing() {
    let mut desk = Desk::new(&[]);
    for name in ["same", "", "mirror", "reflect101", "opencv:reflekt", "torch:edge", "scipy", "pillow:edge"] {
        desk.refused(&format!("{name:?}"), name.parse::<Border>());
    }
    for name in ["sign", "", "0..255"] {
        desk.refused(&format!("{name:?}"), name.parse::<Range>());
    }
    insta::assert_snapshot!(desk.table(&[]), @r#"
    "same": no border is named "same": use one of valid, zero, replicate, reflect, symmetric, wrap
    "": no border is named "": use one of valid, zero, replicate, reflect, symmetric, wrap
    "mirror": no border is named "mirror", near scipy:mirror: use one of valid, zero, replicate, reflect, symmetric, wrap
    "reflect101": no border is named "reflect101", near opencv:reflect101, reflect: use one of valid, zero, replicate, reflect, symmetric, wrap
    "opencv:reflekt": no border is named "opencv:reflekt", near opencv:reflect, opencv:reflect101, opencv:reflect-101: use one of valid, zero, replicate, reflect, symmetric, wrap
    "torch:edge": no border is named "torch:edge", near torch:reflect, torch:zeros, torch:replicate: use one of valid, zero, replicate, reflect, symmetric, wrap
    "scipy": no border is named "scipy", near scipy:constant, scipy:grid-constant, scipy:nearest: use one of valid, zero, replicate, reflect, symmetric, wrap
    "pillow:edge": no border is named "pillow:edge": use one of valid, zero, replicate, reflect, symmetric, wrap
    "sign": no range is named "sign", near signed: use one of signed, abs, minmax, clamp
    "": no range is named "": use one of signed, abs, minmax, clamp
    "0..255": no range is named "0..255": use one of signed, abs, minmax, clamp
    "#);
}

#[test]
fn tensors_that_cannot_be_padded_filtered_or_shown() {
    let mut desk = Desk::new(&[]);
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &CPU).unwrap();
    let wide = Margins { left: usize::MAX, right: usize::MAX, ..Margins::default() };
    let far = Margins { top: 1 << 20, left: 1 << 20, ..Margins::default() };
    desk.refused("pad a row", Border::Wrap.pad(&zeros(&[4]), far));
    desk.refused("pad nothing", Border::Reflect.pad(&zeros(&[1, 0, 4]), Margins::around(3, 5)));
    desk.refused("pad without end", Border::Zero.pad(&zeros(&[2, 4]), wide));
    desk.refused("pad too far", Border::Wrap.pad(&zeros(&[2, 4]), far));
    desk.refused("filter a plane", filter(&zeros(&[4, 5]), &zeros(&[1, 2]), Border::Zero));
    desk.refused("filter with a layer", filter(&zeros(&[1, 4, 5]), &zeros(&[1, 1, 1, 2]), Border::Zero));
    desk.refused("filter with nothing", filter(&zeros(&[1, 4, 5]), &zeros(&[0, 2]), Border::Zero));
    desk.refused("filter with a larger kernel", filter(&zeros(&[1, 4, 5]), &zeros(&[3, 6]), Border::Valid));
    desk.refused("filter no channel", filter(&zeros(&[0, 4, 5]), &zeros(&[1, 2]), Border::Zero));
    let broken = Tensor::new(&[[1f32, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]], &CPU).unwrap();
    for range in [Range::Signed, Range::Clamp] {
        desk.refused(range.name(), range.apply(&broken));
    }
    desk.refused("show nothing", Range::Abs.apply(&zeros(&[0, 3])));
    desk.refused("draw NaN", plot::curve("Loss", "epoch", "loss", &[1.0, f64::NAN]));
    desk.refused("draw too far", plot::curve("Loss", "epoch", "loss", &[f64::MIN, f64::MAX]));
    desk.refused("draw the logarithm of 0", plot::log_curve("Loss", "epoch", "loss", &[1.0, 0.0]));
    desk.refused("map a photograph", plot::heat_map(&zeros(&[161, 2])));
    desk.refused("map infinity", plot::heat_map(&broken));
    insta::assert_snapshot!(desk.table(&[]), @r#"
    pad a row: padding needs [.., H, W], not [4]
    pad nothing: an image of 0×4 (height × width) has no pixel to make a reflect border of: use zero or a larger image
    pad without end: the image with its border needs 268435456.0 TiB, over the limit of 4.0 GiB: use a smaller image or kernel
    pad too far: the image with its border needs 4.0 TiB, over the limit of 4.0 GiB: use a smaller image or kernel
    filter a plane: the image of a filter needs [C, H, W], not [4, 5]
    filter with a layer: the kernel of a filter needs [h, w], not [1, 1, 1, 2]
    filter with nothing: the kernel of a filter needs [h, w], not [0, 2]
    filter with a larger kernel: kernel 3×6 is larger than the input 4×5: take a smaller kernel or pad the input
    filter no channel: a size of the input is 0 in [1, 0, 4, 6]: it must be at least 1
    signed: the responses: 1 NaN and 2 infinite of 4 values: only finite numbers can be shown or stored
    clamp: the responses: 1 NaN and 2 infinite of 4 values: only finite numbers can be shown or stored
    show nothing: a range needs at least one response, not [0, 3]
    draw NaN: the plot "Loss": 1 NaN and 0 infinite of 2 values: only finite numbers can be shown or stored
    draw too far: the plot "Loss" cannot be drawn: it spans -1.7976931348623157e308 to 1.7976931348623157e308, which is too far
    draw the logarithm of 0: the plot "Loss" cannot be drawn: value 2 is 0, and a logarithm needs more than 0
    map a photograph: a heat map needs [h, w] with sides from 1 to 160, not [161, 2]
    map infinity: the heat map: 1 NaN and 2 infinite of 4 values: only finite numbers can be shown or stored
    "#);
}
