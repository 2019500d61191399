//! The sentences of the section, in English and in Portuguese.

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub gram: &'static str,
    pub eigenvalues: &'static str,
    pub step: &'static str,
    pub rate: &'static str,
    pub curves: &'static str,
    pub epoch: &'static str,
    pub predicted: &'static str,
    pub measured: &'static str,
    pub diverging: &'static str,
    pub turned: &'static str,
    pub unknown: &'static str,
    pub advice: &'static str,
    pub epoch_beside_predicted: fn(epoch: usize, loss: f64, predicted: f64) -> String,
}

pub(crate) const ENGLISH: Text = Text {
    title: "Why ten steps, and why 0.03",
    gram: "All these runs had the same image, and its windows alone decide how fast a kernel is learned. Multiply, in each window, the pixel under the \
        left weight and the one under the right, and add up all windows: six rows with two of white beside white, where \
        both are 1, and one at each edge, where one of them is. Left times left makes 6 · (2 + 1) = 18, left times right \
        6 · 2 = 12. This is the Gram matrix of the windows:",
    eigenvalues: "It turns the error of a kernel into a gradient, 2 · G · error. Two directions it does not turn at all, but only \
        stretches: both weights together, which make the picture brighter, and one against the other, which is what an edge \
        is. The factors are its eigenvalues:",
    step: "So a step multiplies an error in such a direction by 1 − 2 · rate · eigenvalue, whatever the other error \
        does. With a factor between −1 and 1 the error dies away; where it is negative, the kernel lands on the other side of the \
        minimum each time:",
    rate: "rate",
    curves: "At 1/30 and above the first direction does not come to rest. At 1/36 = 1 / (30 + 6) both are equally fast, and no \
        other rate makes the slower one faster. The lesson's 0.03 lies between the two: the loss, which is made of squares, \
        falls to 0.8² = 0.64 of itself or less in a step, and ten steps leave 0.64¹⁰ at most, about a hundredth. From the \
        eigenvalues, the kernel sought and the first kernel, the whole curve is known before the first step:",
    epoch: "epoch",
    predicted: "predicted",
    measured: "measured",
    diverging: "At 0.034, just beyond 1/30, the loss falls at first, as long as the second direction has something left to lose. \
        The error along the first is multiplied by −1.04 in each step, and wins in the end:",
    turned: "And an image that cannot teach the kernel at all: the same one turned on its side. Now no window holds an edge, and the \
        two pixels in it are always alike:",
    unknown: "One eigenvalue is 0: along [1, −1] the output does not change, so there is no slope and no step. The matrix has rank \
        1 where two weights are sought. Whatever difference of the weights a run begins with, it ends with, and each \
        kernel whose weights cancel is perfect. The two beginnings from above, after ten steps, with their loss:",
    advice: "The remedy is not more steps but another image. Before you learn from pictures of your own, ask what they can \
        teach: corr2d::Identifiability tells rank, condition and the best rate of any input and kernel size.",
    epoch_beside_predicted: |epoch, loss, predicted| format!("epoch {epoch}, loss {loss:.3}, predicted {predicted:.3}"),
};

pub(crate) const PORTUGUESE: Text = Text {
    title: "Por que dez passos, e por que 0.03",
    gram: "Todas essas execuções tinham a mesma imagem, e só as janelas dela decidem a velocidade do aprendizado. Em cada janela, multiplique o pixel sob o peso \
        esquerdo pelo pixel sob o direito e some todas as janelas: seis linhas com duas de branco ao lado de branco, em que \
        os dois valem 1, e uma em cada borda, em que só um deles vale. Esquerdo vezes esquerdo dá 6 · (2 + 1) = 18; \
        esquerdo vezes direito, 6 · 2 = 12. Esta é a matriz de Gram das janelas:",
    eigenvalues: "É ela que transforma o erro de um kernel em gradiente: 2 · G · erro. Há duas direções que ela não gira, apenas \
        estica: os dois pesos juntos, que clareiam a imagem, e um contra o outro, que é o que faz uma borda. Os fatores \
        são os seus autovalores:",
    step: "Um passo, portanto, multiplica o erro em cada uma dessas direções por 1 − 2 · taxa · autovalor, sem depender do outro \
        erro. Com um fator entre −1 e 1, o erro se extingue; se o fator é negativo, o kernel cai a cada passo do outro lado do \
        mínimo:",
    rate: "taxa",
    curves: "A partir de 1/30, a primeira direção não sossega. Com 1/36 = 1 / (30 + 6), as duas são igualmente rápidas, e nenhuma \
        outra taxa acelera a mais lenta. O 0.03 da lição fica entre as duas: a perda, feita de quadrados, cai a cada passo \
        para 0.8² = 0.64 do que era, ou menos, e dez passos deixam no máximo 0.64¹⁰, cerca de um centésimo. Com os \
        autovalores, o kernel procurado e o primeiro kernel, conhece-se a curva inteira antes do primeiro passo:",
    epoch: "época",
    predicted: "prevista",
    measured: "medida",
    diverging: "Com 0.034, logo acima de 1/30, a perda primeiro cai, enquanto a segunda direção ainda tem o que perder. O erro na \
        primeira é multiplicado por −1.04 a cada passo e acaba vencendo:",
    turned: "E uma imagem que não consegue ensinar o kernel: a mesma, deitada. Agora nenhuma janela contém uma borda, e os seus dois \
        pixels são sempre iguais:",
    unknown: "Um autovalor é 0: na direção [1, −1] a saída não muda e, portanto, não há inclinação nem passo. A matriz tem posto \
        1, e procuram-se dois pesos. A diferença entre os pesos com que uma execução começa é a mesma com que termina, e todo \
        kernel cujos pesos se cancelam é perfeito. Os dois começos de antes, depois de dez passos, com a sua perda:",
    advice: "O remédio não são mais passos, e sim outra imagem. Antes de aprender com as suas próprias imagens, pergunte o que elas \
        podem ensinar: corr2d::Identifiability informa o posto, o condicionamento e a melhor taxa de qualquer entrada e \
        tamanho de kernel.",
    epoch_beside_predicted: |epoch, loss, predicted| format!("época {epoch}, perda {loss:.3}, prevista {predicted:.3}"),
};
