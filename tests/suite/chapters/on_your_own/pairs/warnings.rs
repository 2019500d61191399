//! What spoils an answer is said: cut light, JPEG, a kernel too small or too large, a target that no kernel makes.

use super::*;

#[test]
fn cut_pixels_are_left_out_unless_nothing_else_is_left() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    // Half of the edges are negative, and black in a picture.
    let target = photographs.picture("b.png", &filtered(&photograph, "sobel-x"));
    let found = photographs.learn(&input, &target, "");
    assert!(error(&found, "sobel-x") < 1e-4, "{}", error(&found, "sobel-x"));
    let clipped = found["clipped"]["windows"].as_u64().unwrap();
    assert!((2000..8000).contains(&clipped) && found["clipped"]["left_out"] == true, "{clipped} of 9504");
    assert!(
        warnings(&found)[0].starts_with(&format!("{clipped} of 9504 pixels of the target")),
        "{:?}",
        warnings(&found)
    );
    // A drawing in black and white has no other pixels.
    let drawing = (photograph.ge(0.5).unwrap()).to_dtype(candle_core::DType::F32).unwrap();
    let input = photographs.picture("c.png", &drawing);
    let found = photographs.learn(&input, &input, "");
    assert!(error(&found, "0,0,0;0,1,0;0,0,0") < 1e-6 && found["clipped"]["left_out"] == false);
    assert!(warnings(&found)[0].contains("They were kept all the same"), "{:?}", warnings(&found));
}

#[test]
fn jpeg_is_warned_of() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    // The content decides, not the name.
    let jpeg = photographs.picture("b.jpg", &filtered(&photograph, "box:3x3"));
    let renamed = photographs.path("b.png");
    std::fs::rename(jpeg, &renamed).unwrap();
    let found = photographs.learn(&input, &renamed, "");
    assert!(warnings(&found).iter().any(|said| said.starts_with("JPEG files: 1.")), "{:?}", warnings(&found));
    assert!(error(&found, "box:3x3") < 0.1, "but near it is: {}", error(&found, "box:3x3"));
    // What JPEG made of pixels beside cut ones is left out too.
    let bright = photographs.picture("c.jpg", &(filtered(&photograph, "box:3x3") * 1.6).unwrap());
    let found = photographs.learn(&input, &bright, "");
    assert!(found["clipped"]["windows"].as_u64().unwrap() > 500, "{}", found["clipped"]);
    assert!(taps(&found).iter().flatten().all(|tap| (tap - 1.6 / 9.0).abs() < 0.02), "{:?}", taps(&found));
}

#[test]
fn a_kernel_too_small_hears_of_a_larger_one() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 120, 130);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.picture("b.png", &filtered(&photograph, "gaussian:1.5:7x7"));
    let said = |size: &str| warnings(&photographs.learn(&input, &target, &format!("--kernel-size {size}")));
    let small = said("3x5");
    assert!(small.iter().any(|said| said.contains("Try --kernel-size 5x7, or auto.")), "{small:?}");
    assert_eq!(said("7x7"), [""; 0]);
}

#[test]
fn a_kernel_too_large_hears_what_is_not_determined() {
    let photographs = Photographs::new();
    // All rows are the same: nothing tells the rows of a kernel apart.
    let row = camera(100, 100, 1, 120);
    let photograph = row.broadcast_as((1, 40, 120)).unwrap().contiguous().unwrap();
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.array("b.npy", &filtered(&photograph, "sobel-x"));
    let found = photographs.learn(&input, &target, "");
    assert_eq!((found["rank"].as_u64(), found["unknowns"].as_u64()), (Some(3), Some(9)));
    assert!(found["condition"].is_null() && found["tap_error"].is_null());
    assert!(
        warnings(&found)[0].starts_with("The photographs determine only 3 of 9 unknowns"),
        "{:?}",
        warnings(&found)
    );
    assert!(found["r_squared"].as_f64().unwrap() > 0.999_999);
}

