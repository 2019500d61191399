//! Winograd against the textbook loops: bits on integers, errors on reals, footprints of what is not finite.

use corr2d_cpu::{Algorithm, Conv2dOptions, Element, Error, Geometry, Isa, Padding, Path, Plan};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn within(&mut self, first: usize, last: usize) -> usize {
        first + (self.next() % (last - first + 1) as u64) as usize
    }

    /// From −1 to 1.
    fn real(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn integers<T: Element>(&mut self, length: usize) -> Vec<T> {
        (0..length).map(|_| T::from_f64(self.within(0, 16) as f64 - 8.0)).collect()
    }

    fn reals<T: Element>(&mut self, length: usize) -> Vec<T> {
        (0..length).map(|_| T::from_f64(self.real())).collect()
    }

    fn geometry(&mut self) -> Geometry {
        let groups = if self.within(0, 5) == 0 { self.within(2, 3) } else { 1 };
        let (c, o) = (self.within(1, 40), self.within(1, 40));
        let most = if self.within(0, 3) == 0 { 67 } else { 20 };
        let mut pad = || self.within(0, 4);
        let padding = Padding::Explicit { top: pad(), bottom: pad(), left: pad(), right: pad() };
        // A third of the cases is at stride 2, a third is dilated, by rows and columns each on its own.
        let (stride, dilation) = match self.within(0, 2) {
            0 => ((2, 2), (1, 1)),
            1 => ((1, 1), (self.within(1, 2), self.within(1, 2))),
            _ => ((1, 1), (1, 1)),
        };
        let (h, w) = (self.within(2 * dilation.0 + 1, most.min(24)), self.within(2 * dilation.1 + 1, most));
        let batch = self.within(1, 3);
        let options = Conv2dOptions { padding, groups, stride, dilation, ..Default::default() };
        Geometry::new([batch, c * groups, h, w], [o * groups, c, 3, 3], &options).unwrap()
    }
}

/// The plan of a path that only a large geometry would take: `Winograd` forces tiles of 2×2.
fn plan(geometry: Geometry, algorithm: Algorithm) -> Plan {
    Plan::for_geometry(geometry, algorithm).unwrap()
}

/// The plan of tiles of 4×4, whether or not they pay, where they can be had.
fn by_fours(geometry: Geometry) -> Option<Plan> {
    plan(geometry, Algorithm::Auto).with_path(Path::Winograd4).ok()
}

fn forward<T: Element>(plan: Plan, x: &[T], w: &[T], b: Option<&[T]>) -> Vec<T> {
    // A result that is not written shows.
    let mut y = vec![T::from_f64(f64::NAN); plan.geometry().output_len()];
    plan.forward(x, w, b, &mut y).unwrap();
    y
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn bits<T: Element>(numbers: &[T]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_f64().to_bits()).collect()
}

fn equals_the_reference_on_integers<T: Element>(seed: u64, cases: usize) {
    let mut random = Random(seed);
    let pools = [pool(1), pool(2), pool(3)];
    for case in 0..cases {
        let geometry = random.geometry();
        let (x, w) = (random.integers::<T>(geometry.input_len()), random.integers::<T>(geometry.weight_len()));
        let b = random.integers::<T>(geometry.output_channels());
        let b = case.is_multiple_of(2).then_some(&b[..]);
        let want = bits(&forward(plan(geometry, Algorithm::Reference), &x, &w, b));
        for isa in Isa::available() {
            for pool in &pools {
                let plan = plan(geometry, Algorithm::Winograd).with_isa(*isa);
                assert_eq!(plan.path(), Path::Winograd2);
                let got = bits(&pool.install(|| forward(plan, &x, &w, b)));
                let threads = pool.current_num_threads();
                assert!(got == want, "case {case}: {isa}, {threads} threads, {geometry:?}");
            }
        }
    }
}

#[test]
fn tiles_of_two_equal_the_reference_on_integers_in_f32() {
    equals_the_reference_on_integers::<f32>(1, 200);
}

