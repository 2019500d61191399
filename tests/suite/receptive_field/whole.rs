//! The largest image of which one output sees everything.

use corr2d::receptive_field::{AxisField, Layer, Network, Node, networks};

use super::agreement::{description, random_network};

#[test]
fn it_is_the_field_but_for_what_the_first_windows_leave_out() {
    // Field − padding mod stride: fields lie a stride apart, and one of them must begin with the image.
    for (name, side) in
        [("alexnet", 195), ("vgg16", 212 - 90 % 32), ("resnet50", 427 - 213 % 32), ("inception-v3", 1311 - 618 % 32)]
    {
        let network = networks::by_name(name).unwrap().network().unwrap();
        for image in [(224, 224), (331, 352)] {
            let whole = network.fields(image).unwrap().whole_up_to().unwrap();
            assert_eq!(whole[&network.last()], Some((side, side)), "{name} at {image:?}");
        }
    }
}

#[test]
fn it_is_what_a_search_over_all_images_finds() {
    const LARGEST: usize = 120;
    let mut found = [0; 3];
    for seed in 0..40 {
        let (network, (height, width)) = random_network(seed, |_| true);
        let whole = network.fields((height, width)).unwrap().whole_up_to().unwrap();
        for node in network.nodes() {
            let (shorter, node) = up_to(&network, node);
            // An image that the layers do not take is seen by none of them.
            let field = |image| shorter.fields(image).ok().map(|fields| fields.field(node).unwrap().clone());
            let tall = |side: &usize| field((*side, width)).is_some_and(|field| sees_all_of(&field.rows, *side));
            let wide = |side: &usize| field((height, *side)).is_some_and(|field| sees_all_of(&field.columns, *side));
            let search = |sees: &dyn Fn(&usize) -> bool| (1..=LARGEST).rev().find(sees).unwrap_or(0);
            let expected = (search(&tall), search(&wide));
            let case = format!("seed {seed}, {:?}: {}", (height, width), description(&shorter));
            match whole[&node] {
                None => assert!(behind_global(&shorter, node), "{case}"),
                Some(_) if behind_global(&shorter, node) => panic!("a global layer sees images of any size: {case}"),
                Some(sides) => assert_eq!(sides, expected, "{case}"),
            }
            found[if whole[&node].is_none() { 0 } else { usize::from(expected.0 < expected.1) + 1 }] += 1;
        }
    }
    assert!(found.iter().all(|count| *count > 2), "every answer is there: {found:?}");
}

/// Whether one of the outputs sees pixels 0 to side − 1.
fn sees_all_of(axis: &AxisField, side: usize) -> bool {
    (0..axis.outputs()).map(|output| axis.region(output)).any(|(first, last)| first <= 0 && last + 1 >= side as i64)
}

/// The network without what stands behind a layer.
fn up_to(network: &Network, last: Node) -> (Network, Node) {
    let mut shorter = Network::new("shorter");
    for node in network.nodes().skip(1).take_while(|node| *node <= last) {
        let (name, layer) = (network.name_of(node).unwrap(), network.layer_of(node).unwrap());
        shorter.layer(name, layer, network.inputs_of(node).unwrap()).unwrap();
    }
    (shorter, last)
}

fn behind_global(network: &Network, node: Node) -> bool {
    let inputs = network.inputs_of(node).unwrap();
    network.layer_of(node).unwrap() == Layer::Global || inputs.iter().any(|input| behind_global(network, *input))
}
