//! What is said beside a framework's output: its conventions, and where a published snippet does not run.

use chapter_kit::Language;

use super::Dialect;

/// The sentences of one language.
pub(super) struct Text {
    pub(super) title: fn(framework: &str, start: &str, rate: f64) -> String,
    pytorch: &'static str,
    mxnet: &'static str,
    tensorflow: &'static str,
    jax: &'static str,
    pub(super) diverges: fn(factor: f64) -> String,
    pub(super) last_digits: &'static str,
}

impl Text {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }

    pub(super) fn of_dialect(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::PyTorch => self.pytorch,
            Dialect::Mxnet => self.mxnet,
            Dialect::TensorFlow => self.tensorflow,
            Dialect::Jax => self.jax,
        }
    }
}

const ENGLISH: Text = Text {
    title: |framework, start, rate| format!("{framework}, from {start}, learning rate {rate}"),
    pytorch: "So PyTorch prints it. Images are [N, C, H, W], weights [O, I, h, w], and the published loop runs as it stands. \
        Those who change it may trip: `backward` starts from one number, so without `.sum()` it says “grad can be implicitly \
        created only for scalar outputs”; with `.mean()` in its place the gradient is 42 times smaller, and ten steps at \
        the same rate learn next to nothing; and the gradient belongs to `conv2d.weight`, not to `conv2d`.",
    mxnet: "So MXNet prints it. Images are [N, C, H, W], weights [O, I, h, w], and the published loop runs as it stands, \
        with MXNet 1.9.1 and NumPy before 1.24. It says “batch” for what is an epoch, a pass over the whole image. \
        `backward` adds up all elements by itself. Only the layer written by hand cannot be trained: \
        inside of `record`, its `Y[i, j] =` ends in “Inplace operations (+=, -=, x[:]=, etc) are not supported when \
        recording with autograd”.",
    tensorflow: "So TensorFlow prints it, once it runs. Images are [N, H, W, C], kernels [h, w, I, O]. With Keras 3, which comes \
        with TensorFlow since 2.16, the published loop stops at `g.watch(conv2d.weights[0])` with a ValueError, and the cell \
        below shows the kernel before any step: write `conv2d.weights[0].value` there and in `g.gradient`. Where one text \
        serves all frameworks, it stops earlier: “'EagerTensor' object does not support item assignment” at `Y[i, j] =` and \
        `X[:, 2:6] =`, then “name 'Y' is not defined” at the loop. Make both a `tf.Variable`, and write \
        `Y[i, j].assign(…)` and `X[:, 2:6].assign(…)`. An image in the wrong layout is no error: [1, 1, 6, 8] is read as \
        one row with eight channels. Of a loss six digits are sure: TensorFlow squares by a power function of its own, \
        whose last bit is not followed here.",
    jax: "So JAX prints it, once it runs. Images are [N, H, W, C], kernels [h, w, I, O]. The published cells stop at `Y[i, j] =` and \
        `X[:, 2:6] =` with “JAX arrays are immutable”: write `Y = Y.at[i, j].set(…)`. That repaired, recent versions have no \
        `jax.tree_map`: write `jax.tree_util.tree_map`; until then the last cell says “name 'params' is not defined”. The \
        layer written by hand needs three repairs: `__call__` in place of `forward`, `self.param` of `nn.param`, and \
        `uniform()` of `uniform`. And Flax pads unless told `padding='VALID'`.",
    diverges: |factor| {
        format!(
            "The rate is not below 1/30 = 0.0333, so this does not learn: each step multiplies the error along [1, 1] by \
             {factor:.2}, and the kernel lands beyond the minimum, no nearer than before. No framework says so. With steps \
             enough the loss is inf and then nan, and the kernel with it."
        )
    },
    last_digits: "The digits are those of x86-64. On another processor a framework may add the same numbers in another order, and its \
        last digits are then others.",
};

const PORTUGUESE: Text = Text {
    title: |framework, start, rate| format!("{framework}, a partir de {start}, taxa de aprendizado {rate}"),
    pytorch: "É assim que o PyTorch imprime. As imagens são [N, C, H, W], os pesos [O, I, h, w], e o laço publicado roda como \
        está. Quem o altera pode tropeçar: `backward` parte de um único número e, sem `.sum()`, responde “grad can be \
        implicitly created only for scalar outputs”; com `.mean()` no lugar, o gradiente fica 42 vezes menor, e dez passos \
        com a mesma taxa não aprendem quase nada; e o gradiente pertence a `conv2d.weight`, não a `conv2d`.",
    mxnet: "É assim que o MXNet imprime. As imagens são [N, C, H, W], os pesos [O, I, h, w], e o laço publicado roda como está, \
        com o MXNet 1.9.1 e um NumPy anterior ao 1.24. Ele escreve “batch” (lote) para o que é uma época, uma passada pela \
        imagem inteira. `backward` soma sozinho todos os elementos. Só a camada escrita à mão não pode ser treinada: dentro \
        de `record`, o seu `Y[i, j] =` termina em “Inplace operations (+=, -=, x[:]=, etc) are not supported when recording \
        with autograd”.",
    tensorflow: "É assim que o TensorFlow imprime, depois que se conserta o código. As imagens são [N, H, W, C], os kernels [h, w, I, O]. Com o \
        Keras 3, que acompanha o TensorFlow desde a versão 2.16, o laço publicado para em `g.watch(conv2d.weights[0])` com \
        um ValueError, e a célula seguinte mostra o kernel antes de qualquer passo: escreva `conv2d.weights[0].value` ali e \
        em `g.gradient`. Na edição em que um só texto serve a todos os frameworks, ele para antes: “'EagerTensor' object \
        does not support item assignment” em `Y[i, j] =` e `X[:, 2:6] =` e, no laço, “name 'Y' is not defined”. Faça dos \
        dois um `tf.Variable` e escreva `Y[i, j].assign(…)` e `X[:, 2:6].assign(…)`. Uma imagem no layout errado não causa \
        erro: [1, 1, 6, 8] é lida como uma única linha com oito canais. De uma perda, seis dígitos são certos: o \
        TensorFlow eleva ao quadrado com uma função de potência própria, cujo último bit não é seguido aqui.",
    jax: "É assim que o JAX imprime, depois que se conserta o código. As imagens são [N, H, W, C], os kernels [h, w, I, O]. As células publicadas \
        param em `Y[i, j] =` e `X[:, 2:6] =` com “JAX arrays are immutable”: escreva `Y = Y.at[i, j].set(…)`. Feito isso, as \
        versões recentes não têm `jax.tree_map`: escreva `jax.tree_util.tree_map`; até lá, a última célula responde “name \
        'params' is not defined”. A camada escrita à mão precisa de três consertos: `__call__` no lugar de `forward`, \
        `self.param` no de `nn.param` e `uniform()` no de `uniform`. E o Flax preenche as bordas se não receber \
        `padding='VALID'`.",
    diverges: |factor| {
        format!(
            "A taxa não está abaixo de 1/30 = 0.0333, e assim não se aprende: cada passo multiplica por {factor:.2} o erro \
             na direção [1, 1], e o kernel cai além do mínimo, tão longe quanto antes ou mais. Nenhum framework avisa. Com \
             passos suficientes, a perda vira inf e depois nan, e o kernel também."
        )
    },
    last_digits: "Os dígitos são os de um x86-64. Em outro processador, um framework pode somar os mesmos números em outra ordem, e os \
        seus últimos dígitos passam a ser outros.",
};
