//! Published figures: Distill's table (computed with google-research/receptive_field from TF-Slim's models), and those of
//! networks whose layers are published.

use corr2d::receptive_field::{Alignment, Ratio, networks};

/// Field, stride and padding of a layer, along both axes, for an image of a given side.
const TABLE: &[(&str, usize, &str, [usize; 3])] = &[
    ("alexnet", 224, "conv1", [11, 4, 0]),
    ("alexnet", 224, "pool1", [19, 8, 0]),
    ("alexnet", 224, "conv2", [51, 8, 16]),
    ("alexnet", 224, "conv3", [99, 16, 32]),
    ("alexnet", 224, "conv4", [131, 16, 48]),
    ("alexnet", 224, "conv5", [163, 16, 64]),
    ("alexnet", 224, "pool5", [195, 32, 64]),
    ("alexnet", 321, "pool5", [195, 32, 64]),
    ("vgg11", 224, "conv2_1", [8, 2, 3]),
    ("vgg11", 224, "conv4_2", [62, 8, 27]),
    ("vgg11", 224, "pool5", [150, 32, 59]),
    ("vgg16", 224, "conv1_1", [3, 1, 1]),
    ("vgg16", 224, "pool1", [6, 2, 2]),
    ("vgg16", 224, "conv2_1", [10, 2, 4]),
    ("vgg16", 224, "pool2", [16, 4, 6]),
    ("vgg16", 224, "conv3_1", [24, 4, 10]),
    ("vgg16", 224, "conv3_2", [32, 4, 14]),
    ("vgg16", 224, "pool3", [44, 8, 18]),
    ("vgg16", 224, "conv4_1", [60, 8, 26]),
    ("vgg16", 224, "conv4_2", [76, 8, 34]),
    ("vgg16", 224, "pool4", [100, 16, 42]),
    ("vgg16", 224, "conv5_1", [132, 16, 58]),
    ("vgg16", 224, "conv5_2", [164, 16, 74]),
    ("vgg16", 224, "pool5", [212, 32, 90]),
    ("vgg16", 321, "pool5", [212, 32, 90]),
    ("resnet50-slim", 224, "layer1.2.add", [35, 8, 15]),
    ("resnet50-slim", 224, "layer2.3.add", [99, 16, 47]),
    ("resnet50-slim", 224, "layer3.5.add", [291, 32, 143]),
    ("resnet50-slim", 224, "layer4.2.add", [483, 32, 239]),
    ("resnet50-slim", 321, "layer1.2.add", [35, 8, 17]),
    ("resnet50-slim", 321, "layer4.2.add", [483, 32, 241]),
    ("resnet101-slim", 224, "layer3.22.add", [835, 32, 415]),
    ("resnet101-slim", 224, "layer4.2.add", [1027, 32, 511]),
    ("resnet101-slim", 321, "layer4.2.add", [1027, 32, 513]),
    ("resnet152-slim", 224, "layer2.7.add", [163, 16, 79]),
    ("resnet152-slim", 224, "layer3.35.add", [1315, 32, 655]),
    ("resnet152-slim", 224, "layer4.2.add", [1507, 32, 751]),
    ("inception-v3", 224, "conv1a", [3, 2, 0]),
    ("inception-v3", 224, "conv2a", [7, 2, 0]),
    ("inception-v3", 224, "conv2b", [11, 2, 2]),
    ("inception-v3", 224, "pool3a", [15, 4, 2]),
    ("inception-v3", 224, "conv4a", [23, 4, 2]),
    ("inception-v3", 224, "pool5a", [31, 8, 2]),
    ("inception-v3", 224, "mixed5b", [63, 8, 18]),
    ("inception-v3", 224, "mixed5d", [127, 8, 50]),
    ("inception-v3", 224, "mixed6a", [159, 16, 58]),
    ("inception-v3", 224, "mixed6b", [351, 16, 154]),
    ("inception-v3", 224, "mixed6e", [927, 16, 442]),
    ("inception-v3", 224, "mixed7a", [1055, 32, 490]),
    ("inception-v3", 224, "mixed7b", [1183, 32, 554]),
    ("inception-v3", 224, "mixed7c", [1311, 32, 618]),
    ("inception-v3", 321, "mixed7c", [1311, 32, 618]),
    ("mobilenet-v1", 321, "pointwise9", [155, 16, 77]),
    ("mobilenet-v1", 321, "pointwise12", [251, 32, 125]),
    ("mobilenet-v1", 321, "pointwise13", [315, 32, 157]),
    ("mobilenet-v1", 224, "pointwise13", [315, 32, 126]),
];

