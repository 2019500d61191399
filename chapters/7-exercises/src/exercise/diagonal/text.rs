//! The sentences of exercise 1.

use chapter_kit::Language;

use super::super::{Words, number};

pub(super) struct Text {
    pub(super) words: Words,
    /// Of the two pixels under the kernel where it answers first.
    pub(super) plain: fn(window: [f64; 2]) -> String,
    pub(super) x_transposed: fn(height: usize, width: usize) -> String,
    pub(super) k_transposed: &'static str,
    pub(super) identity: fn(differing: usize, all: usize) -> String,
    pub(super) ramps: &'static str,
    pub(super) normal: &'static str,
    pub(super) line: &'static str,
    pub(super) right: fn(height: usize, width: usize) -> String,
    pub(super) size: fn(found: (usize, usize), wanted: (usize, usize)) -> String,
    /// What to think of, for each part.
    pub(super) about_sizes: [&'static str; 3],
    pub(super) window: fn(place: (usize, usize), window: [f64; 2], found: f64) -> String,
    pub(super) no_edge: &'static str,
    pub(super) sign: &'static str,
    pub(super) sign_of_transposed: &'static str,
}

impl Text {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

const ENGLISH: Text = Text {
    words: Words {
        title: "Diagonal edges",
        question: "The image X has an edge along its diagonal, and K is the edge detector of chapter 3. What is X ⋆ K (x_k)? \
            What comes out if X is transposed (xt_k), and what if K is (x_kt)? Give each result whole, or row 2 of it; rows \
            count from 0.",
        hint: "K subtracts from each pixel the one on its right. Walk along one row of X: how often does the brightness \
            change? Then walk down a column, which is what the transposed kernel does.",
        predict: "Which numbers stand in row 2 of X ⋆ K? Rows count from 0.",
    },
    plain: |[a, b]| {
        format!(
            "Each row from row 1 on crosses the edge once, from black to white, and there K answers {} − {} = {}. Row 0 is white \
             throughout:",
            number(a),
            number(b),
            number(a - b)
        )
    },
    x_transposed: |height, width| {
        format!(
            "Transposed, the image is white below the diagonal. Each row now crosses the edge from white to black: the sign turns, \
             and the result is {height} rows high and {width} columns wide:"
        )
    },
    k_transposed: "The transposed kernel subtracts from each pixel the one below. It finds the edge too:",
    identity: |differing, all| {
        format!(
            "The last two results are each other's transposes: Xᵀ ⋆ K = (X ⋆ Kᵀ)ᵀ. Of their {all} numbers, {differing} \
             differ. Transposing image and kernel transposes the result; transposing one of them does not."
        )
    },
    ramps: "Which edges can a kernel see? Across an edge the brightness rises or falls, so look at ramps that rise by \
        (across, down) a pixel:",
    normal: "K answers to the first number alone and its transpose to the second. A kernel for a direction v answers with \
        v · n to an edge along whose normal n the brightness rises; only edges that run along v have a normal across v, \
        and vanish. A diagonal edge runs along neither axis, so both kernels see it.",
    line: "A diagonal line one pixel wide has two edges. Each row enters it and leaves it, so it gives a pair:",
    right: |height, width| format!("The result has {height}×{width} numbers, and these are they."),
    size: |found, wanted| {
        format!(
            "You give {}×{} numbers. The result is {}×{}: an image of H×W and a kernel of h×w give (H − h + 1) × (W − w + 1). Give \
             all of it, or its row 2.",
            found.0, found.1, wanted.0, wanted.1
        )
    },
    about_sizes: [
        "The kernel is 1×2 and costs a column, but no row.",
        "Transposing the image does not merely transpose the result: the kernel lies as before.",
        "The transposed kernel is 2×1 and costs a row, but no column.",
    ],
    window: |(row, column), [a, b], found| {
        format!(
            "At row {row}, column {column} you have {}. The kernel lies there on {} and {}, so the answer is {} − {} = {}.",
            number(found),
            number(a),
            number(b),
            number(a),
            number(b),
            number(a - b)
        )
    },
    no_edge: "[1, −1] is blind to horizontal edges only, and its transpose to vertical ones only. A diagonal is neither: \
        the rows cross it, and the columns cross it.",
    sign: "The places are right, the signs are not. K takes left minus right, so it gives 1 where white turns to black \
        and −1 where black turns to white.",
    sign_of_transposed: "The places are right, the signs are not. The transposed kernel takes upper minus lower, so it gives 1 where \
        white turns to black on the way down.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "Bordas diagonais",
        question: "A imagem X tem uma borda ao longo da diagonal, e K é o detector de bordas do capítulo 3. Quanto é X ⋆ K \
            (x_k)? O que sai se transpusermos X (xt_k)? E se transpusermos K (x_kt)? Dê cada resultado inteiro, ou só a sua \
            linha 2; as linhas contam a partir de 0.",
        hint: "K subtrai de cada pixel o vizinho da direita. Percorra uma linha de X: quantas vezes o brilho muda? Depois \
            desça por uma coluna, que é o que faz o kernel transposto.",
        predict: "Que números estão na linha 2 de X ⋆ K? As linhas contam a partir de 0.",
    },
    plain: |[a, b]| {
        format!(
            "A partir da linha 1, cada linha atravessa a borda uma vez, do preto para o branco, e ali K responde {} − {} = {}. A linha \
             0 é toda branca:",
            number(a),
            number(b),
            number(a - b)
        )
    },
    x_transposed: |height, width| {
        format!(
            "Transposta, a imagem é branca abaixo da diagonal. Agora cada linha atravessa a borda do branco para o preto: o sinal se \
             inverte, e o resultado tem {height} linhas e {width} colunas:"
        )
    },
    k_transposed: "O kernel transposto subtrai de cada pixel o que está abaixo dele. Ele também encontra a borda:",
    identity: |differing, all| {
        format!(
            "Os dois últimos resultados são transpostos um do outro: Xᵀ ⋆ K = (X ⋆ Kᵀ)ᵀ. Dos {all} números, {differing} são \
             diferentes. Transpor a imagem e o kernel transpõe o resultado; transpor só um dos dois, não."
        )
    },
    ramps: "Que bordas um kernel enxerga? Ao atravessar uma borda, o brilho sobe ou desce; veja então rampas que sobem \
        (na horizontal, na vertical) por pixel:",
    normal: "K responde só ao primeiro número, e o seu transposto, só ao segundo. Um kernel para a direção v responde com \
        v · n a uma borda de normal n, o sentido em que o brilho sobe; só desaparecem as bordas que correm ao longo de v, pois a \
        normal delas é perpendicular a v. Uma borda diagonal não corre ao longo de nenhum dos eixos: os dois kernels a veem.",
    line: "Uma linha diagonal com um pixel de largura tem duas bordas. Cada linha da imagem entra nela e sai dela, o que dá \
        um par:",
    right: |height, width| format!("O resultado tem {height}×{width} números, e são esses."),
    size: |found, wanted| {
        format!(
            "Você deu {}×{} números. O resultado é {}×{}: uma imagem H×W e um kernel h×w dão (H − h + 1) × (W − w + 1). Dê o \
             resultado inteiro, ou a sua linha 2.",
            found.0, found.1, wanted.0, wanted.1
        )
    },
    about_sizes: [
        "O kernel é 1×2 e custa uma coluna, mas nenhuma linha.",
        "Transpor a imagem não é só transpor o resultado: o kernel fica na mesma posição.",
        "O kernel transposto é 2×1 e custa uma linha, mas nenhuma coluna.",
    ],
    window: |(row, column), [a, b], found| {
        format!(
            "Na linha {row}, coluna {column}, você tem {}. Ali o kernel está sobre {} e {}; a resposta é {} − {} = {}.",
            number(found),
            number(a),
            number(b),
            number(a),
            number(b),
            number(a - b)
        )
    },
    no_edge: "[1, −1] só não enxerga as bordas horizontais, e o seu transposto só não enxerga as verticais. Uma diagonal não \
        é nem uma coisa nem outra: as linhas a atravessam, e as colunas também.",
    sign: "Os lugares estão certos, os sinais não. K é a esquerda menos a direita: dá 1 onde o branco vira preto e −1 onde \
        o preto vira branco.",
    sign_of_transposed: "Os lugares estão certos, os sinais não. O kernel transposto é o de cima menos o de baixo: dá 1 onde o branco \
        vira preto ao descer.",
};
