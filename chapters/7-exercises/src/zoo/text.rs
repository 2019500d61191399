//! Every sentence of the zoo, in English and in Portuguese.

use chapter_kit::Language;

use super::matrix::OutOfRange;

/// Rows and columns, or a place.
type Pair = (usize, usize);

/// What is told of an animal.
pub struct Tale {
    /// What its author thought.
    pub thought: &'static str,
    /// Where to look.
    pub hint: &'static str,
}

/// The sentences of one language. Each animal has a field, so that none can be forgotten.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub thought: fn(&str) -> String,
    pub hint: fn(&str) -> String,
    pub lesson_title: &'static str,
    pub lesson: fn(animals: usize) -> String,
    pub lesson_survivors: fn(names: &str) -> String,
    pub try_title: &'static str,
    pub try_it: &'static str,
    pub verdicts_title: fn(file: &str) -> String,
    pub exposed: fn(exposed: usize, all: usize, inputs: usize) -> String,
    pub survives: &'static str,
    pub input: fn(number: usize) -> String,
    pub reaches: fn(beyond: OutOfRange) -> String,
    pub size: fn(found: Pair, right: Pair) -> String,
    pub number: fn(place: Pair, found: &str, right: &str) -> String,

    pub rows_for_columns: Tale,
    pub last_row: Tale,
    pub swapped_indices: Tale,
    pub one_size: Tale,
    pub in_place: Tale,
    pub global_kernel: Tale,
    pub flipped: Tale,
    pub transposed: Tale,
    pub normalised: Tale,
    pub bias_inside: Tale,
    pub bias_in_the_loop: Tale,
    pub never_reset: Tale,
    pub last_product: Tale,
    pub whole_numbers: Tale,
    pub brightness: Tale,
}

impl Text {
    /// The sentences of a language.
    ///
    /// ```
    /// use chapter_exercises::zoo::Text;
    /// use chapter_kit::Language;
    ///
    /// assert_eq!(Text::of(Language::English).survives, "survives");
    /// ```
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}

const ENGLISH: Text = Text {
    title: "The bug zoo",
    what: "Each of these animals is a corr2d that somebody wrote, with a bias as in a layer, and each is wrong. Their authors \
        tested them on an example or two and went on. Find an image and a kernel that expose them:",
    thought: |thought| format!("“{thought}”"),
    hint: |hint| format!("Hint: {hint}"),
    lesson_title: "What the examples of the lesson see",
    lesson: |animals| {
        format!(
            "Input 1 is the figure of chapter 1, 3×3 pixels under 2×2 weights; input 2 is the bar of chapter 3 under [1, −1]. \
             This is what the two of them say of the {animals} animals:"
        )
    },
    lesson_survivors: |names| {
        format!(
            "Whoever tests with these two alone never meets {names}. The figure is square, its numbers are whole and none is \
             negative; the bar has an answer that ends in a column of zeros; and neither has a bias."
        )
    },
    try_title: "Your turn",
    try_it: "Write an input into a file, or a list of them, [{…}, {…}]. The bias may be left out. How few inputs, and how small, \
        expose all the animals?",
    verdicts_title: |file| format!("The bug zoo and {file}"),
    exposed: |exposed, all, inputs| {
        let challenge = if inputs == 1 { "Can a smaller image do it?" } else { "Can fewer inputs do it?" };
        if exposed == all {
            format!("All {all} animals are exposed. {challenge}")
        } else {
            format!("{exposed} of {all} animals are exposed.")
        }
    },
    survives: "survives",
    input: |number| format!("input {number}"),
    reaches: |beyond| {
        let OutOfRange { place, size } = beyond;
        format!("reaches for [{}, {}] of {}×{}", place.0, place.1, size.0, size.1)
    },
    size: |found, right| format!("{}×{} numbers where {}×{} are right", found.0, found.1, right.0, right.1),
    number: |place, found, right| format!("{found} at [{}, {}] where {right} is right", place.0, place.1),

    rows_for_columns: Tale {
        thought: "The loops run over the output, and its size is Y.shape[0].",
        hint: "let the output be wider than high, or higher than wide, and mind its last column.",
    },
    last_row: Tale {
        thought: "The window must stay inside, so its first row stays below H − h.",
        hint: "look at the end of the output.",
    },
    swapped_indices: Tale {
        thought: "x comes before y, so the column comes first.",
        hint: "which images are the same when rows and columns change places?",
    },
    one_size: Tale { thought: "Kernels are 3×3 or 5×5, so one size will do.", hint: "not all kernels are square." },
    in_place: Tale {
        thought: "Each sum belongs to the pixel in the middle of its window, and writing it there saves an array.",
        hint: "are the pixels under the next window still those of the image?",
    },
    global_kernel: Tale { thought: "K is defined two cells above.", hint: "which K? Try any other." },
    flipped: Tale {
        thought: "The layer is called convolutional, and a convolution turns its kernel.",
        hint: "which kernels are the same when they are turned by 180°?",
    },
    transposed: Tale {
        thought: "The weight beside this one is K[b, a]: along, then down.",
        hint: "which kernels are the same when they are transposed?",
    },
    normalised: Tale {
        thought: "A filter keeps the brightness, so its weights are divided by their sum.",
        hint: "what do the weights of your kernel add up to?",
    },
    bias_inside: Tale {
        thought: "Weight and bias belong together: corr2d(X, K + b).",
        hint: "give it a bias, and windows whose pixels do not add up to 1.",
    },
    bias_in_the_loop: Tale {
        thought: "Each term is x times w plus b.",
        hint: "give it a bias, and more than one weight.",
    },
    never_reset: Tale {
        thought: "The sum begins with 0, once, before the loops.",
        hint: "what comes after the first window?",
    },
    last_product: Tale {
        thought: "Y[i, j] = X[i+a, j+b] * K[a, b], for all a and b.",
        hint: "how many of your products count?",
    },
    whole_numbers: Tale {
        thought: "Pixels are whole numbers, so Y has dtype=int.",
        hint: "let a response be no whole number.",
    },
    brightness: Tale {
        thought: "What comes out is an image again, so it is cut to 0..255.",
        hint: "an edge has two directions.",
    },
};

