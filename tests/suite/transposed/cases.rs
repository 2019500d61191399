//! Shapes to transpose: those of the testkit turned round, and some that only this operation has.

use corr2d_cpu::{Algorithm, ConvTranspose2dOptions, Padding, TransposedPlan, reference};
use corr2d_tests::{CASES, Case, SplitMix, random_case};

/// One transposed correlation with small integers, and what the loops of the definition make of them.
#[derive(Debug)]
pub(super) struct Transposed {
    pub(super) name: String,
    pub(super) input: [usize; 4],
    pub(super) weight: [usize; 4],
    pub(super) options: ConvTranspose2dOptions,
    pub(super) plan: TransposedPlan,
    pub(super) x: Vec<f64>,
    pub(super) w: Vec<f64>,
    pub(super) b: Vec<f64>,
    /// What arrives from behind the output.
    pub(super) g: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) y_without_bias: Vec<f64>,
}

impl Transposed {
    pub(super) fn new(name: &str, input: [usize; 4], weight: [usize; 4], options: ConvTranspose2dOptions) -> Self {
        let plan = TransposedPlan::new(input, weight, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let output = plan.geometry().output_shape();
        let seed = Case { name: name.to_owned().into(), ..CASES[0].clone() }.seed();
        let numbers = |stream: u64, shape: &[usize]| {
            let seed = SplitMix::at(seed, stream);
            let number = |index: usize| (SplitMix::at(seed, index as u64) % 17) as f64 - 8.0;
            (0..shape.iter().product()).map(number).collect::<Vec<f64>>()
        };
        let (x, w, b, g) = (numbers(0, &input), numbers(1, &weight), numbers(2, &[output[1]]), numbers(3, &output));
        let mut y = vec![f64::NAN; output.iter().product()];
        let mut y_without_bias = y.clone();
        reference::transposed::forward(plan.geometry(), &x, &w, Some(&b), &mut y).unwrap();
        reference::transposed::forward(plan.geometry(), &x, &w, None, &mut y_without_bias).unwrap();
        Self { name: name.to_owned(), input, weight, options, plan, x, w, b, g, y, y_without_bias }
    }

    /// The case of the testkit turned round: its output is the input here.
    pub(super) fn of(case: &Case) -> Self {
        let plan = case.plan(Algorithm::Auto).unwrap();
        let (rows, columns) = (plan.geometry().rows(), plan.geometry().columns());
        let rest = |axis: &corr2d_cpu::Axis| (axis.padded() - axis.dilated()) % axis.stride();
        let padding = Padding::Explicit {
            top: rows.before(),
            bottom: rows.after(),
            left: columns.before(),
            right: columns.after(),
        };
        let options = ConvTranspose2dOptions {
            stride: case.options.stride,
            padding,
            output_padding: (rest(rows), rest(columns)),
            dilation: case.options.dilation,
            groups: case.options.groups,
            algorithm: case.options.algorithm,
        };
        Self::new(&case.name, plan.geometry().output_shape(), case.weight, options)
    }

    pub(super) fn output(&self) -> [usize; 4] {
        self.plan.geometry().output_shape()
    }
}

/// Those whose every output can be differentiated by every input in a moment.
pub(super) fn small() -> Vec<Transposed> {
    let small = |case: &Transposed| (1..=240).contains(&case.y.len()) && case.x.len() + case.w.len() <= 160;
    let cases: Vec<_> = CASES.iter().map(Transposed::of).chain(own()).filter(small).collect();
    assert!(cases.len() >= 15, "{} small cases", cases.len());
    cases
}

pub(super) fn all() -> Vec<Transposed> {
    let mut cases: Vec<_> = CASES.iter().map(Transposed::of).collect();
    cases.extend((50_000..50_100).map(random_case).map(|case| Transposed::of(&case)));
    cases.extend(own());
    cases
}

/// What no correlation of the testkit turns into.
pub(super) fn own() -> Vec<Transposed> {
    let plain = ConvTranspose2dOptions::default();
    let sides = |top, bottom, left, right| Padding::Explicit { top, bottom, left, right };
    let same = ConvTranspose2dOptions { padding: Padding::Same, ..plain };
    vec![
        Transposed::new("same", [1, 2, 3, 4], [2, 3, 3, 2], same),
        Transposed::new("same_strided", [1, 2, 3, 4], [2, 3, 4, 5], ConvTranspose2dOptions { stride: (2, 3), ..same }),
        Transposed::new(
            "same_stride_beyond_kernel",
            [2, 2, 3, 2],
            [2, 1, 2, 1],
            ConvTranspose2dOptions { stride: (5, 3), ..same },
        ),
        Transposed::new(
            "rows_beyond_every_window",
            [2, 2, 3, 4],
            [2, 3, 2, 2],
            ConvTranspose2dOptions { dilation: (4, 1), output_padding: (3, 0), ..plain },
        ),
        Transposed::new(
            "columns_beyond_every_window",
            [1, 2, 3, 4],
            [2, 3, 2, 2],
            ConvTranspose2dOptions { stride: (1, 2), dilation: (1, 5), output_padding: (0, 4), ..plain },
        ),
        Transposed::new(
            "output_padding_takes_back_a_part_of_the_padding",
            [1, 2, 3, 4],
            [2, 3, 2, 3],
            ConvTranspose2dOptions { dilation: (4, 3), padding: sides(1, 3, 2, 1), output_padding: (2, 2), ..plain },
        ),
        Transposed::new(
            "beyond_in_groups",
            [1, 4, 2, 3],
            [4, 2, 2, 3],
            ConvTranspose2dOptions { dilation: (3, 2), output_padding: (2, 1), groups: 2, ..plain },
        ),
    ]
}
