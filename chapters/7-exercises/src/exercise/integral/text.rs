//! The sentences of exercise 5.

use chapter_kit::Language;

use super::super::{Words, number};

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) window: &'static str,
    pub(super) running: &'static str,
    pub(super) row: &'static str,
    pub(super) taps: fn(taps: usize) -> String,
    pub(super) recursive: &'static str,
    pub(super) table: &'static str,
    pub(super) impulse: &'static str,
    pub(super) any_kernel: &'static str,
    pub(super) inverse: &'static str,
    pub(super) quadrature: &'static str,
    pub(super) rules: [&'static str; 2],
    pub(super) exactly: &'static str,
    pub(super) right_window: fn(height: usize, width: usize, weight: f64) -> String,
    pub(super) trapezoid: &'static str,
    pub(super) simpson: &'static str,
    pub(super) three_eighths: &'static str,
    pub(super) boole: &'static str,
    pub(super) rule: fn(parabolas: bool) -> String,
    pub(super) zeros: &'static str,
    pub(super) derivative: &'static str,
    pub(super) copy: fn(weight: f64) -> String,
    pub(super) one_sided: fn(axis: &str, wanted: f64, found: f64) -> String,
    pub(super) twisted: fn(found: f64) -> String,
    pub(super) negative: fn(weight: f64, sum: f64) -> String,
    pub(super) parabola: fn(axis: &str, areas: [f64; 2], found: f64, middle: bool) -> String,
    pub(super) right_taps: &'static str,
    pub(super) too_many: &'static str,
    pub(super) no_count: fn(taps: f64) -> String,
    pub(super) too_few: fn(taps: usize, sums: &str) -> String,
    pub(super) right_never: &'static str,
    pub(super) one_longer: fn(taps: usize, sums: &str) -> String,
    pub(super) forgets: &'static str,
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
        title: "An integral",
        question: "Design a kernel that integrates: (window) over a few pixels in a row. The running integral adds up everything from \
            the start of the row to each pixel: (taps) how many taps at least does a kernel need for it in a row of 8 pixels, \
            with zeros before the row, and (every_length) is there one kernel for rows of every length?",
        hint: "An integral is a sum. Which weights make a sum of a window? Then put a single 1 at the start of a long row: what is \
            its running integral far to the right, and what does a kernel of n taps know of it there?",
        predict: "The row 1 2 3 4 5 gets two zeros in front, and [1, 1, 1] goes over it. Which five numbers come out?",
    },
    window: "Equal weights sum a window: [1, 1, 1] is the integral over three pixels, and a third of it is their mean:",
    running: "The running integral is another thing. A kernel of ones, with zeros before the row, gives it as long as it reaches \
        back to the start:",
    row: "the row",
    taps: |taps| match taps {
        1 => "1 tap".to_owned(),
        _ => format!("{taps} taps"),
    },
    recursive: "So a row of 8 pixels needs 8 taps, and no finite kernel does for rows of every length: it forgets. What integrates \
        everything is a recursion, y[n] = y[n − 1] + x[n], a filter that feeds on its own output.",
    table: "In two dimensions the running sums of a picture, kept in a table, give the sum over any rectangle from four of their \
        numbers. From left to right: a picture, its running sums, and the sums over 2×3 pixels, by four corners and by a kernel \
        of ones:",
    impulse: "One kernel for every length would have some number n of taps. Take a row that begins with 1 and goes on with 0. Its \
        running integral is 1 everywhere; after n pixels the kernel has left the 1 behind. Run, for kernels of ones and for other weights:",
    any_kernel: "The weights change the first n numbers, and not the zeros after them: every n taps fail on the row of n + 1 pixels.",
    inverse: "As a matrix, the running sum is the triangle of ones, and it undoes the difference, which is why it is the integral. \
        The difference has two numbers a row, its inverse has as many as there are pixels:",
    quadrature: "With the weights of numerical integration a window gives the area under a curve. Every such rule is exact on \
        constants and on straight lines, so both sides of the window count alike; on curves they differ. Under x² from 0 to 2, \
        from the samples 0, 1, 4:",
    rules: ["trapezoid [1/2, 1, 1/2]", "Simpson [1, 4, 1]/3"],
    exactly: "exactly",
    right_window: |height, width, weight| {
        let what = if weight == 1.0 { "the sum".to_owned() } else { format!("{} times the sum", number(weight)) };
        format!("This is {what} over {height}×{width} pixels, wherever the window lies.")
    },
    trapezoid: "These are the weights of the trapezoidal rule, up to a factor: the area under the straight lines between the samples.",
    simpson: "These are the weights of Simpson's rule, up to a factor: the area under parabolas through the samples.",
    three_eighths: "These are the weights of Simpson's 3/8 rule, up to a factor: the area under cubics through the samples.",
    boole: "These are the weights of Boole's rule, up to a factor: the area under polynomials of degree 4 through the samples.",
    rule: |parabolas| {
        match parabolas {
        true => "This is a rule for areas, up to a factor: exact under straight lines and under parabolas.".to_owned(),
        false => "This is a rule for areas, up to a factor: exact under straight lines, and under parabolas about as good as the \
            trapezoidal rule or better."
            .to_owned(),
    }
    },
    zeros: "All weights are 0, and so is every answer.",
    derivative: "On an image that is 1 everywhere it gives 0, and the sum over a window of ones is not 0. This is a derivative; \
        turning its signs or its order does not make an integral of it.",
    copy: |weight| format!("One weight of {} copies the image; an integral adds up several pixels.", number(weight)),
    one_sided: |axis, wanted, found| {
        format!(
            "On the ramp {axis} = 0, 1, 2, … weights of this sum give {} if both halves of the window count alike. Yours gives {}: one \
             side counts more than the other.",
            number(wanted),
            number(found)
        )
    },
    twisted: |found| {
        format!(
            "On the image x·y, both counted from the middle of the window, a sum over the window is 0. Yours is {}: two opposite corners \
             count more than the other two.",
            number(found)
        )
    },
    negative: |weight, sum| {
        format!(
            "The weights sum to {}, so a pixel under the weight {} counts less than nothing, and it is no rule that has parabolas right \
             to make up for it.",
            number(sum),
            number(weight)
        )
    },
    parabola: |axis, [inner, outer], found, middle| {
        let place = if middle { "the middle" } else { "the ends" };
        format!(
            "Under {axis}², counted from the middle of the window, the area for weights of this sum is {} from the first pixel to the \
             last, and {} with half a pixel more at both ends. Yours is {}: it counts {place} too much.",
            number(inner),
            number(outer),
            number(found)
        )
    },
    right_taps: "At the last pixel the kernel must reach back to the first.",
    too_many: "So many do, but the last ones lie on zeros before the row only: fewer are enough.",
    no_count: |taps| format!("{} is no number of taps.", number(taps)),
    too_few: |taps, sums| {
        format!(
            "On the row 1 0 0 0 0 0 0 0, whose running integral is 1 everywhere, a kernel of {taps} ones gives {sums}: it has forgotten \
             the start of the row."
        )
    },
    right_never: "A kernel forgets what lies farther back than it is long.",
    one_longer: |taps, sums| {
        format!(
            "Say it had {taps} taps. On a row that is longer by one pixel, 1 0 0 0 0 0 0 0 0, whose running integral is 1 everywhere, it \
             gives {sums}. A kernel with more taps fails on a longer row."
        )
    },
    forgets: "That would be the running sum. A kernel of three taps sees three pixels and forgets the rest.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "Uma integral",
        question: "Projete um kernel que integre: (window) sobre alguns pixels seguidos. A integral acumulada soma tudo desde o começo \
            da linha até cada pixel: (taps) quantos pesos, no mínimo, um kernel precisa ter para isso em uma linha de 8 pixels, \
            com zeros antes da linha? E (every_length) existe um só kernel para linhas de qualquer comprimento?",
        hint: "Uma integral é uma soma. Que pesos somam uma janela? Depois ponha um único 1 no começo de uma linha longa: quanto vale a \
            integral acumulada bem à direita, e o que um kernel de n pesos ainda sabe disso lá?",
        predict: "A linha 1 2 3 4 5 ganha dois zeros na frente, e [1, 1, 1] passa por ela. Que cinco números saem?",
    },
    window: "Pesos iguais somam uma janela: [1, 1, 1] é a integral sobre três pixels, e um terço dela é a média:",
    running: "A integral acumulada é outra coisa. Um kernel de uns, com zeros antes da linha, dá essa integral enquanto alcança o \
        começo:",
    row: "a linha",
    taps: |taps| match taps {
        1 => "1 peso".to_owned(),
        _ => format!("{taps} pesos"),
    },
    recursive: "Uma linha de 8 pixels precisa, portanto, de 8 pesos, e nenhum kernel finito serve para linhas de qualquer comprimento: \
        ele esquece. O que integra tudo é uma recursão, y[n] = y[n − 1] + x[n], um filtro que se alimenta da própria saída.",
    table: "Em duas dimensões, as somas acumuladas de uma imagem, guardadas em uma tabela, dão a soma sobre qualquer retângulo com \
        quatro dos seus números. Da esquerda para a direita: uma imagem, as suas somas acumuladas e as somas sobre 2×3 pixels, \
        pelos quatro cantos e por um kernel de uns:",
    impulse: "Um kernel que servisse para qualquer comprimento teria algum número n de pesos. Tome uma linha que começa com 1 e \
        continua com 0. A sua integral acumulada é 1 em toda parte; depois de n pixels, o kernel deixou o 1 para trás. Executando \
        com kernels de uns e com outros pesos:",
    any_kernel: "Os pesos mudam os n primeiros números, mas não os zeros que vêm depois: n pesos sempre falham na linha de n + 1 \
        pixels.",
    inverse: "Como matriz, a soma acumulada é o triângulo de uns, e ela desfaz a diferença; por isso é a integral. A diferença tem dois \
        números por linha, a sua inversa tem tantos quantos são os pixels:",
    quadrature: "Com os pesos da integração numérica, uma janela dá a área sob uma curva. Toda regra dessas é exata em constantes e \
        em retas, e por isso os dois lados da janela contam igual; em curvas, elas diferem. Sob x², de 0 a 2, com as amostras \
        0, 1, 4:",
    rules: ["trapézio [1/2, 1, 1/2]", "Simpson [1, 4, 1]/3"],
    exactly: "exato",
    right_window: |height, width, weight| {
        let what = if weight == 1.0 { "a soma".to_owned() } else { format!("{} vezes a soma", number(weight)) };
        format!("É {what} sobre {height}×{width} pixels, onde quer que a janela esteja.")
    },
    trapezoid: "São os pesos da regra do trapézio, a menos de um fator: a área sob os segmentos de reta entre as amostras.",
    simpson: "São os pesos da regra de Simpson, a menos de um fator: a área sob parábolas que passam pelas amostras.",
    three_eighths: "São os pesos da regra de Simpson 3/8, a menos de um fator: a área sob cúbicas que passam pelas amostras.",
    boole: "São os pesos da regra de Boole, a menos de um fator: a área sob polinômios de grau 4 que passam pelas amostras.",
    rule: |parabolas| {
        match parabolas {
        true => "É uma regra para áreas, a menos de um fator: exata sob retas e sob parábolas.".to_owned(),
        false => "É uma regra para áreas, a menos de um fator: exata sob retas; sob parábolas, mais ou menos tão boa quanto a do \
            trapézio, ou melhor."
            .to_owned(),
    }
    },
    zeros: "Todos os pesos são 0, e toda resposta também.",
    derivative: "Em uma imagem que vale 1 em toda parte ele dá 0, mas a soma de uma janela de uns não é 0. Isso é uma derivada; \
        trocar os sinais ou a ordem não faz dela uma integral.",
    copy: |weight| format!("Um único peso de {} copia a imagem; uma integral soma vários pixels.", number(weight)),
    one_sided: |axis, wanted, found| {
        format!(
            "Na rampa {axis} = 0, 1, 2, …, pesos com essa soma dão {} quando as duas metades da janela contam igual. A sua dá {}: um lado \
             conta mais que o outro.",
            number(wanted),
            number(found)
        )
    },
    twisted: |found| {
        format!(
            "Na imagem x·y, com x e y contados a partir do meio da janela, uma soma sobre a janela dá 0. A sua dá {}: dois cantos opostos \
             contam mais que os outros dois.",
            number(found)
        )
    },
    negative: |weight, sum| {
        format!(
            "A soma dos pesos é {}; um pixel sob o peso {} conta, portanto, menos que nada, e nem por isso a regra acerta as parábolas.",
            number(sum),
            number(weight)
        )
    },
    parabola: |axis, [inner, outer], found, middle| {
        let place = if middle { "o meio conta" } else { "as pontas contam" };
        format!(
            "Sob {axis}², contado a partir do meio da janela, a área para pesos com essa soma é {} do primeiro ao último pixel, e {} com \
             meio pixel a mais em cada ponta. A sua dá {}: {place} demais.",
            number(inner),
            number(outer),
            number(found)
        )
    },
    right_taps: "No último pixel, o kernel precisa alcançar o primeiro.",
    too_many: "Com tantos funciona, mas os últimos só ficam sobre os zeros antes da linha: menos já bastam.",
    no_count: |taps| format!("{} não é um número de pesos.", number(taps)),
    too_few: |taps, sums| {
        format!(
            "Na linha 1 0 0 0 0 0 0 0, cuja integral acumulada é 1 em toda parte, um kernel de {taps} uns dá {sums}: ele esqueceu o \
             começo da linha."
        )
    },
    right_never: "Um kernel esquece o que está mais longe do que o seu comprimento.",
    one_longer: |taps, sums| {
        format!(
            "Digamos que tivesse {taps} pesos. Em uma linha com um pixel a mais, 1 0 0 0 0 0 0 0 0, cuja integral acumulada é 1 em toda \
             parte, ele dá {sums}. Um kernel com mais pesos falha em uma linha mais longa."
        )
    },
    forgets: "Essa seria a soma acumulada. Um kernel de três pesos vê três pixels e esquece o resto.",
};
