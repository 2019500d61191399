//! Single layers and small networks, by numbers that can be counted on fingers.

use corr2d::receptive_field::{
    Alignment, AxisField, Combination, Fields, Interpolation, Layer, Network, Ratio, Same, Sides, Window,
};

/// One layer over an image.
fn alone(layer: Layer, image: (usize, usize)) -> Fields {
    chain(&[layer], image)
}

fn chain(layers: &[Layer], image: (usize, usize)) -> Fields {
    let mut network = Network::new("chain");
    for (index, layer) in layers.iter().enumerate() {
        network.layer(format!("layer{index}"), *layer, &[network.last()]).unwrap();
    }
    network.fields(image).unwrap()
}

fn last(fields: &Fields) -> (&AxisField, &AxisField) {
    let field = fields.field(fields.network().last()).unwrap();
    (&field.rows, &field.columns)
}

#[test]
fn same_pads_as_each_framework_does() {
    // A kernel of 4×3 over 6×7: three zeros down, two across.
    let conv = |same, stride: usize| Layer::Convolution(Window::new((4, 3)).stride(stride).same(same));
    for (same, stride, paddings) in [
        (Same::TensorFlow, 1, (1, 1)),
        (Same::PyTorch, 1, (1, 1)),
        (Same::Lower, 1, (2, 1)),
        // Two windows of 4 every 2 rows need 8 rows of 6, and those of 3 every 2 columns 9 of 7.
        (Same::TensorFlow, 2, (1, 1)),
        (Same::Lower, 2, (1, 1)),
        // Two windows of 4 every 3 rows need 7 rows of 6, three of 3 every 3 columns 9 of 7: one zero, and two.
        (Same::TensorFlow, 3, (0, 1)),
        (Same::Lower, 3, (1, 1)),
    ] {
        let fields = alone(conv(same, stride), (6, 7));
        let (rows, columns) = last(&fields);
        assert_eq!((rows.padding(), columns.padding()), paddings, "{same:?} with stride {stride}");
        assert_eq!((rows.outputs(), columns.outputs()), (6usize.div_ceil(stride), 7usize.div_ceil(stride)), "{same:?}");
    }
}

#[test]
fn padding_of_tensorflow_depends_on_the_image() {
    let halving = Layer::Convolution(Window::new(3).stride(2).same(Same::TensorFlow));
    let fields = alone(halving, (224, 321));
    assert_eq!((last(&fields).0.padding(), last(&fields).1.padding()), (0, 1));
}

#[test]
fn enlarging_gives_fractions_and_a_pattern() {
    // Halve, then double: outputs 0 and 1 see the same two pixels.
    let halve = Layer::MaxPooling(Window::new(2).stride(2));
    let double = Layer::TransposedConvolution { window: Window::new(2).stride(2), output_padding: (0, 0) };
    let fields = chain(&[halve, double], (6, 8));
    let (rows, columns) = last(&fields);
    assert_eq!(rows.stride(), Some(Ratio::from_integer(1)));
    assert_eq!([0, 1, 2, 3].map(|output| columns.region(output)), [(0, 1), (0, 1), (2, 3), (2, 3)]);

    // Doubled twice, a pixel is seen by four outputs: a quarter of a pixel lies between them.
    let twice = Layer::Upsampling { factor: (2, 4), interpolation: Interpolation::Nearest };
    let fields = alone(twice, (3, 5));
    let (rows, columns) = last(&fields);
    assert_eq!((rows.stride(), columns.stride()), (Some(Ratio::new(1, 2)), Some(Ratio::new(1, 4))));
    assert_eq!((rows.outputs(), columns.outputs(), columns.largest()), (6, 20, 1));

    // Between two pixels a bilinear output sees both, at the middle of one by an odd factor that one alone.
    let bilinear = Layer::Upsampling { factor: (2, 3), interpolation: Interpolation::Bilinear };
    let fields = alone(bilinear, (3, 5));
    let (rows, columns) = last(&fields);
    assert_eq!([0, 1, 2, 3].map(|output| rows.region(output)), [(-1, 0), (0, 1), (0, 1), (1, 2)]);
    assert_eq!([0, 1, 2, 3].map(|output| columns.region(output)), [(-1, 0), (0, 0), (0, 1), (0, 1)]);
    assert_eq!((columns.smallest(), columns.largest()), (1, 2));
}

