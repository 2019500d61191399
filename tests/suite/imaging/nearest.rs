//! The named kernel that a kernel is nearest to.

use corr2d_imaging::{Kernel, Nearest};

use crate::named_kernels::named_kernels;

fn nearest(text: &str) -> Nearest {
    Kernel::parse(text).unwrap().nearest_named().unwrap_or_else(|| panic!("{text} is near none"))
}

#[test]
fn every_named_kernel_is_nearest_to_itself() {
    let names = named_kernels(&["log:0.8", "gaussian:1.5:11x11", "gaussian:0.85:5x7", "box:3x5", "binomial:5x5"]);
    for name in names {
        let found = nearest(name);
        assert_eq!(found.name, name, "{found:?}");
        assert_eq!((found.is_turned, found.shift), (false, (0, 0)), "{name}");
        assert!((found.scale - 1.0).abs() < 1e-12 && found.distance < 1e-12, "{found:?}");
    }
}

#[test]
fn a_multiple_is_found_with_its_factor() {
    for (text, name, scale) in
        [("3,0,-3;6,0,-6;3,0,-3", "sobel-x", -3.0), ("0.5", "identity", 0.5), ("2,2;2,2;2,2", "box:3x2", 12.0)]
    {
        let found = nearest(text);
        assert_eq!(found.name, name);
        assert!((found.scale - scale).abs() < 1e-12 && found.distance < 1e-12, "{found:?}");
    }
}

#[test]
fn a_kernel_in_a_larger_frame_is_found_where_it_stands() {
    let cases = [
        ("0,0,0,0,0;0,-1,0,1,0;0,-2,0,2,0;0,-1,0,1,0;0,0,0,0,0", "sobel-x", (0, 0)),
        ("0,0,0,0,0,0;0,0,0,0,0,0;0,0,0,0,1,0;0,0,0,1,-4,1;0,0,0,0,1,0", "laplacian4", (1, 1)),
        ("1,0,0;0,0,0", "identity", (-1, -1)),
        ("0,0,0,0;0,0,1,-1;0,0,0,0", "difference-x", (0, 1)),
    ];
    for (text, name, shift) in cases {
        let found = nearest(text);
        assert_eq!((found.name.as_str(), found.shift, found.distance), (name, shift, 0.0), "{text}");
    }
}

#[test]
fn a_kernel_made_for_convolution_is_known_by_its_turn() {
    let found = nearest("2,1,0;1,1,-1;0,-1,-2");
    assert_eq!((found.name.as_str(), found.is_turned, found.distance), ("emboss", true, 0.0));
    assert!(!nearest("1,0,-1;2,0,-2;1,0,-1").is_turned, "-1 times sobel-x is the simpler word for it");
}

#[test]
fn a_learned_kernel_is_near_and_says_how_near() {
    let found = nearest("-1.01,0.02,0.99;-2.0,0.01,2.01;-0.98,0.0,1.0");
    assert_eq!(found.name, "sobel-x");
    assert!((found.scale - 1.0).abs() < 0.01 && (0.005..0.02).contains(&found.distance), "{found:?}");
}

/// `‖k − s·n‖ / ‖k‖` by hand: [1, 2] against its best named kernel, box:1x2 = [½, ½], leaves ∓½ of √5.
#[test]
fn the_distance_is_the_part_that_is_left() {
    let found = nearest("1,2");
    let by_hand = (0.5f64 / 5.0).sqrt();
    assert!(found.distance <= by_hand + 1e-12, "{found:?}");
    assert_eq!(Kernel::parse("0,0;0,0").unwrap().nearest_named(), None);
}

#[test]
fn the_part_of_a_name_that_sticks_out_counts() {
    // Three of the nine weights of a Prewitt kernel: two thirds of its energy lie outside.
    let found = nearest("-1,0,1");
    let prewitt = (2.0f64 / 3.0).sqrt();
    assert!(found.distance < prewitt, "{found:?}");
    let kernel = Kernel::parse(&found.name).unwrap();
    let rest = kernel.norm().powi(2) * found.scale.powi(2) + 2.0 - found.distance.powi(2) * 2.0;
    assert!(
        (rest / 2.0 - 2.0 * (1.0 - found.distance.powi(2))).abs() < 1e-9,
        "a projection is perpendicular to what it leaves: {found:?}"
    );
}
