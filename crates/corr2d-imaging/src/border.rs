//! What an image is beyond its edge: six borders under NumPy's names, and the names of other libraries.
//!
//! One word means two things in two libraries (`reflect` is one border in NumPy and PyTorch and another in OpenCV and
//! SciPy), so a foreign name counts only with its library before it: `scipy:reflect`.

mod pad;

use std::str::FromStr;

pub use pad::Margins;

use crate::error::{Error, Result};
use crate::near::near;

/// How an image continues beyond its edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Border {
    /// It does not: only whole windows count, and the result is smaller than the image.
    Valid,
    /// With zeros.
    Zero,
    /// With the nearest pixel of the edge.
    Replicate,
    /// Mirrored at the middle of the edge pixel, which is not repeated: OpenCV's default.
    #[default]
    Reflect,
    /// Mirrored at the outer side of the edge pixel, which is repeated: SciPy's default.
    Symmetric,
    /// With the pixels of the opposite side.
    Wrap,
}

struct Row {
    border: Border,
    name: &'static str,
    /// Three pixels beyond each side of the image abcd.
    example: &'static str,
    aliases: &'static [&'static str],
}

/// The columns of a terminal.
const TERMINAL: usize = 80;

impl Row {
    /// Name, example and other names; these go on under each other where a line would be too long.
    fn lines(&self) -> String {
        let mut lines = String::new();
        let mut line = format!("{:<9}  {} ", self.name, self.example);
        for alias in self.aliases {
            if line.len() + 1 + alias.len() > TERMINAL {
                lines += &(line + "\n");
                line = " ".repeat(24);
            }
            line += &format!(" {alias}");
        }
        lines + line.trim_end() + "\n"
    }
}

/// Checked against numpy.pad, cv2.copyMakeBorder, scipy.ndimage and torch.nn.functional.pad.
const TABLE: [Row; 6] = [
    Row { border: Border::Valid, name: "valid", example: "   |abcd|   ", aliases: &[] },
    Row {
        border: Border::Zero,
        name: "zero",
        example: "000|abcd|000",
        aliases: &[
            "constant",
            "numpy:constant",
            "opencv:constant",
            "scipy:constant",
            "scipy:grid-constant",
            "torch:zeros",
            "torch:constant",
        ],
    },
    Row {
        border: Border::Replicate,
        name: "replicate",
        example: "aaa|abcd|ddd",
        aliases: &["edge", "numpy:edge", "opencv:replicate", "scipy:nearest", "torch:replicate"],
    },
    Row {
        border: Border::Reflect,
        name: "reflect",
        example: "dcb|abcd|cba",
        aliases: &[
            "numpy:reflect",
            "opencv:reflect-101",
            "opencv:reflect101",
            "opencv:default",
            "scipy:mirror",
            "torch:reflect",
        ],
    },
    Row {
        border: Border::Symmetric,
        name: "symmetric",
        example: "cba|abcd|dcb",
        aliases: &["numpy:symmetric", "opencv:reflect", "scipy:reflect", "scipy:grid-mirror"],
    },
    Row {
        border: Border::Wrap,
        name: "wrap",
        example: "bcd|abcd|abc",
        aliases: &["numpy:wrap", "opencv:wrap", "scipy:wrap", "scipy:grid-wrap", "torch:circular"],
    },
];

impl Border {
    /// Every border, in the order of [`Border::table`].
    pub const ALL: [Self; 6] = [Self::Valid, Self::Zero, Self::Replicate, Self::Reflect, Self::Symmetric, Self::Wrap];

    /// The canonical name: NumPy's, but for `valid`, `zero` (its `constant`) and `replicate` (its `edge`).
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Border::Symmetric.name(), "symmetric");
    /// ```
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// Name, example and other names, a line each, for `--help`.
    ///
    /// ```
    /// let table = corr2d_imaging::Border::table();
    /// assert!(table.contains("reflect    dcb|abcd|cba  numpy:reflect"));
    /// ```
    #[must_use]
    pub fn table() -> String {
        TABLE.iter().map(Row::lines).collect()
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.border == self)
    }
}

impl FromStr for Border {
    type Err = Error;

    /// Reads a canonical name, NumPy's `constant` and `edge`, or another library's name under its prefix.
    ///
    /// Capitals do not matter, `_` is `-`, and OpenCV's names may keep their `BORDER_`.
    ///
    /// ```
    /// use corr2d_imaging::Border;
    /// assert_eq!("reflect".parse::<Border>()?, Border::Reflect);
    /// assert_eq!("opencv:BORDER_REFLECT_101".parse::<Border>()?, Border::Reflect);
    /// assert_eq!("scipy:reflect".parse::<Border>()?, Border::Symmetric);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim().to_lowercase().replace('_', "-").replace("opencv:border-", "opencv:");
        let names = |row: &'static Row| std::iter::once(row.name).chain(row.aliases.iter().copied());
        let found = TABLE.iter().find(|row| names(row).any(|name| name == wanted));
        found.map(|row| row.border).ok_or_else(|| Error::UnknownName {
            what: "border",
            name: text.to_string(),
            near: near(&wanted, TABLE.iter().flat_map(names)),
            known: TABLE.each_ref().map(|row| row.name).join(", "),
        })
    }
}

impl std::fmt::Display for Border {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
