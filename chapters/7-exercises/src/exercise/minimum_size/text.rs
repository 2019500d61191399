//! The sentences of exercise 6.

use chapter_kit::Language;

use super::super::{Words, number};

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) taps: &'static str,
    pub(super) both_axes: &'static str,
    pub(super) enough: &'static str,
    pub(super) needed: &'static str,
    pub(super) count: fn(taps: usize) -> String,
    pub(super) hence: &'static str,
    pub(super) mixed: &'static str,
    pub(super) right_formula: &'static str,
    pub(super) right_number: fn(order: usize, kernel: &str) -> String,
    pub(super) right_kernel: fn(order: usize, factor: f64) -> String,
    pub(super) for_order: fn(order: usize, taps: f64) -> String,
    pub(super) no_count: fn(taps: f64) -> String,
    pub(super) too_few: fn(taps: usize, determinant: &str) -> String,
    pub(super) fewest: fn(taps: usize) -> String,
    pub(super) too_many: fn(order: usize, kernel: &str) -> String,
    pub(super) zeros: &'static str,
    pub(super) other_order: fn(order: usize, found: usize, factor: f64) -> String,
    pub(super) beyond: fn(order: usize) -> String,
    pub(super) larger: fn(order: usize, taps: usize, kernel: &str) -> String,
    pub(super) constant_derivative: &'static str,
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
        title: "How small a derivative can be",
        question: "What is the smallest size of a kernel for a derivative of order d, along one axis? Say it as a formula in d, or as \
            a number for one order (3 if you name none), and give a kernel of that size for that order.",
        hint: "A derivative of order d gives 0 on 1, x, …, up to the power d − 1, and something else on the power d. Count: how \
            many conditions is that, and how many weights does it take to meet them without all being 0?",
        predict: "[−1, 3, −3, 1] is the smallest derivative of order 3. It lies on the cubes 0 1 8 27 64. Which two numbers come out?",
    },
    taps: "d + 1 taps. Each derivative is one more [−1, 1] laid over the one before, and grows by one tap; the numbers are those of \
        Pascal's triangle, with alternating signs:",
    both_axes: "A derivative of order a along the rows and b down the columns is (b + 1)×(a + 1). A middle pixel, as in [−1, 0, 1], \
        costs a tap more and buys symmetry, not order.",
    enough: "They are enough. What each kernel answers to the powers of x: 0 below its order, and d! at it, as d derivatives do:",
    needed: "They are needed. With n taps, the sums of k[j]·j^m for m = 0 to n − 1 are n linear conditions on n weights, the \
        matrix of j^m times k. Its determinant (Vandermonde's), computed in whole numbers:",
    count: |taps| match taps {
        1 => "1 tap".to_owned(),
        _ => format!("{taps} taps"),
    },
    hence: "It is never 0: it is the product of all differences j − i of the places, and no two places are one. So only k = 0 makes all \
        n sums 0. With d taps or fewer, a kernel that gives 0 up to the power d − 1 is 0 altogether. It takes d + 1.",
    mixed: "And along both axes at once, order 2 in x and 1 in y, with 2×3 taps and what it answers:",
    right_formula: "d conditions must leave a weight free, so there are d + 1.",
    right_number: |order, kernel| format!("For order {order} there is {kernel}, and none is smaller."),
    right_kernel: |order, factor| match factor {
        1.0 => format!("This is a derivative of order {order}, and none is smaller."),
        _ => format!("This is a derivative of order {order}, times {}, and none is smaller.", number(factor)),
    },
    for_order: |order, taps| format!("For d = {order} that is {}.", number(taps)),
    no_count: |taps| format!("{} is no number of taps.", number(taps)),
    too_few: |taps, determinant| match taps {
        1 => {
            format!("One tap multiplies the image: on 1 it gives 0 only if it is 0 (the determinant is {determinant}).")
        }
        _ => format!(
            "With {taps} taps, a kernel that gives 0 on the first {taps} powers of x is 0: the determinant of these conditions is \
             {determinant}. One tap is too few for one order; count the conditions and add one."
        ),
    },
    fewest: |taps| format!("The smallest has {taps}: [−1, 1], applied as often as the order says."),
    too_many: |order, kernel| {
        format!("{kernel} has fewer and is a derivative of order {order}. It needs no middle pixel.")
    },
    zeros: "All weights are 0, and so is every answer.",
    other_order: |order, found, factor| match found {
        0 => format!("On an image that is 1 everywhere it gives {}, so it is no derivative.", number(factor)),
        _ if found < order => format!(
            "On x to the power of {found} it gives {}, where a derivative of order {order} gives 0: its order is {found}.",
            number(factor)
        ),
        _ => format!("On x to the power of {order} it gives 0: its order is {found}, not {order}."),
    },
    beyond: |order| format!("It gives 0 on every power of x up to {order} and beyond: its order is higher."),
    larger: |order, taps, kernel| {
        format!("It is a derivative of order {order}, but has {taps} taps, and {kernel} has fewer.")
    },
    constant_derivative: "A third derivative of x³ is not 0: it is 3! everywhere.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "O menor tamanho de uma derivada",
        question: "Qual é o menor tamanho de um kernel para uma derivada de ordem d, ao longo de um eixo? Responda com uma fórmula em d, \
            ou com um número para uma ordem (3, se você não disser qual), e dê um kernel desse tamanho para essa ordem.",
        hint: "Uma derivada de ordem d dá 0 em 1, x, …, até a potência d − 1, e outra coisa na potência d. Conte: quantas condições são, e \
            quantos pesos são necessários para cumpri-las sem que todos sejam 0?",
        predict: "[−1, 3, −3, 1] é a menor derivada de ordem 3. Ela está sobre os cubos 0 1 8 27 64. Que dois números saem?",
    },
    taps: "d + 1 pesos. Cada derivada é mais um [−1, 1] aplicado sobre a anterior, e cresce um peso; os números são os do triângulo de \
        Pascal, com sinais alternados:",
    both_axes: "Uma derivada de ordem a ao longo das linhas e b ao longo das colunas tem (b + 1)×(a + 1) pesos. Um pixel no meio, como em \
        [−1, 0, 1], custa um peso a mais e traz simetria, não ordem.",
    enough: "Eles bastam. O que cada kernel responde às potências de x: 0 abaixo da sua ordem e d! nela, como fazem d derivadas:",
    needed: "Eles são necessários. Com n pesos, as somas de k[j]·j^m para m de 0 a n − 1 são n condições lineares sobre n pesos, a \
        matriz dos j^m vezes k. O seu determinante (de Vandermonde), calculado com números inteiros:",
    count: |taps| match taps {
        1 => "1 peso".to_owned(),
        _ => format!("{taps} pesos"),
    },
    hence: "Ele nunca é 0: é o produto de todas as diferenças j − i entre as posições, e duas posições nunca coincidem. Portanto só \
        k = 0 anula as n somas. Com d pesos ou menos, um kernel que dá 0 até a potência d − 1 é todo 0. São precisos d + 1.",
    mixed: "E ao longo dos dois eixos, ordem 2 em x e 1 em y, com 2×3 pesos, e o que ele responde:",
    right_formula: "d condições precisam deixar um peso livre; são, portanto, d + 1.",
    right_number: |order, kernel| format!("Para a ordem {order} existe {kernel}, e nenhum é menor."),
    right_kernel: |order, factor| match factor {
        1.0 => format!("É uma derivada de ordem {order}, e nenhuma é menor."),
        _ => format!("É uma derivada de ordem {order}, vezes {}, e nenhuma é menor.", number(factor)),
    },
    for_order: |order, taps| format!("Para d = {order} isso dá {}.", number(taps)),
    no_count: |taps| format!("{} não é um número de pesos.", number(taps)),
    too_few: |taps, determinant| match taps {
        1 => format!("Um único peso multiplica a imagem: em 1 ele só dá 0 se for 0 (o determinante é {determinant})."),
        _ => format!(
            "Com {taps} pesos, um kernel que dá 0 nas {taps} primeiras potências de x é 0: o determinante dessas condições é \
             {determinant}. Um peso por ordem é pouco; conte as condições e some um."
        ),
    },
    fewest: |taps| format!("O menor tem {taps}: [−1, 1], aplicado tantas vezes quanto diz a ordem."),
    too_many: |order, kernel| {
        format!("{kernel} tem menos pesos e é uma derivada de ordem {order}. Não é preciso um pixel no meio.")
    },
    zeros: "Todos os pesos são 0, e toda resposta também.",
    other_order: |order, found, factor| match found {
        0 => format!("Em uma imagem que vale 1 em toda parte ele dá {}; não é uma derivada.", number(factor)),
        _ if found < order => format!(
            "Em x elevado a {found} ele dá {}, e uma derivada de ordem {order} daria 0: a ordem dele é {found}.",
            number(factor)
        ),
        _ => format!("Em x elevado a {order} ele dá 0: a ordem dele é {found}, não {order}."),
    },
    beyond: |order| format!("Ele dá 0 em todas as potências de x até {order} e além: a ordem dele é maior."),
    larger: |order, taps, kernel| {
        format!("É uma derivada de ordem {order}, mas tem {taps} pesos, e {kernel} tem menos.")
    },
    constant_derivative: "A terceira derivada de x³ não é 0: é 3! em toda parte.",
};
