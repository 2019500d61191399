//! The sentences of exercise 8.

use chapter_kit::Language;

use super::super::{Words, number};

pub(super) struct Text {
    pub(super) words: Words,
    pub(super) mean: &'static str,
    pub(super) separable: &'static str,
    pub(super) why: &'static str,
    pub(super) noise: &'static str,
    pub(super) derivatives: [&'static str; 2],
    pub(super) stripes: &'static str,
    pub(super) stripes_lines: [&'static str; 3],
    pub(super) constant_stays: &'static str,
    pub(super) two_passes: &'static str,
    pub(super) one_kernel: &'static str,
    pub(super) right: fn(variance: f64, separable: bool, between: bool) -> String,
    pub(super) digits: fn(sum: f64) -> String,
    pub(super) zeros: &'static str,
    pub(super) derivative: &'static str,
    pub(super) negative: fn(weight: f64) -> String,
    pub(super) copy: fn(weight: f64) -> String,
    pub(super) brightness: fn(sum: f64) -> String,
    pub(super) moves: fn(parts: &[String]) -> String,
    pub(super) zeros_count: &'static str,
    pub(super) up_and_down: [&'static str; 2],
    pub(super) left_and_right: [&'static str; 2],
    pub(super) pixels: fn(distance: f64, direction: &str) -> String,
    pub(super) lopsided: fn(first: f64, second: f64) -> String,
    pub(super) double: fn(inner: f64, outer: f64) -> String,
    pub(super) spreads: &'static str,
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
        title: "Blur",
        question: "Design a kernel that blurs: a white point becomes a spot, brightest in its own place and the same on opposite sides, and \
            the brightness of a picture stays as it is. Why would one want to use such a kernel?",
        hint: "A blurred pixel is a mean of its neighbourhood. Which weights make a mean? What must they sum to, if an even grey is to \
            stay the same grey? And what happens to noise in a mean?",
        predict: "[1, 2, 1]/4 lies on the row 0 0 8 0 0. Which three numbers come out?",
    },
    mean: "A mean: weights that are not negative, sum to 1, are the same on opposite sides and do not grow away from the middle. All equal \
        they are a box; the binomial weights, nearer to a Gaussian, let what is close count more:",
    separable: "The second is a column times a row, and so is every Gaussian. Two passes of 3 weights do what one of 9 does:",
    why: "Why blur? To take noise away before a derivative makes it stronger (exercise 4); to thin out a picture without false \
        patterns; and to look at it on a larger scale.",
    noise: "How much of the variance of independent noise is left in a slope of 1 a pixel, by the plain difference and by Sobel's \
        kernel, which blurs across:",
    derivatives: ["[−1, 0, 1]/2", "sobel-x/8"],
    stripes: "And stripes of one pixel, of which every second pixel is kept. The plain choice takes them for a white wall; blurred \
        first, they are the grey that they look like from afar:",
    stripes_lines: ["stripes", "every second", "blurred, then every second"],
    constant_stays: "The weights sum to 1, so what is 1 everywhere stays 1:",
    two_passes: "Two points, blurred by the binomial kernel at once, and by its row and then its column:",
    one_kernel: "A blur and then a derivative are one kernel, since correlation with one after the other is again a correlation. \
        [1, 2, 1] down the columns and [−1, 0, 1] along the rows are Sobel's kernel:",
    right: |variance, separable, between| {
        let passes = if separable { " It is a column times a row, so two passes do the same." } else { "" };
        let half = if between {
            " With an even side, its middle lies between two pixels, and so does each result."
        } else {
            ""
        };
        format!("This blurs: of the variance of independent noise it leaves {}.{passes}{half}", number(variance))
    },
    digits: |sum| format!("The weights sum to {}: more digits would keep the brightness better.", number(sum)),
    zeros: "All weights are 0, and so is every answer.",
    derivative: "On an image that is 1 everywhere it gives 0: the weights sum to 0, and the brightness is gone. This is a derivative.",
    negative: |weight| {
        format!(
            "A single white pixel of 1 under the weight {0} gives {0}, darker than black. A weight below 0 sharpens where it should mix.",
            number(weight)
        )
    },
    copy: |weight| {
        format!("One weight of {} mixes nothing: every pixel comes out by itself, times {0}.", number(weight))
    },
    brightness: |sum| {
        format!(
            "An image that is 1 everywhere becomes {0} everywhere. The weights must sum to 1: divide every weight by {0}.",
            number(sum)
        )
    },
    moves: |parts| {
        format!(
            "A white pixel is smeared around another place than its own: the picture moves by {}.",
            parts.join(" and ")
        )
    },
    zeros_count: "The zeros at its rim are weights too: they say where its middle is.",
    up_and_down: ["up", "down"],
    left_and_right: ["to the left", "to the right"],
    pixels: |distance, direction| {
        let unit = if (distance - 1.0).abs() < 1e-9 { "pixel" } else { "pixels" };
        format!("{} {unit} {direction}", number(distance))
    },
    lopsided: |first, second| {
        format!(
            "On the whole a white pixel stays in its place, but opposite weights are {} and {}: its smear is lopsided, and so is every edge.",
            number(first),
            number(second)
        )
    },
    double: |inner, outer| {
        format!(
            "Away from the middle the weights rise from {} to {}, so a white pixel is not brightest where it was: it comes out twice or as a \
             ring, a double image.",
            number(inner),
            number(outer)
        )
    },
    spreads: "A blur spreads a point over its neighbours; the sum stays.",
};

const PORTUGUESE: Text = Text {
    words: Words {
        title: "Desfoque",
        question: "Projete um kernel que desfoque: um ponto branco vira uma mancha, mais clara no seu próprio lugar e igual em lados opostos, e \
            o brilho da imagem fica como está. Por que alguém usaria um kernel assim?",
        hint: "Um pixel desfocado é uma média da sua vizinhança. Que pesos fazem uma média? Quanto eles precisam somar para que um cinza \
            uniforme continue o mesmo cinza? E o que acontece com o ruído em uma média?",
        predict: "[1, 2, 1]/4 está sobre a linha 0 0 8 0 0. Que três números saem?",
    },
    mean: "Uma média: pesos que não são negativos, somam 1, são iguais em lados opostos e não crescem ao se afastar do meio. Todos iguais, \
        formam uma caixa; os pesos binomiais, mais próximos de uma gaussiana, fazem contar mais o que está perto:",
    separable: "O segundo é uma coluna vezes uma linha, como toda gaussiana. Duas passadas de 3 pesos fazem o que uma de 9 faz:",
    why: "Por que desfocar? Para tirar o ruído antes que uma derivada o aumente (exercício 4); para reduzir uma imagem sem criar padrões \
        falsos; e para olhar para ela em escala maior.",
    noise: "Quanto resta da variância de um ruído independente em uma inclinação de 1 por pixel, pela diferença simples e pelo kernel de \
        Sobel, que desfoca na perpendicular:",
    derivatives: ["[−1, 0, 1]/2", "sobel-x/8"],
    stripes: "E listras de um pixel, das quais se guarda um pixel a cada dois. A escolha simples as toma por uma parede branca; \
        desfocadas antes, são o cinza que parecem ser de longe:",
    stripes_lines: ["listras", "uma a cada duas", "desfocadas, uma a cada duas"],
    constant_stays: "Os pesos somam 1, portanto o que é 1 em toda parte continua 1:",
    two_passes: "Dois pontos, desfocados pelo kernel binomial de uma vez, e pela sua linha e depois pela sua coluna:",
    one_kernel: "Um desfoque seguido de uma derivada é um kernel só, pois uma correlação depois de outra é de novo uma correlação. \
        [1, 2, 1] ao longo das colunas e [−1, 0, 1] ao longo das linhas são o kernel de Sobel:",
    right: |variance, separable, between| {
        let passes = if separable { " É uma coluna vezes uma linha; duas passadas fazem o mesmo." } else { "" };
        let half =
            if between { " Com um lado par, o seu meio cai entre dois pixels, e cada resultado também." } else { "" };
        format!("Ele desfoca: da variância de um ruído independente deixa {}.{passes}{half}", number(variance))
    },
    digits: |sum| format!("Os pesos somam {}: com mais casas decimais, o brilho se conservaria melhor.", number(sum)),
    zeros: "Todos os pesos são 0, e toda resposta também.",
    derivative: "Em uma imagem que vale 1 em toda parte ele dá 0: os pesos somam 0, e o brilho se perde. Isso é uma derivada.",
    negative: |weight| {
        format!(
            "Um único pixel branco de 1 sob o peso {0} dá {0}, mais escuro que preto. Um peso negativo realça onde deveria misturar.",
            number(weight)
        )
    },
    copy: |weight| format!("Um único peso de {} não mistura nada: cada pixel sai sozinho, vezes {0}.", number(weight)),
    brightness: |sum| {
        format!(
            "Uma imagem que vale 1 em toda parte passa a valer {0} em toda parte. Os pesos precisam somar 1: divida cada um por {0}.",
            number(sum)
        )
    },
    moves: |parts| {
        format!(
            "Um pixel branco é espalhado em torno de um lugar que não é o seu: a imagem se desloca {}.",
            parts.join(" e ")
        )
    },
    zeros_count: "Os zeros na borda do kernel também são pesos: dizem onde fica o meio dele.",
    up_and_down: ["para cima", "para baixo"],
    left_and_right: ["para a esquerda", "para a direita"],
    pixels: |distance, direction| {
        let unit = if distance < 2.0 { "pixel" } else { "pixels" };
        format!("{} {unit} {direction}", number(distance))
    },
    lopsided: |first, second| {
        format!(
            "No conjunto, um pixel branco fica no lugar, mas pesos opostos valem {} e {}: ele se espalha mais para um lado que para o \
             outro, e toda borda também.",
            number(first),
            number(second)
        )
    },
    double: |inner, outer| {
        format!(
            "Ao se afastar do meio, os pesos sobem de {} para {}, e um pixel branco deixa de ser o mais claro no seu lugar: ele sai duas \
             vezes ou como um anel, uma imagem dupla.",
            number(inner),
            number(outer)
        )
    },
    spreads: "Um desfoque espalha um ponto pelos vizinhos; a soma fica.",
};
