//! Weight gradients of dense layers, by each path that has a way of its own: sums with output channels in lanes, and tiles.

use corr2d_cpu::{Algorithm, Conv2dOptions, Element, Geometry, Isa, Padding, Path, Plan};
use corr2d_tests::{CASES, SplitMix};
use rayon::{ThreadPool, ThreadPoolBuilder};

const PATHS: [Path; 3] = [Path::Channels, Path::Winograd2, Path::Winograd4];

fn pools() -> Vec<ThreadPool> {
    [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
}

fn padded(padding: usize) -> Conv2dOptions {
    let padding = Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding };
    Conv2dOptions { padding, ..Default::default() }
}

fn geometry(input: [usize; 4], weight: [usize; 4], options: Conv2dOptions) -> Geometry {
    Geometry::new(input, weight, &options).unwrap()
}

/// Layers that leave rests everywhere, each after what it stresses.
fn layers() -> Vec<(&'static str, Geometry)> {
    let strided = Conv2dOptions { stride: (2, 2), ..padded(1) };
    let dilated = Conv2dOptions { dilation: (2, 2), ..padded(2) };
    let uneven = Padding::Explicit { top: 0, bottom: 2, left: 3, right: 1 };
    let everything = Conv2dOptions { stride: (3, 2), dilation: (2, 3), padding: uneven, groups: 2, ..padded(0) };
    vec![
        ("channels that fill no register", geometry([1, 5, 13, 17], [19, 5, 3, 3], padded(1))),
        ("channels one above a pair of registers", geometry([2, 17, 9, 11], [33, 17, 3, 3], padded(2))),
        ("1×1", geometry([1, 37, 12, 11], [41, 37, 1, 1], padded(0))),
        ("1×1 of stride 2", geometry([2, 19, 12, 11], [21, 19, 1, 1], Conv2dOptions { stride: (2, 2), ..padded(0) })),
        ("5×5", geometry([1, 6, 14, 15], [16, 6, 5, 5], padded(2))),
        ("stride 2", geometry([1, 9, 20, 23], [18, 9, 3, 3], strided)),
        ("dilation 2", geometry([1, 9, 20, 23], [18, 9, 3, 3], dilated)),
        ("dilation 3×4", geometry([2, 9, 20, 23], [18, 9, 3, 3], Conv2dOptions { dilation: (3, 4), ..padded(2) })),
        ("dilation 1×2", geometry([2, 9, 20, 23], [18, 9, 3, 3], Conv2dOptions { dilation: (1, 2), ..padded(2) })),
        ("dilation 2×1", geometry([2, 9, 20, 23], [18, 9, 3, 3], Conv2dOptions { dilation: (2, 1), ..padded(2) })),
        ("stride 2 on several chunks", geometry([3, 40, 60, 59], [19, 40, 3, 3], strided)),
        ("dilation 2 on several chunks", geometry([2, 40, 60, 59], [19, 40, 3, 3], dilated)),
        ("batch 3", geometry([3, 7, 10, 9], [24, 7, 3, 3], padded(1))),
        ("groups 2", geometry([1, 14, 10, 9], [34, 7, 3, 3], Conv2dOptions { groups: 2, ..padded(1) })),
        ("everything at once", geometry([3, 10, 31, 40], [22, 5, 4, 3], everything)),
        ("padding beyond the image", geometry([1, 6, 2, 2], [9, 6, 3, 3], padded(4))),
        ("as many images as fill several chunks", geometry([190, 6, 7, 7], [10, 6, 3, 3], padded(1))),
        ("rows wider than a chunk", geometry([1, 5, 4, 1300], [8, 5, 3, 3], padded(1))),
        ("more chunks than a group", geometry([1, 5, 300, 300], [8, 5, 1, 1], padded(0))),
        ("more tiles than a group of chunks", geometry([12, 5, 41, 43], [9, 5, 3, 3], padded(1))),
        ("more chunks than a group, and one part", geometry([1, 62, 7, 258], [60, 62, 3, 3], padded(1))),
        ("parts of whole groups of chunks", geometry([1, 62, 19, 258], [60, 62, 3, 3], padded(1))),
        ("more channels than a block", geometry([1, 150, 9, 8], [140, 150, 3, 3], padded(1))),
        ("a kernel as large as the image", geometry([2, 6, 30, 31], [9, 6, 30, 31], padded(0))),
    ]
}

fn integers<T: Element>(seed: u64, length: usize) -> Vec<T> {
    (0..length).map(|index| T::from_f64((SplitMix::at(seed, index as u64) % 9) as f64 - 4.0)).collect()
}

/// From 0 to 1.
fn positive(seed: u64, length: usize) -> Vec<f32> {
    (0..length).map(|index| (SplitMix::at(seed, index as u64) >> 40) as f32 / (1u32 << 24) as f32).collect()
}