#[test]
fn tiles_of_two_equal_the_reference_on_integers_in_f64() {
    equals_the_reference_on_integers::<f64>(2, 60);
}

/// The geometries of measured layers, and some that leave rests everywhere.
fn layers() -> Vec<Geometry> {
    let with = |x: [usize; 4], outputs: usize, pad: usize, options: Conv2dOptions| {
        let padding = Padding::Explicit { top: pad, bottom: pad, left: pad, right: pad };
        Geometry::new(x, [outputs, x[1], 3, 3], &Conv2dOptions { padding, ..options }).unwrap()
    };
    let layer = |x, outputs, pad| with(x, outputs, pad, Conv2dOptions::default());
    let strided = Conv2dOptions { stride: (2, 2), ..Default::default() };
    let dilated = |rows, columns| Conv2dOptions { dilation: (rows, columns), ..Default::default() };
    vec![
        layer([1, 64, 56, 56], 64, 1),
        layer([1, 128, 28, 28], 128, 1),
        layer([2, 256, 14, 14], 48, 1),
        layer([2, 17, 19, 45], 33, 2),
        layer([1, 150, 17, 131], 16, 0),
        with([1, 64, 56, 55], 64, 1, strided),
        with([2, 150, 17, 31], 40, 0, strided),
        with([1, 64, 56, 55], 64, 2, dilated(2, 2)),
        with([2, 40, 29, 37], 33, 3, dilated(2, 1)),
        with([2, 40, 29, 37], 33, 3, dilated(1, 2)),
    ]
}

/// The largest error of each element in units of 2⁻²⁴·Σ|x||w| of that element, and over the whole the largest error by
/// the largest value.
fn errors(plan: Plan, x: &[f32], w: &[f32]) -> (f64, f64) {
    let (geometry, isa, path) = (*plan.geometry(), plan.isa(), plan.path());
    let wide = |numbers: &[f32]| numbers.iter().map(|n| f64::from(*n)).collect::<Vec<_>>();
    let size = |numbers: &[f64]| numbers.iter().map(|n| n.abs()).collect::<Vec<_>>();
    let (x64, w64) = (wide(x), wide(w));
    let exact = Plan::for_geometry(geometry, Algorithm::Direct).unwrap();
    let want = forward(exact, &x64, &w64, None);
    let sizes = forward(exact, &size(&x64), &size(&w64), None);
    let got = forward(plan, x, w, None);
    let mut worst = (0f64, 0f64, 0f64);
    for ((got, want), size) in got.iter().zip(&want).zip(&sizes) {
        let error = (f64::from(*got) - want).abs();
        assert!(error.is_finite(), "{isa} {path:?} on {geometry:?}");
        worst = (worst.0.max(error / size * 2f64.powi(24)), worst.1.max(error), worst.2.max(want.abs()));
    }
    (worst.0, worst.1 / worst.2)
}

#[test]
fn tiles_of_two_err_no_more_than_direct_summation_may() {
    for geometry in layers() {
        let mut random = Random(3);
        let (x, w) = (random.reals(geometry.input_len()), random.reals(geometry.weight_len()));
        for isa in Isa::available() {
            let (units, _) = errors(plan(geometry, Algorithm::Winograd).with_isa(*isa), &x, &w);
            assert!(units <= 8.0, "{isa}: {units} units on {geometry:?}");
        }
    }
}

/// On n products of one sign roundings add up; what the README grants is (64 + n / 64) / 2 units.
#[test]
fn tiles_of_two_err_within_the_promise_on_products_of_one_sign() {
    let geometry = Geometry::new([1, 600, 16, 16], [16, 600, 3, 3], &Conv2dOptions::default()).unwrap();
    let mut random = Random(5);
    let promise = (64.0 + 5400.0 / 64.0) / 2.0;
    let positive: Vec<f32> = random.reals::<f32>(geometry.input_len()).iter().map(|x| x.abs()).collect();
    for x in [positive, vec![0.1; geometry.input_len()]] {
        for isa in Isa::available() {
            let plan = plan(geometry, Algorithm::Winograd).with_isa(*isa);
            let (units, _) = errors(plan, &x, &vec![0.3; geometry.weight_len()]);
            assert!(units <= promise, "{isa}: {units} units");
        }
    }
}

