//! Networks that cannot be had, each with its line.

use candle_core::Device;
use corr2d::receptive_field::{Combination, Error, Interpolation, Layer, Network, Same, Sides, Weights, Window};

fn laid(layer: Layer, image: (usize, usize)) -> Error {
    let mut network = Network::new("bad");
    match network.layer("layer", layer, &[network.input()]) {
        Ok(_) => network.fields(image).unwrap_err(),
        Err(error) => error,
    }
}

#[test]
fn every_bad_network_is_an_error_of_one_line() {
    let conv = |window| Layer::Convolution(window);
    let doubled = |window| Layer::TransposedConvolution { window, output_padding: (0, 0) };
    let upsampled = |factor| Layer::Upsampling { factor, interpolation: Interpolation::Bilinear };
    let two = |layer| {
        let mut network = Network::new("bad");
        let halved = network.layer("halved", Layer::MaxPooling(Window::new(2).stride(2)), &[network.input()]).unwrap();
        network.layer("layer", layer, &[network.input(), halved]).and_then(|_| network.fields((8, 6))).unwrap_err()
    };
    let mut network = Network::new("good");
    let node = network.layer("conv", conv(Window::new(3)), &[network.input()]).unwrap();
    let fields = network.fields((5, 9)).unwrap();
    let stranger = Network::new("other").fields((5, 9)).unwrap();
    let said = [
        laid(conv(Window::new((3, 7))), (5, 6)),
        laid(conv(Window::new(0)), (5, 6)),
        laid(conv(Window::new(3).stride(0)), (5, 6)),
        laid(conv(Window::new(3).dilation((1, 0))), (5, 6)),
        laid(conv(Window::new(3).padding(usize::MAX)), (5, 6)),
        laid(conv(Window::new(usize::MAX).dilation(usize::MAX)), (5, 6)),
        laid(conv(Window::new(3).stride((1, 2)).same(Same::PyTorch)), (5, 6)),
        laid(conv(Window::new(1).padding(9000)), (5, 6)),
        laid(conv(Window::new(1)), (0, 6)),
        laid(conv(Window::new(1)), (5, 20000)),
        laid(Layer::MaxPooling(Window::new(2).padding(2)), (5, 6)),
        laid(Layer::AveragePooling(Window::new(7)), (5, 6)),
        laid(doubled(Window::new(1).stride(2)), (5, 6)),
        laid(doubled(Window::new(3).dilation(2)), (5, 6)),
        laid(doubled(Window::new(3).padding(9)), (5, 6)),
        laid(doubled(Window::new(4).stride(2).same(Same::PyTorch)), (5, 6)),
        laid(upsampled((0, 2)), (5, 6)),
        laid(upsampled((usize::MAX, usize::MAX)), (5, 6)),
        laid(upsampled((5000, 2)), (5, 6)),
        laid(Layer::Cropping(Sides { left: 4, right: 2, ..Default::default() }), (5, 6)),
        laid(Layer::Cropping(Sides { top: usize::MAX, bottom: 1, ..Default::default() }), (5, 6)),
        laid(Layer::Combination(Combination::Sum), (5, 6)),
        laid(Layer::Input, (5, 6)),
        two(Layer::Concatenation),
        two(Layer::Combination(Combination::Sum)),
        two(Layer::ElementWise),
        fields.region(node, (3, 0)).unwrap_err(),
        fields.seen(node, (0, 7)).unwrap_err(),
        fields.gradient(node, (3, 7), Weights::Normal, 0, &Device::Cpu).unwrap_err(),
        fields.effective(node, (0, 0), 0, 0, &Device::Cpu).unwrap_err(),
        stranger.field(node).unwrap_err(),
        heavy(Window::new(16000).padding(8000), (32, 33)),
        heavy(Window::new(1), (16384, 16380)),
        endless(),
    ];
    let lines: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert!(lines.iter().all(|line| line.lines().count() == 1), "{lines:?}");
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("receptive_field_errors", lines.join("\n"));
    });
}

/// A gradient for which no machine has the memory.
fn heavy(window: Window, image: (usize, usize)) -> Error {
    let mut network = Network::new("heavy");
    let node = network.layer("layer", Layer::Convolution(window), &[network.input()]).unwrap();
    network.fields(image).unwrap().effective(node, (0, 0), 1, 0, &Device::Cpu).unwrap_err()
}

/// A stride of 2 again and again, on maps that padding keeps alive.
fn endless() -> Error {
    let mut network = Network::new("endless");
    for index in 0..70 {
        let layer = Layer::Convolution(Window::new(1).stride(2).padding(1));
        network.layer(format!("layer{index}"), layer, &[network.last()]).unwrap();
    }
    network.fields((3, 5)).unwrap_err()
}
