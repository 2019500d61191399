//! Chapter 6 on whole networks: by name, from a description, from a model.

use chapter_receptive_field::Arguments;
use corr2d_tests::SplitMix;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::super::{data, network_file, page, run_in};
use super::json;

const FILES: [&str; 3] = ["residual", "inception", "encoder-decoder"];

#[test]
fn a_model_of_pytorch_gives_the_page_of_its_description() {
    for name in FILES {
        let (toml, onnx) = (network_file(&format!("{name}.toml")), network_file(&format!("{name}.onnx")));
        for extra in [&[][..], &["--json"], &["--at", "3,5"], &["--image-size", "64x80"]] {
            let run = |file: &str| page::<Arguments>(&[&["--network-file", file], extra].concat());
            assert_eq!(run(&toml), run(&onnx), "{name} {extra:?}");
        }
    }
}

#[test]
fn whose_network_it_is_stands_in_a_sentence() {
    for (name, language, said) in [
        ("vgg11", "en", "The network of 2014, and TF-Slim's vgg_a."),
        ("vgg19", "en", "The network of 2014."),
        ("vgg19", "pt", "A rede de 2014."),
        ("u-net", "pt", "A rede de 2015: sem padding"),
    ] {
        let printed = page::<Arguments>(&["--network", name, "--lang", language]);
        assert!(printed.contains(&format!("\n{said}")), "{name} in {language}: {printed}");
    }
}

