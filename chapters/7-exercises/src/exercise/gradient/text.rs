//! The sentences of exercise 2.

use chapter_kit::Language;

use super::super::{Words, number};

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) depends: &'static str,
    pub(super) loss: &'static str,
    pub(super) silent: &'static str,
    pub(super) as_error: &'static str,
    pub(super) formulas: &'static str,
    pub(super) formula_lines: &'static str,
    pub(super) elsewhere: &'static str,
    pub(super) frameworks: &'static str,
    pub(super) differences: &'static str,
    pub(super) input_too: &'static str,
    pub(super) bias_too: fn(autograd: &str, differences: &str, sum: &str) -> String,
    pub(super) right_gradient: &'static str,
    pub(super) in_one_line: fn(size: (usize, usize)) -> String,
    pub(super) right_bias: &'static str,
    pub(super) left: fn(answer: &str) -> String,
    pub(super) size: fn(found: (usize, usize), wanted: (usize, usize)) -> String,
    pub(super) moved: fn(place: (usize, usize), wanted: f64, found: f64) -> String,
    pub(super) moved_bias: fn(wanted: f64, found: f64) -> String,
    pub(super) forgot_g: &'static str,
    pub(super) mean: &'static str,
    pub(super) turned_kernel: &'static str,
    pub(super) correlated_back: &'static str,
    pub(super) turned_input: &'static str,
    pub(super) not_zero: &'static str,
    pub(super) no_error: &'static str,
    pub(super) no_gradient: &'static str,
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
        title: "The gradient through a layer written by hand",
        question: "A layer computes Y = X ⋆ K + b for the figure of the lesson, and the loss is L = Σ G·Y. What is the gradient \
            of L by the kernel (kernel), by the image (input), and by the bias (bias)? And if the layer reads its numbers with \
            to_vec2, loops over them, and makes a tensor of the sums (through_numbers), what does candle's backward leave for \
            the kernel: the \"right\" gradient, \"zero\", an \"error\", or \"none\"?",
        hint: "Raise one weight of K by 1. Every window gains the pixel that lies under this weight, and each window counts in \
            L as much as its number of G. Which function of the lesson adds up pixels weighted by a small matrix? As for \
            to_vec2: the numbers that come out know nothing of the tensor that they were in.",
        predict: "The loss is L = Σ G·(X ⋆ K). What is its gradient by the kernel, row by row?",
    },
    depends: "It depends on how the layer is written. Here it is in five ways, each run now. All of them give the same loss, \
        and what candle's gradients.get(&k) answers is on the right:",
    loss: "loss",
    silent: "to_vec2 takes the numbers out of the graph, and slice_set writes into a tensor that has none. Nothing fails: \
        backward succeeds, get answers None, and an optimiser skips the kernel without a word. Training runs and learns \
        nothing. The kernel before and after three steps:",
    as_error: "corr2d::autograd::gradient makes an error of it:",
    formulas: "With G = ∂L/∂Y, the three gradients of Y = X ⋆ K + b are",
    formula_lines: "∂L/∂K = X ⋆ G\n∂L/∂X = G, with a rim of zeros, convolved (not correlated) with K\n∂L/∂b = Σ G",
    elsewhere: "The same loop in other frameworks, Y[i, j] = sum of a window:",
    frameworks: "\
MXNet        an error: no in-place operations while autograd records
PyTorch      works: assignments into a tensor of zeros are recorded
TensorFlow   None, as in candle: Variable.assign is not differentiable
JAX          a TypeError: arrays are immutable; y.at[i, j].set(…) works
candle       no assignment by index: one of the five ways above",
    differences: "Move one weight up by 1 and down by 1, and halve the difference of the losses. L is linear in K, so this is \
        the slope itself. From autograd, from differences, and from X ⋆ G:",
    input_too: "And for the input, from autograd, from differences, and from the convolution of G with K:",
    bias_too: |autograd, differences, sum| {
        format!("For the bias autograd gives {autograd}, the differences give {differences}, and G sums to {sum}.")
    },
    right_gradient: "This is the gradient that autograd gives.",
    in_one_line: |(height, width)| {
        format!("Here it is row by row; as a gradient it is {height}×{width}, as what it belongs to.")
    },
    right_bias: "The bias is in every output, so its gradient is the sum of G.",
    left: |answer| format!("Backward was run through such a layer just now: gradients.get(&k) answers {answer}."),
    size: |found, wanted| {
        format!(
            "You give {}×{} numbers; a gradient has the shape of what it belongs to, {}×{}.",
            found.0, found.1, wanted.0, wanted.1
        )
    },
    moved: |(row, column), wanted, found| {
        format!(
            "Raise the number at row {row}, column {column} by 1, and the loss grows by {}. You have {} there.",
            number(wanted),
            number(found)
        )
    },
    moved_bias: |wanted, found| {
        format!("Raise the bias by 1, and the loss grows by {}. You have {}.", number(wanted), number(found))
    },
    forgot_g: "Yours is the gradient of a plain sum of Y: the outputs count as much as G says, not once each.",
    mean: "Yours is the gradient of the mean, a quarter as large. Whoever trains with the mean in place of the sum, at the same \
        rate, takes steps that are smaller by the number of outputs.",
    turned_kernel: "Yours is turned by 180°, as if the layer were a strict convolution.",
    correlated_back: "You correlated G with K. Going back, each output spreads over the window that it came from, so the kernel is \
        turned: that is a convolution.",
    turned_input: "Yours is turned by 180°.",
    not_zero: "A zero would mean that the loss was asked and does not depend on K; here nobody asked.",
    no_error: "There is no error, and this is the trap.",
    no_gradient: "The numbers that to_vec2 gives know nothing of the tensor that they were in.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "O gradiente por uma camada escrita à mão",
        question: "Uma camada calcula Y = X ⋆ K + b na figura da lição, e a perda é L = Σ G·Y. Qual é o gradiente de L em relação \
            ao kernel (kernel), à imagem (input) e ao viés (bias)? E se a camada lê os seus números com to_vec2, faz os laços e \
            cria um tensor com as somas (through_numbers), o que o backward do candle deixa para o kernel: o gradiente certo \
            (\"right\"), zero (\"zero\"), um erro (\"error\") ou nada (\"none\")?",
        hint: "Aumente um peso de K em 1. Cada janela ganha o pixel que está sob esse peso, e cada janela conta em L tanto quanto \
            o seu número em G. Que função da lição soma pixels com os pesos de uma matriz pequena? Quanto ao to_vec2: os números \
            que saem dele não sabem de que tensor vieram.",
        predict: "A perda é L = Σ G·(X ⋆ K). Qual é o gradiente em relação ao kernel, linha por linha?",
    },
    depends: "Depende de como a camada está escrita. Aqui ela está de cinco maneiras, executadas agora. Todas dão a mesma \
        perda; à direita está o que gradients.get(&k), do candle, responde:",
    loss: "perda",
    silent: "to_vec2 tira os números do grafo, e slice_set escreve em um tensor que não está em grafo nenhum. Nada falha: \
        backward termina bem, get responde None, e um otimizador pula o kernel sem dizer nada. O treinamento roda e não aprende. O \
        kernel antes e depois de três passos:",
    as_error: "corr2d::autograd::gradient faz disso um erro:",
    formulas: "Com G = ∂L/∂Y, os três gradientes de Y = X ⋆ K + b são",
    formula_lines: "∂L/∂K = X ⋆ G\n∂L/∂X = G, com uma margem de zeros, em convolução (não correlação) com K\n∂L/∂b = Σ G",
    elsewhere: "O mesmo laço em outras bibliotecas, Y[i, j] = soma de uma janela:",
    frameworks: "\
MXNet        um erro: nada de operações in-place enquanto o autograd grava
PyTorch      funciona: atribuições em um tensor de zeros são gravadas
TensorFlow   None, como no candle: Variable.assign não é diferenciável
JAX          um TypeError: arrays são imutáveis; y.at[i, j].set(…) funciona
candle       não há atribuição por índice: uma das cinco maneiras acima",
    differences: "Aumente um peso em 1, diminua-o em 1 e divida por dois a diferença entre as perdas. L é linear em K, portanto \
        essa é a própria inclinação. Pelo autograd, pelas diferenças e por X ⋆ G:",
    input_too: "E para a entrada, pelo autograd, pelas diferenças e pela convolução de G com K:",
    bias_too: |autograd, differences, sum| {
        format!("Para o viés, o autograd dá {autograd}, as diferenças dão {differences}, e a soma de G é {sum}.")
    },
    right_gradient: "É o gradiente que o autograd dá.",
    in_one_line: |(height, width)| {
        format!(
            "Aqui ele está linha por linha; um gradiente tem a forma da grandeza em relação à qual se deriva, {height}×{width}."
        )
    },
    right_bias: "O viés está em todas as saídas, portanto o seu gradiente é a soma de G.",
    left: |answer| {
        format!("O backward acaba de ser executado por uma camada assim: gradients.get(&k) responde {answer}.")
    },
    size: |found, wanted| {
        format!(
            "Você deu {}×{} números; um gradiente tem a forma da grandeza em relação à qual se deriva, {}×{}.",
            found.0, found.1, wanted.0, wanted.1
        )
    },
    moved: |(row, column), wanted, found| {
        format!(
            "Aumente em 1 o número da linha {row}, coluna {column}: a perda cresce {}. Você tem {} ali.",
            number(wanted),
            number(found)
        )
    },
    moved_bias: |wanted, found| {
        format!("Aumente o viés em 1: a perda cresce {}. Você tem {}.", number(wanted), number(found))
    },
    forgot_g: "O seu é o gradiente da soma simples de Y: as saídas contam tanto quanto G diz, e não uma vez cada.",
    mean: "O seu é o gradiente da média, um quarto do certo. Quem treina com a média em vez da soma, com a mesma taxa, dá passos \
        menores, divididos pelo número de saídas.",
    turned_kernel: "O seu está girado 180°, como se a camada fosse uma convolução estrita.",
    correlated_back: "Você correlacionou G com K. No caminho de volta, cada saída se espalha pela janela de onde veio, e o kernel \
        fica girado: é uma convolução.",
    turned_input: "O seu está girado 180°.",
    not_zero: "Zero diria que a perda foi consultada e não depende de K; aqui ninguém consultou.",
    no_error: "Não há erro, e essa é a armadilha.",
    no_gradient: "Os números que to_vec2 devolve não sabem de que tensor vieram.",
};