fn on_path(geometry: Geometry, path: Path) -> Option<Plan> {
    Plan::for_geometry(geometry, Algorithm::Auto).unwrap().with_path(path).ok()
}

fn weight_gradient<T: Element>(plan: &Plan, x: &[T], g: &[T]) -> Vec<T> {
    // An element that is not written shows.
    let mut gradient = vec![T::from_f64(f64::NAN); plan.geometry().weight_len()];
    plan.weight_gradient(x, g, &mut gradient).unwrap();
    gradient
}

fn equal_the_reference<T: Element>() {
    let pools = pools();
    for (name, geometry) in layers() {
        let (x, g) = (integers::<T>(1, geometry.input_len()), integers::<T>(2, geometry.output_len()));
        let want = weight_gradient(&Plan::for_geometry(geometry, Algorithm::Reference).unwrap(), &x, &g);
        for plan in [Path::Channels, Path::Winograd2].iter().filter_map(|path| on_path(geometry, *path)) {
            for isa in Isa::available() {
                for pool in &pools {
                    let got = pool.install(|| weight_gradient(&plan.with_isa(*isa), &x, &g));
                    let wrong = got.iter().zip(&want).position(|(got, want)| got != want);
                    let (path, threads) = (plan.weight_gradient_path(), pool.current_num_threads());
                    let found = wrong.map(|at| (at, got[at], want[at]));
                    assert!(wrong.is_none(), "{name}: {path:?} on {isa}, {threads} threads: {found:?}");
                }
            }
        }
    }
}

#[test]
fn named_layers_equal_the_reference_on_integers_in_f32() {
    equal_the_reference::<f32>();
}

#[test]
fn named_layers_equal_the_reference_on_integers_in_f64() {
    equal_the_reference::<f64>();
}

#[test]
fn named_layers_reach_every_path() {
    for path in PATHS {
        let count = layers().into_iter().filter(|(_, geometry)| on_path(*geometry, path).is_some()).count();
        assert!(count >= 8, "{path:?}: only {count} layers");
    }
}

