//! What the chapter says in Portuguese.

use corr2d::receptive_field::{Combination, Layer};

use super::{MeasuredField, Text, counts};

pub(super) const PORTUGUESE: Text = Text {
    title: "6. Mapa de características e campo receptivo",
    what: "A saída de uma camada convolucional se chama mapa de características: indica, ponto a ponto, com que força uma \
        característica, como uma borda, aparece ali. Todas as entradas que podem mudar um de seus números formam o \
        campo receptivo desse número. Veja uma camada com um kernel de 2×2:",
    one_layer: "O campo receptivo de 27 são os quatro pixels 0, 1, 3 e 4: mude qualquer outro, e o 27 continua igual. \
        Agora uma segunda camada de 2×2 recebe esse mapa como entrada:",
    two_layers: "O único número que ela produz, z, vê os quatro números do mapa. Cada um deles vê quatro pixels, e as janelas se \
        sobrepõem. Contando ao longo de um lado, uma saída vê um lugar, e cada kernel de tamanho 2 acrescenta mais um:",
    nine: |(height, width), weights| {
        let pixels = height * width;
        format!(
            "Portanto, z vê {height}×{width} = {pixels} pixels, a imagem inteira. Duas camadas de 2×2 enxergam tão longe \
             quanto uma de {height}×{width}, com {weights} pesos em vez de {pixels}."
        )
    },
    measured_title: "Medir em vez de contar",
    measured: "Há outra maneira de saber o que z vê: o gradiente. Se o gradiente de z em relação a um pixel não é 0, uma \
        pequena mudança nesse pixel muda z.",
    by_hand: "Primeiro à mão, para o pixel do meio, que está nas quatro janelas. Em cada uma, ele é multiplicado por outro \
        peso do primeiro kernel, e cada janela, por um peso do segundo:",
    by_gradient: "E agora os nove pixels, com backward():",
    both_agree: |counted, measured| {
        format!(
            "A conta dá {counted} pixels, e o gradiente é diferente de 0 em {measured} deles. O pixel do meio é usado quatro vezes; os dos cantos, uma só."
        )
    },
    zeros: |unseen| {
        format!(
            "Cuidado com os zeros. O kernel [0, 1; 2, 3] do capítulo 1 ignora o pixel do canto superior esquerdo; por isso, \
             com duas camadas assim, o gradiente é 0 em {unseen} pixels que elas poderiam ver com outros pesos:"
        )
    },
    deeper_title: "Quanto mais fundo, mais amplo",
    deeper: "Cada camada a mais amplia o campo. A tabela traz o lado do campo, em pixels, contado e medido, para uma a cinco \
        camadas de 3×3. À esquerda, a janela anda um lugar por vez; no meio, anda dois, o que se chama passo (stride) 2; à \
        direita, há espaços entre os pesos:",
    table: "camadas   contado   medido        passo 2   medido      dilatação   medido",
    strides: "Com passo 1, uma camada de 3×3 acrescenta dois pixels; duas camadas, portanto, enxergam 5×5. Com passo 2, cada lugar de um mapa corresponde a dois do \
        mapa anterior, e o que uma camada acrescenta dobra a cada vez. É assim que as redes profundas veem uma imagem \
        inteira, e o campo delas pode até ser maior que a imagem.",
    try_it: "Agora é com você. Escreva uma sequência de camadas: altura e largura, s para o passo (stride), d para a dilatação \
        (d2 deixa um pixel de fora entre pesos vizinhos). Até onde a segunda sequência enxerga? Conte antes de executar.",
    dilated: "Nas últimas colunas, o passo é 1 e a dilatação dobra: 1, 2, 4, 8 e 16. Com ela, as camadas enxergam tão longe \
        quanto com passo 2, e nenhum mapa é reduzido à metade.",
    networks_title: "Redes de verdade",
    networks: "A mesma conta, camada por camada, diz quanto enxerga o último mapa de redes conhecidas. O passo é a distância, em \
        pixels, entre os campos de duas saídas vizinhas; o preenchimento (padding) diz quantos pixels antes da imagem começa \
        o campo da primeira. Onde os ramos se juntam, o campo é o retângulo que envolve os campos de todos eles:",
    networks_table: ["rede", "imagem", "campo", "passo", "padding"],
    halving: |at_once, later| {
        format!(
            "São três ResNets de 50 camadas, mas só duas respostas. Quando um estágio reduz o mapa à metade na primeira 1×1, \
             como no artigo, ou na última unidade, como no TF-Slim, todas as suas camadas de 3×3 têm o mesmo passo, e o campo é \
             {at_once}. No torchvision, quem reduz é a primeira 3×3 do estágio: ela ainda tem o passo menor, e por isso o \
             campo é {later}."
        )
    },
    distill: |slim, paper| {
        let ([image, field, _, padding], [_, _, _, paper_padding]) = (slim, paper);
        format!(
            "Campo {field} com padding {padding} é o que a tabela do artigo da Distill traz para a ResNet-50: a do TF-Slim. O \
             padding é {padding}, e não {paper_padding} como na rede do artigo, que tem o mesmo campo, por causa do 'same' do \
             TensorFlow: quando um passo de 2 encontra um tamanho par, como em uma imagem de {image}, o zero ímpar vai para \
             depois do mapa, e o primeiro campo começa mais tarde."
        )
    },
    effective_title: "Quanto disso conta",
    effective: |draws| {
        format!(
            "Todo pixel do campo pode influenciar a saída, mas um da borda por poucos caminhos, e um do meio por muitos. \
             Por isso, o gradiente é maior no meio e cai em direção à borda, em forma de sino. Aqui estão camadas de 3×3 com \
             pesos aleatórios; o que se mede é a raiz da média dos quadrados do gradiente em {draws} sorteios. Um pixel \
             conta se o valor ali é pelo menos {} % do maior; σ é o desvio padrão na horizontal, em pixels, da gaussiana que \
             mais se aproxima do gradiente (– onde ele quase não cai):",
            counts()
        )
    },
    effective_table: ["camadas", "campo", "σ", "pixels que contam", "parte"],
    effective_share: |first, last| {
        format!(
            "O campo cresce na mesma proporção que a profundidade; o sino, só com a raiz quadrada dela. Assim, conta uma parte \
             cada vez menor do campo: {first:.0} % na primeira linha, {last:.0} % na última. Essa parte se chama campo receptivo \
             efetivo."
        )
    },
    try_network: "Ou pegue uma rede inteira: uma pelo nome, uma sua em TOML ou um modelo que o PyTorch gravou em ONNX.",
    chain_title: |layers| {
        if layers == 1 { "Uma camada".to_owned() } else { format!("{layers} camadas, uma após a outra") }
    },
    chain_table: "camada  kernel    passo  dilatação  salto      campo         medido  pixels",
    not_measured: "grande demais",
    chain: |height, width| {
        format!(
            "O campo de uma saída da última camada tem {height}×{width} pixels. O salto é a distância, em pixels, entre \
             os campos de duas saídas vizinhas. O campo medido vai da primeira à última linha e coluna em que o gradiente não é 0; a \
             coluna pixels diz em quantos pixels ele não é 0."
        )
    },
    gaps: |seen, all| {
        format!(
            "A saída olha para apenas {seen} desses {all} pixels: uma dilatação, ou um passo maior que o kernel, deixa \
             lacunas entre eles."
        )
    },
    network_title: |name, height, width| format!("{name}, em uma imagem de {height}×{width}"),
    about: |name, english| match name {
        "alexnet" => {
            "a alexnet_v2 do TF-Slim, como na tabela da Distill; a do torchvision tem 2 zeros em volta da imagem"
        }
        "vgg11" => "a rede de 2014, e a vgg_a do TF-Slim",
        "vgg16" => "a rede de 2014, como na tabela da Distill",
        "vgg19" => "a rede de 2014",
        "inception-v3" => "a do TF-Slim, como na tabela da Distill; as camadas do torchvision são as mesmas",
        "resnet18" | "resnet34" => "a do torchvision",
        "mobilenet-v1" => "a do TF-Slim, como na tabela da Distill",
        "mobilenet-v2" => "a do TF-Slim",
        "u-net" => "a rede de 2015: sem padding, de modo que uma imagem de 572 dá um mapa de 388",
        name if name.ends_with("-paper") => "a do artigo: a primeira 1×1 de cada estágio reduz o mapa à metade",
        name if name.ends_with("-slim") => {
            "a do TF-Slim, como na tabela da Distill: a 3×3 da última unidade de cada estágio reduz o mapa à metade"
        }
        name if name.starts_with("resnet") => {
            "a do torchvision: a primeira 3×3 de cada estágio reduz o mapa à metade; a tabela da Distill traz a do TF-Slim, \
             cujo nome aqui termina em -slim"
        }
        _ => english,
    },
    network_table: ["camada", "tipo", "mapa", "passo", "padding", "campo", "inteira"],
    kind,
    last_column: |any_size, none| {
        let any =
            if any_size { " O ∞ indica uma camada global no caminho: o campo cresce com a imagem." } else { "" };
        let none = if none { " O – indica que um recorte esconde os primeiros pixels." } else { "" };
        format!(
            "A última coluna traz a maior imagem que uma saída da camada enxerga inteira. Em uma imagem desse tamanho ou \
             menor, tudo o que as camadas seguintes acrescentam ao campo dessa saída é preenchimento.{any}{none}"
        )
    },
    larger: |larger| match larger {
        (Some(down), Some(across)) if down != across => {
            format!("* O campo é maior que a imagem: na altura, a partir de {down}; na largura, a partir de {across}.")
        }
        (Some(down), None) => {
            format!("* Na altura, o campo é maior que a imagem a partir de {down}; na largura, nunca.")
        }
        (None, Some(across)) => {
            format!("* Na largura, o campo é maior que a imagem a partir de {across}; na altura, nunca.")
        }
        (layer, _) => format!("* O campo é maior que a imagem a partir de {}.", layer.unwrap_or_default()),
    },
    sees_whole: |layer| {
        format!(
            "{layer} é a primeira camada com uma saída que enxerga a imagem inteira: o que uma camada seguinte \
             acrescenta ao campo dessa saída já fica fora da imagem."
        )
    },
    sees_whole_nowhere: "Nenhuma saída de nenhuma camada enxerga a imagem inteira.",
    none_larger: |height, width| format!("Nenhum campo é maior que a imagem de {height}×{width}."),
    one_output: |layer, field, stride, padding| {
        format!(
            "Uma saída de {layer} enxerga {field} pixels, contando os do preenchimento (padding). O passo, a distância entre os \
             campos de duas saídas vizinhas, é {stride}; o padding, quantos pixels antes da imagem começa o primeiro campo, é \
             {padding}."
        )
    },
    one_output_of_two_strides: |layer, field, padding| {
        format!(
            "Uma saída de {layer} enxerga até {field} pixels, contando os do preenchimento (padding). O padding, quantos pixels \
             antes da imagem começa o primeiro campo, é {padding}."
        )
    },
    sees_all: |layer| format!("Toda saída de {layer} enxerga a imagem inteira."),
    sees_same: |layer| {
        format!(
            "Todas as saídas de {layer} enxergam a mesma parte da imagem, mas não a imagem inteira: o resto ficou pelo \
             caminho."
        )
    },
    phases: |smallest, largest| {
        format!(
            "Depois de uma camada que amplia o mapa, o que se enxerga varia de saída para saída: de {smallest} a {largest} \
             pixels."
        )
    },
    drifting: |smallest, largest| {
        format!(
            "Como os caminhos se afastam, o que se enxerga varia de saída para saída: de {smallest} a {largest} pixels."
        )
    },
    into_padding: |smallest, largest| {
        format!("Perto da borda, as saídas enxergam mais do preenchimento: de {smallest} a {largest} pixels.")
    },
    shared: |(top, bottom), (left, right)| {
        format!(
            "Um dos caminhos passa por um número que é o mesmo para todas as saídas, como uma média global: por ele, cada \
             saída enxerga da linha {top} à {bottom} e da coluna {left} à {right}."
        )
    },
    aligned: "Todos os caminhos de uma saída até a imagem levam ao mesmo lugar: a rede é alinhada.",
    aligned_besides: "Todos os outros caminhos de uma saída até a imagem levam ao mesmo lugar: fora esse número, a rede é \
        alinhada.",
    strides_differ: |at, first, other| {
        format!(
            "A rede não é alinhada: em {at} se juntam caminhos com passos diferentes, {first} e {other}, que se afastam um do outro \
             de saída em saída."
        )
    },
    centres_differ: |at, distance| {
        format!("A rede não é alinhada: em {at} se juntam caminhos cujos centros diferem em até {distance}, em pixels.")
    },
    region: |row, column, region| {
        format!(
            "A saída da linha {row}, coluna {column} (contando de 0) enxerga da linha {} à {} e da coluna {} à {}.",
            region.top, region.bottom, region.left, region.right
        )
    },
    centre: |down, across, pixels| {
        let pixels =
            if pixels == 1 { "1 pixel da imagem pode".to_owned() } else { format!("{pixels} pixels da imagem podem") };
        format!("O centro fica na linha {down}, coluna {across}; {pixels} chegar à saída.")
    },
    hidden: |reached| {
        format!(
            "Eles ficam entre as linhas {} e {} e entre as colunas {} e {}: nenhum caminho que evite o preenchimento leva \
             ao resto.",
            reached.top, reached.bottom, reached.left, reached.right
        )
    },
    no_gradient: "Portanto, não há gradiente a medir.",
    measured_field: |measured| {
        let MeasuredField { pixels, reached, share, field: (height, width), share_of_field } = measured;
        let shares = if measured.reaches_all() {
            format!("{share} % do campo conta.")
        } else {
            format!("contam {share} % desses pixels, ou {share_of_field} % do campo inteiro, de {height}×{width}.")
        };
        if *reached == 1 {
            return format!("Só um pixel pode chegar a ela, e o gradiente dele é o maior: {shares}");
        }
        format!(
            "Com pesos aleatórios, {pixels} dos {reached} pixels que podem chegar a ela têm pelo menos {} % do maior \
             gradiente: {shares}",
            counts()
        )
    },
    gaussian: |(row, column), (down, across), explained| {
        format!(
            "A gaussiana que mais se aproxima do gradiente, por mínimos quadrados, tem o máximo na linha {row}, coluna {column}, e \
             desvio padrão de {down} pixels na vertical e {across} na horizontal; ela explica {explained} % da variância do \
             gradiente."
        )
    },
    flat: |explained| {
        format!(
            "O gradiente cai tão pouco que a gaussiana que mais se aproxima dele, por mínimos quadrados, tem em pelo menos \
             uma direção a largura do que se vê, ou mais; ela explica {explained} % da variância dele."
        )
    },
    nothing_explained: "Nenhuma gaussiana se aproxima mais do gradiente do que uma constante.",
    no_gaussian: "Não há como ajustar uma gaussiana: os pixels são poucos demais, ou o gradiente é igual em todos.",
};

