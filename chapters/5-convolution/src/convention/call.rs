//! The lines of code that lay a kernel, in each library's own words.
//!
//! Where the function has a word for what is asked for, the line says it; else the image gets its margins first, and the
//! kernel is laid on whole windows only.

use corr2d_imaging::Margins;

use super::{Convention, Library, Pair, Rim};

pub(super) fn lines(convention: &Convention, size: Pair, anchor: Pair, rim: Rim) -> String {
    let own_anchor = (anchor != convention.anchor(size)).then_some(anchor);
    let own_rim = (rim != convention.rim).then_some(rim);
    let margins = convention.margins(size, anchor);
    let plain = own_anchor.is_none() && own_rim.is_none();
    match convention.library {
        Library::OpenCv => opencv(own_anchor, own_rim),
        Library::NdimageCorrelate => ndimage("correlate", size, own_anchor, own_rim),
        Library::NdimageConvolve => ndimage("convolve", size, own_anchor, own_rim),
        Library::SignalCorrelate2d => signal("correlate2d", plain, margins, rim),
        Library::SignalConvolve2d => signal("convolve2d", plain, margins, rim),
        Library::SignalCorrelate => signal("correlate", plain, margins, rim),
        Library::NumpyCorrelate => numpy("correlate", plain, margins, rim),
        Library::NumpyConvolve => numpy("convolve", plain, margins, rim),
        Library::PyTorch if plain => "answer = F.conv2d(image, weight, padding=\"same\")".to_owned(),
        Library::PyTorch => pytorch(margins, rim),
        Library::TensorFlow if plain => "answer = tf.nn.conv2d(image, filters, strides=1, padding=\"SAME\")".to_owned(),
        Library::TensorFlow => tensorflow(margins, rim),
        Library::Candle => candle(margins, rim),
        Library::Corr2d => corr2d(plain, margins, rim),
    }
}

/// OpenCV counts (x, y): the column first.
fn opencv(anchor: Option<Pair>, rim: Option<Rim>) -> String {
    let anchor = anchor.map_or(String::new(), |(row, column)| format!(", anchor=({column}, {row})"));
    let border = rim.map_or(String::new(), |rim| {
        let name = match rim {
            Rim::Zero => "CONSTANT",
            Rim::Reflect => "REFLECT_101",
            Rim::Symmetric => "REFLECT",
        };
        format!(",\n                      borderType=cv2.BORDER_{name}")
    });
    format!("answer = cv2.filter2D(image, cv2.CV_32F, kernel{anchor}{border})")
}

/// SciPy's origin is counted from ⌊n / 2⌋, in the kernel as it is written.
fn ndimage(function: &str, (height, width): Pair, anchor: Option<Pair>, rim: Option<Rim>) -> String {
    let from_half = |place: usize, length: usize| place as i64 - (length / 2) as i64;
    let origin = anchor.map_or(String::new(), |(row, column)| {
        format!(", origin=({}, {})", from_half(row, height), from_half(column, width))
    });
    let mode = rim.map_or(String::new(), |rim| {
        let name = match rim {
            Rim::Zero => "constant",
            Rim::Reflect => "mirror",
            Rim::Symmetric => "reflect",
        };
        format!(", mode=\"{name}\"")
    });
    format!("answer = ndimage.{function}(image, kernel{mode}{origin})")
}

/// Two axes.
fn signal(function: &str, plain: bool, Margins { top, bottom, left, right }: Margins, rim: Rim) -> String {
    let pads = format!("(({top}, {bottom}), ({left}, {right}))");
    by_mode(&format!("signal.{function}"), "image", &pads, plain, rim)
}

/// One axis.
fn numpy(function: &str, plain: bool, Margins { left, right, .. }: Margins, rim: Rim) -> String {
    by_mode(&format!("np.{function}"), "row", &format!("({left}, {right})"), plain, rim)
}

/// SciPy's and NumPy's `mode` says how large the answer is.
fn by_mode(function: &str, image: &str, pads: &str, plain: bool, rim: Rim) -> String {
    if plain {
        return format!("answer = {function}({image}, kernel, mode=\"same\")");
    }
    let mode = numpy_mode(rim);
    format!("padded = np.pad({image}, {pads}, mode=\"{mode}\")\nanswer = {function}(padded, kernel, mode=\"valid\")")
}

fn numpy_mode(rim: Rim) -> &'static str {
    match rim {
        Rim::Zero => "constant",
        Rim::Reflect => "reflect",
        Rim::Symmetric => "symmetric",
    }
}

/// PyTorch pads the last axis first, and mirrors with the pixel at the rim once only.
fn pytorch(Margins { top, bottom, left, right }: Margins, rim: Rim) -> String {
    let padded = match rim {
        Rim::Symmetric => {
            let pads = format!("((0, 0), (0, 0), ({top}, {bottom}), ({left}, {right}))");
            let mode = numpy_mode(rim);
            format!("pads = {pads}\npadded = torch.from_numpy(np.pad(image.numpy(), pads, mode=\"{mode}\"))")
        }
        _ => format!("padded = F.pad(image, ({left}, {right}, {top}, {bottom}), mode=\"{}\")", numpy_mode(rim)),
    };
    format!("{padded}\nanswer = F.conv2d(padded, weight)")
}

fn tensorflow(Margins { top, bottom, left, right }: Margins, rim: Rim) -> String {
    let mode = numpy_mode(rim).to_uppercase();
    format!(
        "pads = [[0, 0], [{top}, {bottom}], [{left}, {right}], [0, 0]]\n\
         padded = tf.pad(image, pads, mode=\"{mode}\")\n\
         answer = tf.nn.conv2d(padded, filters, strides=1, padding=\"VALID\")"
    )
}

/// Candle has one padding for all four sides, and zeros only.
fn candle(margins: Margins, rim: Rim) -> String {
    let Margins { top, bottom, left, right } = margins;
    if rim == Rim::Zero && [bottom, left, right] == [top; 3] {
        return format!("let answer = image.conv2d(&weight, {top}, 1, 1, 1)?;");
    }
    let padded = match rim {
        Rim::Zero => {
            format!("let padded = image.pad_with_zeros(2, {top}, {bottom})?.pad_with_zeros(3, {left}, {right})?;")
        }
        _ => padded_by_border(margins, rim),
    };
    format!("{padded}\nlet answer = padded.conv2d(&weight, 0, 1, 1, 1)?;")
}

fn corr2d(plain: bool, margins: Margins, rim: Rim) -> String {
    let Margins { top, bottom, left, right } = margins;
    let (before, image, padding) = match rim {
        Rim::Zero if plain => (String::new(), "image", "Padding::Same".to_owned()),
        Rim::Zero => {
            let sides = format!("Padding::Explicit {{ top: {top}, bottom: {bottom}, left: {left}, right: {right} }}");
            (String::new(), "image", sides)
        }
        _ => (padded_by_border(margins, rim) + "\n", "padded", "Padding::Valid".to_owned()),
    };
    format!(
        "{before}let padding = {padding};\n\
         let options = Conv2dOptions {{ padding, ..Default::default() }};\n\
         let answer = corr2d::conv2d(&{image}, &weight, None, &options)?;"
    )
}

/// By `corr2d_imaging`, which knows the borders of all libraries.
fn padded_by_border(Margins { top, bottom, left, right }: Margins, rim: Rim) -> String {
    let name = if rim == Rim::Symmetric { "Symmetric" } else { "Reflect" };
    format!(
        "let margins = Margins {{ top: {top}, bottom: {bottom}, left: {left}, right: {right} }};\n\
         let padded = Border::{name}.pad(&image, margins)?;"
    )
}
