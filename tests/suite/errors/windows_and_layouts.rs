//! Bad calls of the layouts and of what looks at the windows of an input.

use candle_core::{DType, Tensor};
use corr2d::{Identifiability, layout};

use super::{Call, call, of, zeros};

pub(super) fn calls() -> Vec<Call> {
    let windows =
        |name, input: &'static [usize], kernel| call(name, move || Identifiability::of(&zeros(input), kernel));
    let predict = |name, start: &'static [usize], target: &'static [usize]| {
        call(name, move || {
            let known = Identifiability::of(&zeros(&[5, 7]), (2, 3))?;
            known.predicted_losses(&zeros(start), &zeros(target), 0.1, 3)
        })
    };
    vec![
        windows("Identifiability: an image without batch", &[3, 5, 7], (2, 3)),
        windows("Identifiability: a kernel that is larger than the input", &[5, 7], (2, 8)),
        windows("Identifiability: a kernel without rows", &[5, 7], (0, 3)),
        windows("Identifiability: a kernel without columns", &[1, 2, 5, 7], (2, 0)),
        windows("Identifiability: more weights than it looks at", &[50, 70], (33, 32)),
        windows("Identifiability: more weights than can be counted", &[1, 4, 5, 7], (usize::MAX, 2)),
        call("Identifiability: bytes", || Identifiability::of(&of(&[5, 7], DType::U8), (2, 3))),
        call("Identifiability: an input that is NaN", || {
            Identifiability::of(&(of(&[5, 7], DType::F32).ones_like()? * f64::NAN)?, (2, 3))
        }),
        call("Identifiability: an input whose squares are infinite", || {
            Identifiability::of(&(of(&[5, 7], DType::F64).ones_like()? * 1e200)?, (2, 3))
        }),
        predict("predicted losses: a start of another size", &[3, 3], &[2, 3]),
        predict("predicted losses: a target of another size", &[2, 3], &[2, 3, 1, 2]),
        layout_of("layout: an image without batch", layout::nhwc_to_nchw, &[6, 8, 3]),
        layout_of("layout: an output without batch", layout::nchw_to_nhwc, &[3, 6, 8]),
        layout_of("layout: a weight without input channels", layout::oihw_to_hwio, &[4, 1, 2]),
        layout_of("layout: a kernel of two axes", layout::hwio_to_oihw, &[1, 2]),
        layout_of("layout: a weight of five axes", layout::oihw_to_ohwi, &[4, 3, 1, 2, 1]),
        layout_of("layout: a vector", layout::ohwi_to_oihw, &[4]),
    ]
}

fn layout_of(name: &'static str, change: fn(&Tensor) -> corr2d::Result<Tensor>, shape: &'static [usize]) -> Call {
    call(name, move || change(&zeros(shape)))
}
