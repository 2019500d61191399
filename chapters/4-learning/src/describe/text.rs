//! Every sentence of the report, in English and in Portuguese.

use chapter_kit::Language;
use corr2d_imaging::{Mirror, Order, Passes};

use super::words::{by_axis, derivatives, english_place, part, portuguese_place, share, times};

/// The parity from which on a kernel is symmetric, and from which on it nearly is.
const WHOLLY: f64 = 1.0 - 1e-9;
const ALMOST: f64 = 0.95;

/// A distance below this is rounding, and one above the other is no likeness.
const SAME: f64 = 1e-6;
const UNLIKE: f64 = 0.3;

/// The sentences of one language, in the order in which they are printed.
pub(super) struct Text {
    pub(super) laid: fn(size: (usize, usize), anchor: (usize, usize)) -> String,
    pub(super) nothing: &'static str,
    pub(super) sum: &'static str,
    pub(super) total: &'static str,
    pub(super) norm: &'static str,
    pub(super) largest: &'static str,
    pub(super) sums: &'static str,
    pub(super) derivative_title: &'static str,
    pub(super) monomials: &'static str,
    pub(super) order: fn(order: Order, terms: &str) -> String,
    pub(super) nearly_of_order: fn(order: Order, terms: &str) -> String,
    pub(super) centre: fn(down: f64, across: f64) -> String,
    pub(super) no_centre: fn(down: f64, across: f64) -> String,
    pub(super) factors_title: &'static str,
    pub(super) separable: fn(together: usize, products: usize) -> String,
    pub(super) not_separable: fn(rank: usize, share: f64) -> String,
    pub(super) column: &'static str,
    pub(super) row: &'static str,
    pub(super) down: &'static str,
    pub(super) across: &'static str,
    pub(super) diagonal: &'static str,
    pub(super) symmetry_title: &'static str,
    pub(super) mirror: fn(mirror: Mirror) -> &'static str,
    pub(super) parity: fn(parity: Option<f64>) -> String,
    pub(super) waves_title: &'static str,
    pub(super) waves: &'static str,
    pub(super) length: &'static str,
    pub(super) passes: fn(passes: Passes) -> &'static str,
    pub(super) nearest_title: &'static str,
    pub(super) nearest: fn(name: &str, distance: f64) -> String,
    pub(super) turned: &'static str,
    pub(super) shifted: fn(shift: (isize, isize)) -> String,
    pub(super) written: fn(path: &str) -> String,
}