#[test]
fn distills_table_layer_by_layer() {
    for (name, side, layer, expected) in TABLE {
        let network = networks::by_name(name).unwrap().network().unwrap();
        let fields = network.fields((*side, *side)).unwrap();
        let field = fields.field(network.find(layer).unwrap()).unwrap();
        for axis in [&field.rows, &field.columns] {
            let stride = axis.stride().unwrap();
            let found = [axis.largest(), *stride.numer() as usize, axis.padding() as usize];
            assert_eq!((found, *stride.denom()), (*expected, 1), "{name} at {side}, {layer}");
        }
        assert_eq!(field.alignment, Alignment::Aligned, "{name} at {side}, {layer}");
    }
}

/// The last layer of each, at the size that it was made for.
#[test]
fn every_network_by_name_has_the_field_of_its_description() {
    let last = |name: &str| {
        let named = networks::by_name(name).unwrap();
        let network = named.network().unwrap();
        let fields = network.fields(named.image).unwrap();
        let field = fields.field(network.last()).unwrap().clone();
        (field.rows.smallest(), field.rows.largest(), field.rows.stride().unwrap(), field.size.0)
    };
    let expected = [
        ("alexnet", 195, 32, 5),
        ("vgg11", 150, 32, 7),
        ("vgg16", 212, 32, 7),
        ("vgg19", 268, 32, 7),
        ("inception-v3", 1311, 32, 8),
        ("resnet18", 435, 32, 7),
        ("resnet34", 899, 32, 7),
        ("resnet50", 427, 32, 7),
        ("resnet101", 971, 32, 7),
        ("resnet152", 1451, 32, 7),
        ("resnet50-paper", 483, 32, 7),
        ("resnet101-paper", 1027, 32, 7),
        ("resnet152-paper", 1507, 32, 7),
        ("resnet50-slim", 483, 32, 7),
        ("resnet101-slim", 1027, 32, 7),
        ("resnet152-slim", 1507, 32, 7),
        ("mobilenet-v1", 315, 32, 7),
        ("mobilenet-v2", 491, 32, 7),
    ];
    for (name, field, stride, size) in expected {
        assert_eq!(last(name), (field, field, Ratio::from_integer(stride), size), "{name}");
    }
    // U-Net: the paper's 572 and 388. How far its four transposed convolutions see differs from output to output: 16 pixels
    // at the most, the step of the smallest map.
    assert_eq!(last("u-net"), (188, 204, Ratio::from_integer(1), 388));
    let listed: Vec<&str> = networks::ALL.iter().map(|named| named.name).collect();
    assert_eq!(listed.len(), expected.len() + 1, "{listed:?}");
}

/// The transposed convolutions double a map whose pixels lie 2 · scale apart, so that two outputs see the same pixels of it,
/// but different ones of the cropped map beside it.
#[test]
fn u_net_sees_the_same_by_arithmetic_and_by_sets_at_every_phase() {
    let network = networks::by_name("u-net").unwrap().network().unwrap();
    // The smallest image that the network takes has 188 + 16 · n pixels a side.
    let fields = network.fields((188, 204)).unwrap();
    let node = network.last();
    let size = fields.field(node).unwrap().size;
    assert_eq!(size, (4, 20));
    let mut sizes = Vec::new();
    for output in [(0, 0), (1, 2), (2, 7), (3, 16), (3, 19)] {
        let region = fields.region(node, output).unwrap();
        let seen = fields.seen(node, output).unwrap();
        assert_eq!((seen.pixels.bounds(), seen.padding), (Some(region), false), "{output:?}");
        sizes.push(region.right - region.left + 1);
    }
    let columns = &fields.field(node).unwrap().columns;
    assert!(sizes.iter().all(|size| (columns.smallest()..=columns.largest()).contains(&(*size as usize))), "{sizes:?}");
    assert!(matches!(fields.field(node).unwrap().alignment, Alignment::Centres { .. }));
}
