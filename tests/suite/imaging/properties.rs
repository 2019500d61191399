//! What a kernel does, told from its weights: each property is held to what a filter answers to pictures made for it.

use std::f64::consts::TAU;

use candle_core::{Device, Tensor};
use corr2d_imaging::{Border, Kernel, Mirror, Order, Passes, filter};

/// The answer at the anchor of a kernel that lies over a picture given as a function of (y, x), both 0 at the anchor.
fn answer(kernel: &Kernel, picture: impl Fn(f64, f64) -> f64) -> f64 {
    let (height, width) = (kernel.height(), kernel.width());
    let (row, column) = kernel.anchor();
    let at = |index: usize| ((index / width) as f64 - row as f64, (index % width) as f64 - column as f64);
    let pixels: Vec<f64> = (0..height * width).map(|index| picture(at(index).0, at(index).1)).collect();
    let image = Tensor::from_vec(pixels, (1, height, width), &Device::Cpu).unwrap();
    let weights = Tensor::from_vec(kernel.values().to_vec(), (height, width), &Device::Cpu).unwrap();
    filter(&image, &weights, Border::Valid).unwrap().to_vec3::<f64>().unwrap()[0][0][0]
}

/// Odd, even, flat, tall, of every kind; none is all zeros.
fn kernels() -> Vec<Kernel> {
    let texts = [
        "identity",
        "1,-1",
        "1;-1",
        "sobel-x",
        "scharr-y",
        "laplacian4",
        "laplacian8",
        "log:0.8",
        "gaussian:1.2:5x7",
        "box:2x4",
        "binomial:4x3",
        "sharpen",
        "emboss",
        "roberts-x",
        "1,2,3;4,5,-6",
        "0,0,2",
        "1,-3,3,-1",
    ];
    texts.map(|text| Kernel::parse(text).unwrap()).into()
}

fn order(text: &str) -> Order {
    Kernel::parse(text).unwrap().order(1e-6)
}

#[test]
fn the_answer_to_a_monomial_is_what_the_filter_gives() {
    let factorial = [1.0, 1.0, 2.0, 6.0, 24.0];
    for kernel in kernels() {
        for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (0, 3), (2, 2), (1, 4)] {
            let monomial = |y: f64, x: f64| y.powi(down) * x.powi(across);
            let want = answer(&kernel, monomial) / (factorial[down as usize] * factorial[across as usize]);
            let got = kernel.answer_to(down as u32, across as u32);
            assert!((got - want).abs() < 1e-9, "{} on y^{down} x^{across}: {got}, not {want}", kernel.name());
        }
    }
}

#[test]
fn the_order_counts_derivatives_altogether_down_and_across() {
    let of = |total, down, across| Order { total: Some(total), down: Some(down), across: Some(across) };
    let cases = [
        ("identity", of(0, 0, 0)),
        ("gaussian", of(0, 0, 0)),
        ("1,-1", of(1, 0, 1)),
        ("1;-1", of(1, 1, 0)),
        ("sobel-y", of(1, 1, 0)),
        ("roberts-x", of(1, 0, 0)),
        ("laplacian8", of(2, 0, 0)),
        ("1,-2,1", of(2, 0, 2)),
        ("1,-1;-1,1", of(2, 1, 1)),
        ("1,-3,3,-1", of(3, 0, 3)),
        ("1,-2,1;-2,4,-2;1,-2,1", of(4, 2, 2)),
    ];
    for (text, want) in cases {
        assert_eq!(order(text), want, "{text}");
    }
    assert_eq!(order("0,0"), Order { total: None, down: None, across: None });
}

#[test]
fn the_leading_terms_do_not_depend_on_where_the_anchor_lies() {
    let cases = [
        ("sobel-x", vec![(0, 1, 8.0)]),
        ("0,0,0,0;-1,0,1,0;-2,0,2,0;-1,0,1,0;0,0,0,0", vec![(0, 1, 8.0)]),
        ("roberts-x", vec![(0, 1, -1.0), (1, 0, -1.0)]),
        ("1,-2,1", vec![(0, 2, 1.0)]),
        ("1,-1;-1,1", vec![(1, 1, 1.0)]),
        ("box:4x2", vec![(0, 0, 1.0)]),
        ("0,0,0", vec![]),
    ];
    for (text, want) in cases {
        assert_eq!(Kernel::parse(text).unwrap().leading_terms(1e-6), want, "{text}");
    }
}