impl Text {
    /// The sentences of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

const ENGLISH: Text = Text {
    laid: |(height, width), (row, column)| {
        format!(
            "Size {height}×{width}. It lies on the picture as it stands (correlation), with the weight in row {} and \
             column {}, the anchor, on the pixel that is answered.",
            row + 1,
            column + 1
        )
    },
    nothing: "All weights are 0, and so is every answer.",
    sum: "sum Σw",
    total: "Σ|w|",
    norm: "norm √Σw²",
    largest: "largest |w|",
    sums: "The sum is the answer to a flat picture of brightness 1. Σ|w| is the most that a picture in −1..1 can get. \
        The norm is what the standard deviation of noise is multiplied by.",
    derivative_title: "As a derivative",
    monomials: "The answers to x to a power times y to a power, each divided by its factorial, so that its one derivative \
        is 1. x counts to the right and y down, both from the anchor:",
    order: |order, terms| match order.total {
        None => "Every polynomial up to degree 8 gives 0: it answers to finer structure only.".to_owned(),
        Some(0) => format!(
            "A constant does not give 0, so it takes no derivative of the picture f: its answer begins with {terms}."
        ),
        Some(1) => format!(
            "A constant gives 0, so it takes {}{}. Its answer begins with {terms}.",
            derivatives(1),
            by_axis(order, ": along x ", ", along y ")
        ),
        Some(total) => format!(
            "Every polynomial of a degree below {total} gives 0, so it takes {}{}. Its answer begins with {terms}.",
            derivatives(total),
            by_axis(order, ": along x ", ", along y ")
        ),
    },
    nearly_of_order: |order, terms| match order.total {
        None => "Within 1% of its weights, every polynomial up to degree 8 gives 0.".to_owned(),
        Some(total) => format!(
            "Within 1% of its weights, it takes {}{}, and its answer begins with {terms}.",
            derivatives(total),
            by_axis(order, ": along x ", ", along y ")
        ),
    },
    centre: |down, across| match (down, across) {
        (0.0, 0.0) => "It measures that at the anchor itself, and moves nothing.".to_owned(),
        _ => format!(
            "It measures that not at the anchor but {}: what it draws is moved as far the other way.",
            english_place(down, across)
        ),
    },
    no_centre: |down, across| {
        format!(
            "It is a mixture of that and of higher derivatives: read as a shift, they would put it outside the kernel, {}.",
            english_place(down, across)
        )
    },
    factors_title: "As a product",
    separable: |together, products| {
        format!(
            "It is separable: a pass with this column and one with this row do the same, with {together} products a pixel \
             where the kernel takes {products}."
        )
    },
    not_separable: |rank, share| {
        format!(
            "It is not separable: it is a sum of {rank} products of a column and a row. The nearest single one holds \
             {} of its energy, Σw²:",
            part(share, "more than")
        )
    },
    column: "column",
    row: "row",
    down: "down y",
    across: "across x",
    diagonal: "both x = y",
    symmetry_title: "Symmetry",
    mirror: |mirror| match mirror {
        Mirror::LeftRight => "left-right",
        Mirror::TopBottom => "top-bottom",
        Mirror::Central => "turned by 180°",
        Mirror::Transposed => "transposed",
    },
    parity: |parity| match parity {
        None => "it is not square".to_owned(),
        Some(parity) if parity > WHOLLY => "symmetric".to_owned(),
        Some(parity) if parity < -WHOLLY => "antisymmetric".to_owned(),
        Some(parity) if parity > ALMOST => {
            format!("nearly symmetric, {} of the energy", part(share(parity), "more than"))
        }
        Some(parity) if parity < -ALMOST => {
            format!("nearly antisymmetric, {} of the energy", part(share(-parity), "more than"))
        }
        Some(parity) => format!("neither: {:.1}% of the energy is symmetric", share(parity)),
    },
    waves_title: "On waves",
    waves: "By how much the amplitude of a wave is multiplied. Its length is in pixels, along x, along y, or along each of \
        both:",
    length: "length",
    passes: |passes| match passes {
        Passes::Nothing => "Nothing passes.",
        Passes::All => "All waves pass alike: it moves the picture or multiplies it, and no more.",
        Passes::Low => "A low-pass: a constant passes best. It smooths.",
        Passes::High => {
            "A high-pass: the shortest waves pass best, a constant not at all. It sees nothing but differences, and noise is made of them."
        }
        Passes::Band => {
            "A band-pass: a constant does not pass, nor do the shortest waves pass best. It takes differences of a smoothed picture."
        }
        Passes::Raised => "A constant passes, and some waves pass better: it brings out differences.",
    },
    nearest_title: "By name",
    nearest: |name, distance| match distance {
        distance if distance < SAME => format!("It is {name}."),
        distance if distance < UNLIKE => {
            format!("It is nearest to {name}, which leaves {:.2}% of its norm.", 100.0 * distance)
        }
        distance => format!("It has no name: even the nearest, {name}, leaves {:.0}% of its norm.", 100.0 * distance),
    },
    turned: "That kernel stands in it turned by 180°, as a library that convolves would have it.",
    shifted: |(down, across)| {
        format!("That kernel stands off the anchor, {}.", english_place(down as f64, across as f64))
    },
    written: |path| format!("Written to {path}."),
};

const PORTUGUESE: Text = Text {
    laid: |(height, width), (row, column)| {
        format!(
            "Tamanho {height}×{width}. Ele fica sobre a imagem tal como é (correlação), com o peso da linha {} e da coluna \
             {}, a âncora, sobre o pixel que recebe a resposta.",
            row + 1,
            column + 1
        )
    },
    nothing: "Todos os pesos são 0, e toda resposta também.",
    sum: "soma Σw",
    total: "Σ|w|",
    norm: "norma √Σw²",
    largest: "maior |w|",
    sums: "A soma é a resposta a uma imagem lisa de brilho 1. Σ|w| é o máximo que uma imagem em −1..1 pode obter. A norma é o \
        fator que multiplica o desvio-padrão do ruído.",
    derivative_title: "Como derivada",
    monomials: "As respostas a uma potência de x vezes uma potência de y, cada uma dividida pelo seu fatorial, de modo que a \
        sua única derivada seja 1. x conta para a direita e y para baixo, ambos a partir da âncora:",
    order: |order, terms| match order.total {
        None => "Todo polinômio até o grau 8 resulta em 0: ele só responde a estruturas mais finas.".to_owned(),
        Some(0) => {
            format!(
                "Uma constante não resulta em 0; ele não deriva, portanto, a imagem f: a sua resposta começa por {terms}."
            )
        }
        Some(1) => format!(
            "Uma constante resulta em 0; ele deriva, portanto, {}{}. A sua resposta começa por {terms}.",
            times(1),
            by_axis(order, ": em x ", ", em y ")
        ),
        Some(total) => format!(
            "Todo polinômio de grau menor que {total} resulta em 0; ele deriva, portanto, {}{}. A sua resposta começa por {terms}.",
            times(total),
            by_axis(order, ": em x ", ", em y ")
        ),
    },
    nearly_of_order: |order, terms| match order.total {
        None => "Com uma tolerância de 1% dos seus pesos, todo polinômio até o grau 8 resulta em 0.".to_owned(),
        Some(total) => format!(
            "Com uma tolerância de 1% dos seus pesos, ele deriva {}{}, e a sua resposta começa por {terms}.",
            times(total),
            by_axis(order, ": em x ", ", em y ")
        ),
    },
    centre: |down, across| match (down, across) {
        (0.0, 0.0) => "Ele mede isso na própria âncora e não desloca nada.".to_owned(),
        _ => format!(
            "Ele não mede isso na âncora, mas {}: o que ele desenha fica deslocado o mesmo tanto no sentido contrário.",
            portuguese_place(down, across)
        ),
    },
    no_centre: |down, across| {
        format!(
            "É uma mistura disso com derivadas superiores: lidas como um deslocamento, elas o poriam fora do kernel, {}.",
            portuguese_place(down, across)
        )
    },
    factors_title: "Como produto",
    separable: |together, products| {
        format!(
            "Ele é separável: uma passagem com esta coluna e outra com esta linha fazem o mesmo, com {together} produtos por \
             pixel, onde o kernel precisa de {products}."
        )
    },
    not_separable: |rank, share| {
        format!(
            "Ele não é separável: é a soma de {rank} produtos de uma coluna por uma linha. O mais próximo deles, sozinho, \
             contém {} da sua energia, Σw²:",
            part(share, "mais de")
        )
    },
    column: "coluna",
    row: "linha",
    down: "vertical y",
    across: "horizontal x",
    diagonal: "ambos x = y",
    symmetry_title: "Simetria",
    mirror: |mirror| match mirror {
        Mirror::LeftRight => "esquerda-direita",
        Mirror::TopBottom => "cima-baixo",
        Mirror::Central => "girado 180°",
        Mirror::Transposed => "transposto",
    },
    parity: |parity| match parity {
        None => "não é quadrado".to_owned(),
        Some(parity) if parity > WHOLLY => "simétrico".to_owned(),
        Some(parity) if parity < -WHOLLY => "antissimétrico".to_owned(),
        Some(parity) if parity > ALMOST => format!("quase simétrico, {} da energia", part(share(parity), "mais de")),
        Some(parity) if parity < -ALMOST => {
            format!("quase antissimétrico, {} da energia", part(share(-parity), "mais de"))
        }
        Some(parity) => format!("nenhum dos dois: {:.1}% da energia é simétrica", share(parity)),
    },
    waves_title: "Sobre ondas",
    waves: "Por quanto se multiplica a amplitude de uma onda. O comprimento é dado em pixels, ao longo de x, de y ou de cada um \
        dos dois:",
    length: "comprimento",
    passes: |passes| match passes {
        Passes::Nothing => "Nada passa.",
        Passes::All => "Todas as ondas passam igualmente: ele desloca a imagem ou a multiplica, e nada mais.",
        Passes::Low => "É um passa-baixas: o que passa melhor é uma constante. Ele suaviza.",
        Passes::High => {
            "É um passa-altas: as ondas mais curtas são as que passam melhor, e uma constante não passa. Ele só vê diferenças, e o ruído é feito delas."
        }
        Passes::Band => {
            "É um passa-faixa: uma constante não passa, e as ondas mais curtas não são as que passam melhor. Ele toma diferenças de uma imagem suavizada."
        }
        Passes::Raised => "Uma constante passa, e algumas ondas passam ainda melhor: ele realça as diferenças.",
    },
    nearest_title: "Pelo nome",
    nearest: |name, distance| match distance {
        distance if distance < SAME => format!("É {name}."),
        distance if distance < UNLIKE => {
            format!("O mais próximo é {name}, que deixa de fora {:.2}% da sua norma.", 100.0 * distance)
        }
        distance => {
            format!(
                "Ele não tem nome: mesmo o mais próximo, {name}, deixa de fora {:.0}% da sua norma.",
                100.0 * distance
            )
        }
    },
    turned: "Esse kernel aparece nele girado 180°, como o usaria uma biblioteca que faz convolução.",
    shifted: |(down, across)| {
        format!("Esse kernel está fora da âncora, {}.", portuguese_place(down as f64, across as f64))
    },
    written: |path| format!("Gravado em {path}."),
};
