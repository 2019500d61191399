//! Every sentence of the chapter, in English and in Portuguese.

use chapter_kit::Language;

/// Height and width.
type Size = (usize, usize);

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub by_hand: &'static str,
    pub forward: &'static str,
    pub parameters: &'static str,
    pub parameter_table: &'static str,
    pub gradient_title: &'static str,
    pub gradient: &'static str,
    pub gradient_by_hand: &'static str,
    pub gradient_computed: &'static str,
    pub built_in_title: &'static str,
    pub built_in: &'static str,
    pub built_in_agrees: fn(equal: usize, all: usize) -> String,
    pub cut_off_title: &'static str,
    pub cut_off: &'static str,
    pub error: &'static str,
    pub try_it: &'static str,
    pub layer_title: fn(weights: &str, image: &str) -> String,
    pub layer: fn(weight: &[usize], bias: bool, parameters: usize) -> String,
    pub maps: fn(maps: usize, from: Size, to: Size) -> String,
    pub extremes: fn(min: &str, max: &str) -> String,
    pub written: fn(path: &str, maps: usize) -> String,
    pub written_raw: fn(path: &str) -> String,
    pub no_output: &'static str,
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
    title: "2. The convolutional layer",
    what: "A convolutional layer correlates its input with a kernel and adds one number, the bias, to every \
        output. Kernel and bias are its parameters: the numbers that training changes.",
    by_hand: "By hand, with the kernel of chapter 1 and a bias of 10, the first output is the sum of the first \
        window plus the bias:",
    forward: "The layer does so for every window:",
    parameters: "It has five parameters, four in the weight (as the kernel of a layer is called) and one in the bias:",
    parameter_table: "parameter  shape   numbers",
    gradient_title: "What training needs: the gradient",
    gradient: "How much would the result grow if a parameter grew a little? That is the gradient. Let L be the sum \
        of the four outputs, so that every output counts once.",
    gradient_by_hand: "By hand: the bias goes into four outputs, so L grows four times as fast as the bias. The upper \
        left weight met the pixels 0, 1, 3 and 4, one in each window, so L grows by their sum for each 1 that the weight grows:",
    gradient_computed: "Nothing had to be derived for the program: corr2d knows its own gradient, and candle's \
        backward(), which follows L back to the parameters, finds the same numbers, and the other three:",
    built_in_title: "The built-in layer",
    built_in: "The layers used in practice take a batch, N images at once with C channels each, and give O channels, each with a kernel for \
        every input channel and a bias of its own. The layer Conv2d of the crate corr2d does that. The shapes:",
    built_in_agrees: |equal, all| {
        format!(
            "With one image, one channel in and one out it is the layer written by hand: of the outputs, the \
             gradient of the weight and that of the bias, {equal} of {all} numbers agree."
        )
    },
    cut_off_title: "A trap",
    cut_off: "This layer copies the numbers of its weight out of candle (with to_vec2) before it uses them. Its outputs are right. But the copy knows \
        nothing of the weight it came from, so training would never change it. Candle says nothing and answers \
        None; the function gradient() of the crate corr2d makes it an error:",
    error: "error: {}",
    try_it: "Your turn: a layer of yours on a photograph of your own. PyTorch saves one with \
        safetensors.torch.save_file(conv.state_dict(), \"conv.safetensors\"), and chapter-learning with --save. The \
        maps of its output appear side by side in one picture.",
    layer_title: |weights, image| format!("{weights} on {image}"),
    layer: |weight, bias, parameters| {
        let bias = if bias { "with a bias" } else { "without a bias" };
        format!("The weight has shape {weight:?}, {bias}: {parameters} parameters.")
    },
    maps: |maps, from, to| {
        let plural = if maps == 1 { "" } else { "s" };
        format!("A picture of {}×{} pixels gives {maps} feature map{plural} of {}×{}.", from.0, from.1, to.0, to.1)
    },
    extremes: |min, max| format!("The outputs go from {min} to {max}."),
    written: |path, maps| match maps {
        1 => format!("Written to {path}: 0 is grey, negative darker, positive brighter."),
        _ => format!("Written to {path}, map after map in rows: 0 is grey, negative darker, positive brighter."),
    },
    written_raw: |path| format!("Written to {path}: the outputs as they are, f32, [map, row, column]."),
    no_output: "The first map in letters (add --output map.png for a picture):",
};

