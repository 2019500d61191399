//! The sentences of exercise 4.

use chapter_kit::Language;

use super::super::{Words, number};
use super::Kind;

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) twice: &'static str,
    pub(super) others: &'static str,
    pub(super) strongest: &'static str,
    pub(super) images: [&'static str; 4],
    pub(super) noise: fn(first: &str, second: &str, laplacian: &str) -> String,
    pub(super) polynomials: &'static str,
    pub(super) read: &'static str,
    pub(super) squared: &'static str,
    pub(super) right: fn(kind: Kind, factor: f64, smallest: bool) -> String,
    pub(super) zeros: &'static str,
    pub(super) constant: fn(response: f64) -> String,
    pub(super) blur: &'static str,
    pub(super) slope: fn(ramp: &str, response: f64) -> String,
    pub(super) higher: &'static str,
    pub(super) one_answer: &'static str,
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
        title: "The second derivative",
        question: "Design a kernel that answers to the second derivative of the brightness, up to a factor. How small can it be, and \
            to which kind of image does it answer most strongly?",
        hint: "[1, −1] is the first derivative, up to its sign. What do you get if you take the derivative of the derivative? \
            A second derivative gives 0 on a constant and on a ramp, and something else on a parabola: that is three conditions.",
        predict: "[1, −2, 1] lies on the step 0 0 0 1 1 1. Which four numbers come out?",
    },
    twice: "Take the first derivative twice. The kernel that does both at once is [1, −1] laid over itself, with zeros around it:",
    others: "Its sign and its size are free; turned by 180° it stays the same, so that correlation and convolution agree. Three taps \
        are the fewest (exercise 6). In two dimensions there are three second derivatives, and a sum that knows no direction, \
        the Laplacian:",
    strongest: "It answers to what stands out from both of its sides. The Laplacian's lowest and highest answer to",
    images: ["an isolated point", "a line, one pixel wide", "a step", "a ramp"],
    noise: |first, second, laplacian| {
        format!(
            "A point of noise stands out too. Independent noise comes out of [1, −1] with {first} times its variance, of [1, −2, 1] \
             with {second} times, of the Laplacian with {laplacian} times. Hence one blurs first (exercise 8): the Laplacian of a Gaussian."
        )
    },
    polynomials: "A second derivative gives 0 on 1, x and y, and 1 on its own quadratic. Each kernel on each image (x is the column, \
        y the row):",
    read: "Near a point, every smooth image is a sum of these six and of a small rest, and correlation is linear; so what a \
        kernel does to the six says what it does to every smooth image.",
    squared: "The square of the first derivative is no second derivative, and no correlation either. On the ramp 0 1 2 3 4 the \
        square of X ⋆ [1, −1], and X ⋆ [1, −2, 1]:",
    right: |kind, factor, smallest| {
        let what = match kind {
            Kind::AlongRows => "This is ∂²/∂x², along the rows",
            Kind::DownColumns => "This is ∂²/∂y², down the columns",
            Kind::Mixed => "This is the mixed derivative ∂²/∂x∂y",
            Kind::Laplacian => "This is the Laplacian, ∂²/∂x² + ∂²/∂y²",
            Kind::Combination => "This is a sum of second derivatives",
        };
        let times = if factor == 1.0 { String::new() } else { format!(", times {}", number(factor)) };
        let size = if smallest { "" } else { " Three taps along an axis would do." };
        format!("{what}{times}: 0 on constants and ramps, and not on parabolas.{size}")
    },
    zeros: "All weights are 0, and so is every answer.",
    constant: |response| {
        format!(
            "On an image that is 1 everywhere it gives {}. A constant has no derivative: the weights must sum to 0.",
            number(response)
        )
    },
    blur: "With no weight below 0 it is a blur.",
    slope: |ramp, response| {
        format!(
            "On the ramp {ramp} = 0, 1, 2, … it gives {}, where a second derivative gives 0. This is a first derivative: it answers to \
             slopes.",
            number(response)
        )
    },
    higher: "It gives 0 on constants and ramps, as it should, but also on x², xy and y²: a derivative of order 3 or more.",
    one_answer: "A step has one first derivative, and going up and staying up are two changes of slope: a pair, with a change of sign \
        between.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "A segunda derivada",
        question: "Projete um kernel que responda à segunda derivada do brilho, a menos de um fator. Qual é o menor tamanho possível? A \
            que tipo de imagem ele responde com mais força?",
        hint: "[1, −1] é a primeira derivada, a menos do sinal. O que se obtém ao derivar a derivada? Uma segunda derivada dá 0 em uma \
            constante e em uma rampa, e outra coisa em uma parábola: são três condições.",
        predict: "[1, −2, 1] está sobre o degrau 0 0 0 1 1 1. Que quatro números saem?",
    },
    twice: "Derive duas vezes. O kernel que faz as duas de uma vez é [1, −1] aplicado sobre ele mesmo, com zeros em volta:",
    others: "O sinal e a escala são livres; girado 180° ele não muda, e por isso correlação e convolução coincidem. Três pesos são \
        o mínimo (exercício 6). Em duas dimensões há três segundas derivadas e uma soma que não tem direção, o laplaciano:",
    strongest: "Ele responde ao que se destaca dos dois lados. A menor e a maior resposta do laplaciano a",
    images: ["um ponto isolado", "uma linha de um pixel", "um degrau", "uma rampa"],
    noise: |first, second, laplacian| {
        format!(
            "Um ponto de ruído também se destaca. Ruído independente sai de [1, −1] com {first} vezes a variância, de [1, −2, 1] com \
             {second} vezes, do laplaciano com {laplacian} vezes. Por isso se desfoca antes (exercício 8): o laplaciano de uma gaussiana."
        )
    },
    polynomials: "Uma segunda derivada dá 0 em 1, x e y, e 1 no seu próprio termo quadrático. Cada kernel em cada imagem (x é a coluna, \
        y é a linha):",
    read: "Perto de um ponto, toda imagem suave é uma soma dessas seis e de um resto pequeno, e a correlação é linear; o que um \
        kernel faz com as seis diz o que ele faz com toda imagem suave.",
    squared: "O quadrado da primeira derivada não é segunda derivada, nem correlação. Na rampa 0 1 2 3 4, o quadrado de X ⋆ [1, −1] e \
        X ⋆ [1, −2, 1]:",
    right: |kind, factor, smallest| {
        let what = match kind {
            Kind::AlongRows => "É ∂²/∂x², ao longo das linhas",
            Kind::DownColumns => "É ∂²/∂y², ao longo das colunas",
            Kind::Mixed => "É a derivada mista ∂²/∂x∂y",
            Kind::Laplacian => "É o laplaciano, ∂²/∂x² + ∂²/∂y²",
            Kind::Combination => "É uma soma de segundas derivadas",
        };
        let times = if factor == 1.0 { String::new() } else { format!(", vezes {}", number(factor)) };
        let size = if smallest { "" } else { " Três pesos ao longo de um eixo bastariam." };
        format!("{what}{times}: 0 em constantes e rampas, mas não em parábolas.{size}")
    },
    zeros: "Todos os pesos são 0, e toda resposta também.",
    constant: |response| {
        format!(
            "Em uma imagem que vale 1 em toda parte ele dá {}. Uma constante não tem derivada: a soma dos pesos precisa ser 0.",
            number(response)
        )
    },
    blur: "Sem nenhum peso negativo, ele desfoca.",
    slope: |ramp, response| {
        format!(
            "Na rampa {ramp} = 0, 1, 2, … ele dá {}, e uma segunda derivada daria 0. Essa é uma primeira derivada: responde a \
             inclinações.",
            number(response)
        )
    },
    higher: "Ele dá 0 em constantes e rampas, como deve, mas também em x², xy e y²: é uma derivada de ordem 3 ou maior.",
    one_answer: "Um degrau tem uma só primeira derivada, mas começar a subir e parar de subir são duas mudanças de inclinação: um par, \
        com troca de sinal no meio.",
};
