//! What a kernel does, read off its weights: sums, derivatives, factors, symmetry, waves, and the nearest name.
//!
//! A kernel that was learned comes without a name. This tells what it is, in the words of the chapters before.

mod sections;
mod text;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use candle_core::Device;
use chapter_kit::figure::PICTURE_COLUMNS;
use chapter_kit::{Language, Page, figure, json};
use corr2d_imaging::{Kernel, Mirror, Order, check_writable, plot, write_together};
use serde_json::Value;

use self::sections::{EXACT, NEARLY};
use self::text::Text;
use crate::apart::check_apart;
use crate::drawings::check_svg;

/// What is asked for.
pub(crate) struct Asked<'a> {
    /// A name, numbers or a file.
    pub(crate) kernel: &'a str,
    /// Where to write it again, in another format.
    pub(crate) save: Option<&'a Path>,
    /// Where to draw what it does to waves.
    pub(crate) plot: Option<&'a Path>,
    /// Where to draw its weights.
    pub(crate) plot_kernel: Option<&'a Path>,
}

/// The kernel and what was asked of it.
pub(crate) struct Described<'a> {
    asked: &'a Asked<'a>,
    kernel: Kernel,
}

/// Reads the kernel, and writes what is to be written.
pub(crate) fn describe<'a>(asked: &'a Asked<'a>) -> Result<Described<'a>> {
    let read = ("--describe", PathBuf::from(asked.kernel));
    let written = [("--save", asked.save), ("--plot", asked.plot), ("--plot-kernel", asked.plot_kernel)];
    let written = written.into_iter().filter_map(|(option, path)| Some((option, path?.to_path_buf())));
    check_apart(&[read], &written.collect::<Vec<_>>())?;
    let described = Described { asked, kernel: Kernel::parse(asked.kernel).context("--describe")? };
    described.write()?;
    Ok(described)
}

impl Described<'_> {
    /// All files or none.
    fn write(&self) -> Result<()> {
        let mut files: Vec<(&Path, Vec<u8>)> = Vec::new();
        if let Some(path) = self.asked.save {
            let file = self.kernel.encode(path).and_then(|file| check_writable(path).map(|()| file));
            files.push((path, file.context("--save")?));
        }
        if let Some(path) = self.asked.plot {
            check_svg("--plot", path)?;
            files.push((path, plot::frequency_response(&self.kernel)?.into_bytes()));
        }
        if let Some(path) = self.asked.plot_kernel {
            check_svg("--plot-kernel", path)?;
            files.push((
                path,
                plot::heat_map(&self.kernel.to_tensor(&Device::Cpu)?).context("--plot-kernel")?.into_bytes(),
            ));
        }
        let files: Vec<(&Path, &[u8])> = files.iter().map(|(path, content)| (*path, content.as_slice())).collect();
        Ok(write_together(&files)?)
    }

    pub(crate) fn print(&self, language: Language, page: &mut Page<'_>) -> Result<()> {
        let (text, kernel) = (Text::of(language), &self.kernel);
        page.heading(&short(kernel.name()))?;
        page.figure(&figure::matrix_that_fits(&kernel.to_tensor(&Device::Cpu)?)?)?;
        page.text(&(text.laid)((kernel.height(), kernel.width()), kernel.anchor()))?;
        if kernel.total() == 0.0 {
            page.text(text.nothing)?;
        } else {
            sections::sums(kernel, text, page)?;
            sections::derivative(kernel, text, page)?;
            sections::factors(kernel, text, page)?;
            sections::symmetry(kernel, text, page)?;
            sections::waves(kernel, text, page)?;
            sections::nearest(kernel, text, page)?;
        }
        for path in [self.asked.save, self.asked.plot, self.asked.plot_kernel].into_iter().flatten() {
            page.text(&(text.written)(&path.display().to_string()))?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let kernel = &self.kernel;
        let (factors, nearest) = (kernel.factors(), kernel.nearest_named());
        let parity = |mirror| kernel.parity(mirror).map(|parity| json::number("the parity", parity)).transpose();
        let nearest = nearest.map(|nearest| {
            anyhow::Ok(serde_json::json!({
                "name": nearest.name,
                "scale": json::number("the scale", nearest.scale)?,
                "distance": json::number("the distance", nearest.distance)?,
                "turned": nearest.is_turned,
                "shift": nearest.shift,
            }))
        });
        let order =
            |order: Order| serde_json::json!({"total": order.total, "down": order.down, "across": order.across});
        let terms = kernel.leading_terms(EXACT).into_iter().map(|(down, across, coefficient)| {
            let coefficient = json::number("a coefficient", coefficient)?;
            anyhow::Ok(serde_json::json!({"down": down, "across": across, "coefficient": coefficient}))
        });
        let amplitudes = |down: f64, across: f64| {
            let along = sections::FREQUENCIES.map(|frequency| kernel.amplitude(down * frequency, across * frequency));
            json::numbers("the amplitudes", &along)
        };
        Ok(serde_json::json!({
            "name": kernel.name(),
            "rows": kernel.rows().map(|row| json::numbers("the kernel", row)).collect::<Result<Vec<_>>>()?,
            "anchor": kernel.anchor(),
            "sum": json::number("the sum", kernel.sum())?,
            "total": json::number("the sum of absolute values", kernel.total())?,
            "norm": json::number("the norm", kernel.norm())?,
            "order": order(kernel.order(EXACT)),
            "order_within_1_percent": order(kernel.order(NEARLY)),
            "leading_terms": terms.collect::<Result<Vec<_>>>()?,
            "centre": kernel.centre().map(|(down, across)| json::numbers("the centre", &[down, across])).transpose()?,
            "factors": {
                "down": json::numbers("the column", &factors.down)?,
                "across": json::numbers("the row", &factors.across)?,
                "share": json::number("the share", factors.share())?,
                "rank": factors.rank(),
                "singular_values": json::numbers("the singular values", &factors.singular_values)?,
            },
            "parity": {
                "left_right": parity(Mirror::LeftRight)?,
                "top_bottom": parity(Mirror::TopBottom)?,
                "turned": parity(Mirror::Central)?,
                "transposed": parity(Mirror::Transposed)?,
            },
            "amplitudes": {
                "frequency": sections::FREQUENCIES,
                "across": amplitudes(0.0, 1.0)?,
                "down": amplitudes(1.0, 0.0)?,
                "diagonal": amplitudes(1.0, 1.0)?,
            },
            "passes": sections::passes_name(kernel.passes()),
            "nearest": nearest.transpose()?,
        }))
    }
}

/// A name that fits on a line: numbers that were typed are a long one.
fn short(name: &str) -> String {
    if name.chars().count() <= PICTURE_COLUMNS {
        return name.to_owned();
    }
    name.chars().take(PICTURE_COLUMNS - 1).chain(['…']).collect()
}
