//! The part of a field that counts.

use candle_core::Device;
use corr2d::receptive_field::{EffectiveField, Layer, Network, Window};

fn of_depth(depth: usize, kernel: (usize, usize)) -> EffectiveField {
    let mut network = Network::new("deep");
    for index in 0..depth {
        network.layer(format!("conv{index}"), Layer::Convolution(Window::new(kernel)), &[network.last()]).unwrap();
    }
    let image = ((kernel.0 - 1) * depth + 1, (kernel.1 - 1) * depth + 1);
    network.fields(image).unwrap().effective(network.last(), (0, 0), 16, 3, &Device::Cpu).unwrap()
}

#[test]
fn it_grows_as_the_root_of_the_depth_and_becomes_a_gaussian() {
    // The squared gradient is a sum of paths: its variance down is depth · (kernel² − 1) / 12, and that of its root, the
    // magnitude, twice as much for a Gaussian.
    for depth in [8, 16] {
        let effective = of_depth(depth, (3, 5));
        let expected = |kernel: f64| (2.0 * depth as f64 * (kernel * kernel - 1.0) / 12.0).sqrt();
        let gaussian = effective.gaussian.unwrap();
        let (down, across) = gaussian.deviation;
        assert!((down / expected(3.0) - 1.0).abs() < 0.12, "depth {depth}: {down} down, {}", expected(3.0));
        assert!((across / expected(5.0) - 1.0).abs() < 0.12, "depth {depth}: {across} across, {}", expected(5.0));
        assert!(gaussian.explained > 0.8, "depth {depth}: {gaussian:?}");
        assert!((gaussian.centre.0 - depth as f64).abs() < 1.0, "depth {depth}: {gaussian:?}");
        assert!((gaussian.centre.1 - 2.0 * depth as f64).abs() < 2.0, "depth {depth}: {gaussian:?}");
    }
    let shares: Vec<f64> = [1, 2, 4, 8, 16, 32].map(|depth| of_depth(depth, (3, 3)).share()).to_vec();
    assert!((shares[0] - 1.0).abs() < 1e-9 && shares.is_sorted_by(|wide, narrow| wide >= narrow), "{shares:?}");
    // Twice the depth: four times the pixels, of which twice as many count.
    assert!((1.6..2.4).contains(&(shares[4] / shares[5])), "{shares:?}");
}

#[test]
fn one_seed_gives_one_field() {
    let (first, again) = (of_depth(4, (3, 2)), of_depth(4, (3, 2)));
    let numbers = |field: &EffectiveField| field.magnitude.to_vec2::<f64>().unwrap();
    assert_eq!(numbers(&first), numbers(&again));
    assert_eq!(first.reached, 9 * 5);
}

#[test]
fn the_gaussian_is_that_of_least_squares() {
    // Against scipy.optimize.curve_fit on the same magnitudes: two layers of 3×3, whose moments give 1.26 and explain 20 %.
    let fields = |kernel: (usize, usize)| of_depth(2, kernel);
    for (kernel, explained) in [((3, 3), 0.6), ((1, 3), 0.3)] {
        let effective = fields(kernel);
        let gaussian = effective.gaussian.unwrap();
        assert!(gaussian.explained > explained, "{kernel:?}: {gaussian:?}");
        let rows = effective.magnitude.to_vec2::<f64>().unwrap();
        let left = |nudged: [f64; 5]| -> f64 {
            let bell = |place: f64, centre: f64, deviation: f64| {
                if deviation > 0.0 { (-0.5 * ((place - centre) / deviation).powi(2)).exp() } else { 1.0 }
            };
            let [height, row, column, down, across] = nudged;
            let of_row = |(i, numbers): (usize, &Vec<f64>)| -> f64 {
                let fitted = |j: usize| height * bell(i as f64, row, down) * bell(j as f64, column, across);
                numbers.iter().enumerate().map(|(j, number)| (number - fitted(j)).powi(2)).sum()
            };
            rows.iter().enumerate().map(of_row).sum()
        };
        let ((row, column), (down, across)) = (gaussian.centre, gaussian.deviation);
        let found = [gaussian.height, row, column, down, across];
        // No step in any direction leads lower, but one over a limit.
        for unknown in 0..5 {
            for step in [-1e-3, 1e-3] {
                let mut nudged = found;
                nudged[unknown] += step;
                let over = gaussian.flat && step > 0.0 && unknown > 2;
                assert!(over || left(nudged) >= left(found), "{kernel:?}, unknown {unknown} by {step}: {gaussian:?}");
            }
        }
    }
}

#[test]
fn where_nothing_or_a_single_pixel_is_reached_there_is_no_gaussian() {
    let padded = |padding| {
        let mut network = Network::new("padded");
        network.layer("halved", Layer::Convolution(Window::new(1).stride(2)), &[network.input()]).unwrap();
        network.layer("padded", Layer::Convolution(Window::new(1).padding(padding)), &[network.last()]).unwrap();
        network.fields((9, 7)).unwrap().effective(network.last(), (0, 0), 4, 0, &Device::Cpu).unwrap()
    };
    for (padding, reached) in [(3, 0), (0, 1)] {
        let effective = padded(padding);
        assert_eq!((effective.reached, effective.gaussian), (reached, None), "a padding of {padding}");
    }
}
