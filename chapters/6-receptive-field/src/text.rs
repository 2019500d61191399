//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub one_layer: &'static str,
    pub two_layers: &'static str,
    pub nine: &'static str,
    pub measured_title: &'static str,
    pub measured: &'static str,
    pub by_hand: &'static str,
    pub by_gradient: &'static str,
    pub both_agree: fn(counted: usize, measured: usize) -> String,
    pub zeros: &'static str,
    pub deeper_title: &'static str,
    pub deeper: &'static str,
    pub table: &'static str,
    pub strides: &'static str,
    pub try_it: &'static str,
    pub chain_title: fn(layers: usize) -> String,
    pub chain_table: &'static str,
    pub not_measured: &'static str,
    pub chain: fn(height: usize, width: usize) -> String,
    pub gaps: fn(seen: usize, all: usize) -> String,
}

impl Text {
    /// The sentences of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

const ENGLISH: Text = Text {
    title: "6. Feature map and receptive field",
    what: "The output of a convolutional layer is called a feature map: it tells, place by place, how strongly a feature \
        such as an edge is there. All inputs that can change one of its numbers are the receptive field of that \
        number. Here is a layer with a kernel of 2×2:",
    one_layer: "The receptive field of 27 is the four pixels 0, 1, 3 and 4: change another pixel, and 27 stays. Now a \
        second layer of 2×2 takes this map as its input:",
    two_layers: "Its one number z sees all four numbers of the map. They see four pixels each, and their windows overlap. \
        Counted along one side, an output sees one place, and each kernel of size 2 adds one more:",
    nine: "So z sees 3×3 = 9 pixels, the whole image. Two layers of 2×2 see as far as one of 3×3, with 8 weights in place of 9.",
    measured_title: "Measured, not counted",
    measured: "There is a second way to know what z sees: the gradient. Where the gradient of z by a pixel is not 0, a \
        small change of that pixel changes z.",
    by_hand: "By hand, for the pixel in the middle, which lies in all four windows. In each it meets another weight of \
        the first kernel, and each window meets a weight of the second:",
    by_gradient: "And all nine pixels by backward():",
    both_agree: |counted, measured| {
        format!(
            "Arithmetic says {counted} pixels, and the gradient is not 0 at {measured} of them. The pixel in the middle is used four times, those in the corners once."
        )
    },
    zeros: "Beware of zeros. The kernel [0, 1; 2, 3] of chapter 1 ignores its upper left pixel, so the gradient through \
        two such layers is 0 at three pixels that the layers could see with other weights:",
    deeper_title: "Deeper is wider",
    deeper: "Every further layer widens the field. Here it is for one to five layers of 3×3, its side in pixels, counted \
        and measured; on the left the window moves one place at a time, on the right two, which is called a stride of 2:",
    table: "layers     counted measured      stride 2 measured",
    strides: "With a stride of 1 a layer of 3×3 adds two pixels. With a stride of 2 every place of a map stands for two of the \
        map before, and what a layer adds doubles each time. This is how deep networks see a whole picture, and their \
        field may even be larger than the picture.",
    try_it: "Your turn. Write a chain of layers: height and width, s for a stride, d for a dilation (d2 leaves one pixel out \
        between neighbouring weights). How far will the second chain see? Count before you run it.",
    chain_title: |layers| {
        if layers == 1 { "One layer".to_owned() } else { format!("{layers} layers, one after another") }
    },
    chain_table: " layer  kernel   stride   dilation   step      field       measured  pixels",
    not_measured: "too large",
    chain: |height, width| {
        format!(
            "The field of one output of the last layer is {height}×{width} pixels. The step is how far apart neighbouring \
             outputs look. Measured goes from the first to the last row and column in which the gradient is not 0; \
             pixels counts where it is not 0."
        )
    },
    gaps: |seen, all| {
        format!(
            "It looks at {seen} of these {all} pixels only: a dilation, or a stride longer than the kernel, leaves gaps \
             between them."
        )
    },
};

const PORTUGUESE: Text = Text {
    title: "6. Mapa de características e campo receptivo",
    what: "A saída de uma camada convolucional se chama mapa de características: diz, lugar por lugar, com que força uma \
        característica, como uma borda, está presente. Todas as entradas que podem mudar um de seus números formam o \
        campo receptivo desse número. Veja uma camada com um kernel de 2×2:",
    one_layer: "O campo receptivo de 27 são os quatro pixels 0, 1, 3 e 4: mude qualquer outro, e o 27 continua igual. \
        Agora uma segunda camada de 2×2 recebe esse mapa como entrada:",
    two_layers: "O seu único número z vê os quatro números do mapa. Cada um deles vê quatro pixels, e as janelas se \
        sobrepõem. Contando ao longo de um lado, uma saída vê um lugar, e cada kernel de tamanho 2 acrescenta mais um:",
    nine: "Portanto, z vê 3×3 = 9 pixels, a imagem inteira. Duas camadas de 2×2 enxergam tão longe quanto uma de 3×3, com 8 \
        pesos em vez de 9.",
    measured_title: "Medido, e não contado",
    measured: "Há outra maneira de saber o que z vê: o gradiente. Onde o gradiente de z em relação a um pixel não é 0, uma \
        pequena mudança desse pixel muda z.",
    by_hand: "À mão, para o pixel do meio, que está nas quatro janelas. Em cada uma ele encontra um peso diferente do \
        primeiro kernel, e cada janela encontra um peso do segundo:",
    by_gradient: "E os nove pixels, com backward():",
    both_agree: |counted, measured| {
        format!(
            "A conta dá {counted} pixels, e o gradiente não é 0 em {measured} deles. O pixel do meio é usado quatro vezes; os dos cantos, uma."
        )
    },
    zeros: "Cuidado com os zeros. O kernel [0, 1; 2, 3] do capítulo 1 ignora o pixel do canto superior esquerdo; por isso, o \
        gradiente através de duas camadas assim é 0 em três pixels que elas poderiam ver com outros pesos:",
    deeper_title: "Mais profundo, mais amplo",
    deeper: "Cada nova camada amplia o campo. Aqui está ele para uma a cinco camadas de 3×3, o lado em pixels, contado e \
        medido; à esquerda, a janela anda um lugar de cada vez; à direita, dois, o que se chama passo (stride) 2:",
    table: "camadas   contado   medido       passo 2   medido",
    strides: "Com passo 1, uma camada de 3×3 acrescenta dois pixels. Com passo 2, cada lugar de um mapa corresponde a dois do \
        mapa anterior, e o que uma camada acrescenta dobra a cada vez. É assim que as redes profundas veem uma imagem \
        inteira, e o campo delas pode até ser maior que a imagem.",
    try_it: "Agora é com você. Escreva uma sequência de camadas: altura e largura, s para o passo (stride), d para a dilatação \
        (d2 deixa um pixel de fora entre pesos vizinhos). Até onde a segunda sequência enxerga? Conte antes de executar.",
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
};
