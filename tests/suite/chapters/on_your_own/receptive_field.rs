//! Chapter 6 on a chain of the reader's own.

use insta::assert_snapshot;
use serde_json::Value;

use super::super::{page, run_in};
use super::json;

#[test]
fn sees_the_gaps_of_dilated_layers() {
    assert_snapshot!(page::<chapter_receptive_field::Arguments>(&["--layers", "3x3,3x3d4"]), @"
    2 layers, one after another
    ───────────────────────────

         layer  kernel   stride   dilation   step      field       measured  pixels
             1  3×3           1          1      1        3×3            3×3       9
             2  3×3           1          4      1      11×11          11×11      81

    The field of one output of the last layer is 11×11 pixels. The step is how far
    apart neighbouring outputs look. Measured goes from the first to the last row
    and column in which the gradient is not 0; pixels counts where it is not 0.

    It looks at 81 of these 121 pixels only: a dilation, or a stride longer than the
    kernel, leaves gaps between them.
    ");
    assert_snapshot!(run_in::<chapter_receptive_field::Arguments>("pt", &["--layers", "3x3d2"]).out, @"
    Uma camada
    ──────────

        camada  kernel    passo  dilatação  salto      campo         medido  pixels
             1  3×3           1          2      1        5×5            5×5       9

    O campo de uma saída da última camada tem 5×5 pixels. O salto é a distância, em
    pixels, entre os campos de duas saídas vizinhas. O campo medido vai da primeira
    à última linha e coluna em que o gradiente não é 0; a coluna pixels diz em
    quantos pixels ele não é 0.

    A saída olha para apenas 9 desses 25 pixels: uma dilatação, ou um passo maior
    que o kernel, deixa lacunas entre eles.
    ");
    let value = json(&page::<chapter_receptive_field::Arguments>(&["--layers", "3x3d2,1x200s9,1x99", "--json"]));
    assert_eq!(value["layers"][0]["measured"], serde_json::json!([5, 5]));
    assert_eq!(value["layers"][0]["pixels"], 9);
    assert_eq!(value["layers"][2]["measured"], Value::Null, "too large to be measured");
}

#[test]
fn takes_stride_and_dilation_in_either_order() {
    let of = |layer| page::<chapter_receptive_field::Arguments>(&["--layers", layer, "--json"]);
    assert_eq!(of("3x5s2d4"), of("3x5d4s2"));
    assert_eq!(json(&of("3x5d4s2"))["layers"][0]["dilation"], 4);
}

#[test]
fn counts_and_measures_a_chain() {
    assert_snapshot!(page::<chapter_receptive_field::Arguments>(&["--layers", "2x2,3x5s2,3x3d2,1x1"]), @"
    4 layers, one after another
    ───────────────────────────

         layer  kernel   stride   dilation   step      field       measured  pixels
             1  2×2           1          1      1        2×2            2×2       4
             2  3×5           2          1      2        4×6            4×6      24
             3  3×3           1          2      2      12×14          12×14     168
             4  1×1           1          1      2      12×14          12×14     168

    The field of one output of the last layer is 12×14 pixels. The step is how far
    apart neighbouring outputs look. Measured goes from the first to the last row
    and column in which the gradient is not 0; pixels counts where it is not 0.
    ");
    let value = json(&page::<chapter_receptive_field::Arguments>(&["--layers", "7x7s2,3x3s2", "--json"]));
    assert_eq!(value["layers"][1]["field"], value["layers"][1]["measured"]);
}
