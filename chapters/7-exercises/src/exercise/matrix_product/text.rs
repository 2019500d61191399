//! The sentences of exercise 3.

use chapter_kit::Language;

use super::super::Words;
use super::Cost;

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) windows: &'static str,
    pub(super) spread: &'static str,
    pub(super) blocks: &'static str,
    pub(super) gradients: &'static str,
    pub(super) cost: fn(cost: &Cost) -> String,
    pub(super) sizes: &'static str,
    pub(super) gradients_run: &'static str,
    pub(super) is_im2col: &'static str,
    pub(super) is_toeplitz: &'static str,
    pub(super) other_layout: &'static str,
    /// Of how many numbers Y has, and K and X.
    pub(super) size: fn(found: (usize, usize), outputs: usize, inputs: [usize; 2]) -> String,
    pub(super) product: fn(vector: &str, found: &str, wanted: &str) -> String,
    pub(super) row_product: fn(vector: &str, found: &str, wanted: &str) -> String,
    pub(super) unit: fn(vector: &str, place: usize, found: &str, wanted: &str) -> String,
    pub(super) turned: &'static str,
    pub(super) no_gap: &'static str,
    pub(super) nine_rows: &'static str,
    pub(super) turned_size: &'static str,
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
        title: "Correlation as a matrix product",
        question: "Write the correlation X ⋆ K of the lesson's figure as one product of a matrix and a vector: a matrix made of X times the kernel as a vector, or a matrix made of K times the image as a vector. \
            Matrices become vectors row by row.",
        hint: "Four outputs, so the matrix has four rows. Each output is a sum of products of a window and the kernel. Write the \
            four windows below each other; or write the kernel into an empty image, once for each output, and flatten that \
            image.",
        predict: "This kernel is to become a matrix T with T · vec(X) = vec(X ⋆ K) for images of 3×3. How many rows has T, how many \
            columns, and how many of its entries are not 0?",
    },
    windows: "First way. Each window of X becomes a row of a matrix P, and P times the kernel is the result. Frameworks call it \
        im2col:",
    spread: "Second way. For each output, the kernel lies somewhere on an empty image; flattened, that image is a row of a \
        matrix T, and T times the image is the result:",
    blocks: "T is a Toeplitz matrix of Toeplitz matrices. Look at it in blocks of 2×3: each block repeats one row of K along its \
        diagonals, and the blocks repeat along the diagonal in turn.",
    gradients: "Both matrices know the gradients. P transposed, times ∂L/∂Y, is the gradient of the kernel; PᵀP is the matrix that \
        decides how fast a kernel is learned. T transposed, times ∂L/∂Y, is the gradient of the image, which is also what a \
        transposed convolution computes.",
    cost: |Cost { image, kernel, pixels, p, t, weights }| {
        format!(
            "What it costs: for a photograph of {}×{}, {pixels} million pixels, and a kernel of {}×{}, P has {p} million entries and T \
             has {t} billion, {weights} of each row not 0. Nobody stores T; P is stored in pieces.",
            image.0, image.1, kernel.0, kernel.1
        )
    },
    sizes: "Other sizes, with whole numbers from −8 to 8. How many numbers Y = X ⋆ K has, and how many of them the products give \
        exactly:",
    gradients_run: "The transposed products with G = 1 2; 3 4 on the left, what autograd gives for L = Σ G·Y on the right:",
    is_im2col: "This is im2col: each row is a window, which the kernel multiplies.",
    is_toeplitz: "This is the doubly blocked Toeplitz matrix: each row is the kernel spread over the image.",
    other_layout: "It is laid out in another way than here, by columns or for a row on its left, and does the same.",
    size: |(height, width), outputs, [weights, pixels]| {
        format!(
            "The matrix is {height}×{width}. There are {outputs} outputs, so it needs {outputs} rows; and {weights} columns to be \
             multiplied by the {weights} weights of K, or {pixels} for the {pixels} pixels of X."
        )
    },
    product: |vector, found, wanted| format!("Times {vector} it gives {found}, and the correlation is {wanted}."),
    row_product: |vector, found, wanted| {
        format!("{vector} as a row, times it, gives {found}, and the correlation is {wanted}.")
    },
    unit: |vector, place, found, wanted| {
        format!(
            "Times {vector} it is right by chance. Put a vector in its place that is 1 at place {place} and 0 elsewhere: it gives \
             {found}, and the correlation is {wanted}."
        )
    },
    turned: "The kernel is turned by 180°: this is strict convolution, which flips, and correlation does not.",
    no_gap: "The second row of the kernel lies one whole row of the image below the first, so in the flattened image there is a gap \
        between them, as wide as the image is wider than the kernel.",
    nine_rows: "One row for each output, and there are four: the kernel does not stick out.",
    turned_size: "That is T transposed: outputs are rows.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "Correlação como produto de matrizes",
        question: "Escreva a correlação X ⋆ K da figura da lição como um único produto de matriz por vetor: uma matriz feita de X vezes o kernel como vetor, ou uma matriz feita de K vezes a imagem como vetor. As \
            matrizes viram vetores linha por linha.",
        hint: "São quatro saídas, portanto a matriz tem quatro linhas. Cada saída é uma soma de produtos de uma janela com o kernel. \
            Escreva as quatro janelas uma embaixo da outra; ou escreva o kernel em uma imagem vazia, uma vez para cada saída, e \
            estique essa imagem em uma linha.",
        predict: "Este kernel deve virar uma matriz T tal que T · vec(X) = vec(X ⋆ K) para imagens 3×3. Quantas linhas tem T, quantas \
            colunas e quantos elementos diferentes de 0?",
    },
    windows: "Primeira maneira. Cada janela de X vira uma linha de uma matriz P, e P vezes o kernel é o resultado. As bibliotecas \
        chamam isso de im2col:",
    spread: "Segunda maneira. Para cada saída, o kernel está em algum lugar de uma imagem vazia; esticada, essa imagem é uma linha \
        de uma matriz T, e T vezes a imagem é o resultado:",
    blocks: "T é uma matriz de Toeplitz feita de matrizes de Toeplitz. Veja-a em blocos de 2×3: cada bloco repete uma linha de K nas \
        suas diagonais, e os próprios blocos se repetem ao longo da diagonal.",
    gradients: "As duas matrizes conhecem os gradientes. P transposta vezes ∂L/∂Y é o gradiente do kernel; PᵀP é a matriz que decide \
        com que rapidez um kernel se aprende. T transposta vezes ∂L/∂Y é o gradiente da imagem, que é também o que uma \
        convolução transposta calcula.",
    cost: |Cost { image, kernel, pixels, p, t, weights }| {
        format!(
            "O custo: para uma fotografia {}×{}, {pixels} milhão de pixels, e um kernel {}×{}, P tem {p} milhões de elementos e T tem \
             {t} bilhões, {weights} em cada linha diferentes de 0. Ninguém guarda T; P é guardada aos pedaços.",
            image.0, image.1, kernel.0, kernel.1
        )
    },
    sizes: "Outros tamanhos, com números inteiros de −8 a 8. Quantos números tem Y = X ⋆ K, e quantos deles os produtos dão \
        exatamente:",
    gradients_run: "Os produtos transpostos com G = 1 2; 3 4 à esquerda; à direita, o que o autograd dá para L = Σ G·Y:",
    is_im2col: "É o im2col: cada linha é uma janela, que o kernel multiplica.",
    is_toeplitz: "É a matriz de Toeplitz duplamente em blocos: cada linha é o kernel espalhado na imagem.",
    other_layout: "Está em outra disposição, por colunas ou para um vetor-linha à esquerda, e faz o mesmo.",
    size: |(height, width), outputs, [weights, pixels]| {
        format!(
            "A matriz é {height}×{width}. São {outputs} saídas, portanto ela precisa de {outputs} linhas; e de {weights} colunas para \
             multiplicar os {weights} pesos de K, ou de {pixels} para os {pixels} pixels de X."
        )
    },
    product: |vector, found, wanted| format!("Vezes {vector} ela dá {found}, e a correlação é {wanted}."),
    row_product: |vector, found, wanted| {
        format!("{vector} como linha, vezes ela, dá {found}, e a correlação é {wanted}.")
    },
    unit: |vector, place, found, wanted| {
        format!(
            "Vezes {vector} ela acerta por acaso. Ponha no lugar dele um vetor com 1 na posição {place} e 0 nas outras: ela dá {found}, e \
             a correlação é {wanted}."
        )
    },
    turned: "O kernel está girado 180°: isso é convolução estrita, que inverte; a correlação não inverte.",
    no_gap: "A segunda linha do kernel fica uma linha inteira da imagem abaixo da primeira; na imagem esticada há entre elas um \
        espaço, igual ao que a imagem tem de largura a mais que o kernel.",
    nine_rows: "Uma linha para cada saída, e são quatro: o kernel não sai da imagem.",
    turned_size: "Essa é T transposta: as saídas são as linhas.",
};
