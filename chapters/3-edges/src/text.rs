//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;
use corr2d_imaging::{Direction, Measures};

/// Height and width.
type Size = (usize, usize);

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub image: &'static str,
    pub by_hand: &'static str,
    pub three_windows: &'static str,
    pub edges: &'static str,
    pub signs: &'static str,
    pub transposed_title: &'static str,
    pub transposed: &'static str,
    pub why_zero: &'static str,
    pub photograph_title: &'static str,
    pub photograph: fn(size: Size) -> String,
    pub photograph_edges: fn(size: Size, weak: f64) -> String,
    pub what_is_missing: &'static str,
    pub try_it: &'static str,
    pub filtered_title: fn(kernel: &str, image: &str) -> String,
    pub gain: fn(gain: &str, measures: Measures) -> String,
    pub filtered: fn(channels: usize, from: Size, to: Size, border: &str) -> String,
    pub responses: fn(min: &str, max: &str) -> String,
    pub clipped: fn(clipped: usize, total: usize) -> String,
    pub written: fn(path: &str, range: &str) -> String,
    pub written_raw: fn(path: &str) -> String,
    pub no_output: &'static str,
    pub lesson_photograph: &'static str,
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
    title: "3. Edges",
    image: "An edge is a place where the brightness jumps. Here is an image of six rows and eight columns, \
        white (1) with a black bar (0) in the middle. It has two edges, both vertical:",
    by_hand: "The kernel [1, −1] has one row and two columns: it takes the left pixel minus the right one. \
        By hand, on the first row, at the left rim, at the first edge and at the second:",
    three_windows: "1·1 + 1·(−1) =  0   both white\n1·1 + 0·(−1) =  1   from white to black\n0·1 + 1·(−1) = −1   from black to white",
    edges: "And the whole image:",
    signs: "The result is 0 wherever two neighbours are equal, 1 at the edge from white to black and −1 at the \
        edge from black to white. It has seven columns, because eight pixels have seven pairs of neighbours.",
    transposed_title: "What this kernel cannot see",
    transposed: "Transpose the image, so that the bar lies on its side. The two edges are still there, but now \
        they are horizontal:",
    why_zero: "Nothing but zeros. The kernel compares a pixel with its neighbour to the right, and along a \
        horizontal edge those two are always equal. A kernel sees changes in its own direction only. \
        Transposed like the image, it takes the upper pixel minus the lower one, and both edges are back:",
    photograph_title: "In a photograph",
    photograph: |(height, width)| {
        format!(
            "The same two weights on a photograph of {height}×{width} pixels, with levels from 0 (black) to \
             255 (white). Here it is in letters, the brighter the denser:"
        )
    },
    photograph_edges: |(height, width), weak| {
        format!(
            "Left minus right gives {height}×{width} numbers. In {weak:.0}% of them the two neighbours differ \
             by ten levels or less: most of a photograph is smooth. What is left are the edges. Drawn by \
             strength, whatever the sign; ten levels and less are blank, forty and more the densest letter:"
        )
    },
    what_is_missing: "The coat, the tripod and the towers have kept their sides and lost their tops: the kernel \
        sees vertical edges, oblique ones less, horizontal ones not at all, as in the drawing. And of the \
        numbers that are not 0, half are negative. A program that cuts them off loses every edge from dark to \
        bright, which is why --output writes 0 as grey (--range signed), or the strength without its sign (--range abs).",
    try_it: "Your turn. The first command looks for horizontal edges, the second writes a picture, the third \
        takes a photograph of your own; --help lists the kernels.",
    filtered_title: |kernel, image| format!("{kernel} on {image}"),
    gain: |gain, measures| match measures {
        Measures::Nothing => format!("Gain {gain}: {}.", meaning_in_english(measures)),
        _ => format!(
            "Gain {gain} (the response to a brightness, a slope or a curvature of 1). A positive response means: {}.",
            meaning_in_english(measures)
        ),
    },
    filtered: |channels, from, to, border| {
        let (channels, give) = match channels {
            1 => ("1 channel".to_owned(), "gives"),
            _ => (format!("{channels} channels"), "give"),
        };
        format!(
            "{channels} of {}×{} pixels in 0..1, border {border}, {give} {}×{} responses. The kernel \
             lies on the image as it stands: this is correlation (convolution would turn it by 180°).",
            from.0, from.1, to.0, to.1
        )
    },
    responses: |min, max| format!("The responses go from {min} to {max}."),
    clipped: |clipped, total| format!("{clipped} of {total} lay outside 0..1 and were cut off."),
    written: |path, range| format!("Written to {path}, range {range}."),
    written_raw: |path| format!("Written to {path}: the responses as they are, f32, [channel, row, column]."),
    no_output: "In letters, by strength (add --output edges.png for a picture):",
    lesson_photograph: "the photograph of the lesson",
};