const PORTUGUESE: Text = Text {
    title: "2. A camada convolucional",
    what: "Uma camada convolucional faz a correlação da entrada com um kernel e soma um número, o viés, a cada \
        saída. Kernel e viés são os seus parâmetros: os números que o treinamento muda.",
    by_hand: "À mão, com o kernel do capítulo 1 e um viés de 10, a primeira saída é a soma da primeira janela mais o \
        viés:",
    forward: "A camada faz isso em todas as janelas:",
    parameters: "Ela tem cinco parâmetros, quatro no peso (weight, o nome do kernel em uma camada) e um no viés (bias):",
    parameter_table: "parâmetro  forma   números",
    gradient_title: "Do que o treinamento precisa: o gradiente",
    gradient: "Quanto cresceria o resultado se um parâmetro crescesse um pouco? A resposta é o gradiente. Seja L a soma \
        das quatro saídas, de modo que cada saída conte uma vez.",
    gradient_by_hand: "À mão: o viés entra em quatro saídas; logo, L cresce quatro vezes tão rápido quanto ele. O peso do \
        canto superior esquerdo passou pelos pixels 0, 1, 3 e 4, um em cada janela; logo, L cresce a soma deles para cada unidade que o peso cresce:",
    gradient_computed: "O programa não precisou de derivadas feitas à mão: corr2d conhece o próprio gradiente, e \
        backward(), do candle, que volta de L até os parâmetros, encontra esses números e os outros três:",
    built_in_title: "A camada pronta",
    built_in: "As camadas usadas na prática recebem lotes de N imagens com C canais e devolvem O canais, cada um com um kernel \
        para cada canal de entrada e um viés próprio. É o que faz a camada Conv2d do crate corr2d. As formas:",
    built_in_agrees: |equal, all| {
        format!(
            "Com uma imagem, um canal de entrada e um de saída, ela é a camada escrita à mão: entre as saídas, o \
             gradiente do peso e o do viés, {equal} de {all} números coincidem."
        )
    },
    cut_off_title: "Uma armadilha",
    cut_off: "Esta camada copia os números do peso para fora do candle (com to_vec2) antes de usá-los. As saídas estão certas. Mas a cópia não sabe de que \
        peso veio, e o treinamento nunca o mudaria. O candle não avisa e devolve None; a função gradient() do \
        crate corr2d transforma isso em um erro:",
    error: "erro: {}",
    try_it: "Agora é com você: uma camada sua em uma fotografia sua. O PyTorch grava uma com \
        safetensors.torch.save_file(conv.state_dict(), \"conv.safetensors\"), e o chapter-learning, com --save. Os mapas \
        da saída aparecem lado a lado em uma só imagem.",
    layer_title: |weights, image| format!("{weights} em {image}"),
    layer: |weight, bias, parameters| {
        let bias = if bias { "com viés" } else { "sem viés" };
        format!("O peso tem a forma {weight:?}, {bias}: {parameters} parâmetros.")
    },
    maps: |maps, from, to| {
        let maps = if maps == 1 {
            "1 mapa de características".to_owned()
        } else {
            format!("{maps} mapas de características")
        };
        format!("Uma imagem de {}×{} pixels dá {maps} de {}×{}.", from.0, from.1, to.0, to.1)
    },
    extremes: |min, max| format!("As saídas vão de {min} a {max}."),
    written: |path, maps| match maps {
        1 => format!("Gravado em {path}: o 0 é cinza, o negativo mais escuro, o positivo mais claro."),
        _ => format!(
            "Gravado em {path}, mapa após mapa, em fileiras: o 0 é cinza, o negativo mais escuro, o positivo mais claro."
        ),
    },
    written_raw: |path| format!("Gravado em {path}: as saídas sem alteração, f32, [mapa, linha, coluna]."),
    no_output: "O primeiro mapa em letras (acrescente --output mapa.png para obter uma imagem):",
};
