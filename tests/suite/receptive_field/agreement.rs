//! Arithmetic, sets and gradients: three ways to what an output sees, on random networks with branches.

use candle_core::Device;
use corr2d::receptive_field::{
    Combination, Fields, Interpolation, Layer, Network, Node, Same, Sides, Weights, Window, WindowPadding,
};
use corr2d_tests::SplitMix;

/// How many networks must have an output whose way to the image leads past no padding; the others are checked too.
const NETWORKS: usize = 500;

#[test]
fn three_ways_agree_on_500_random_networks() {
    let (mut with_interior, mut branched, mut enlarged, mut at_the_rim) = (0, 0, 0, 0);
    let mut seed = 0;
    while with_interior < NETWORKS {
        assert!(
            seed < 4 * NETWORKS as u64,
            "only {with_interior} of {seed} networks have an output beside the padding"
        );
        let (network, image) = random_network(seed, |_| true);
        let fields = network.fields(image).unwrap();
        let case = format!("seed {seed}, {image:?}: {}", description(&network));
        with_interior += usize::from(check(&fields, seed, &case, &mut at_the_rim));
        branched += usize::from(network.nodes().any(|node| network.inputs_of(node).unwrap().len() > 1));
        enlarged += usize::from(network.nodes().any(|node| enlarges(&network.layer_of(node).unwrap())));
        seed += 1;
    }
    // What was drawn has of everything enough to prove something.
    assert!(branched > 200 && enlarged > 100 && at_the_rim > 300, "{branched} {enlarged} {at_the_rim} of {seed}");
}

#[test]
fn they_agree_at_the_rim_too_where_nothing_is_hidden() {
    let (mut branched, mut enlarged, mut at_the_rim) = (0, 0, 0);
    for seed in 0..150 {
        let (network, image) = random_network(seed, shows_all);
        let fields = network.fields(image).unwrap();
        let case = format!("seed {seed}, {image:?}: {}", description(&network));
        check(&fields, seed, &case, &mut at_the_rim);
        branched += usize::from(network.nodes().any(|node| network.inputs_of(node).unwrap().len() > 1));
        enlarged += usize::from(network.nodes().any(|node| enlarges(&network.layer_of(node).unwrap())));
    }
    assert!(branched > 80 && enlarged > 80 && at_the_rim > 80, "{branched} {enlarged} {at_the_rim}");
}

