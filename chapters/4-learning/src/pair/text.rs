//! The sentences about photographs, in English and in Portuguese.

use chapter_kit::Language;

use super::arguments::Shift;
use super::found::{Note, Verdict};
use super::report::short;

/// The sentences of one language.
pub(super) struct Text {
    pub(super) pair_title: fn(input: &str, target: &str) -> String,
    pub(super) folder_title: fn(folder: &str, pairs: usize) -> String,
    pub(super) channel: fn(name: &str) -> &'static str,
    pub(super) kernel: fn(size: (usize, usize), bias: &str, r_squared: f64, of_change: Option<f64>) -> String,
    pub(super) steps: fn(steps: usize) -> String,
    pub(super) verdict: fn(verdict: Verdict) -> &'static str,
    pub(super) note: fn(note: &Note) -> String,
    pub(super) certainty: fn(condition: &str, error: &str) -> String,
    pub(super) written: fn(path: &str) -> String,
    pub(super) residual: fn(path: &str, scale: &str) -> String,
    pub(super) bias_apart: &'static str,
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
    pair_title: |input, target| format!("From {input} to {target}"),
    folder_title: |folder, pairs| format!("From {folder}/input to {folder}/target, pairs: {pairs}"),
    channel: |name| match name {
        "red" => "Red:",
        "green" => "Green:",
        _ => "Blue:",
    },
    kernel: |(height, width), bias, r_squared, of_change| {
        format!(
            "This {height}×{width} kernel and a bias of {bias} explain {}% of the target's variance{}.",
            percent(r_squared),
            of_change.map_or(String::new(), |share| format!(", and {}% of what the filter changed", percent(share)))
        )
    },
    steps: |steps| format!("Steps taken: {steps}."),
    verdict: |verdict| match verdict {
        Verdict::Made => "One kernel made the target of the input: what is left is no more than rounding leaves.",
        Verdict::Nearly => {
            "One kernel explains nearly all of it, but more is left than rounding leaves: noise, compression, a larger kernel, \
             or something in between that is no correlation."
        }
        Verdict::Mostly => {
            "One kernel explains most of it, but not all: the rest is noise, or the work of something that no kernel of this size \
             does, such as a median filter, edges without their sign (--range abs), or changes by hand."
        }
        Verdict::LittleOfTheChange => {
            "The target is much like the input, and of what the filter changed one kernel explains a part only: the rest is noise, \
             compression, or the work of something that no kernel of this size does, such as a median filter."
        }
        Verdict::TooFewWindows => {
            "There are no more windows than unknowns, so that some kernel makes any target: this one tells nothing. Take larger \
             photographs, more pairs or a smaller kernel."
        }
        Verdict::RanAway => "The steps led away from the kernel: take a smaller --lr, or leave it out for the best.",
        Verdict::NotAtAll => {
            "No kernel of this size made this target. It may be another picture, or the work of something that is no \
             correlation, such as a median filter, or edges without their sign (--range abs)."
        }
        Verdict::StepsRanOut => {
            "The steps ran out before the kernel was found: take more with --epochs, or --method closed-form."
        }
    },
    note: |note| match note {
        Note::Shifted(Shift { down, right }) => format!(
            "The target is shifted by ({down}, {right}): {}. The kernel is given as if it were not.",
            moved(*down, *right, ["down", "up", "to the right", "to the left"], "and")
        ),
        Note::OffCentre(Shift { down, right }) => format!(
            "The kernel's weight stands beside its middle, by ({down}, {right}): the target may be shifted by as much."
        ),
        Note::Clipped { clipped, windows, left_out } => {
            let share = share(*clipped, *windows);
            if *left_out {
                format!(
                    "{clipped} of {windows} pixels of the target ({share}%) stand at the ends of its range, where light beyond it is \
                     cut: they were left out{}.",
                    few_left(*clipped, *windows)
                        .map_or(String::new(), |left| format!(", and only {left} others were learned from"))
                )
            } else {
                format!(
                    "{clipped} of {windows} pixels of the target ({share}%) stand at the ends of its range, where light beyond it is \
                     cut. They were kept all the same, since the others are too few or do not determine the kernel: it may be wrong."
                )
            }
        }
        Note::Jpeg { files } => format!(
            "JPEG files: {files}. JPEG changes every pixel a little, and edges most: the kernel is only near the true one. Take \
             PNG where you can."
        ),
        Note::TooSmall { size: (height, width), unexplained, larger, rim } => format!(
            "The kernel seems too small: in a sample, {height}×{width} leaves {} unexplained where this one leaves {}, \
             and {}% of its squared taps stand at its rim. Try --kernel-size {height}x{width}, or auto.",
            short(*larger),
            short(*unexplained),
            share_of(*rim)
        ),
        Note::Undetermined { rank, unknowns } => format!(
            "The photographs determine only {rank} of {unknowns} unknowns: of all kernels that do as well, this is the one with the \
             smallest taps. Take a smaller kernel, or photographs with more structure."
        ),
        Note::NotArrived { difference } => format!(
            "The steps were over before they came to rest: the best kernel has taps that differ by up to {}. Take more with \
             --epochs, or --method closed-form.",
            short(*difference)
        ),
        Note::Uncertain { error, largest } => format!(
            "A tap is known to about ±{} only, beside a largest tap of {}: take a smaller kernel, more pairs or a --ridge.",
            short(*error),
            short(*largest)
        ),
    },
    certainty: |condition, error| {
        format!(
            "Condition number of the equations: {condition}. Each tap is known to ±{error} or better, if what is left is noise."
        )
    },
    written: |path| format!("Written to {path}."),
    residual: |path, scale| {
        format!(
            "What is left of the target is drawn in {path}: white is 0, red is up to {scale} brighter than the kernel \
             makes it, blue as much darker."
        )
    },
    bias_apart: "The bias is not in the file: add it to what the kernel answers.",
};