const PORTUGUESE: Text = Text {
    title: "3. Bordas",
    image: "Uma borda é um lugar onde o brilho dá um salto. Esta imagem tem seis linhas e oito colunas: é branca \
        (1), com uma faixa preta (0) no meio. Ela tem duas bordas, ambas verticais:",
    by_hand: "O kernel [1, −1] tem uma linha e duas colunas: calcula o pixel da esquerda menos o da direita. \
        À mão, na primeira linha, junto à margem esquerda, na primeira borda e na segunda:",
    three_windows: "1·1 + 1·(−1) =  0   os dois brancos\n1·1 + 0·(−1) =  1   do branco para o preto\n0·1 + 1·(−1) = −1   do preto para o branco",
    edges: "E a imagem inteira:",
    signs: "O resultado é 0 onde dois vizinhos são iguais, 1 na borda do branco para o preto e −1 na borda do \
        preto para o branco. Tem sete colunas, porque oito pixels formam sete pares de vizinhos.",
    transposed_title: "O que este kernel não vê",
    transposed: "Transponha a imagem, de modo que a faixa fique deitada. As duas bordas continuam lá, mas agora são \
        horizontais:",
    why_zero: "Só zeros. O kernel compara um pixel com o vizinho da direita e, ao longo de uma borda horizontal, \
        esses dois são sempre iguais. Um kernel só vê mudanças na sua própria direção. Transposto como a \
        imagem, ele calcula o pixel de cima menos o de baixo, e as duas bordas reaparecem:",
    photograph_title: "Em uma fotografia",
    photograph: |(height, width)| {
        format!(
            "Os mesmos dois pesos em uma fotografia de {height}×{width} pixels, com níveis de 0 (preto) a 255 \
             (branco). Aqui está ela em letras: quanto mais claro o lugar, mais densa a letra:"
        )
    },
    photograph_edges: |(height, width), weak| {
        format!(
            "Esquerda menos direita dá {height}×{width} números. Em {weak:.0}% deles, os dois vizinhos diferem em \
             dez níveis ou menos: a maior parte de uma fotografia é lisa. O que sobra são as bordas. Desenhadas \
             pela intensidade, sem o sinal; até dez níveis em branco, de quarenta em diante na letra mais densa:"
        )
    },
    what_is_missing: "O casaco, o tripé e as torres conservaram os lados e perderam o topo: o kernel vê as bordas \
        verticais, as oblíquas menos e as horizontais nem um pouco, como no desenho. E, dos números diferentes \
        de 0, metade é negativa. Um programa que os descarta perde todas as bordas do escuro para o claro; por isso, \
        --output grava o 0 como cinza (--range signed), ou a intensidade sem o sinal (--range abs).",
    try_it: "Agora é com você. O primeiro comando procura bordas horizontais, o segundo grava uma imagem, o \
        terceiro usa uma fotografia sua; --help lista os kernels.",
    filtered_title: |kernel, image| format!("{kernel} em {image}"),
    gain: |gain, measures| match measures {
        Measures::Nothing => format!("Ganho {gain}: {}.", meaning_in_portuguese(measures)),
        _ => format!(
            "Ganho {gain} (a resposta a um brilho, uma inclinação ou uma curvatura de 1). Uma resposta positiva significa: {}.",
            meaning_in_portuguese(measures)
        ),
    },
    filtered: |channels, from, to, border| {
        let (channels, give) = match channels {
            1 => ("1 canal".to_owned(), "dá"),
            _ => (format!("{channels} canais"), "dão"),
        };
        format!(
            "{channels} de {}×{} pixels em 0..1, com a margem {border}, {give} {}×{} respostas. O kernel fica sobre \
             a imagem tal como é: isto é correlação (a convolução o giraria 180°).",
            from.0, from.1, to.0, to.1
        )
    },
    responses: |min, max| format!("As respostas vão de {min} a {max}."),
    clipped: |clipped, total| format!("{clipped} de {total} ficaram fora de 0..1 e foram cortadas."),
    written: |path, range| format!("Gravado em {path}, com a escala {range}."),
    written_raw: |path| format!("Gravado em {path}: as respostas sem alteração, f32, [canal, linha, coluna]."),
    no_output: "Em letras, pela intensidade (acrescente --output bordas.png para obter uma imagem):",
    lesson_photograph: "a fotografia da lição",
};

fn meaning_in_english(measures: Measures) -> &'static str {
    measures.meaning()
}

fn meaning_in_portuguese(measures: Measures) -> &'static str {
    match measures {
        Measures::Brightness => "a imagem é clara",
        Measures::Slope(Direction::Right) => "o brilho aumenta para a direita",
        Measures::Slope(Direction::DownRight) => "o brilho aumenta para baixo e para a direita",
        Measures::Slope(Direction::Down) => "o brilho aumenta para baixo",
        Measures::Slope(Direction::DownLeft) => "o brilho aumenta para baixo e para a esquerda",
        Measures::Slope(Direction::Left) => "o brilho aumenta para a esquerda",
        Measures::Slope(Direction::UpLeft) => "o brilho aumenta para cima e para a esquerda",
        Measures::Slope(Direction::Up) => "o brilho aumenta para cima",
        Measures::Slope(Direction::UpRight) => "o brilho aumenta para cima e para a direita",
        Measures::DarkSpot => "o ponto é mais escuro que a vizinhança",
        Measures::BrightSpot => "o ponto é mais claro que a vizinhança",
        Measures::Texture => "uma estrutura mais fina que uma parábola",
        Measures::Nothing => "toda imagem resulta em 0",
    }
}
