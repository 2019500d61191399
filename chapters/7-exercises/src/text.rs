//! The sentences that all exercises share, in English and in Portuguese. Those of each exercise stand beside it.

use chapter_kit::Language;

/// The sentences of one language.
pub(crate) struct Text {
    pub(crate) title: &'static str,
    pub(crate) what: &'static str,
    pub(crate) work_title: &'static str,
    pub(crate) work: &'static str,
    pub(crate) form: &'static str,
    pub(crate) next: &'static str,
    pub(crate) answer_title: &'static str,
    pub(crate) proof_title: &'static str,
    pub(crate) wrong_title: &'static str,
    pub(crate) wrong_answers: &'static str,
    pub(crate) right: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) missing: fn(fields: &str) -> String,
    pub(crate) asked: fn(count: usize) -> String,
    pub(crate) ask_again: fn(count: usize, found: Option<usize>) -> String,
    pub(crate) as_predicted: &'static str,
    pub(crate) surprise: fn(place: usize, count: usize, predicted: &str, wanted: &str) -> String,
}

impl Text {
    /// The sentences of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

const ENGLISH: Text = Text {
    title: "7. Exercises",
    what: "Eight questions about the lesson. Think first, on paper; then let the program look at what you found. It does not \
        compare your answer with a solution: it computes with it, and if the answer is wrong, it shows a case in which it \
        fails.",
    work_title: "How to work",
    work: "Read a question, predict a number, take a hint, hand in your answer as JSON, and read the answer with its proof, \
        in this order:",
    form: "An answer is JSON. This shows its form (the numbers are wrong):",
    next: "And then:",
    answer_title: "Answer",
    proof_title: "Proof",
    wrong_title: "Answers that are often given",
    wrong_answers: "Each of them was handed to the grader, which computes where it fails:",
    right: "Right.",
    wrong: "Not yet.",
    missing: |fields| format!("Not answered yet: {fields}."),
    asked: |count| match count {
        1 => "Your prediction, one number:".to_owned(),
        _ => format!("Your prediction, {count} numbers in one line:"),
    },
    ask_again: |count, found| match (count, found) {
        (1, _) => "Write one number, as in 0.5, and press Enter:".to_owned(),
        (_, None) => format!("Write {count} numbers with blanks between them, as in 1 0.5 -2, and press Enter:"),
        (_, Some(1)) => format!("The line holds 1 number, and {count} are asked for. Write {count} in one line:"),
        (_, Some(found)) => {
            format!("The line holds {found} numbers, and {count} are asked for. Write {count} in one line:")
        }
    },
    as_predicted: "As you said.",
    surprise: |place, count, predicted, wanted| {
        let seen = match count {
            1 => format!("{wanted} comes out"),
            _ => format!("number {place} of {count} is {wanted}"),
        };
        format!("Not as you said: {seen}, and you predicted {predicted}. Find out why before you go on.")
    },
};

const PORTUGUESE: Text = Text {
    title: "7. Exercícios",
    what: "Oito perguntas sobre a lição. Pense primeiro, no papel; depois deixe o programa examinar o que você encontrou. Ele \
        não compara a sua resposta com um gabarito: ele calcula com ela e, se estiver errada, mostra um caso em que ela \
        falha.",
    work_title: "Como trabalhar",
    work: "Leia uma pergunta, preveja um número, peça uma dica, entregue a sua resposta em JSON e leia a resposta com a sua \
        prova, nesta ordem:",
    form: "Uma resposta é um JSON. Isto mostra a forma (os números estão errados):",
    next: "E depois:",
    answer_title: "Resposta",
    proof_title: "Prova",
    wrong_title: "Respostas erradas frequentes",
    wrong_answers: "Cada uma foi entregue ao corretor, que calcula onde ela falha:",
    right: "Certo.",
    wrong: "Ainda não.",
    missing: |fields| format!("Ainda sem resposta: {fields}."),
    asked: |count| match count {
        1 => "A sua previsão, um número:".to_owned(),
        _ => format!("A sua previsão, {count} números em uma linha:"),
    },
    ask_again: |count, found| match (count, found) {
        (1, _) => "Escreva um número, como 0.5, e tecle Enter:".to_owned(),
        (_, None) => format!("Escreva {count} números separados por espaços, como 1 0.5 -2, e tecle Enter:"),
        (_, Some(1)) => format!("A linha tem 1 número, e são pedidos {count}. Escreva {count} em uma linha só:"),
        (_, Some(found)) => {
            format!("A linha tem {found} números, e são pedidos {count}. Escreva {count} em uma linha só:")
        }
    },
    as_predicted: "Como você previu.",
    surprise: |place, count, predicted, wanted| {
        let seen = match count {
            1 => format!("sai {wanted}"),
            _ => format!("o número {place} de {count} é {wanted}"),
        };
        format!("Não foi como você previu: {seen}, e você disse {predicted}. Descubra por quê antes de seguir.")
    },
};