const PORTUGUESE: Text = Text {
    pair_title: |input, target| format!("De {input} a {target}"),
    folder_title: |folder, pairs| format!("De {folder}/input a {folder}/target, pares: {pairs}"),
    channel: |name| match name {
        "red" => "Vermelho:",
        "green" => "Verde:",
        _ => "Azul:",
    },
    kernel: |(height, width), bias, r_squared, of_change| {
        format!(
            "Este kernel {height}×{width} e um viés de {bias} explicam {}% da variância do alvo{}.",
            percent(r_squared),
            of_change.map_or(String::new(), |share| format!(" e {}% do que o filtro mudou", percent(share)))
        )
    },
    steps: |steps| format!("Passos dados: {steps}."),
    verdict: |verdict| match verdict {
        Verdict::Made => "Um único kernel fez o alvo a partir da entrada: o que sobra não passa do arredondamento.",
        Verdict::Nearly => {
            "Um único kernel explica quase tudo, mas sobra mais do que o arredondamento deixa: ruído, compressão, um kernel maior \
             ou, no meio do caminho, algo que não é correlação."
        }
        Verdict::Mostly => {
            "Um único kernel explica a maior parte, mas não tudo: o resto é ruído ou vem de algo que nenhum kernel \
             deste tamanho faz, como um filtro de mediana, bordas sem o sinal (--range abs) ou retoques à mão."
        }
        Verdict::LittleOfTheChange => {
            "O alvo é muito parecido com a entrada, e um único kernel explica só uma parte do que o filtro mudou: o resto é ruído, \
             compressão ou algo que nenhum kernel deste tamanho faz, como um filtro de mediana."
        }
        Verdict::TooFewWindows => {
            "Não há mais janelas do que incógnitas, e assim sempre existe um kernel que produz o alvo: este não diz nada. Use \
             fotografias maiores, mais pares ou um kernel menor."
        }
        Verdict::RanAway => "Os passos se afastaram do kernel: diminua --lr ou deixe-o de fora para usar o melhor.",
        Verdict::NotAtAll => {
            "Nenhum kernel deste tamanho fez este alvo. Ele pode ser outra imagem ou resultar de algo que não é correlação, como um \
             filtro de mediana ou bordas sem o sinal (--range abs)."
        }
        Verdict::StepsRanOut => {
            "Os passos acabaram antes de o kernel ser encontrado: aumente --epochs ou use --method closed-form."
        }
    },
    note: |note| match note {
        Note::Shifted(Shift { down, right }) => format!(
            "O alvo está deslocado em ({down}, {right}): {}. O kernel é dado como se não estivesse.",
            moved(*down, *right, ["para baixo", "para cima", "para a direita", "para a esquerda"], "e")
        ),
        Note::OffCentre(Shift { down, right }) => format!(
            "O peso do kernel está fora do seu centro, em ({down}, {right}): talvez o alvo esteja deslocado na mesma medida."
        ),
        Note::Clipped { clipped, windows, left_out } => {
            let share = share(*clipped, *windows);
            if *left_out {
                format!(
                    "{clipped} de {windows} pixels do alvo ({share}%) estão nos extremos da sua faixa, onde a luz que passa dela \
                     é cortada: ficaram de fora{}.",
                    few_left(*clipped, *windows)
                        .map_or(String::new(), |left| format!(", e o kernel vem de apenas {left} outros"))
                )
            } else {
                format!(
                    "{clipped} de {windows} pixels do alvo ({share}%) estão nos extremos da sua faixa, onde a luz que passa dela \
                     é cortada. Foram usados mesmo assim, pois os outros são poucos ou não determinam o kernel: ele pode estar errado."
                )
            }
        }
        Note::Jpeg { files } => format!(
            "Arquivos JPEG: {files}. O JPEG muda um pouco cada pixel, e mais ainda as bordas: o kernel é apenas próximo do verdadeiro. \
             Prefira PNG."
        ),
        Note::TooSmall { size: (height, width), unexplained, larger, rim } => format!(
            "O kernel parece pequeno demais: em uma amostra, {height}×{width} deixa {} sem explicação, e este, {}; além disso, {}% \
             do quadrado dos seus pesos está na margem. Experimente --kernel-size {height}x{width} ou auto.",
            short(*larger),
            short(*unexplained),
            share_of(*rim)
        ),
        Note::Undetermined { rank, unknowns } => format!(
            "As fotografias determinam só {rank} de {unknowns} incógnitas: de todos os kernels igualmente bons, este é o de pesos \
             menores. Use um kernel menor ou fotografias com mais estrutura."
        ),
        Note::NotArrived { difference } => format!(
            "Os passos terminaram antes de chegar ao fim: no melhor kernel há pesos que diferem em até {}. Dê mais passos com \
             --epochs, ou use --method closed-form.",
            short(*difference)
        ),
        Note::Uncertain { error, largest } => format!(
            "Há um peso que só se conhece com erro de cerca de ±{}, e o maior é {}: use um kernel menor, mais pares ou --ridge.",
            short(*error),
            short(*largest)
        ),
    },
    certainty: |condition, error| {
        format!(
            "Número de condição das equações: {condition}. O erro de cada peso é de ±{error} ou menos, se o que sobra for ruído."
        )
    },
    written: |path| format!("Gravado em {path}."),
    residual: |path, scale| {
        format!(
            "O que sobra do alvo está desenhado em {path}: branco é 0, vermelho é até {scale} mais claro do que o kernel o \
             faz, azul é igualmente mais escuro."
        )
    },
    bias_apart: "O viés não está no arquivo: some-o ao que o kernel responde.",
};