#[test]
fn a_learned_derivative_has_its_order_within_a_tolerance() {
    let learned = Kernel::parse("-1.0004,0.0003,0.9999;-2.0002,0.0001,2.0003;-0.9998,0.0002,1.0001").unwrap();
    assert_eq!(learned.order(1e-6).total, Some(0), "as it stands it answers to brightness, a little");
    assert_eq!(learned.order(0.01), Order { total: Some(1), down: Some(0), across: Some(1) });
    let terms = learned.leading_terms(0.01);
    assert_eq!((terms.len(), terms[0].0, terms[0].1), (1, 0, 1), "only ∂/∂x");
}

#[test]
fn a_tolerance_takes_noise_for_nothing_and_nothing_else() {
    let noisy = Kernel::parse("1e-4,1,0;0,-2,-1e-4;0,1,1e-4").unwrap();
    assert_eq!(noisy.order(0.01), Order { total: Some(2), down: Some(2), across: Some(0) });
    assert_eq!(noisy.leading_terms(0.01).len(), 1, "only ∂²/∂y²: {:?}", noisy.leading_terms(0.01));
    // Of a high order little is left, but what is left is the point.
    let fine = Kernel::parse("1,-4,6,-4,1;-4,16,-24,16,-4;6,-24,36,-24,6;-4,16,-24,16,-4;1,-4,6,-4,1").unwrap();
    assert_eq!(fine.order(0.01), Order { total: Some(8), down: Some(4), across: Some(4) });
    assert_eq!(fine.leading_terms(0.01), [(4, 4, 1.0)]);
}

#[test]
fn the_centre_is_where_the_picture_is_measured() {
    let cases = [
        ("identity", (0.0, 0.0)),
        ("0,0,1", (0.0, 1.0)),
        ("0;0;0;0;3", (2.0, 0.0)),
        ("box:4x3", (-0.5, 0.0)),
        ("1;-1", (-0.5, 0.0)),
        ("0,0,0;0,1,-1", (0.0, 0.5)),
        ("laplacian4", (0.0, 0.0)),
        ("0,0,1,0;0,1,-4,1;0,0,1,0;0,0,0,0;0,0,0,0", (-1.0, 0.0)),
        ("1,-2,1,0,0,0", (0.0, -2.0)),
        ("roberts-x", (-0.5, -0.5)),
    ];
    for (text, (down, across)) in cases {
        let centre = Kernel::parse(text).unwrap().centre().unwrap();
        assert!((centre.0 - down).abs() < 1e-12 && (centre.1 - across).abs() < 1e-12, "{text}: {centre:?}");
    }
    assert_eq!(Kernel::parse("0,0").unwrap().centre(), None);
}

#[test]
fn the_factors_multiply_to_the_kernel_where_it_is_separable() {
    for text in [
        "identity",
        "1,-1",
        "sobel-y",
        "scharr-x",
        "gaussian:1.2:5x7",
        "gaussian:0.7:6x3",
        "binomial:4x3",
        "box:1x5",
        "-3;1;2",
        "0,0;0,-2",
    ] {
        let kernel = Kernel::parse(text).unwrap();
        let factors = kernel.factors();
        assert!(factors.is_exact() && (factors.share() - 1.0).abs() < 1e-12, "{text}: {}", factors.share());
        assert_eq!((factors.down.len(), factors.across.len()), (kernel.height(), kernel.width()), "{text}");
        for (index, weight) in kernel.values().iter().enumerate() {
            let product = factors.down[index / kernel.width()] * factors.across[index % kernel.width()];
            assert!((product - weight).abs() < 1e-12, "{text}: weight {index} is {weight}, not {product}");
        }
    }
}

#[test]
fn whole_numbers_have_whole_factors() {
    let cases = [
        ("sobel-y", vec![-1.0, 0.0, 1.0], vec![1.0, 2.0, 1.0]),
        ("scharr-x", vec![3.0, 10.0, 3.0], vec![-1.0, 0.0, 1.0]),
        ("2,4;6,12", vec![2.0, 6.0], vec![1.0, 2.0]),
    ];
    for (text, down, across) in cases {
        let factors = Kernel::parse(text).unwrap().factors();
        let same = factors.down == down && factors.across == across;
        let negative = |values: &[f64]| values.iter().map(|value| 0.0 - value).collect::<Vec<_>>();
        let turned = factors.down == negative(&down) && factors.across == negative(&across);
        assert!(same || turned, "{text}: {:?} and {:?}", factors.down, factors.across);
    }
}

