//! The sentences of exercise 7.

use chapter_kit::Language;

use super::super::{Words, number};
use super::Vector;

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) sum: &'static str,
    pub(super) practical: fn(v: Vector) -> String,
    pub(super) axes: &'static str,
    pub(super) ramps: &'static str,
    pub(super) along: &'static str,
    /// Of v·v and of 2·(v·v)².
    pub(super) second: fn(square: f64, wanted: f64) -> String,
    pub(super) right: fn(v: Vector, factor: f64) -> String,
    pub(super) zeros: &'static str,
    pub(super) constant: fn(response: f64) -> String,
    pub(super) no_slope: &'static str,
    pub(super) answers: fn(v: Vector, across: Vector, answer: f64, slope: &str) -> String,
    pub(super) swapped: &'static str,
    pub(super) upwards: &'static str,
    pub(super) along_not_across: &'static str,
}

impl Text {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

/// A vector as a reader writes it: (3, 4).
fn pair((right, down): Vector) -> String {
    format!("({}, {})", number(right), number(down))
}

const ENGLISH: Text = Text {
    words: Words {
        title: "Edges in a direction",
        question: "Design a kernel that answers to the derivative of the brightness in the direction v = (3, 4), three to the right \
            for four down, up to a factor. Name another direction in the answer if you like.",
        hint: "The derivative along v is v₁ times the derivative to the right plus v₂ times the derivative down. Take two kernels \
            that lie on the same pixels, one for each, and test the sum on a ramp: on a·p it must answer v·a.",
        predict: "The image rises by 2 a pixel to the right and by 5 a pixel down. A kernel for the direction (3, 4), not divided by \
            its length, lies on it. Which number comes out?",
    },
    sum: "Correlation is linear in the kernel, so kernels add as derivatives do. The smallest that works, from two derivatives on \
        the same four pixels:",
    practical: |(right, down)| {
        format!(
            "In practice one takes Sobel's or Scharr's pair, which blur across the direction: {} · sobel-x + {} · sobel-y is",
            number(right),
            number(down)
        )
    },
    axes: "Mind the axes. Here x is the column, to the right, and y the row, down; a book of mathematics has y upwards, an index [row, \
        column] has y first. Divide by the length of v to compare directions.",
    ramps: "On the ramp a·p, whose brightness rises by a₁ a pixel to the right and a₂ down, the answer must be v·a:",
    along: "The fourth ramp rises across v and is constant along it, and the kernel does not see it. An edge that runs along v \
        vanishes; one that v crosses at a right angle is answered most strongly.",
    second: |square, wanted| {
        format!(
            "A second derivative along v needs three kernels: v₁²·∂²/∂x² + 2·v₁·v₂·∂²/∂x∂y + v₂²·∂²/∂y². On (v·p)² it must answer \
             2·(v·v)² = 2·{}² = {}:",
            number(square),
            number(wanted)
        )
    },
    right: |v, factor| {
        let times = if factor == 1.0 {
            "the derivative".to_owned()
        } else {
            format!("{} times the derivative", number(factor))
        };
        let sign = if factor < 0.0 { " The sign is free: bright to dark or dark to bright." } else { "" };
        format!("This is {times} along {}.{sign}", pair(v))
    },
    zeros: "All weights are 0, and so is every answer.",
    constant: |response| {
        format!(
            "On an image that is 1 everywhere it gives {}. There is no edge in it: the weights must sum to 0.",
            number(response)
        )
    },
    no_slope: "It gives 0 on every ramp, so it does not answer to slopes: this is a derivative of order 2 or more.",
    answers: |v, across, answer, slope| {
        format!(
            "The ramp that rises by {} is constant along {}, so the answer must be 0; yours is {}. Your kernel is a derivative in the \
             direction {slope}.",
            pair(across),
            pair(v),
            number(answer)
        )
    },
    swapped: "Rows and columns are mixed up: the first number goes to the right, along a row.",
    upwards: "You counted y upwards, as on paper; rows count downwards.",
    along_not_across: "It takes the derivative across v, not along it, and so answers to edges that run along v.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "Bordas em uma direção",
        question: "Projete um kernel que responda à derivada do brilho na direção v = (3, 4), três para a direita a cada quatro para \
            baixo, a menos de um fator. Se quiser, indique outra direção na resposta.",
        hint: "A derivada ao longo de v é v₁ vezes a derivada para a direita mais v₂ vezes a derivada para baixo. Tome dois kernels que \
            fiquem sobre os mesmos pixels, um para cada uma, e teste a soma em uma rampa: em a·p a resposta precisa ser v·a.",
        predict: "A imagem sobe 2 por pixel para a direita e 5 por pixel para baixo. Um kernel para a direção (3, 4), sem dividir pelo \
            comprimento, está sobre ela. Que número sai?",
    },
    sum: "A correlação é linear no kernel, portanto os kernels se somam como as derivadas. O menor que funciona, de duas derivadas \
        sobre os mesmos quatro pixels:",
    practical: |(right, down)| {
        format!(
            "Na prática usa-se o par de Sobel ou o de Scharr, que desfocam na direção perpendicular: {} · sobel-x + {} · sobel-y é",
            number(right),
            number(down)
        )
    },
    axes: "Cuidado com os eixos. Aqui x é a coluna, para a direita, e y é a linha, para baixo; um livro de matemática tem y para cima, e um \
        índice [linha, coluna] tem y primeiro. Divida pelo comprimento de v para comparar direções.",
    ramps: "Na rampa a·p, cujo brilho sobe a₁ por pixel para a direita e a₂ para baixo, a resposta precisa ser v·a:",
    along: "A quarta rampa sobe na direção perpendicular a v e é constante ao longo de v: o kernel não a vê. Uma borda que corre ao \
        longo de v some; a que v atravessa em ângulo reto tem a resposta mais forte.",
    second: |square, wanted| {
        format!(
            "Uma segunda derivada ao longo de v precisa de três kernels: v₁²·∂²/∂x² + 2·v₁·v₂·∂²/∂x∂y + v₂²·∂²/∂y². Em (v·p)² a \
             resposta precisa ser 2·(v·v)² = 2·{}² = {}:",
            number(square),
            number(wanted)
        )
    },
    right: |v, factor| {
        let times =
            if factor == 1.0 { "a derivada".to_owned() } else { format!("{} vezes a derivada", number(factor)) };
        let sign =
            if factor < 0.0 { " O sinal é livre: do claro para o escuro ou do escuro para o claro." } else { "" };
        format!("É {times} ao longo de {}.{sign}", pair(v))
    },
    zeros: "Todos os pesos são 0, e toda resposta também.",
    constant: |response| {
        format!(
            "Em uma imagem que vale 1 em toda parte ele dá {}. Nela não há borda: a soma dos pesos precisa ser 0.",
            number(response)
        )
    },
    no_slope: "Ele dá 0 em toda rampa; não responde, portanto, a inclinações: é uma derivada de ordem 2 ou maior.",
    answers: |v, across, answer, slope| {
        format!(
            "A rampa que sobe {} é constante ao longo de {}, portanto a resposta precisa ser 0; a sua é {}. O seu kernel é uma derivada \
             na direção {slope}.",
            pair(across),
            pair(v),
            number(answer)
        )
    },
    swapped: "As linhas e as colunas estão trocadas: o primeiro número vai para a direita, ao longo de uma linha.",
    upwards: "Você contou y para cima, como no papel; as linhas contam para baixo.",
    along_not_across: "Ele deriva na perpendicular a v, não ao longo de v, e por isso responde às bordas que correm ao longo de v.",
};
