//! Plots are SVG that is whole, the same every time, and never fails on finite numbers.

use candle_core::Device;
use corr2d_imaging::{Kernel, plot};

use super::tensor;

#[test]
fn a_curve_is_one_svg_with_its_words_in_it() {
    let losses: Vec<f64> = (0..50).map(|epoch| 16.0 * 0.8f64.powi(epoch)).collect();
    for svg in [
        plot::curve("Loss & <gain>\n", "epoch", "loss", &losses).unwrap(),
        plot::log_curve("Loss & <gain>\n", "epoch", "loss", &losses).unwrap(),
    ] {
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("epoch") && svg.contains("loss") && svg.contains("Loss &amp; &lt;gain&gt;"));
        assert!(svg.contains("<polyline"), "the line itself");
    }
    let again = plot::curve("Loss", "epoch", "loss", &losses).unwrap();
    assert_eq!(again, plot::curve("Loss", "epoch", "loss", &losses).unwrap());
}

#[test]
fn any_finite_values_can_be_drawn() {
    let cases: [&[f64]; 11] = [
        &[],
        &[3.5],
        &[0.0; 3],
        &[-1.0, 2e6],
        &[1e17, 1e17 + 16.0],
        &[1e-320, 0.0],
        &[1e-300, 2e-300],
        &[-8e307, 8e307],
        &[1e308, 1e308],
        &[f64::MIN_POSITIVE, 1.0],
        &[-5.0, -5.0, -5.0 - 1e-12],
    ];
    for values in cases {
        let svg = plot::curve("t", "x", "y", values).unwrap_or_else(|error| panic!("{values:?}: {error}"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{values:?}");
    }
    for values in [&[1e-308, 1e308][..], &[1e308], &[5e-324], &[1.0, 1.0]] {
        plot::log_curve("t", "x", "y", values).unwrap_or_else(|error| panic!("{values:?}: {error}"));
    }
}

#[test]
fn a_kernel_is_drawn_with_its_numbers() {
    let kernel = Kernel::parse("sobel-x").unwrap().to_tensor(&Device::Cpu).unwrap();
    let svg = plot::heat_map(&kernel).unwrap();
    assert_eq!(svg.matches("<rect").count(), 9);
    assert_eq!(svg.matches(">-2</text>").count(), 1);
    assert_eq!(svg.matches("#ffffff").count(), 3, "zero is white");
    let tall = plot::heat_map(&tensor(0..6, (6, 1))).unwrap();
    assert!(tall.contains("width=\"58\" height=\"338\""), "a column is taller than wide");
}

#[test]
fn a_large_map_has_cells_without_numbers() {
    let svg = plot::heat_map(&tensor(0..1600, (40, 40))).unwrap();
    assert_eq!(svg.matches("<rect").count(), 1600);
    assert!(!svg.contains("<text"));
    let zeros = plot::heat_map(&tensor([0; 6], (2, 3))).unwrap();
    assert_eq!(zeros.matches("#ffffff").count(), 6, "nothing but zeros is nothing but white");
}

#[test]
fn what_a_kernel_does_to_waves_is_drawn_along_three_directions_and_over_all() {
    let kernel = Kernel::parse("-1,0,1;-2,0,2").unwrap();
    let svg = plot::frequency_response(&kernel).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for word in ["What -1,0,1;-2,0,2 does to waves", "across: x", "down: y", "diagonal: x = y", "cycles a pixel"] {
        assert!(svg.contains(word), "{word}");
    }
    // The map has 41 × 41 cells and is white where the kernel answers nothing: along the whole middle column and at its rims.
    assert!(svg.matches("<rect").count() >= 41 * 41, "{}", svg.matches("<rect").count());
    assert!(svg.matches("#FFFFFF").count() >= 3 * 41, "{}", svg.matches("#FFFFFF").count());
    assert_eq!(svg, plot::frequency_response(&kernel).unwrap());
}

#[test]
fn any_kernel_has_its_plot_of_waves() {
    for text in ["0,0", "1e-38", "3e38,-3e38", "gaussian:20:1x200"] {
        let svg =
            plot::frequency_response(&Kernel::parse(text).unwrap()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!svg.contains("NaN") && !svg.contains(">inf"), "{text}");
    }
}
