//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;

/// Height and width.
type Size = (usize, usize);

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub by_hand: &'static str,
    pub every_window: &'static str,
    pub function: fn(equal: usize, all: usize) -> String,
    pub size_title: &'static str,
    pub size: &'static str,
    pub square: &'static str,
    pub try_title: &'static str,
    pub try_it: &'static str,
    pub size_of_yours: fn(x: Size, k: Size, y: Size) -> String,
    pub traced: fn(row: usize, column: usize) -> String,
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
    title: "1. Cross-correlation",
    what: "A convolutional layer slides a small matrix K, the kernel, over an image X. Wherever the kernel \
        lies, it multiplies each pixel by the weight that lies on it and adds up the products. This is \
        cross-correlation, written X ⋆ K.",
    by_hand: "First by hand. The kernel lies on the upper left corner, with four weights on four pixels, \
        row by row:",
    every_window: "Now the kernel moves one pixel to the right, and then to the start of the next row. It fits \
        in four places, so there are four sums, each where its window was:",
    function: |equal, all| {
        format!(
            "These sums were worked out window by window (correlate_by_windows in chapters/1-correlation/src/lesson.rs). The function \
             corr2d(&x, &k) is the same operation, fast enough for photographs: {equal} of {all} numbers agree."
        )
    },
    size_title: "The size of the result",
    size: "The result is smaller than the image, because the kernel must lie wholly inside it. A kernel of \
        height h finds H − h + 1 places in a column of H pixels, and the same holds for the width: the \
        result is (H − h + 1) × (W − w + 1). Height comes first, here as everywhere.",
    square: "Test with shapes that are not square. The figure at the top would give 19 first even if the \
        program mixed up height and width; on this one such a program fails, or its result has the wrong shape:",
    try_title: "Your turn",
    try_it: "Change a number and look. What will the first command print? Decide before you run it.",
    size_of_yours: |x, k, y| {
        format!(
            "In an image of {4}×{5}, a kernel of {0}×{1} has {2} × {3} places, down × across.",
            k.0, k.1, y.0, y.1, x.0, x.1
        )
    },
    traced: |row, column| {
        format!("Row {row}, column {column} of the result: the window, the kernel, and their products, pixel by pixel.")
    },
};

const PORTUGUESE: Text = Text {
    title: "1. Correlação cruzada",
    what: "Uma camada convolucional desliza uma matriz pequena K, o kernel, sobre uma imagem X. Em cada \
        posição, multiplica cada pixel pelo peso que está sobre ele e soma os produtos. Isso é a \
        correlação cruzada, que se escreve X ⋆ K.",
    by_hand: "Primeiro à mão. O kernel está no canto superior esquerdo, com quatro pesos sobre quatro \
        pixels, linha por linha:",
    every_window: "Agora o kernel anda um pixel para a direita e depois desce para o começo da linha seguinte. \
        Ele cabe em quatro posições; são quatro somas, cada uma no lugar da sua janela:",
    function: |equal, all| {
        format!(
            "Essas somas foram calculadas janela por janela (correlate_by_windows, em chapters/1-correlation/src/lesson.rs). A função \
             corr2d(&x, &k) é a mesma operação, rápida o bastante para fotografias: {equal} de {all} números coincidem."
        )
    },
    size_title: "O tamanho do resultado",
    size: "O resultado é menor que a imagem, porque o kernel precisa caber inteiro dentro dela. Um kernel de \
        altura h encontra H − h + 1 posições em uma coluna de H pixels, e o mesmo vale para a largura: o \
        resultado tem tamanho (H − h + 1) × (W − w + 1). A altura vem sempre primeiro.",
    square: "Teste com formas que não sejam quadradas. A figura do início daria 19 no primeiro lugar mesmo que o \
        programa trocasse altura e largura; nesta, um programa assim falha ou devolve a forma errada:",
    try_title: "Agora é com você",
    try_it: "Mude um número e observe. O que o primeiro comando vai imprimir? Decida antes de executar.",
    size_of_yours: |x, k, y| {
        format!(
            "Em uma imagem de {4}×{5}, um kernel de {0}×{1} tem {2} × {3} posições, na vertical × na horizontal.",
            k.0, k.1, y.0, y.1, x.0, x.1
        )
    },
    traced: |row, column| {
        format!("Linha {row}, coluna {column} do resultado: a janela, o kernel e os produtos, pixel a pixel.")
    },
};