const PORTUGUESE: Text = Text {
    title: "O zoológico de erros",
    what: "Cada um destes animais é um corr2d que alguém escreveu, com um viés como em uma camada, e cada um está errado. Os \
        autores os testaram com um ou dois exemplos e seguiram em frente. Encontre uma imagem e um kernel que os desmascarem:",
    thought: |thought| format!("“{thought}”"),
    hint: |hint| format!("Dica: {hint}"),
    lesson_title: "O que os exemplos da lição veem",
    lesson: |animals| {
        format!(
            "A entrada 1 é a figura do capítulo 1, 3×3 pixels sob 2×2 pesos; a entrada 2 é a faixa do capítulo 3 sob [1, −1]. \
             Isto é o que as duas dizem dos {animals} animais:"
        )
    },
    lesson_survivors: |names| {
        format!(
            "Quem testa só com essas duas nunca encontra {names}. A figura é quadrada, os seus números são inteiros e nenhum é \
             negativo; a resposta da faixa termina em uma coluna de zeros; e nenhuma das duas tem viés."
        )
    },
    try_title: "Agora é com você",
    try_it: "Escreva uma entrada em um arquivo, ou uma lista delas, [{…}, {…}]. O viés (bias) pode faltar. Com quantas entradas, e de \
        que tamanho, você desmascara todos os animais?",
    verdicts_title: |file| format!("O zoológico de erros e {file}"),
    exposed: |exposed, all, inputs| {
        let challenge =
            if inputs == 1 { "Uma imagem menor também conseguiria?" } else { "Menos entradas também conseguiriam?" };
        if exposed == all {
            format!("Todos os {all} animais foram desmascarados. {challenge}")
        } else {
            format!("{exposed} de {all} animais foram desmascarados.")
        }
    },
    survives: "sobrevive",
    input: |number| format!("entrada {number}"),
    reaches: |beyond| {
        let OutOfRange { place, size } = beyond;
        format!("busca [{}, {}] em {}×{}", place.0, place.1, size.0, size.1)
    },
    size: |found, right| format!("{}×{} números onde o certo são {}×{}", found.0, found.1, right.0, right.1),
    number: |place, found, right| format!("{found} em [{}, {}] onde o certo é {right}", place.0, place.1),

    rows_for_columns: Tale {
        thought: "Os laços percorrem a saída, e o tamanho dela é Y.shape[0].",
        hint: "faça a saída mais larga que alta, ou mais alta que larga, e repare na última coluna.",
    },
    last_row: Tale {
        thought: "A janela precisa caber, então a sua primeira linha fica abaixo de H − h.",
        hint: "olhe para o fim da saída.",
    },
    swapped_indices: Tale {
        thought: "x vem antes de y, então a coluna vem primeiro.",
        hint: "que imagens continuam iguais quando linhas e colunas trocam de lugar?",
    },
    one_size: Tale {
        thought: "Os kernels são 3×3 ou 5×5, então um tamanho só basta.",
        hint: "nem todo kernel é quadrado.",
    },
    in_place: Tale {
        thought: "Cada soma pertence ao pixel do meio da sua janela, e gravá-la ali economiza uma matriz.",
        hint: "os pixels sob a próxima janela ainda são os da imagem?",
    },
    global_kernel: Tale {
        thought: "O K foi definido duas células acima.", hint: "que K? Experimente qualquer outro."
    },
    flipped: Tale {
        thought: "A camada se chama convolucional, e uma convolução gira o kernel.",
        hint: "que kernels continuam iguais quando são girados 180°?",
    },
    transposed: Tale {
        thought: "O peso ao lado deste é K[b, a]: primeiro ao longo, depois para baixo.",
        hint: "que kernels continuam iguais quando são transpostos?",
    },
    normalised: Tale {
        thought: "Um filtro conserva o brilho, então os pesos são divididos pela sua soma.",
        hint: "quanto dá a soma dos pesos do seu kernel?",
    },
    bias_inside: Tale {
        thought: "Peso e viés andam juntos: corr2d(X, K + b).",
        hint: "use um viés, e janelas cujos pixels não somem 1.",
    },
    bias_in_the_loop: Tale { thought: "Cada termo é x vezes w mais b.", hint: "use um viés, e mais de um peso." },
    never_reset: Tale {
        thought: "A soma começa em 0, uma vez, antes dos laços.",
        hint: "o que vem depois da primeira janela?",
    },
    last_product: Tale {
        thought: "Y[i, j] = X[i+a, j+b] * K[a, b], para todos os a e b.",
        hint: "quantos dos seus produtos contam?",
    },
    whole_numbers: Tale {
        thought: "Pixels são números inteiros, então Y tem dtype=int.",
        hint: "faça uma resposta que não seja um número inteiro.",
    },
    brightness: Tale {
        thought: "O que sai é de novo uma imagem, então é cortado em 0..255.",
        hint: "uma borda tem dois sentidos.",
    },
};
