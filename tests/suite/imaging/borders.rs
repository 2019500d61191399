//! Borders: the same pixels as `numpy.pad`, under the names of five libraries.

use candle_core::Var;
use corr2d_imaging::{Border, Margins};

use super::{flat, tensor};

/// `numpy.pad(numpy.arange(length), (before, after), mode)`, with margins far wider than the row.
#[test]
fn a_row_continues_as_numpy_pad_continues_it() {
    let cases: [(Border, usize, isize, &[usize]); 12] = [
        (Border::Replicate, 3, 7, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]),
        (Border::Reflect, 3, 7, &[1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]),
        (Border::Symmetric, 3, 7, &[0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1]),
        (Border::Wrap, 3, 7, &[2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]),
        (Border::Replicate, 2, 5, &[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]),
        (Border::Reflect, 2, 5, &[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
        (Border::Symmetric, 2, 5, &[0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]),
        (Border::Wrap, 2, 5, &[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
        (Border::Replicate, 1, 3, &[0; 6]),
        (Border::Reflect, 1, 3, &[0; 6]),
        (Border::Symmetric, 1, 3, &[0; 6]),
        (Border::Wrap, 1, 3, &[0; 6]),
    ];
    for (border, length, before, want) in cases {
        let positions = -before..want.len() as isize - before;
        let got: Vec<_> = positions.map(|position| border.index(position, length).unwrap()).collect();
        assert_eq!(got, want, "{border} of {length}");
    }
}

/// `numpy.pad([[1, 2, 3], [4, 5, 6]], ((3, 1), (2, 4)), mode)`.
#[test]
fn an_image_continues_as_numpy_pad_continues_it_on_all_four_sides() {
    let image = tensor(1..7, (2, 3));
    let margins = Margins { top: 3, bottom: 1, left: 2, right: 4 };
    let of = |rows: [[i32; 9]; 6]| flat(&tensor(rows.concat(), (6, 9)));
    let (a, b) = ([1, 1, 1, 2, 3, 3, 3, 3, 3], [4, 4, 4, 5, 6, 6, 6, 6, 6]);
    let (c, d) = ([3, 2, 1, 2, 3, 2, 1, 2, 3], [6, 5, 4, 5, 6, 5, 4, 5, 6]);
    let (e, f) = ([2, 1, 1, 2, 3, 3, 2, 1, 1], [5, 4, 4, 5, 6, 6, 5, 4, 4]);
    let (g, h) = ([2, 3, 1, 2, 3, 1, 2, 3, 1], [5, 6, 4, 5, 6, 4, 5, 6, 4]);
    let (i, j, zero) = ([0, 0, 1, 2, 3, 0, 0, 0, 0], [0, 0, 4, 5, 6, 0, 0, 0, 0], [0; 9]);
    let cases = [
        (Border::Replicate, [a, a, a, a, b, b]),
        (Border::Reflect, [d, c, d, c, d, c]),
        (Border::Symmetric, [f, f, e, e, f, f]),
        (Border::Wrap, [h, g, h, g, h, g]),
        (Border::Zero, [zero, zero, zero, i, j, zero]),
    ];
    for (border, want) in cases {
        let padded = border.pad(&image, margins).unwrap();
        assert_eq!(padded.dims(), [6, 9], "{border}");
        assert_eq!(flat(&padded), of(want), "{border}");
    }
    assert_eq!(flat(&Border::Valid.pad(&image, margins).unwrap()), flat(&image), "valid adds nothing");
}

#[test]
fn every_position_has_an_index_however_far() {
    for border in Border::ALL {
        for position in [isize::MIN, -1_000_003, -1, 0, 4, 1_000_003, isize::MAX] {
            let index = border.index(position, 5);
            match border {
                Border::Valid | Border::Zero => assert_eq!(index.is_some(), (0..5).contains(&position), "{border}"),
                _ => assert!(index.is_some_and(|index| index < 5), "{border} at {position}"),
            }
            assert_eq!(border.index(position, 0), None, "{border} of nothing at {position}");
        }
    }
}

#[test]
fn leading_axes_are_padded_one_by_one() {
    let images = tensor(0..24, (2, 2, 2, 3));
    let margins = Margins { top: 1, bottom: 0, left: 0, right: 2 };
    for border in [Border::Zero, Border::Wrap] {
        let together = border.pad(&images, margins).unwrap();
        assert_eq!(together.dims(), [2, 2, 3, 5]);
        for (batch, channel) in [(0, 1), (1, 0)] {
            let plane = |images: &candle_core::Tensor| images.get(batch).unwrap().get(channel).unwrap();
            let alone = border.pad(&plane(&images), margins).unwrap();
            assert_eq!(flat(&plane(&together)), flat(&alone), "{border}, plane {batch} {channel}");
        }
    }
}

#[test]
fn a_gradient_counts_how_often_a_pixel_was_repeated() {
    let image = Var::from_tensor(&tensor(0..3, (1, 3))).unwrap();
    let margins = Margins { top: 0, bottom: 0, left: 2, right: 1 };
    let cases = [
        (Border::Replicate, [3.0, 1.0, 2.0]),
        (Border::Reflect, [1.0, 3.0, 2.0]),
        (Border::Symmetric, [2.0, 2.0, 2.0]),
        (Border::Wrap, [2.0, 2.0, 2.0]),
        (Border::Zero, [1.0, 1.0, 1.0]),
    ];
    for (border, want) in cases {
        let sum = border.pad(&image, margins).unwrap().sum_all().unwrap();
        let gradients = sum.backward().unwrap();
        assert_eq!(flat(gradients.get(&image).unwrap()), want, "{border}");
    }
}

#[test]
fn the_word_reflect_means_what_its_library_means() {
    let names = [
        ("reflect", Border::Reflect),
        ("numpy:reflect", Border::Reflect),
        ("torch:reflect", Border::Reflect),
        ("opencv:reflect", Border::Symmetric),
        ("scipy:reflect", Border::Symmetric),
        ("opencv:BORDER_REFLECT_101", Border::Reflect),
        ("opencv:reflect101", Border::Reflect),
        ("opencv:default", Border::Reflect),
        ("scipy:mirror", Border::Reflect),
        ("numpy:symmetric", Border::Symmetric),
        ("scipy:grid-mirror", Border::Symmetric),
        ("edge", Border::Replicate),
        ("scipy:nearest", Border::Replicate),
        ("constant", Border::Zero),
        ("torch:zeros", Border::Zero),
        ("scipy:grid-constant", Border::Zero),
        ("torch:circular", Border::Wrap),
        ("scipy:grid_wrap", Border::Wrap),
        (" Valid ", Border::Valid),
    ];
    for (name, want) in names {
        assert_eq!(name.parse::<Border>().unwrap(), want, "{name}");
    }
    for border in Border::ALL {
        assert_eq!(border.to_string().parse::<Border>().unwrap(), border);
        assert!(Border::table().contains(border.name()), "{border} is in the table");
    }
}
