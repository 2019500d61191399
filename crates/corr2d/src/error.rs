//! Everything that can be wrong with a call, in one line each: what was found, and what would do.

use candle_core::{DType, DeviceLocation};

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a correlation, a layer, a gradient or a training run cannot be had.
///
/// It converts into [`candle_core::Error`] with its message whole, so that `?` works in code written for candle.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
///
/// fn in_candle_code(x: &Tensor) -> candle_core::Result<Tensor> {
///     Ok(corr2d::corr2d(x, x)?)
/// }
///
/// let vector = Tensor::zeros(3, DType::F32, &Device::Cpu)?;
/// let message = in_candle_code(&vector).unwrap_err().to_string();
/// assert_eq!(message, "corr2d: x has shape [3], but it must be [H, W]");
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sizes do not fit together, or the result is too large.
    #[error(transparent)]
    Shape(#[from] corr2d_cpu::Error),
    /// A tensor has the wrong number of axes.
    #[error("{function}: {argument} has shape {found:?}, but it must be {wanted}")]
    Rank {
        /// The function called.
        function: &'static str,
        /// Its argument.
        argument: &'static str,
        /// The shape of the argument.
        found: Vec<usize>,
        /// The axes it must have.
        wanted: &'static str,
    },
    /// A bias is not one number for each output channel.
    #[error("bias has shape {found:?}, but the output channels of the weight need [{channels}]")]
    BiasShape {
        /// The shape of the bias.
        found: Vec<usize>,
        /// The output channels of the weight.
        channels: usize,
    },
    /// Two tensors hold different types of numbers.
    #[error("{first} is {first_dtype:?} and {second} is {second_dtype:?}: convert one of them with to_dtype")]
    DTypeMismatch {
        /// The first tensor.
        first: &'static str,
        /// Its numbers.
        first_dtype: DType,
        /// The second tensor.
        second: &'static str,
        /// Its numbers.
        second_dtype: DType,
    },
    /// A tensor holds integers or another type that has no gradient.
    #[error("{dtype:?} tensors cannot be correlated: convert to F32, F64, F16 or BF16 with to_dtype")]
    DTypeNotSupported {
        /// What it holds.
        dtype: DType,
    },
    /// A tensor holds integers or another type that has no gradient.
    #[error("{dtype:?} tensors cannot be pooled: convert to F32, F64, F16 or BF16 with to_dtype")]
    CannotBePooled {
        /// What it holds.
        dtype: DType,
    },
    /// Two tensors are on different devices.
    #[error("{first} is on {first_device:?} and {second} on {second_device:?}: move one of them with to_device")]
    DeviceMismatch {
        /// The first tensor.
        first: &'static str,
        /// Where it is.
        first_device: DeviceLocation,
        /// The second tensor.
        second: &'static str,
        /// Where it is.
        second_device: DeviceLocation,
    },
    /// A weight that should be drawn or built has more elements than memory holds.
    #[error("a weight {shape:?} needs more than the budget of {budget} bytes (8 an element): take a smaller one")]
    OverBudget {
        /// The shape of the weight.
        shape: Vec<usize>,
        /// The budget in bytes.
        budget: usize,
    },
    /// A function that should be differentiated returned more than one number.
    #[error("the function returned shape {shape:?}, but a gradient needs one number: end it with sum_all or mean_all")]
    NotScalar {
        /// The shape returned.
        shape: Vec<usize>,
    },
    /// An argument of a function that should be differentiated is itself computed from variables.
    #[error(
        "argument {index} is computed from variables, but candle keeps the gradients of variables alone: give detach() \
         of it, or the variables themselves"
    )]
    NotALeaf {
        /// Which argument, counted from 0.
        index: usize,
    },
    /// One variable is two arguments of a function, so that their gradients come as one sum.
    #[error(
        "arguments {first} and {second} are one variable, and candle adds up their gradients: give detach() of one of \
         them"
    )]
    SameVariable {
        /// Where the variable stands, counted from 0.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// A gradient was asked for inside a function that is itself differentiated, and candle cuts it off the graph.
    #[error(
        "a gradient inside a function that is itself differentiated is cut off the graph by candle: set \
         CANDLE_GRAD_DO_NOT_DETACH=1 before the program starts"
    )]
    GradientCutOff,
    /// A function that differentiates a gradient was called where candle cuts gradients off the graph.
    #[error(
        "{function} differentiates a gradient, which candle cuts off the graph: set CANDLE_GRAD_DO_NOT_DETACH=1 before \
         the program starts, or call {otherwise}"
    )]
    GraphNotKept {
        /// The function called.
        function: &'static str,
        /// The one that does without.
        otherwise: &'static str,
    },
    /// A tangent, cotangent or direction has another shape than what it belongs to.
    #[error("{direction} has shape {found:?}, but {of} has {wanted:?}: give one number for each of its elements")]
    DirectionShape {
        /// Which direction.
        direction: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// What it belongs to.
        of: &'static str,
        /// The shape of that.
        wanted: Vec<usize>,
    },
    /// No gradient arrived where one was asked for.
    #[error("no gradient reached {name}: the result does not depend on it through differentiable operations")]
    MissingGradient {
        /// The tensor without a gradient.
        name: String,
    },
    /// A computed gradient differs from the measured one.
    #[error(
        "the gradient of output {output} by element {element} of input {input} is {computed}, but central differences give {measured}"
    )]
    WrongGradient {
        /// Which input, counted from 0.
        input: usize,
        /// Which element of it, counted along its rows.
        element: usize,
        /// Which element of the output.
        output: usize,
        /// What `backward` gave.
        computed: f64,
        /// What central differences gave.
        measured: f64,
    },
    /// A check was to compare nothing, and would have passed.
    #[error("gradcheck has nothing to compare: {what}; give each input and the output one element at least")]
    NothingToCompare {
        /// What is missing.
        what: String,
    },
    /// A function has another number of results for other values of its inputs.
    #[error(
        "the function returned shape {at_inputs:?} at the inputs, but {beside:?} one step beside them: gradcheck needs \
         a shape that does not depend on values"
    )]
    ShapeChanges {
        /// The shape at the inputs.
        at_inputs: Vec<usize>,
        /// The shape where one element was moved by the step.
        beside: Vec<usize>,
    },
    /// Two runs of the same function gave different gradients.
    #[error("two runs gave different gradients of output {output} by input {input}: the function is not deterministic")]
    NotDeterministic {
        /// Which input.
        input: usize,
        /// Which element of the output.
        output: usize,
    },
    /// A setting of a check, an initialiser or a trainer is out of its range.
    #[error("{what} is {found}: it must be {wanted}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// What was given.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// The loss left the finite numbers.
    #[error("the loss of epoch {epoch} is {loss}: {}", what_to_do(*kept, *learning_rate))]
    LossNotFinite {
        /// The epoch, counted from 1.
        epoch: usize,
        /// Its loss.
        loss: f64,
        /// The epoch whose weights, those its finite loss was measured with, were put back; 0 if there is none.
        kept: usize,
        /// The learning rate of the optimiser.
        learning_rate: f64,
    },
    /// A variable left the finite numbers, whether or not the loss shows it.
    #[error("{}", how_it_was_lost(variable, *epoch, *kept, *learning_rate))]
    WeightsNotFinite {
        /// The name of the variable.
        variable: String,
        /// The epoch, counted from 1, whose step did it; 0 if the variable was like that before any step.
        epoch: usize,
        /// The epoch whose weights, those its finite loss was measured with, were put back; 0 if there is none.
        kept: usize,
        /// The learning rate of the optimiser.
        learning_rate: f64,
    },
    /// No variable has the name that was asked for.
    #[error("no variable has a name that begins with {prefix}: there is {}", listed(names))]
    NoSuchVariable {
        /// What was asked for.
        prefix: String,
        /// What there is.
        names: Vec<String>,
    },
    /// Two variables have one name.
    #[error("two variables are called {name}: give each a name of its own")]
    NameTwice {
        /// Their name.
        name: String,
    },
    /// An optimiser moves a variable that has no name.
    #[error("the optimiser moves a variable of shape {shape:?} that has no name: make it of the variables given here")]
    UnnamedVariable {
        /// The shape of the variable.
        shape: Vec<usize>,
    },
    /// A saved state lacks something that the model or its optimiser needs.
    #[error("the saved state has no {}: build the model and the optimiser that it was saved with", listed(names))]
    StateMissing {
        /// What it lacks.
        names: Vec<String>,
    },
    /// A saved state has something that the model and its optimiser do not know.
    #[error("the saved state has also {}: build the model and the optimiser that it was saved with", listed(names))]
    StateLeftOver {
        /// What is left over.
        names: Vec<String>,
    },
    /// A saved tensor has another shape or dtype than the one it is to replace.
    #[error(
        "the saved state has {name} as {found}, but here it is {wanted}: build the model and the optimiser that it was \
         saved with"
    )]
    StateDiffers {
        /// The name of the tensor.
        name: String,
        /// Its dtype and shape.
        found: String,
        /// Those that it must have.
        wanted: String,
    },
    /// Batches were asked of inputs and targets that are not as many, or of none.
    #[error(
        "{inputs} inputs and {targets} targets: batches need as many of both, along the first axis, and 1 at least"
    )]
    SampleCounts {
        /// How many inputs there are.
        inputs: usize,
        /// How many targets there are.
        targets: usize,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file cannot be written. What stood there before is still there.
    #[error("{path} cannot be written: {cause}")]
    Unwritable {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file is no checkpoint.
    #[error("{path} is no checkpoint: {why}")]
    NoCheckpoint {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A lazy layer was made for another number of channels.
    #[error("this layer took {made_for} input channels from its first input, but now gets {found}")]
    ChannelsChanged {
        /// The channels of the first input.
        made_for: usize,
        /// The channels of this one.
        found: usize,
    },
    /// The target of a least-squares fit is not what the windows of its input make.
    #[error("the target has shape {found:?}, but the windows of its input make {wanted:?}")]
    TargetShape {
        /// The shape of the target.
        found: Vec<usize>,
        /// Rows and columns of windows.
        wanted: Vec<usize>,
    },
    /// The target of a least-squares fit has no variance, or there is none.
    #[error("the target is the same in all of its {windows} windows, so a bias alone explains it: take one with edges")]
    FlatTarget {
        /// How many windows there are.
        windows: usize,
    },
    /// Candle itself reports an error. Printed without the backtrace that candle adds to its text.
    #[error("{}", in_one_line(.0))]
    Candle(candle_core::Error),
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Self::Candle(error)
    }
}

impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Candle(error) => error,
            // Not `Error::wrap`, which would print a backtrace behind the message.
            error => candle_core::Error::Wrapped(Box::new(error)),
        }
    }
}

fn what_to_do(kept: usize, learning_rate: f64) -> String {
    match kept {
        0 => "look for numbers in input, target or weights that are not finite".to_owned(),
        kept => format!("the weights of epoch {kept} were kept; take a learning rate below {learning_rate}"),
    }
}

fn how_it_was_lost(variable: &str, epoch: usize, kept: usize, learning_rate: f64) -> String {
    match epoch {
        0 => format!("{variable} holds a number that is not finite before the first step: set it anew"),
        epoch => format!(
            "the step of epoch {epoch} made {variable} a number that is not finite: the weights of epoch {kept} were \
             kept; take a learning rate below {learning_rate}, or look for a gradient that is not finite"
        ),
    }
}

/// Names in a sentence: all of a few, the first three of many.
fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        few => few.join(", "),
    }
}

fn in_one_line(error: &candle_core::Error) -> String {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => in_one_line(inner),
        error => error.to_string().lines().collect::<Vec<_>>().join(" "),
    }
}