/// How many windows are left without the clipped ones, where that is less than a tenth.
fn few_left(clipped: usize, windows: usize) -> Option<usize> {
    windows.checked_sub(clipped).filter(|left| 10 * left < windows)
}

/// Three decimals, but never 100 where something is left, nor hundreds of digits of steps that ran away.
fn percent(r_squared: f64) -> String {
    if r_squared.abs() >= 1e4 {
        return short(100.0 * r_squared);
    }
    let shown = format!("{:.3}", 100.0 * r_squared);
    if shown == "100.000" && r_squared < 1.0 - 1e-9 { "99.999".to_owned() } else { shown }
}

fn share(part: usize, whole: usize) -> String {
    share_of(part as f64 / whole as f64)
}

fn share_of(share: f64) -> String {
    if share < 0.0005 { "<0.1".to_owned() } else { format!("{:.1}", 100.0 * share) }
}

/// "3 down and 2 to the left", in the words [down, up, right, left].
fn moved(down: isize, right: isize, words: [&str; 4], and: &str) -> String {
    let along = |pixels: isize, forward: &str, back: &str| {
        (pixels != 0).then(|| format!("{} {}", pixels.unsigned_abs(), if pixels > 0 { forward } else { back }))
    };
    let parts = [along(down, words[0], words[1]), along(right, words[2], words[3])];
    parts.into_iter().flatten().collect::<Vec<_>>().join(&format!(" {and} "))
}
