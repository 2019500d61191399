//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;

use crate::why;

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub loss: &'static str,
    pub by_hand: &'static str,
    pub steps: &'static str,
    pub step_by_hand: &'static str,
    pub ten_steps: &'static str,
    pub epoch: fn(epoch: usize, loss: f64) -> String,
    pub kernel: &'static str,
    pub close: &'static str,
    pub published_title: &'static str,
    pub published: &'static str,
    pub two_runs: &'static str,
    pub random_title: &'static str,
    pub random: fn(seed: u64) -> String,
    pub why: &'static why::text::Text,
    pub try_it: &'static str,
    pub run_title: fn(start: &str, rate: f64) -> String,
    pub diverges: &'static str,
    pub written: fn(path: &str) -> String,
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
    title: "4. Learning a kernel",
    what: "In chapter 3 we thought of the kernel [1, −1] and found the edges. Now turn the question round: the image \
        and its edges are given. Which kernel makes the one of the other? A program can find out by itself.",
    loss: "It begins with any kernel, here [0.5987, −0.5092], and measures how wrong it is: the loss is the sum of \
        the squared errors over all 42 outputs.",
    by_hand: "By hand. Each row has seven windows, of four kinds: two of white beside white, where 0 is wanted; one on each \
        edge, where 1 and −1 are wanted; and three of black beside black, whose output is 0 for every kernel. The errors, \
        their squares, and the sum over six rows:",
    steps: "The gradient says how the loss changes with each weight. One step of learning goes a little way against it; \
        how little is set by the learning rate, here 0.03:",
    step_by_hand: "By hand again: the errors of white beside white count twice in each row and move with both weights, the \
        error of an edge with one of them. So the first step goes",
    ten_steps: "Ten such steps, each over the whole image once, which is called an epoch. Here is the loss of every second \
        one, measured before its step:",
    epoch: |epoch, loss| format!("epoch {epoch}, loss {loss:.3}"),
    kernel: "kernel",
    close: "From an image and its edges alone, the program has found a kernel close to [1, −1]. Nobody told it what \
        an edge is.",
    published_title: "Two runs in one notebook",
    published: "A published notebook of this lesson prints the losses above, and below them the kernel [0.9881, −0.9899]. \
        That is not where these losses lead. It comes from another run, which must have begun near [0.0375, −0.0543]; \
        both beginnings were found by working backwards from what is printed:",
    two_runs: "So the notebook shows the losses of one run and the kernel of another, probably because its first kernel was \
        random and its cells were run at different times. Set a seed and run all cells from the top, and it cannot \
        happen.",
    random_title: "From a random kernel",
    random: |seed| {
        format!(
            "PyTorch would begin with random weights between ±1/√2, since a window has two pixels. So does this program, \
             from seed {seed}:"
        )
    },
    why: &why::text::ENGLISH,
    try_it: "Your turn. Another seed; a rate above 1/30, where each step lands farther beyond the minimum than the last; the \
        same loop as another framework writes it, with what that framework prints; and a pair of photographs, one before and \
        one after a filter. The fourth command makes the second photograph of such a pair, the fifth finds out which kernel \
        it was.",
    run_title: |start, rate| format!("From {start}, learning rate {rate}"),
    diverges: "The loss has grown again: the rate is too large, and every step lands beyond the minimum, farther than the last. \
        For this image the rate must be below 1/30 = 0.0333.",
    written: |path| format!("Written to {path}."),
};

const PORTUGUESE: Text = Text {
    title: "4. Aprendendo um kernel",
    what: "No capítulo 3, pensamos no kernel [1, −1] e encontramos as bordas. Agora invertemos a pergunta: a imagem e as \
        suas bordas são dadas. Que kernel leva de uma às outras? Um programa pode descobrir sozinho.",
    loss: "Ele começa com um kernel qualquer, aqui [0.5987, −0.5092], e mede o quanto ele erra: a perda é a soma dos \
        erros ao quadrado nas 42 saídas.",
    by_hand: "À mão. Cada linha tem sete janelas, de quatro tipos: duas de branco ao lado de branco, onde se quer 0; uma em cada \
        borda, onde se querem 1 e −1; e três de preto ao lado de preto, cuja saída é 0 qualquer que seja o kernel. Os erros, os seus \
        quadrados e a soma das seis linhas:",
    steps: "O gradiente diz como a perda muda com cada peso. Um passo do aprendizado anda um pouco no sentido contrário; \
        o tamanho do passo é dado pela taxa de aprendizado, aqui 0.03:",
    step_by_hand: "De novo à mão: os erros de branco ao lado de branco contam duas vezes em cada linha e mudam com os dois \
        pesos; o erro de uma borda, com um só. O primeiro passo vai, portanto, até",
    ten_steps: "Dez passos assim, cada um sobre a imagem inteira uma vez, o que se chama época. Esta é a perda a cada duas \
        épocas, medida antes do passo:",
    epoch: |epoch, loss| format!("época {epoch}, perda {loss:.3}"),
    kernel: "kernel",
    close: "Só com uma imagem e as suas bordas, o programa encontrou um kernel próximo de [1, −1]. Ninguém lhe disse o que \
        é uma borda.",
    published_title: "Duas execuções em um só notebook",
    published: "Um notebook publicado desta lição imprime as perdas acima e, abaixo delas, o kernel [0.9881, −0.9899]. Não é a \
        esse kernel que essas perdas levam. Ele vem de outra execução, que deve ter começado perto de \
        [0.0375, −0.0543]; os dois começos foram encontrados de trás para a frente, a partir do que está impresso:",
    two_runs: "O notebook mostra, portanto, as perdas de uma execução e o kernel de outra, provavelmente porque o primeiro kernel \
        era aleatório e as células foram executadas em momentos diferentes. Com uma semente e todas as células \
        executadas desde o início, isso não acontece.",
    random_title: "A partir de um kernel aleatório",
    random: |seed| {
        format!(
            "O PyTorch começaria com pesos aleatórios entre ±1/√2, já que uma janela tem dois pixels. Este programa \
             também, com a semente {seed}:"
        )
    },
    why: &why::text::PORTUGUESE,
    try_it: "Agora é com você. Outra semente; uma taxa acima de 1/30, com a qual cada passo cai além do mínimo, mais longe que o \
        anterior; o mesmo laço como outro framework o escreve, com o que esse framework imprime; e um par de fotografias, uma \
        antes e outra depois de um filtro. O quarto comando faz a segunda fotografia de um par assim; o quinto descobre qual \
        era o kernel.",
    run_title: |start, rate| format!("A partir de {start}, taxa de aprendizado {rate}"),
    diverges: "A perda voltou a crescer: a taxa é grande demais, e cada passo cai além do mínimo, mais longe que o anterior. Para \
        esta imagem, a taxa precisa ficar abaixo de 1/30 = 0.0333.",
    written: |path| format!("Gravado em {path}."),
};
