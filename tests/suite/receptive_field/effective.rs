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
        let (down, across) = effective.deviation;
        assert!((down / expected(3.0) - 1.0).abs() < 0.12, "depth {depth}: {down} down, {}", expected(3.0));
        assert!((across / expected(5.0) - 1.0).abs() < 0.12, "depth {depth}: {across} across, {}", expected(5.0));
        assert!(effective.explained > 0.8, "depth {depth}: {}", effective.explained);
        assert!((effective.centre.0 - depth as f64).abs() < 1.0, "depth {depth}: {:?}", effective.centre);
        assert!((effective.centre.1 - 2.0 * depth as f64).abs() < 2.0, "depth {depth}: {:?}", effective.centre);
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