/// 2⁻¹⁶ of the largest output: a bound on the norm, since a large pixel adds to the error of its neighbours.
#[test]
fn tiles_of_four_err_by_little_of_the_largest_output() {
    let plans: Vec<_> = layers().into_iter().filter_map(by_fours).collect();
    assert_eq!(plans.len(), 8);
    for plan in plans {
        let geometry = *plan.geometry();
        let mut random = Random(4);
        let (x, w) = (random.reals(geometry.input_len()), random.reals(geometry.weight_len()));
        for isa in Isa::available() {
            let (_, of_largest) = errors(plan.with_isa(*isa), &x, &w);
            assert!(of_largest <= 2f64.powi(-16), "{isa}: {of_largest} of the largest on {geometry:?}");
        }
    }
}

#[test]
fn tiles_give_the_same_bits_for_any_number_of_threads() {
    for geometry in layers() {
        let mut random = Random(6);
        let (x, w) = (random.reals::<f32>(geometry.input_len()), random.reals::<f32>(geometry.weight_len()));
        for plan in by_fours(geometry).into_iter().chain([plan(geometry, Algorithm::Winograd)]) {
            for isa in Isa::available() {
                let plan = plan.with_isa(*isa);
                let want = bits(&pool(1).install(|| forward(plan, &x, &w, None)));
                for threads in [2, 3, 5, 16] {
                    let got = bits(&pool(threads).install(|| forward(plan, &x, &w, None)));
                    assert!(got == want, "{:?}, {isa}, {threads} threads, {geometry:?}", plan.path());
                }
            }
        }
    }
}

/// What is not finite, or so large that a transform would overflow, reaches the outputs that the definition says.
#[test]
fn what_is_not_finite_reaches_exactly_its_windows() {
    for (stride, dilation) in [((1, 1), (1, 1)), ((1, 1), (2, 1)), ((1, 1), (2, 2)), ((2, 2), (1, 1))] {
        footprint(&Conv2dOptions { padding: Padding::Same, stride, dilation, ..Default::default() });
    }
}