#[test]
fn a_forced_path_is_that_of_the_weight_gradient_too() {
    for case in CASES {
        let plan = case.plan(Algorithm::Auto).unwrap();
        for path in plan.paths() {
            let found = plan.with_path(path).unwrap().weight_gradient_path();
            // Transforms leave many weights to planes, and say so.
            let left = path == Path::Fft && plan.geometry().weight_len() > 16384;
            assert_eq!(found, if left { Path::Planes } else { path }, "{case}");
        }
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bits_on_reals() {
    let pools = pools();
    for (name, geometry) in layers() {
        let (x, g) = (positive(3, geometry.input_len()), positive(4, geometry.output_len()));
        for plan in PATHS.iter().filter_map(|path| on_path(geometry, *path)) {
            let bits = |pool: &ThreadPool| -> Vec<u32> {
                pool.install(|| weight_gradient(&plan, &x, &g)).into_iter().map(f32::to_bits).collect()
            };
            let want = bits(&pools[0]);
            for pool in &pools[1..] {
                let threads = pool.current_num_threads();
                assert!(bits(pool) == want, "{name}: {:?}, {threads} threads", plan.weight_gradient_path());
            }
        }
    }
}

/// Numbers of one sign, whose roundings add up: 8 · 2⁻²⁴ · Σ|x||g|, as for any other path.
#[test]
fn sums_over_thousands_of_positions_of_one_sign_stay_within_eight_roundings() {
    let layers = [
        geometry([6, 16, 60, 60], [16, 16, 3, 3], padded(1)),
        geometry([1, 8, 224, 224], [16, 8, 1, 1], padded(0)),
        geometry([1, 8, 101, 107], [16, 8, 3, 3], Conv2dOptions { stride: (2, 2), ..padded(1) }),
    ];
    for geometry in layers {
        let (x, g) = (positive(5, geometry.input_len()), positive(6, geometry.output_len()));
        let wide = |numbers: &[f32]| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<_>>();
        let exact = Plan::for_geometry(geometry, Algorithm::Direct).unwrap().with_path(Path::Direct).unwrap();
        let want = weight_gradient(&exact, &wide(&x), &wide(&g));
        for plan in [Path::Channels, Path::Winograd2].iter().filter_map(|path| on_path(geometry, *path)) {
            for isa in Isa::available() {
                let got = weight_gradient(&plan.with_isa(*isa), &x, &g);
                let errors = got.iter().zip(&want).map(|(got, want)| (f64::from(*got) - want).abs() / want);
                let most = errors.fold(0.0, f64::max) * 2f64.powi(24);
                let path = plan.weight_gradient_path();
                assert!(most <= 8.0, "{path:?} on {isa}: {most:.1} roundings on {geometry:?}");
            }
        }
    }
}

/// 2⁻¹⁶ of the largest element, as for its forward pass: a bound on the norm.
#[test]
fn tiles_of_four_err_by_little_of_the_largest_weight() {
    for geometry in [
        geometry([2, 20, 56, 57], [33, 20, 3, 3], padded(1)),
        geometry([1, 64, 14, 14], [64, 64, 3, 3], padded(1)),
        geometry([40, 6, 21, 22], [8, 6, 3, 3], padded(0)),
    ] {
        let real = |seed, length| positive(seed, length).into_iter().map(|x| 2.0 * x - 1.0).collect::<Vec<_>>();
        let (x, g) = (real(7, geometry.input_len()), real(8, geometry.output_len()));
        let wide = |numbers: &[f32]| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<_>>();
        let exact = on_path(geometry, Path::Direct).unwrap();
        let want = weight_gradient(&exact, &wide(&x), &wide(&g));
        let largest = want.iter().fold(0f64, |most, value| most.max(value.abs()));
        let plan = on_path(geometry, Path::Winograd4).unwrap();
        for isa in Isa::available() {
            let got = weight_gradient(&plan.with_isa(*isa), &x, &g);
            let errors = got.iter().zip(&want).map(|(got, want)| (f64::from(*got) - want).abs());
            let most = errors.fold(0.0, f64::max) / largest;
            assert!(most <= 2f64.powi(-16), "{isa}: {most:e} of the largest on {geometry:?}");
        }
    }
}

/// What is not finite reaches the taps that meet it; padding, where there is nothing, never meets a gradient.
#[test]
fn what_is_not_finite_reaches_exactly_its_taps() {
    let strided = Conv2dOptions { stride: (2, 2), ..padded(1) };
    for options in [padded(1), padded(0), strided] {
        let geometry = geometry([2, 5, 9, 11], [9, 5, 3, 3], options);
        let (x, g) = (positive(9, geometry.input_len()), positive(10, geometry.output_len()));
        let reference = Plan::for_geometry(geometry, Algorithm::Reference).unwrap();
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2e38] {
            for place in [0, 7, 1000, usize::MAX] {
                for in_gradient in [false, true] {
                    let (mut x, mut g) = (x.clone(), g.clone());
                    let poisoned = if in_gradient { &mut g } else { &mut x };
                    let place = place.min(poisoned.len() - 1);
                    poisoned[place] = special;
                    let want = weight_gradient(&reference, &x, &g);
                    for plan in PATHS.iter().filter_map(|path| on_path(geometry, *path)) {
                        for isa in Isa::available() {
                            let got = weight_gradient(&plan.with_isa(*isa), &x, &g);
                            for (index, (got, want)) in got.iter().zip(&want).enumerate() {
                                let near = (got - want).abs() <= want.abs() * 1e-4;
                                let same = got == want || got.is_nan() && want.is_nan();
                                assert!(
                                    same || near,
                                    "{special} at {place}: {got} for {want} at {index}, {:?} on {isa}, {geometry:?}",
                                    plan.weight_gradient_path()
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_of_none_gives_zeros() {
    let geometry = geometry([0, 16, 9, 11], [16, 16, 3, 3], padded(1));
    for plan in PATHS.iter().filter_map(|path| on_path(geometry, *path)) {
        assert!(weight_gradient::<f32>(&plan, &[], &[]).iter().all(|value| *value == 0.0));
    }
}

#[test]
fn plans_choose_a_path_for_the_weight_gradient() {
    let path = |channels: usize, size: usize, options: Conv2dOptions| {
        Plan::new([1, channels, size, size], [channels, channels, 3, 3], &options).unwrap().weight_gradient_path()
    };
    let fast = Conv2dOptions { algorithm: Algorithm::Fast, ..padded(1) };
    let direct = Conv2dOptions { algorithm: Algorithm::Direct, ..padded(1) };
    assert_eq!(path(64, 56, padded(1)), Path::Winograd2);
    assert_eq!(path(64, 56, fast), Path::Winograd4);
    assert_eq!(path(64, 56, direct), Path::Channels);
    assert_eq!(path(512, 7, padded(1)), Path::Channels);
    assert_eq!(path(24, 8, padded(1)), Path::Winograd2);
    assert_eq!(path(64, 56, Conv2dOptions { stride: (2, 2), ..padded(1) }), Path::Channels);
    assert_eq!(path(64, 56, Conv2dOptions { dilation: (2, 2), ..padded(2) }), Path::Winograd2);
    assert_eq!(path(64, 26, Conv2dOptions { dilation: (2, 2), ..padded(2) }), Path::Channels);
    assert_eq!(path(64, 56, Conv2dOptions { dilation: (3, 3), ..padded(3) }), Path::Channels);
    assert_eq!(path(16, 10, padded(1)), Path::Channels);
}