/// A kind of layer, as the table has it.
fn kind(layer: Layer) -> String {
    let enlarged = |factor: (usize, usize)| format!("ampliação {}×{}", factor.0, factor.1);
    match layer {
        Layer::Input => "entrada".to_owned(),
        Layer::Convolution(window) => format!("conv. {window}"),
        Layer::MaxPooling(window) => format!("máximo {window}"),
        Layer::AveragePooling(window) => format!("média {window}"),
        Layer::TransposedConvolution { window, .. } => format!("transposta {window}"),
        Layer::Upsampling { factor, .. } => enlarged(factor),
        Layer::Padding(_) => "preenchimento".to_owned(),
        Layer::Cropping(_) => "recorte".to_owned(),
        Layer::ElementWise => "ponto a ponto".to_owned(),
        Layer::Combination(combination) => combined(combination).to_owned(),
        Layer::Concatenation => "concatenação".to_owned(),
        Layer::Global => "global".to_owned(),
        other => other.to_string(),
    }
}

fn combined(combination: Combination) -> &'static str {
    match combination {
        Combination::Sum => "soma",
        Combination::Difference => "diferença",
        Combination::Product => "produto",
        Combination::Quotient => "quociente",
        Combination::Maximum => "máximo",
        Combination::Minimum => "mínimo",
        Combination::Mean => "média",
        Combination::Power => "potência",
        _ => "escolha",
    }
}