#[test]
fn a_network_by_name_layer_by_layer() {
    assert_snapshot!(page::<Arguments>(&["--network", "alexnet", "--at", "0,4"]), @"
    alexnet, on an image of 224×224
    ───────────────────────────────

    TF-Slim's alexnet_v2, as in Distill's table; torchvision's has 2 zeros around
    the image.

        layer  kind            map  stride  padding    field  whole
        conv1  conv 11×11/4  54×54       4        0    11×11     11
        pool1  max 3×3/2     26×26       8        0    19×19     19
        conv2  conv 5×5      26×26       8       16    51×51     51
        pool2  max 3×3/2     12×12      16       16    67×67     67
        conv3  conv 3×3      12×12      16       32    99×99     99
        conv4  conv 3×3      12×12      16       48  131×131    131
        conv5  conv 3×3      12×12      16       64  163×163    163
        pool5  max 3×3/2       5×5      32       64  195×195    195

    The last column is the largest image of which one output of the layer sees
    everything. On an image no larger than that, all that further layers add to the
    field of this output is padding.

    No field is larger than the image of 224×224.

    An output of pool5 sees 195×195 pixels, those in the padding included. The
    stride, how far apart neighbouring outputs look, is 32; the padding, how far
    before the image the first field begins, is 64.

    All paths from an output to the image look at one place: the network is aligned.

    The output in row 0, column 4 (from 0) sees rows -64 to 130 and columns 64 to
    258. Their centre is row 33, column 161; 20305 pixels of the image can reach the
    output. These lie in rows 0 to 130 and columns 64 to 218: no path that stays out
    of the padding leads to the rest.
    ");
    let printed = run_in::<Arguments>("pt", &["--network-file", &network_file("encoder-decoder.toml"), "--at", "47,0"]);
    assert_eq!(printed.status, 0, "{}", printed.errors);
    assert_snapshot!(printed.out, @"
    encoder-decoder, em uma imagem de 48×64
    ───────────────────────────────────────

        camada  tipo               mapa  passo  padding  campo  inteira
        down1   conv. 3×3         48×64      1        1    3×3        3
        down2   conv. 3×3/2       24×32      2        2    5×5        5
        down3   conv. 3×3/2       12×16      4        4    9×9        9
        up3     transposta 3×3/2  24×32      2        4  13×13       13
        up2     ampliação 2×2     48×64      1        8  13×13       13
        Concat  concatenação      48×64      1        8  13×13       12
        mix     conv. 3×3         48×64      1        8  17×17       16
        last    conv. 1×1         48×64      1        8  17×17       16

    A última coluna traz a maior imagem que uma saída da camada enxerga inteira. Em
    uma imagem desse tamanho ou menor, tudo o que as camadas seguintes acrescentam
    ao campo dessa saída é preenchimento.

    Nenhum campo é maior que a imagem de 48×64.

    Uma saída de last enxerga 17×17 pixels, contando os do preenchimento (padding).
    O passo, a distância entre os campos de duas saídas vizinhas, é 1; o padding,
    quantos pixels antes da imagem começa o primeiro campo, é 8.

    A rede não é alinhada: em Concat se juntam caminhos cujos centros diferem em até
    2, em pixels.

    Depois de uma camada que amplia o mapa, o que se enxerga varia de saída para
    saída: de 13×13 a 17×17 pixels.

    A saída da linha 47, coluna 0 (contando de 0) enxerga da linha 40 à 52 e da
    coluna -8 à 8. O centro fica na linha 46, coluna 0; 72 pixels da imagem podem
    chegar à saída.
    ");
    let printed = run_in::<Arguments>("pt", &["--network-file", &network_file("inception.toml")]);
    assert_snapshot!(printed.out, @"
    inception, em uma imagem de 63×79
    ─────────────────────────────────

        camada    tipo           mapa  passo  padding  campo  inteira
        stem      conv. 3×3/2   31×39      2        0    3×3        3
        one       conv. 1×1     31×39      2        0    3×3        3
        wide      conv. 1×7     31×39      2      0×6   3×15     3×15
        high      conv. 7×1     31×39      2        6  15×15       15
        five      conv. 5×5     31×39      2        4  11×11       11
        average   média 3×3     31×39      2        2    7×7        7
        Concat    concatenação  31×39      2        6  15×15       15
        reduce    conv. 3×3/2   16×20      4        8  19×19       19
        pool      máximo 2×2/2  16×20      4        6  17×17       15
        Concat_1  concatenação  16×20      4        8  19×19       19

    A última coluna traz a maior imagem que uma saída da camada enxerga inteira. Em
    uma imagem desse tamanho ou menor, tudo o que as camadas seguintes acrescentam
    ao campo dessa saída é preenchimento.

    Nenhum campo é maior que a imagem de 63×79.

    Uma saída de Concat_1 enxerga 19×19 pixels, contando os do preenchimento
    (padding). O passo, a distância entre os campos de duas saídas vizinhas, é 4; o
    padding, quantos pixels antes da imagem começa o primeiro campo, é 8.

    A rede não é alinhada: em Concat_1 se juntam caminhos cujos centros diferem em
    até 1, em pixels.

    A saída da linha 8, coluna 10 (contando de 0) enxerga da linha 24 à 42 e da
    coluna 32 à 50. O centro fica na linha 33, coluna 41; 361 pixels da imagem podem
    chegar à saída.
    ");
    assert_snapshot!(page::<Arguments>(&["--network-file", &network_file("residual.toml")]), @"
    residual, on an image of 96×128
    ───────────────────────────────

        layer              kind          map  stride  padding      field  whole
        stem               conv 7×7/2  48×64       2        3        7×7      6
        pool               max 3×3/2   24×32       4        5      11×11     10
        conv1              conv 3×3    24×32       4        9      19×19     18
        conv2              conv 3×5    24×32       4    13×17      27×35  26×34
        Add                add         24×32       4    13×17      27×35  26×34
        conv3              conv 3×3/2  12×16       8    17×21      35×43  34×38
        conv4              conv 3×3d2  12×16       8    33×37      67×75  66×70
        shortcut           conv 1×1/2  12×16       8    13×17      27×35  22×34
        Add_1              add         12×16       8    33×37      67×75  66×70
        GlobalAveragePool  global        1×1       –    33×37  155*×195*      ∞

    The last column is the largest image of which one output of the layer sees
    everything. On an image no larger than that, all that further layers add to the
    field of this output is padding. ∞ stands behind a global layer: the field grows
    with the image.

    * The field is larger than the image, from GlobalAveragePool on.

    GlobalAveragePool is the first layer with an output that sees the whole image:
    what a further layer adds to its field lies in the padding.

    An output of Add_1 sees 67×75 pixels, those in the padding included. The stride,
    how far apart neighbouring outputs look, is 8; the padding, how far before the
    image the first field begins, is 33×37.

    All paths from an output to the image look at one place: the network is aligned.

    The output in row 6, column 8 (from 0) sees rows 15 to 81 and columns 27 to 101.
    Their centre is row 48, column 64; 5025 pixels of the image can reach the
    output.
    ");
}

#[test]
fn gates_and_normalisations_see_everything() {
    let value = json(&page::<Arguments>(&["--network-file", &network_file("gates.onnx"), "--json"]));
    let layers = value["layers"].as_array().unwrap().iter();
    let layers: Vec<_> =
        layers.map(|layer| (layer["kind"].as_str().unwrap(), &layer["map"], &layer["field"])).collect();
    let (alone, all) = (json!([3, 3]), json!([13, 21]));
    let (halved, whole, single) = (json!([6, 10]), json!([12, 20]), json!([1, 1]));
    let expected = [
        ("conv 3×3/2", &halved, &alone),
        ("global", &single, &all),
        ("conv 1×1", &single, &all),
        ("multiply", &halved, &all),
        ("upsample 2×2", &whole, &all),
        ("global", &single, &all),
        ("subtract", &whole, &all),
    ];
    assert_eq!(layers, expected);
    assert_eq!(value["output"]["pixels"], 12 * 20, "the mean of all places reaches every pixel");
}

#[test]
fn both_placements_of_the_stride_have_their_name() {
    let last = |name: &str| {
        json(&page::<Arguments>(&["--network", name, "--json"]))["layers"].as_array().unwrap().last().unwrap().clone()
    };
    for (name, field, padding) in [("resnet50", 427, 213), ("resnet50-paper", 483, 241), ("resnet50-slim", 483, 239)] {
        let row = last(name);
        assert_eq!(row["field"], json!([field, field]), "{name}");
        assert_eq!((&row["stride"], &row["padding"]), (&json!([32, 32]), &json!([padding, padding])), "{name}");
    }
    let value = json(&page::<Arguments>(&["--network", "resnet50-slim", "--json"]));
    assert_eq!(value["larger_than_image_from"], json!(["layer3.3.conv2", "layer3.3.conv2"]));
    // 483 − 239 mod 32, though on images of other sizes TensorFlow pads otherwise: the last field begins with the image.
    assert_eq!(last("resnet50-slim")["sees_whole_up_to"], json!([468, 468]));
    assert_eq!((&value["output"]["layer"], &value["output"]["centre"]), (&json!("layer4.2.add"), &json!([98, 98])));
}

#[test]
fn pictures_show_what_an_output_sees() {
    let folder = tempfile::tempdir().unwrap();
    let (plot, heat_map) = (folder.path().join("field.svg"), folder.path().join("counts.png"));
    let arguments = ["--network-file", &network_file("residual.toml"), "--plot", plot.to_str().unwrap(), "--at", "6,7"];
    let with_map = [&arguments[..], &["--heat-map", heat_map.to_str().unwrap(), "--json"]].concat();
    let value = json(&page::<Arguments>(&with_map));
    // Columns 19 to 93 of 128, rows 15 to 81 of 96.
    let drawn = std::fs::read_to_string(&plot).unwrap();
    assert!(drawn.contains(r#"<rect x="19" y="15" width="75" height="67""#), "{drawn}");
    assert!(drawn.contains("<ellipse"), "the measured part is drawn too");
    let effective = &value["effective"];
    let explained = effective["gaussian"]["explained"].as_f64().unwrap();
    let share = effective["share"].as_f64().unwrap();
    assert!((0.1..0.9).contains(&share) && explained > 0.7, "{effective}");
    assert_eq!(effective["reached"], value["output"]["pixels"]);
    let picture = corr2d_imaging::Picture::load(&heat_map, &candle_core::Device::Cpu).unwrap();
    assert_eq!(picture.pixels.dims(), [3, 96, 128]);
    let brightness = picture.pixels.sum(0).unwrap().to_vec2::<f32>().unwrap();
    let lit = |row: usize, column: usize| brightness[row][column] > 0.0;
    assert!(lit(48, 56) && !lit(14, 56) && !lit(82, 56) && !lit(48, 18) && !lit(48, 94), "dark outside of the field");
    assert_eq!(
        page::<Arguments>(&[&with_map[..], &["--seed", "0"]].concat()),
        page::<Arguments>(&with_map),
        "the seed is 0"
    );
    assert_ne!(json(&page::<Arguments>(&[&with_map[..], &["--seed", "7"]].concat()))["effective"], *effective);
}

#[test]
fn what_counts_is_said_of_the_image_and_of_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let (toml, heat_map) = (folder.path().join("small.toml"), folder.path().join("counts.png"));
    let described = "image = [9, 8]\n[[layer]]\nkind = \"convolution\"\nkernel = 1\nstride = 2\n\
        [[layer]]\nkind = \"convolution\"\nkernel = [3, 5]\npadding = 3\n\
        [[layer]]\nkind = \"convolution\"\nkernel = 3\n";
    std::fs::write(&toml, described).unwrap();
    let at = |layer: &str, place: &str, language: &str| {
        let files = ["--network-file", toml.to_str().unwrap(), "--heat-map", heat_map.to_str().unwrap()];
        let printed = page::<Arguments>(&[&files[..], &["--layer", layer, "--at", place, "--lang", language]].concat());
        printed.split_once("(from 0)").or(printed.split_once("(contando de 0)")).unwrap().1.to_owned()
    };
    let said = [
        at("layer3", "1,1", "en"),
        at("layer3", "3,3", "en"),
        at("layer2", "0,0", "en"),
        at("layer1", "0,1", "en"),
        at("layer3", "3,2", "pt"),
        at("layer3", "3,3", "pt"),
        at("layer2", "0,0", "pt"),
        at("layer1", "0,1", "pt"),
    ];
    assert_snapshot!(said.join("--\n"), @"
     sees rows -4 to 4 and columns -4 to 8.
    Their centre is row 0, column 2; 12 pixels of the image can reach the output.
    These lie in rows 0 to 4 and columns 0 to 6: no path that stays out of the
    padding leads to the rest.

    With random weights, 12 of the 12 pixels that can reach it have at least 4.55 %
    of the largest gradient: 100 % of these pixels, and 10 % of the whole field of
    9×13, count.

    The Gaussian that comes nearest to the gradient, by least squares, is highest at
    row 1.1, column 2.1, has a standard deviation of 3.3 pixels down and 4.5 across,
    and explains 80 % of its variance.

    --
     sees rows 0 to 8 and columns 0 to 12.
    Their centre is row 4, column 6; 20 pixels of the image can reach the output.
    These lie in rows 0 to 8 and columns 0 to 6: no path that stays out of the
    padding leads to the rest.

    With random weights, 20 of the 20 pixels that can reach it have at least 4.55 %
    of the largest gradient: 100 % of these pixels, and 17 % of the whole field of
    9×13, count.

    The gradient falls off so little that the Gaussian which comes nearest to it, by
    least squares, is as wide as what is seen, or wider, in one direction at least;
    it explains 75 % of its variance.

    --
     sees rows -6 to -2 and columns -6 to 2.
    Their centre is row -4, column -2; 0 pixels of the image can reach the output.

    So there is no gradient to measure.

    --
     sees rows 0 to 0 and columns 2 to 2.
    Their centre is row 0, column 2; 1 pixel of the image can reach the output.

    Only one pixel can reach it, and its gradient is the largest: 100 % of the field
    counts.

    No Gaussian can be fitted: there are too few pixels, or all have the same
    gradient.

    --
     enxerga da linha 0 à 8 e da coluna
    -2 à 10. O centro fica na linha 4, coluna 4; 20 pixels da imagem podem chegar à
    saída. Eles ficam entre as linhas 0 e 8 e entre as colunas 0 e 6: nenhum caminho
    que evite o preenchimento leva ao resto.

    Com pesos aleatórios, 20 dos 20 pixels que podem chegar a ela têm pelo menos
    4.55 % do maior gradiente: contam 100 % desses pixels, ou 17 % do campo inteiro,
    de 9×13.

    A gaussiana que mais se aproxima do gradiente, por mínimos quadrados, tem o
    máximo na linha 4.2, coluna 4.6, e desvio padrão de 4.7 pixels na vertical e 5.6
    na horizontal; ela explica 73 % da variância do gradiente.

    --
     enxerga da linha 0 à 8 e da coluna
    0 à 12. O centro fica na linha 4, coluna 6; 20 pixels da imagem podem chegar à
    saída. Eles ficam entre as linhas 0 e 8 e entre as colunas 0 e 6: nenhum caminho
    que evite o preenchimento leva ao resto.

    Com pesos aleatórios, 20 dos 20 pixels que podem chegar a ela têm pelo menos
    4.55 % do maior gradiente: contam 100 % desses pixels, ou 17 % do campo inteiro,
    de 9×13.

    O gradiente cai tão pouco que a gaussiana que mais se aproxima dele, por mínimos
    quadrados, tem em pelo menos uma direção a largura do que se vê, ou mais; ela
    explica 75 % da variância dele.

    --
     enxerga da linha -6 à -2 e da
    coluna -6 à 2. O centro fica na linha -4, coluna -2; 0 pixels da imagem podem
    chegar à saída.

    Portanto, não há gradiente a medir.

    --
     enxerga da linha 0 à 0 e da coluna
    2 à 2. O centro fica na linha 0, coluna 2; 1 pixel da imagem pode chegar à
    saída.

    Só um pixel pode chegar a ela, e o gradiente dele é o maior: 100 % do campo
    conta.

    Não há como ajustar uma gaussiana: os pixels são poucos demais, ou o gradiente é
    igual em todos.
    ");
}

#[test]
fn names_do_not_tear_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let toml = folder.path().join("torn.toml");
    for line in ["name = \"a\\nb\"\n[[layer]]\n", "[[layer]]\nname = \"a\\u001b[31mb\"\n"] {
        std::fs::write(&toml, format!("{line}kind = \"element-wise\"\n")).unwrap();
        let printed = run_in::<Arguments>("C", &["--network-file", toml.to_str().unwrap(), "--image-size", "8x9"]);
        assert_eq!((printed.status, printed.out.as_str()), (1, ""), "{line}");
        assert!(
            printed.errors.contains("control character") && printed.errors.lines().count() == 1,
            "{}",
            printed.errors
        );
    }
}

#[test]
fn a_network_is_laid_over_a_photograph() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("field.svg");
    let camera = data("camera.png");
    let arguments =
        ["--network", "vgg11", "--layer", "conv3_2", "--image", &camera, "--plot", plot.to_str().unwrap(), "--json"];
    let value = json(&page::<Arguments>(&arguments));
    assert_eq!(value["image"], json!([512, 512]));
    assert_eq!(value["output"]["bottom"].as_i64().unwrap() - value["output"]["top"].as_i64().unwrap(), 25);
    assert_eq!(value["effective"], Value::Null);
    assert!(std::fs::read_to_string(&plot).unwrap().contains("href=\"data:image/png;base64,iVBOR"));
}

#[test]
fn damaged_models_and_descriptions_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        for extension in ["onnx", "toml"] {
            let whole = std::fs::read(network_file(&format!("{name}.{extension}"))).unwrap();
            // The graph stands before the weights.
            let reach = whole.len().min(3000);
            let path = folder.path().join(format!("damaged.{extension}"));
            for seed in 0..150 {
                let mut bytes = whole.clone();
                let mut stream = SplitMix::new(seed);
                for _ in 0..stream.between(1, 4) {
                    bytes[stream.between(0, reach - 1)] = stream.next() as u8;
                }
                if stream.percent(10) {
                    bytes.truncate(stream.between(0, whole.len()));
                }
                std::fs::write(&path, bytes).unwrap();
                let printed =
                    run_in::<Arguments>("C", &["--network-file", path.to_str().unwrap(), "--image-size", "64x96"]);
                let lines = printed.errors.lines().count();
                assert!(
                    (printed.status, lines) == (0, 0) || (printed.status, lines) == (1, 1),
                    "{name}.{extension}, seed {seed}: {}",
                    printed.errors
                );
            }
        }
    }
}
