//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;

use crate::convention::Pair;
use crate::symmetry::Turned;

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub by_hand: &'static str,
    pub both: &'static str,
    pub functions: fn(equal: usize, all: usize) -> String,
    pub point_title: &'static str,
    pub point: &'static str,
    pub smear: &'static str,
    pub photograph_title: &'static str,
    pub photograph: fn(size: Pair) -> String,
    pub kinds_headings: [&'static str; 4],
    pub(crate) kind: fn(turned: Turned) -> &'static str,
    pub three_kinds: &'static str,
    pub light: &'static str,
    pub learning_title: &'static str,
    pub learning: &'static str,
    pub ten_steps: &'static str,
    pub training_headings: [&'static str; 3],
    pub each_others_turn: fn(equal: usize, all: usize) -> String,
    pub libraries_title: &'static str,
    pub libraries: &'static str,
    pub table_headings: [&'static str; 5],
    pub table_lies: [&'static str; 2],
    pub even: &'static str,
    pub none_as_long: &'static str,
    pub converter: fn(answers: usize) -> String,

    pub correlation: &'static str,
    pub convolution: &'static str,
    pub difference: &'static str,
    pub correlation_of_yours: &'static str,
    pub convolution_of_yours: &'static str,
    pub(crate) turned: fn(turned: Turned) -> &'static str,
    pub photographed_title: fn(kernel: &str, image: &str) -> String,
    pub lesson_photograph: &'static str,
    pub lowest: &'static str,
    pub highest: &'static str,
    pub differing: fn(differing: usize, all: usize, border: &str) -> String,
    pub no_output: &'static str,
    pub written: fn(paths: &str, range: &str) -> String,
    pub written_raw: fn(path: &str) -> String,

    pub is_turned: fn(turning: &str, other: &str) -> String,
    pub stays: &'static str,
    pub axes: fn(function: &str, axes: &str, shape: &[usize]) -> String,
    pub anchored: fn(before: Pair, from: &str, after: Pair, to: &str) -> String,
    pub lies_as: fn(from: &str, size: Pair) -> String,
    pub anchor_differs: fn(to: &str, own: Pair) -> String,
    pub no_answer: fn(to: &str, size: Pair) -> String,
    pub rim_differs: fn(from: &str, from_rim: &str, to: &str, to_rim: &str) -> String,
    pub call: &'static str,
    pub kernel_written: fn(path: &str, axes: &str) -> String,
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
    title: "5. Convolution and correlation",
    what: "What the chapters so far call correlation, deep learning calls convolution. In mathematics a convolution is \
        something else, by one step: before the kernel is laid on the image it is turned by 180°, so that its last row \
        comes first, and in each row its last weight:",
    by_hand: "By hand, on the first window of the figure of chapter 1, under the kernel as it stands and under the kernel \
        turned:",
    both: "And every window. Correlation is written ⋆, strict convolution ∗:",
    functions: |equal, all| {
        format!(
            "So convolve2d(&x, &k) needs no loop of its own: it is corr2d(&x, &turned), and {equal} of {all} numbers agree."
        )
    },
    point_title: "Why anybody turns a kernel",
    point: "Lay the kernel on an image that is black but for one white point, first as a correlation, then as a convolution:",
    smear: "Correlation leaves the kernel upside down, convolution leaves the kernel itself. If a lens smears each star into \
        a small picture K, the photograph of the sky is the sky convolved with K. That is why physics and signal \
        processing turn the kernel, and why their libraries do.",
    photograph_title: "On a photograph",
    photograph: |(height, width)| {
        format!(
            "On a photograph of {height}×{width} pixels with levels from 0 to 255, what the turn does depends on the kernel. \
             Here is how many responses it changes, and by how much at most:"
        )
    },
    kinds_headings: ["kernel", "turned by 180°", "that differ", "largest difference"],
    kind: |turned| match turned {
        Turned::Same => "the same",
        Turned::Negative => "its negative",
        Turned::Another => "another kernel",
    },
    three_kinds: "A kernel that is the same when it is turned, as those that blur or find points are, does not know of \
        the difference. One that turns into its negative changes the sign of every response: from dark to bright \
        becomes from bright to dark. For any other the two are different filters. Emboss makes a relief; here is the head of \
        the photographer, by correlation on the left, by convolution on the right:",
    light: "Look at the outline of the hair. On the left its upper side is dark, as if the light came from the lower right; on \
        the right it is bright, with the light from the upper left.",
    learning_title: "A layer does not care",
    learning: "Now let the kernel be learned, as in chapter 4. Image and target are given; the target was made by correlation \
        with the kernel of the figure, which the learner does not know:",
    ten_steps: "Two layers learn from them in ten steps. Both begin with zeros. One lays its kernel as it stands, the other \
        turns it first:",
    training_headings: ["step", "correlation", "convolution"],
    each_others_turn: |equal, all| {
        format!(
            "The losses are the same, and each kernel is the other turned by 180°, to the last bit in {equal} of {all} \
             numbers. A layer that convolves learns the kernel that, once turned, does what is needed. No prediction \
             changes, so deep learning leaves out the turn and keeps the name."
        )
    },
    libraries_title: "Where it matters",
    libraries: "It matters as soon as a kernel moves: learned here and used there, or copied from a book. No error tells, the \
        picture is merely wrong. And the turn is one difference of several, if the answer is to be as large as the image: \
        libraries also differ in the weight, of n, that they lay on the pixel, and in what they see beyond the rim:",
    table_headings: ["name", "kernel lies", "kept as", "on the pixel", "beyond"],
    table_lies: ["as written", "turned"],
    even: "A kernel of odd size has a weight in its middle, and all libraries lay that one on the pixel. A kernel of even \
        size has none, and they differ. Candle pads all four sides by the same number, so to an even kernel it has no answer \
        as large as the image, and (n − 1) / 2 above is no weight. This is a row with one white pixel, and what each \
        library answers to the kernel [1, 2, 3, 4] if the answer is to be as long as the row:",
    none_as_long: "none as long",
    converter: |answers| {
        format!(
            "{answers} different answers to one kernel, each turned, or shifted by a pixel, or both. --convert turns what has \
             to be turned, and prints the call that lays each weight where it lay:"
        )
    },

    correlation: "correlation",
    convolution: "convolution",
    difference: "difference",
    correlation_of_yours: "Correlation, with the kernel as it is written:",
    convolution_of_yours: "Strict convolution, which is correlation with the kernel turned by 180°:",
    turned: |turned| match turned {
        Turned::Same => "This kernel is the same when it is turned by 180°, so the two are equal.",
        Turned::Negative => {
            "This kernel turns into its negative, so the convolution is the correlation with the sign changed."
        }
        Turned::Another => "Turned by 180° this is another kernel, so the two answer to different things.",
    },
    photographed_title: |kernel, image| format!("{kernel} on {image}"),
    lesson_photograph: "the photograph of the lesson",
    lowest: "lowest",
    highest: "highest",
    differing: |differing, all, border| {
        format!(
            "{differing} of {all} responses differ by half a level of 255 or more (pixels in 0..1, border {border}). The convolution has the same weight on \
             the pixel as the correlation, so that nothing is shifted."
        )
    },
    no_output: "The difference in letters, by strength (add --output both.png for three pictures):",
    written: |paths, range| {
        format!("Written to {paths}: correlation, convolution and difference, range {range}, on one scale.")
    },

    written_raw: |path| format!("Written to {path}: correlation, convolution and difference as they are, f32."),

    is_turned: |turning, other| {
        format!("{turning} turns the kernel before it lays it and {other} does not, so it is turned by 180° here.")
    },
    stays: "Both lay the kernel in the same way, so the weights stay where they are.",
    axes: |function, axes, shape| format!("For {function} the axes are {axes}, here {shape:?}."),
    anchored: |before, from, after, to| {
        let now = if before == after { String::new() } else { format!(", now at [{}, {}],", after.0, after.1) };
        format!(
            "Weight [{}, {}] lies on the pixel with {from}; it{now} has to lie there with {to}.",
            before.0, before.1
        )
    },
    lies_as: |from, (height, width)| {
        format!(
            "{from} pads all four sides by the same number, so to a kernel of {height}×{width} it has no answer as large as \
             the image. The kernel is taken to lie as with PyTorch; --anchor takes another weight."
        )
    },
    anchor_differs: |to, (row, column)| {
        format!("By itself {to} would take [{row}, {column}], so the call says otherwise.")
    },
    no_answer: |to, (height, width)| {
        format!(
            "By itself {to} has no answer as large as the image to a kernel of {height}×{width}, since it pads all four sides by the \
             same number. So the image is padded before the call."
        )
    },
    rim_differs: |from, from_rim, to, to_rim| {
        format!("Beyond the rim {from} goes on with {from_rim} and {to} with {to_rim}; the call asks for {from_rim}.")
    },
    call: "This call gives the same answer, as large as the image:",
    kernel_written: |path, axes| format!("Written to {path}, axes {axes}."),
};

const PORTUGUESE: Text = Text {
    title: "5. Convolução e correlação",
    what: "O que os capítulos anteriores chamam de correlação, o aprendizado profundo chama de convolução. Na matemática, a \
        convolução é outra coisa, por um único passo: antes de ser posto sobre a imagem, o kernel é girado 180°, de modo \
        que a última linha passa a ser a primeira e, em cada linha, o último peso também:",
    by_hand: "À mão, na primeira janela da figura do capítulo 1, sob o kernel tal como é e sob o kernel girado:",
    both: "E em todas as janelas. A correlação se escreve ⋆; a convolução estrita, ∗:",
    functions: |equal, all| {
        format!(
            "Por isso, convolve2d(&x, &k) dispensa um laço próprio: é corr2d(&x, &turned), e {equal} de {all} números \
             coincidem."
        )
    },
    point_title: "Por que alguém gira um kernel",
    point: "Ponha o kernel sobre uma imagem preta com um único ponto branco, primeiro como correlação e depois como convolução:",
    smear: "A correlação deixa o kernel de cabeça para baixo; a convolução deixa o próprio kernel. Se uma lente espalha cada \
        estrela em uma pequena imagem K, a fotografia do céu é a convolução do céu com K. É por isso que a física e o \
        processamento de sinais giram o kernel, e as bibliotecas dessas áreas também.",
    photograph_title: "Em uma fotografia",
    photograph: |(height, width)| {
        format!(
            "Em uma fotografia de {height}×{width} pixels, com níveis de 0 a 255, o efeito do giro depende do kernel. Veja \
             quantas respostas ele muda e, no máximo, em quanto:"
        )
    },
    kinds_headings: ["kernel", "girado 180°", "que diferem", "maior diferença"],
    kind: |turned| match turned {
        Turned::Same => "o mesmo",
        Turned::Negative => "o seu negativo",
        Turned::Another => "outro kernel",
    },
    three_kinds: "Um kernel que continua o mesmo depois de girado, como os que desfocam ou encontram pontos, não percebe \
        a diferença. Um kernel que vira o seu negativo troca o sinal de todas as respostas: do escuro para o claro passa a \
        ser do claro para o escuro. Para qualquer outro, correlação e convolução são filtros diferentes. O emboss faz um relevo; esta é a \
        cabeça do fotógrafo, por correlação à esquerda e por convolução à direita:",
    light: "Repare no contorno do cabelo. À esquerda, o lado de cima está escuro, como se a luz viesse do canto inferior \
        direito; à direita, está claro, com a luz vinda do canto superior esquerdo.",
    learning_title: "Para uma camada, tanto faz",
    learning: "Agora o kernel será aprendido, como no capítulo 4. A imagem e o alvo são dados; o alvo foi feito por correlação \
        com o kernel da figura, que o aprendiz não conhece:",
    ten_steps: "Duas camadas aprendem com eles em dez passos. Ambas começam com zeros. Uma põe o kernel tal como é; a outra o \
        gira antes:",
    training_headings: ["passo", "correlação", "convolução"],
    each_others_turn: |equal, all| {
        format!(
            "As perdas são iguais, e cada kernel é o outro girado 180°, até o último bit em {equal} de {all} números. Uma \
             camada que faz convolução aprende o kernel que, depois de girado, faz o que é preciso. Nenhuma previsão \
             muda; por isso o aprendizado profundo dispensa o giro e fica com o nome."
        )
    },
    libraries_title: "Onde isso importa",
    libraries: "Importa assim que um kernel muda de lugar: foi aprendido aqui e é usado ali, ou foi copiado de um livro. Não \
        há mensagem de erro, a imagem apenas sai errada. E o giro é só uma das diferenças quando a resposta deve ter o \
        tamanho da imagem: as bibliotecas também diferem no peso, de n, que põem sobre o pixel e no que veem além da margem:",
    table_headings: ["nome", "o kernel fica", "guardado como", "sobre o pixel", "além"],
    table_lies: ["como escrito", "girado"],
    even: "Um kernel de tamanho ímpar tem um peso no meio, e é esse que todas as bibliotecas põem sobre o pixel. Um de tamanho \
        par não tem, e elas divergem. O candle acrescenta o mesmo número de zeros aos quatro lados; por isso, para um kernel \
        par, não tem resposta do tamanho da imagem, e o (n − 1) / 2 acima não é peso nenhum. Esta é uma linha com um só \
        pixel branco, e o que cada biblioteca responde ao kernel [1, 2, 3, 4] quando a resposta deve ser tão longa quanto a \
        linha:",
    none_as_long: "nenhuma tão longa",
    converter: |answers| {
        format!(
            "{answers} respostas diferentes para um só kernel: girado, deslocado um pixel ou as duas coisas. --convert gira o \
             que precisa ser girado e imprime a chamada que põe cada peso onde ele estava:"
        )
    },

    correlation: "correlação",
    convolution: "convolução",
    difference: "diferença",
    correlation_of_yours: "Correlação, com o kernel como está escrito:",
    convolution_of_yours: "Convolução estrita, que é a correlação com o kernel girado 180°:",
    turned: |turned| match turned {
        Turned::Same => "Este kernel continua o mesmo depois de girado 180°; portanto, as duas são iguais.",
        Turned::Negative => {
            "Girado 180°, este kernel vira o seu negativo; portanto, a convolução é a correlação com o sinal trocado."
        }
        Turned::Another => "Girado 180°, este é outro kernel; portanto, as duas respondem a coisas diferentes.",
    },
    photographed_title: |kernel, image| format!("{kernel}: {image}"),
    lesson_photograph: "a fotografia da lição",
    lowest: "menor",
    highest: "maior",
    differing: |differing, all, border| {
        format!(
            "{differing} de {all} respostas diferem em meio nível de 255 ou mais (pixels em 0..1, margem {border}). A convolução tem sobre o pixel o mesmo \
             peso que a correlação, para que nada se desloque."
        )
    },
    no_output: "A diferença em letras, pela intensidade (acrescente --output ambas.png para obter três imagens):",
    written: |paths, range| {
        format!("Gravado em {paths}: correlação, convolução e diferença, com a escala {range}, a mesma para as três.")
    },

    written_raw: |path| format!("Gravado em {path}: correlação, convolução e diferença, sem alteração, f32."),

    is_turned: |turning, other| {
        format!("{turning} gira o kernel antes de usá-lo e {other} não; por isso, aqui ele é girado 180°.")
    },
    stays: "As duas usam o kernel na mesma orientação; os pesos ficam onde estão.",
    axes: |function, axes, shape| format!("Para {function}, os eixos são {axes}, aqui {shape:?}."),
    anchored: |before, from, after, to| {
        let now = if before == after { String::new() } else { format!("agora está em [{}, {}] e ", after.0, after.1) };
        format!(
            "Com {from}, o peso [{}, {}] fica sobre o pixel. Ele {now}deve ficar sobre o pixel também com {to}.",
            before.0, before.1
        )
    },
    lies_as: |from, (height, width)| {
        format!(
            "{from} acrescenta o mesmo número de zeros aos quatro lados; por isso, para um kernel de {height}×{width}, não tem \
             resposta do tamanho da imagem. Aqui se supõe que o kernel fique como no PyTorch; --anchor escolhe outro peso."
        )
    },
    anchor_differs: |to, (row, column)| {
        format!("Por si só, {to} usaria [{row}, {column}]; por isso a chamada diz outra coisa.")
    },
    no_answer: |to, (height, width)| {
        format!(
            "Por si só, {to} não tem resposta do tamanho da imagem para um kernel de {height}×{width}, pois acrescenta o mesmo número de \
             zeros aos quatro lados. Por isso a margem é acrescentada antes da chamada."
        )
    },
    rim_differs: |from, from_rim, to, to_rim| {
        format!("Além da margem, {from} continua com {from_rim} e {to}, com {to_rim}; a chamada pede {from_rim}.")
    },
    call: "Esta chamada dá a mesma resposta, do tamanho da imagem:",
    kernel_written: |path, axes| format!("Gravado em {path}, eixos {axes}."),
};
