//! Bad calls of the layer under candle's names.

use candle_nn::{Conv2dConfig, Module};
use corr2d::{Conv2d, candle_compat};

use super::{Call, call, drawing, zeros};

pub(super) fn calls() -> Vec<Call> {
    let build = |name, inputs, outputs, kernel, groups| {
        let config = Conv2dConfig { groups, ..Default::default() };
        call(name, move || Ok(candle_compat::conv2d(inputs, outputs, kernel, config, drawing())?))
    };
    let forward = |name, weight: &'static [usize], config: Conv2dConfig| {
        let layer = move || candle_compat::Conv2d::new(zeros(weight), None, config);
        call(name, move || Ok(layer().forward(&zeros(&[1, 4, 5, 7]))?))
    };
    let plain = Conv2dConfig::default();
    vec![
        build("candle_compat: groups that do not divide the input", 5, 4, 3, 2),
        build("candle_compat: groups that do not divide the output", 4, 5, 3, 2),
        build("candle_compat: no group", 4, 4, 3, 0),
        build("candle_compat: a kernel without rows", 4, 4, 0, 1),
        build("candle_compat: more weights than can be counted", 1 << 33, 1 << 33, 3, 1),
        call("candle_compat: no group, without bias", move || {
            let none = Conv2dConfig { groups: 0, ..plain };
            Ok(candle_compat::conv2d_no_bias(4, 4, 3, none, drawing())?)
        }),
        forward("candle_compat: a weight that is a matrix", &[2, 3], plain),
        forward(
            "candle_compat: groups that do not divide the weight",
            &[5, 2, 3, 2],
            Conv2dConfig { groups: 2, ..plain },
        ),
        forward("candle_compat: stride zero", &[2, 4, 3, 2], Conv2dConfig { stride: 0, ..plain }),
        forward("candle_compat: a kernel larger than the input", &[2, 4, 6, 2], plain),
        call("candle_compat: a layer of candle that is a matrix", move || {
            Conv2d::try_from(candle_nn::Conv2d::new(zeros(&[2, 3]), None, plain))
        }),
    ]
}