fn footprint(options: &Conv2dOptions) {
    let geometry = Geometry::new([2, 32, 29, 30], [32, 32, 3, 3], options).unwrap();
    let mut random = Random(7);
    let input = random.integers::<f32>(geometry.input_len());
    let weight = random.integers::<f32>(geometry.weight_len());
    // The image without the special pixel is still summed by tiles of four: it may err by what is granted them.
    let clean = forward(plan(geometry, Algorithm::Reference), &input, &weight, None);
    let granted = clean.iter().fold(0f32, |most, y| most.max(y.abs())) / 65536.0;
    let places = [0, 29, 29 * 30 - 1, 5 * 29 * 30 + 100, 40 * 29 * 30 + 17 * 9, geometry.input_len() - 1];
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2e38] {
        for (place, in_weight) in places.iter().map(|p| (*p, false)).chain([(0, true), (9215, true), (1000, true)]) {
            let (mut x, mut w) = (input.clone(), weight.clone());
            *if in_weight { &mut w[place] } else { &mut x[place] } = special;
            let want = forward(plan(geometry, Algorithm::Reference), &x, &w, None);
            let plans = by_fours(geometry).into_iter().chain([plan(geometry, Algorithm::Winograd)]);
            for (isa, plan) in
                plans.flat_map(|plan| Isa::available().iter().map(move |isa| (*isa, plan.with_isa(*isa))))
            {
                let path = plan.path();
                let got = forward(plan, &x, &w, None);
                for (index, (got, want)) in got.iter().zip(&want).enumerate() {
                    let near = got.is_finite() && want.is_finite() && (got - want).abs() <= granted + want.abs() * 1e-5;
                    let same = got == want || got.is_nan() && want.is_nan();
                    assert!(
                        same || near,
                        "{special} at {place}: {got} for {want} at {index}, {isa} {path:?}, {geometry:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn winograd_where_it_does_not_suit_is_an_error_with_the_figures() {
    let forced = Conv2dOptions { algorithm: Algorithm::Winograd, stride: (2, 1), ..Default::default() };
    let error = Plan::new([1, 3, 20, 20], [4, 3, 3, 5], &forced).unwrap_err();
    assert!(matches!(error, Error::WinogradDoesNotSuit { .. }));
    assert_eq!(
        error.to_string(),
        "Winograd is for a 3×3 kernel at stride 1×1, dilated by 2 at most, or at 2×2 without dilation, and up to 7281 input \
         channels a group, but this has a 3×5 kernel with stride 2×1, dilation 1×1 and 3: take Auto",
    );
    for (stride, dilation) in [((2, 1), (1, 1)), ((2, 2), (1, 2)), ((3, 3), (1, 1)), ((1, 1), (1, 3))] {
        let forced = Conv2dOptions { stride, dilation, ..forced };
        assert!(Plan::new([1, 3, 20, 20], [4, 3, 3, 3], &forced).is_err(), "stride {stride:?}, dilation {dilation:?}");
    }
}

#[test]
fn auto_takes_winograd_where_it_pays_alone() {
    let path = |channels: usize, size: usize, algorithm: Algorithm| {
        let options = Conv2dOptions { padding: Padding::Same, algorithm, ..Default::default() };
        Plan::new([1, channels, size, size], [channels, channels, 3, 3], &options).unwrap().path()
    };
    assert_eq!(path(32, 28, Algorithm::Auto), Path::Winograd2);
    assert_eq!(path(32, 28, Algorithm::Fast), Path::Winograd4);
    // Small channels pay by fours alone; large weights, and small layers, by twos alone; the smallest images not at all.
    assert_eq!(path(16, 56, Algorithm::Auto), Path::Channels);
    assert_eq!(path(16, 56, Algorithm::Fast), Path::Winograd4);
    assert_eq!(path(512, 14, Algorithm::Fast), Path::Winograd2);
    assert_eq!(path(32, 14, Algorithm::Fast), Path::Winograd2);
    assert_eq!(path(64, 8, Algorithm::Auto), Path::Winograd2);
    assert_eq!(path(256, 7, Algorithm::Auto), Path::Channels);
}

#[test]
fn auto_takes_winograd_at_stride_2_and_dilated_where_it_pays() {
    let path = |channels: usize, size: usize, stride: usize, dilation: usize| {
        let pad = dilation;
        let padding = Padding::Explicit { top: pad, bottom: pad, left: pad, right: pad };
        let (stride, dilation) = ((stride, stride), (dilation, dilation));
        let options = Conv2dOptions { padding, stride, dilation, ..Default::default() };
        Plan::new([1, channels, size, size], [channels, channels, 3, 3], &options).unwrap()
    };
    let forward = |channels, size, stride, dilation| path(channels, size, stride, dilation).path();
    assert_eq!(forward(128, 56, 2, 1), Path::Winograd2);
    assert_eq!(forward(48, 56, 2, 1), Path::Channels);
    assert_eq!(forward(128, 26, 2, 1), Path::Channels);
    assert_eq!(forward(64, 56, 1, 2), Path::Winograd2);
    assert_eq!(path(64, 56, 1, 2).input_gradient_path(), Path::Winograd2);
    assert_eq!(forward(64, 26, 1, 2), Path::Channels);
    assert_eq!(forward(128, 20, 1, 2), Path::Winograd2);
    assert_eq!(forward(128, 14, 1, 2), Path::Channels);
    assert_eq!(forward(128, 56, 1, 3), Path::Channels);
    // Strides and dilations that no tile is for.
    assert_eq!(forward(128, 56, 2, 2), Path::Channels);
    assert_eq!(forward(128, 84, 3, 1), Path::Channels);
}

/// An image that is a single chunk has its weights transformed on the way, in runs of channels, an odd register of channels
/// left: the bits are the textbook's, and those of weights that were transformed beforehand.
#[test]
fn weights_made_for_a_single_chunk_give_the_same_bits() {
    for groups in [1, 2] {
        let options =
            Conv2dOptions { padding: Padding::Same, algorithm: Algorithm::Winograd, groups, ..Default::default() };
        let plan = Plan::new([1, 150 * groups, 6, 9], [70 * groups, 150, 3, 3], &options).unwrap();
        let reference = Plan::for_geometry(*plan.geometry(), Algorithm::Reference).unwrap();
        let mut random = Random(11);
        let x = random.integers::<f32>(plan.geometry().input_len());
        let w = random.integers::<f32>(plan.geometry().weight_len());
        let g = random.integers::<f32>(plan.geometry().output_len());
        let want = forward(reference, &x, &w, None);
        let mut want_gradient = vec![f32::NAN; x.len()];
        reference.input_gradient(&g, &w, &mut want_gradient).unwrap();
        for isa in Isa::available() {
            for threads in [1, 3] {
                pool(threads).install(|| {
                    let plan = plan.with_isa(*isa);
                    assert!(forward(plan, &x, &w, None) == want, "{isa}, {groups} groups, {threads} threads");
                    let mut gradient = vec![f32::NAN; x.len()];
                    plan.input_gradient(&g, &w, &mut gradient).unwrap();
                    assert!(gradient == want_gradient, "gradient: {isa}, {groups} groups, {threads} threads");
                    // On reals sums are rounded, so that another order of them shows.
                    let (x, w) = (Random(12).reals::<f32>(x.len()), Random(13).reals::<f32>(w.len()));
                    let [_, channels, height, width] = plan.geometry().input_shape();
                    let two =
                        Plan::new([2, channels, height, width], plan.geometry().weight_shape(), &options).unwrap();
                    let both = forward(two.with_isa(*isa), &[&x[..], &x[..]].concat(), &w, None);
                    let alone = forward(plan, &x, &w, None);
                    assert!(both == [&alone[..], &alone[..]].concat(), "in a batch: {isa}, {threads} threads");
                });
            }
        }
    }
}

/// Many channels leave room for few tiles at a time, and a wide image is cut in columns.
#[test]
fn many_channels_and_wide_rows_are_cut_in_columns() {
    let cases = [
        (2000, (4, 9), 1, 1),
        (40, (5, 1500), 1, 1),
        (7281, (3, 5), 1, 1),
        (150, (9, 500), 2, 1),
        (150, (9, 500), 1, 2),
    ];
    for (channels, size, stride, dilation) in cases {
        let options = Conv2dOptions {
            padding: Padding::Same,
            stride: (stride, stride),
            dilation: (dilation, dilation),
            algorithm: Algorithm::Winograd,
            ..Default::default()
        };
        let shape = [1, channels, size.0, size.1];
        let plan = Plan::new(shape, [3, channels, 3, 3], &options).unwrap();
        let mut random = Random(8);
        let narrow = |random: &mut Random, length| random.integers::<f64>(length);
        let x = narrow(&mut random, plan.geometry().input_len());
        let w = narrow(&mut random, plan.geometry().weight_len());
        let want = forward(Plan::for_geometry(*plan.geometry(), Algorithm::Reference).unwrap(), &x, &w, None);
        for isa in Isa::available() {
            assert!(forward(plan.with_isa(*isa), &x, &w, None) == want, "{isa} on {:?}", plan.geometry());
        }
    }
}