#[test]
fn cropping_and_padding_move_the_field() {
    let sides = Sides { top: 1, bottom: 0, left: 3, right: 1 };
    let fields = alone(Layer::Cropping(sides), (4, 9));
    assert_eq!((last(&fields).0.padding(), last(&fields).1.padding(), last(&fields).1.outputs()), (-1, -3, 5));
    let fields = alone(Layer::Padding(sides), (4, 9));
    assert_eq!((last(&fields).0.padding(), last(&fields).1.padding(), last(&fields).1.outputs()), (1, 3, 13));
}

#[test]
fn centres_are_compared_whatever_the_order_of_the_branches() {
    for order in [[0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0]] {
        let mut network = Network::new("three branches");
        let moved = |left, right| Layer::Padding(Sides { left, right, ..Default::default() });
        let padded = [(1, 1), (0, 2), (2, 0)].map(|(left, right)| {
            let input = network.input();
            network.layer(format!("padded{left}{right}"), moved(left, right), &[input]).unwrap()
        });
        let sum =
            network.layer("sum", Layer::Combination(Combination::Sum), &order.map(|branch| padded[branch])).unwrap();
        let fields = network.fields((3, 5)).unwrap();
        let two = Alignment::Centres { at: sum, distance: Ratio::from_integer(2) };
        assert_eq!(fields.field(sum).unwrap().alignment, two, "{order:?}");
    }
}

#[test]
fn branches_that_meet_off_centre_or_at_two_strides_are_told() {
    let mut network = Network::new("off centre");
    let even = Layer::Convolution(Window::new((1, 2)).same(Same::PyTorch));
    let conv = network.layer("even", even, &[network.input()]).unwrap();
    let sum = network.layer("sum", Layer::Combination(Combination::Sum), &[conv, network.input()]).unwrap();
    let behind = network.layer("behind", Layer::ElementWise, &[sum]).unwrap();
    let fields = network.fields((3, 5)).unwrap();
    assert_eq!(fields.field(conv).unwrap().alignment, Alignment::Aligned);
    let half = Alignment::Centres { at: sum, distance: Ratio::new(1, 2) };
    assert_eq!(fields.field(behind).unwrap().alignment, half, "told of all that stand behind it");

    // A map that was halved and one that was not, of one size because the second was cropped.
    let mut network = Network::new("two strides");
    let halving = Layer::Convolution(Window::new((1, 1)).stride((1, 2)));
    let halved = network.layer("halved", halving, &[network.input()]).unwrap();
    let crop = Layer::Cropping(Sides { right: 3, ..Default::default() });
    let cropped = network.layer("cropped", crop, &[network.input()]).unwrap();
    let sum = network.layer("sum", Layer::Combination(Combination::Sum), &[halved, cropped]).unwrap();
    let fields = network.fields((2, 6)).unwrap();
    let field = fields.field(sum).unwrap();
    let (first, other) = (Ratio::from_integer(2), Ratio::from_integer(1));
    assert_eq!(field.alignment, Alignment::Strides { at: sum, first, other });
    assert_eq!((field.rows.stride(), field.columns.stride()), (Some(Ratio::from_integer(1)), None));
    // Output 2 sees pixel 4 by one path and pixel 2 by the other.
    assert_eq!((field.columns.region(0), field.columns.region(2), field.columns.largest()), ((0, 0), (2, 4), 3));
}

#[test]
fn a_gate_from_a_global_pooling_sees_everything_and_breaks_no_alignment() {
    let mut network = Network::new("squeeze and excite");
    let conv = network.layer("conv", Layer::Convolution(Window::new(3).padding(1)), &[network.input()]).unwrap();
    let pooled = network.layer("pooled", Layer::Global, &[conv]).unwrap();
    let gated = network.layer("gated", Layer::Combination(Combination::Sum), &[conv, pooled]).unwrap();
    let fields = network.fields((4, 7)).unwrap();
    let field = fields.field(gated).unwrap();
    assert_eq!((field.alignment, field.columns.stride()), (Alignment::Aligned, Some(Ratio::from_integer(1))));
    assert_eq!(
        (field.rows.region(1), field.columns.region(2)),
        ((-1, 4), (-1, 7)),
        "with the padding of the layer before"
    );
    assert_eq!(fields.seen(gated, (1, 2)).unwrap().pixels.count(), 4 * 7);
}