/// Checks one output of the last layer anywhere and one whose way leads past no padding; whether there is such a one.
fn check(fields: &Fields, seed: u64, case: &str, at_the_rim: &mut usize) -> bool {
    let node = fields.network().last();
    let (height, width) = fields.field(node).unwrap().size;
    let anywhere = (SplitMix::at(seed, 1) as usize % height, SplitMix::at(seed, 2) as usize % width);
    *at_the_rim += usize::from(agree(fields, node, anywhere, seed, case));
    let outputs = || (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    let interior = outputs().find(|output| !fields.seen(node, *output).unwrap().padding);
    interior.is_some_and(|output| !agree(fields, node, output, seed, case))
}

/// Holds the three ways together at one output; whether its way leads past padding.
fn agree(fields: &Fields, node: Node, output: (usize, usize), seed: u64, case: &str) -> bool {
    let seen = fields.seen(node, output).unwrap();
    let gradient = fields.gradient(node, output, Weights::Positive, seed, &Device::Cpu).unwrap();
    let gradient: Vec<Vec<f64>> = gradient.to_vec2().unwrap();
    for (row, numbers) in gradient.iter().enumerate() {
        for (column, number) in numbers.iter().enumerate() {
            let (by_sets, by_gradient) = (seen.pixels.contains(row, column), *number != 0.0);
            assert_eq!(by_sets, by_gradient, "pixel ({row}, {column}) of output {output:?}, {case}");
        }
    }
    let region = fields.region(node, output).unwrap();
    if !seen.padding {
        assert_eq!(seen.pixels.bounds(), Some(region), "output {output:?}, {case}");
    } else if shows_all(fields) {
        let inside = region.inside(fields.image()).unwrap();
        assert_eq!(seen.pixels.bounds(), Some(inside), "output {output:?} at the rim, {case}");
        if fields.network().nodes().all(|node| fields.network().inputs_of(node).unwrap().len() < 2) {
            let area = (inside.bottom - inside.top + 1) * (inside.right - inside.left + 1);
            assert_eq!(seen.pixels.count() as i64, area, "a chain without gaps: output {output:?} at the rim, {case}");
        }
    } else if let Some(bounds) = seen.pixels.bounds() {
        let inside = region.inside(fields.image()).unwrap();
        let within = bounds.top >= inside.top
            && bounds.bottom <= inside.bottom
            && bounds.left >= inside.left
            && bounds.right <= inside.right;
        assert!(within, "{bounds:?} leaves {inside:?}: output {output:?}, {case}");
    }
    seen.padding
}

/// Whether no layer has gaps, hides a part of its input, or has outputs that see padding alone. Then what an output sees is
/// its region, cut off at the rim; otherwise sets may see less, since arithmetic goes on through padding.
fn shows_all(fields: &Fields) -> bool {
    let network = fields.network();
    network.nodes().skip(1).all(|node| {
        let size = |node| fields.field(node).unwrap().size;
        let (input, output) = (size(network.inputs_of(node).unwrap()[0]), size(node));
        let layer = network.layer_of(node).unwrap();
        let axes = |window: &Window| {
            let padding = match window.padding {
                WindowPadding::Explicit(sides) => Some((sides.top, sides.left)),
                WindowPadding::Same(_) => None,
            };
            [
                (window.kernel.0, window.stride.0, window.dilation.0, padding.map(|at| at.0), input.0, output.0),
                (window.kernel.1, window.stride.1, window.dilation.1, padding.map(|at| at.1), input.1, output.1),
            ]
        };
        match layer {
            Layer::Convolution(window) | Layer::MaxPooling(window) | Layer::AveragePooling(window) => {
                axes(&window).into_iter().all(|(kernel, stride, dilation, before, input, output)| {
                    let dense = (dilation == 1 || kernel == 1) && stride <= kernel;
                    // 'Same' padding is never longer than the kernel, and its last window ends with the map.
                    let (first, last) = (before.unwrap_or(0), (output - 1) * stride);
                    let reaches = before.is_none_or(|before| last + kernel >= input + before && last < input + before);
                    dense && first < kernel && reaches
                })
            }
            Layer::TransposedConvolution { window, .. } => {
                axes(&window).into_iter().all(|(kernel, stride, _, before, input, output)| {
                    // The last output reads the last pixel, or one before it.
                    let before = before.unwrap();
                    let (first, last) =
                        ((output + before).saturating_sub(kernel).div_ceil(stride), (output - 1 + before) / stride);
                    first < input && last + 1 >= input && before < kernel
                })
            }
            Layer::Padding(sides) | Layer::Cropping(sides) => sides == Sides::default(),
            _ => true,
        }
    })
}

/// A legal network of up to ten layers that is as is asked, over an image that is not square.
pub(super) fn random_network(seed: u64, wanted: fn(&Fields) -> bool) -> (Network, (usize, usize)) {
    let mut stream = SplitMix::new(seed);
    let height = stream.between(9, 20);
    let image = (height, height + stream.between(1, 6));
    let mut network = Network::new("random");
    for _ in 0..stream.between(2, 7) {
        // What does not fit is drawn anew.
        for _ in 0..20 {
            let mut longer = network.clone();
            if extend(&mut longer, image, &mut stream).is_some()
                && longer.fields(image).is_ok_and(|fields| wanted(&fields))
            {
                network = longer;
                break;
            }
        }
    }
    (network, image)
}

/// Adds a layer, or two branches and the layer where they meet.
fn extend(network: &mut Network, image: (usize, usize), stream: &mut SplitMix) -> Option<()> {
    let (last, count) = (network.last(), network.nodes().count());
    let name = |kind: &str| format!("{kind}{count}");
    let fields = network.fields(image).ok()?;
    let size = |node| fields.field(node).unwrap().size;
    match stream.between(1, 100) {
        1..=25 => {
            // Two paths of one stride, with kernels of their own.
            let stride = stream.between(1, 2);
            let side = |stream: &mut SplitMix| {
                let kernel = (stream.between(1, 4), stream.between(1, 3));
                Layer::Convolution(Window::new(kernel).stride(stride).same(some_same(stride, stream)))
            };
            let left = network.layer(name("left"), side(stream), &[last]).ok()?;
            let right = network.layer(name("right"), side(stream), &[last]).ok()?;
            let right = network.layer(name("right_again"), side_of_one(stream), &[right]).ok()?;
            network.layer(name("meet"), meeting(stream), &[left, right]).ok()?;
        }
        26..=40 => {
            // An older map of the same size, whatever its stride is.
            let others: Vec<Node> = network.nodes().filter(|node| *node != last && size(*node) == size(last)).collect();
            let other = *others.get(stream.between(0, others.len().max(1) - 1))?;
            network.layer(name("skip"), meeting(stream), &[last, other]).ok()?;
        }
        _ => {
            network.layer(name("layer"), some_layer(stream), &[last]).ok()?;
        }
    }
    Some(())
}

fn some_layer(stream: &mut SplitMix) -> Layer {
    let sides = |stream: &mut SplitMix| {
        let mut side = || stream.between(0, 2);
        Sides { top: side(), bottom: side(), left: side(), right: side() }
    };
    match stream.between(1, 100) {
        1..=40 => {
            let kernel = (stream.between(1, 4), stream.between(1, 4));
            let stride = (stream.between(1, 3), stream.between(1, 2));
            let window = Window::new(kernel).stride(stride).dilation((stream.between(1, 2), stream.between(1, 3)));
            let padding = (stream.between(0, 2), stream.between(0, 2));
            Layer::Convolution(if stream.percent(50) { window.padding(padding) } else { window })
        }
        41..=60 => {
            let kernel = (stream.between(2, 3), stream.between(2, 4));
            let stride = (stream.between(1, 2), stream.between(1, 3));
            let padding = (stream.between(0, kernel.0 / 2), stream.between(0, kernel.1 / 2));
            let window = Window::new(kernel).stride(stride).padding(padding);
            let window = Window { ceil_mode: stream.percent(30), ..window };
            if stream.percent(50) { Layer::MaxPooling(window) } else { Layer::AveragePooling(window) }
        }
        61..=72 => {
            let stride = (stream.between(1, 3), stream.between(1, 2));
            let kernel = (stride.0 + stream.between(0, 2), stride.1 + stream.between(0, 2));
            let padding = (stream.between(0, kernel.0 - 1), stream.between(0, kernel.1 - 1));
            let window = Window::new(kernel).stride(stride).padding(padding);
            let output_padding = (stream.between(0, stride.0 - 1), stream.between(0, stride.1 - 1));
            Layer::TransposedConvolution { window, output_padding }
        }
        73..=82 => {
            let factor = (stream.between(1, 3), stream.between(1, 2));
            let interpolation = if stream.percent(50) { Interpolation::Nearest } else { Interpolation::Bilinear };
            Layer::Upsampling { factor, interpolation }
        }
        83..=88 => Layer::Padding(sides(stream)),
        89..=94 => Layer::Cropping(sides(stream)),
        95..=96 => Layer::Global,
        _ => Layer::ElementWise,
    }
}

fn side_of_one(stream: &mut SplitMix) -> Layer {
    let kernel = (stream.between(1, 3), stream.between(1, 3));
    Layer::Convolution(Window::new(kernel).dilation(stream.between(1, 2)).same(some_same(1, stream)))
}

fn some_same(stride: usize, stream: &mut SplitMix) -> Same {
    let all = [Same::TensorFlow, Same::Lower, Same::PyTorch];
    all[stream.between(0, if stride == 1 { 2 } else { 1 })]
}

fn meeting(stream: &mut SplitMix) -> Layer {
    if stream.percent(50) { Layer::Combination(Combination::Sum) } else { Layer::Concatenation }
}

fn enlarges(layer: &Layer) -> bool {
    matches!(layer, Layer::TransposedConvolution { .. } | Layer::Upsampling { .. })
}

pub(super) fn description(network: &Network) -> String {
    let layer = |node| {
        format!(
            "{} = {:?} of {:?}",
            network.name_of(node).unwrap(),
            network.layer_of(node).unwrap(),
            network.inputs_of(node).unwrap()
        )
    };
    network.nodes().map(layer).collect::<Vec<_>>().join("; ")
}