#[test]
fn a_median_is_no_kernel() {
    let photographs = Photographs::new();
    let photograph = camera(250, 250, 120, 150);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.picture("b.png", &median(&photograph));
    let found = photographs.learn(&input, &target, "");
    // The target is much like its input, which any R² counts as explained; of the change, little is.
    let explained = found["change_explained"].as_f64().unwrap();
    assert!(found["r_squared"].as_f64().unwrap() < 0.995 && explained < 0.7, "{}, {explained}", found["r_squared"]);
    let verdict = found["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("The target is much like the input, and of what the filter changed"), "{verdict}");
}

#[test]
fn edges_without_their_sign_are_no_kernel_at_all() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 120, 150);
    let input = photographs.picture("a.png", &photograph);
    let target = photographs.array("b.npy", &filtered(&photograph, "sobel-x").abs().unwrap());
    let found = photographs.learn(&input, &target, "");
    assert!(found["r_squared"].as_f64().unwrap() < 0.3, "{}", found["r_squared"]);
    assert!(found["verdict"].as_str().unwrap().starts_with("No kernel of this size made this target."));
}

/// All pixels of such a target are cut, or all but those of one level: the survey has to look at cut ones too.
#[test]
fn a_target_of_two_levels_is_no_kernel_and_no_error() {
    let photographs = Photographs::new();
    let photograph = camera(80, 150, 90, 110);
    let input = photographs.picture("a.png", &photograph);
    let is_bright = photograph.ge(0.5).unwrap().to_dtype(candle_core::DType::F32).unwrap();
    let no_kernel = |target: &Tensor, case: &str| {
        let target = photographs.picture("b.png", target);
        for size in ["3x5", "auto"] {
            let found = photographs.learn(&input, &target, &format!("--kernel-size {size}"));
            let verdict = found["verdict"].as_str().unwrap();
            assert!(verdict.starts_with("No kernel of this size"), "{case} under {size}: {verdict}");
            assert_eq!(found["clipped"]["left_out"], false, "{case} under {size}");
        }
    };
    for dark in [0.0, 30.0, 77.0, 128.0, 150.0, 200.0f64] {
        let levels = is_bright.affine(1.0 - dark / 255.0, dark / 255.0).unwrap();
        no_kernel(&levels, &format!("{dark} and 255"));
    }
    // A few grey pixels are whole, and would give a kernel that explains them all.
    let mut pixels: Vec<f32> = is_bright.flatten_all().unwrap().to_vec1().unwrap();
    (0..9).for_each(|index| pixels[20 * 110 + 877 * index + 31] = 0.1 * index as f32 + 0.1);
    no_kernel(&Tensor::from_vec(pixels, (1, 90, 110), &Device::Cpu).unwrap(), "nine grey pixels");
    let drawing = photographs.picture("c.png", &is_bright);
    let edges = photographs.picture("d.png", &filtered(&is_bright, "sobel-x").abs().unwrap());
    let found = photographs.learn(&drawing, &edges, "");
    assert!(found["verdict"].as_str().unwrap().starts_with("No kernel of this size"), "{}", found["verdict"]);
}

#[test]
fn so_few_windows_that_any_target_has_a_kernel_tell_nothing() {
    let photographs = Photographs::new();
    let input = photographs.array("a.npy", &camera(80, 150, 5, 7));
    let target = photographs.array("b.npy", &camera(200, 300, 5, 7));
    let found = photographs.learn(&input, &target, "--kernel-size 3x5");
    assert!(
        found["verdict"].as_str().unwrap().starts_with("There are no more windows than unknowns"),
        "{}",
        found["verdict"]
    );
    assert!(found["tap_error"].is_null());
}

/// The median of each 3×3 window; at the rim the picture itself.
fn median(picture: &Tensor) -> Tensor {
    let (_, height, width) = picture.dims3().unwrap();
    let rows: Vec<Vec<f32>> = picture.squeeze(0).unwrap().to_vec2().unwrap();
    let mut result = rows.clone();
    for row in 1..height - 1 {
        for column in 1..width - 1 {
            let mut window: Vec<f32> =
                rows[row - 1..=row + 1].iter().flat_map(|row| &row[column - 1..=column + 1]).copied().collect();
            window.sort_by(f32::total_cmp);
            result[row][column] = window[4];
        }
    }
    Tensor::from_vec(result.concat(), (1, height, width), &Device::Cpu).unwrap()
}