/// `numpy.linalg.svd(a, compute_uv=False)`.
#[test]
fn the_singular_values_are_those_of_numpy() {
    let cases: [(&str, &[f64]); 4] = [
        ("laplacian4", &[4.449_489_742_783_179, 0.449_489_742_783_178_16, 0.0]),
        ("1,2,3;4,5,-6", &[8.789_365_882_622_867, 3.707_701_091_159_473]),
        ("1,4;2,5;3,-6", &[8.789_365_882_622_867, 3.707_701_091_159_473]),
        ("0,0;0,0", &[0.0, 0.0]),
    ];
    for (text, want) in cases {
        let got = Kernel::parse(text).unwrap().factors().singular_values;
        assert_eq!(got.len(), want.len(), "{text}");
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-12, "{text}: {got}, not {want}");
        }
    }
}

#[test]
fn the_share_and_the_rank_tell_how_far_a_kernel_is_from_separable() {
    for (text, rank, share) in
        [("sobel-x", 1, 1.0), ("1,0;0,1", 2, 0.5), ("2,0,0;0,1,0;0,0,1", 3, 4.0 / 6.0), ("0", 0, 1.0)]
    {
        let factors = Kernel::parse(text).unwrap().factors();
        assert_eq!(factors.rank(), rank, "{text}");
        assert!((factors.share() - share).abs() < 1e-12, "{text}: {}", factors.share());
    }
}

#[test]
fn the_parity_tells_a_kernel_from_its_mirror_images() {
    let cases = [
        ("sobel-x", [Some(-1.0), Some(1.0), Some(-1.0), Some(0.0)]),
        ("roberts-x", [Some(0.0), Some(0.0), Some(-1.0), Some(1.0)]),
        ("laplacian8", [Some(1.0); 4]),
        ("1,-1", [Some(-1.0), Some(1.0), Some(-1.0), None]),
        ("1,2;3,4", [Some(28.0 / 30.0), Some(22.0 / 30.0), Some(20.0 / 30.0), Some(29.0 / 30.0)]),
        ("0", [None; 4]),
    ];
    for (text, want) in cases {
        let kernel = Kernel::parse(text).unwrap();
        assert_eq!(Mirror::ALL.map(|mirror| kernel.parity(mirror)), want, "{text}");
    }
}

#[test]
fn a_wave_comes_out_as_the_frequency_response_says() {
    for kernel in kernels() {
        for (down, across) in [(0.0, 0.0), (0.0, 0.25), (0.125, 0.0), (0.3, -0.2), (0.5, 0.5)] {
            let phase = |y: f64, x: f64| TAU * (down * y + across * x);
            let want = (answer(&kernel, |y, x| phase(y, x).cos()), answer(&kernel, |y, x| phase(y, x).sin()));
            let got = kernel.frequency_response(down, across);
            let error = (got.0 - want.0).hypot(got.1 - want.1);
            assert!(error < 1e-12, "{} at ({down}, {across}): {got:?}, not {want:?}", kernel.name());
            assert!((kernel.amplitude(down, across) - want.0.hypot(want.1)).abs() < 1e-12, "{}", kernel.name());
        }
        let grid = kernel.amplitudes(4);
        assert!((grid[3][7] - kernel.amplitude(-0.125, 0.375)).abs() < 1e-15, "{}: row by y", kernel.name());
    }
}

#[test]
fn a_kernel_is_classed_by_the_waves_that_it_passes() {
    let cases = [
        ("0,0", Passes::Nothing),
        ("identity", Passes::All),
        ("0;0;-2", Passes::All),
        ("gaussian:0.8", Passes::Low),
        ("box:1x2", Passes::Low),
        ("-1,-1", Passes::Low),
        ("1,-1", Passes::High),
        ("laplacian4", Passes::High),
        ("sobel-x", Passes::Band),
        ("log:1.4", Passes::Band),
        ("sharpen", Passes::Raised),
        ("emboss", Passes::Raised),
    ];
    for (text, want) in cases {
        assert_eq!(Kernel::parse(text).unwrap().passes(), want, "{text}");
    }
}

#[test]
fn sums_and_norms_are_those_of_the_weights() {
    let kernel = Kernel::parse("1,-2;4,0;-2,0").unwrap();
    assert_eq!((kernel.sum(), kernel.total(), kernel.norm()), (1.0, 9.0, 5.0));
}
