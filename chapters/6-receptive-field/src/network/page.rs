//! What is said of a network.

use anyhow::Result;
use chapter_kit::Page;
use corr2d::receptive_field::{Alignment, AxisField, Field, Gaussian, Ratio};

use super::{Overview, all_see_the_same};
use crate::text::{MeasuredField, Text};

impl Overview {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let network = self.fields.network();
        let (height, width) = self.fields.image();
        page.heading(&(text.network_title)(network.name(), height, width))?;
        if let Some(about) = self.about {
            page.text(&sentence((text.about)(network.name(), about)))?;
        }
        if self.rows().next().is_some() {
            page.figure(&self.table(text)?)?;
            let any_size = self.rows().any(|node| self.whole(node).is_none());
            let none = self.rows().any(|node| self.whole(node).is_some_and(|(height, width)| height.min(width) == 0));
            page.text(&(text.last_column)(any_size, none))?;
        }
        let (down, across) = self.larger_from()?;
        match (down, across) {
            (None, None) => page.text(&(text.none_larger)(height, width))?,
            larger => page.text(&(text.larger)(larger))?,
        }
        match self.first(|field| self.sees_whole(field))? {
            Some(layer) => page.text(&(text.sees_whole)(layer))?,
            None if down.or(across).is_some() => page.text(text.sees_whole_nowhere)?,
            None => {}
        }
        self.print_layer(text, page)?;
        self.print_output(text, page)?;
        self.print_effective(text, page)
    }

    /// What the outputs of the layer that is looked at have in common.
    fn print_layer(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let (network, field) = (self.fields.network(), self.fields.field(self.node)?);
        let (name, (rows, columns)) = (network.name_of(self.node)?, (&field.rows, &field.columns));
        if all_see_the_same(field) {
            return Ok(page.text(&(if self.sees_whole(field) { text.sees_all } else { text.sees_same })(name))?);
        }
        let (stride, padding) = (strides(field), both(rows.padding(), columns.padding()));
        page.text(&if rows.drifts() || columns.drifts() {
            (text.one_output_of_two_strides)(name, &largest(field), &padding)
        } else {
            (text.one_output)(name, &largest(field), &stride, &padding)
        })?;
        let shared = rows.shared().zip(columns.shared());
        if let Some((rows, columns)) = shared {
            page.text(&(text.shared)(rows, columns))?;
        }
        page.text(&match field.alignment {
            Alignment::Aligned if shared.is_some() => text.aligned_besides.to_owned(),
            Alignment::Aligned => text.aligned.to_owned(),
            Alignment::Strides { at, first, other } => {
                (text.strides_differ)(network.name_of(at)?, &first.to_string(), &other.to_string())
            }
            Alignment::Centres { at, distance } => (text.centres_differ)(network.name_of(at)?, &halves(distance)),
        })?;
        if (rows.smallest(), columns.smallest()) != (rows.largest(), columns.largest()) {
            let differ = match shared {
                _ if rows.drifts() || columns.drifts() => text.drifting,
                Some(_) => text.into_padding,
                None => text.phases,
            };
            page.text(&differ(&format!("{}×{}", rows.smallest(), columns.smallest()), &largest(field)))?;
        }
        Ok(())
    }

    fn print_output(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let (down, across) = self.region.centre();
        let region = (text.region)(self.output.0, self.output.1, self.region);
        let centre = (text.centre)(&halves(down), &halves(across), self.pixels.count());
        // Arithmetic goes on through the padding between two layers, and may come out at pixels that nothing reaches.
        let reached = self.pixels.bounds().filter(|reached| self.region.inside(self.fields.image()) != Some(*reached));
        let hidden = reached.map_or_else(String::new, |reached| format!(" {}", (text.hidden)(reached)));
        Ok(page.text(&format!("{region} {centre}{hidden}"))?)
    }

    fn print_effective(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let Some(effective) = &self.effective else { return Ok(()) };
        if effective.reached == 0 {
            return Ok(page.text(text.no_gradient)?);
        }
        page.text(&(text.measured_field)(&MeasuredField {
            pixels: effective.pixels,
            reached: effective.reached,
            share: &percent(effective.share()),
            field: self.field_size(),
            share_of_field: &percent(self.share_of_field(effective)),
        }))?;
        let Some(gaussian) = effective.gaussian else { return Ok(page.text(text.no_gaussian)?) };
        let pair = |(down, across): (f64, f64)| (decimal(down), decimal(across));
        let explained = percent(gaussian.explained);
        Ok(page.text(&match gaussian {
            Gaussian { explained, .. } if explained < 0.005 => text.nothing_explained.to_owned(),
            Gaussian { flat: true, .. } => (text.flat)(&explained),
            Gaussian { centre, deviation, .. } => (text.gaussian)(pair(centre), pair(deviation), &explained),
        })?)
    }
}

fn largest(field: &Field) -> String {
    format!("{}×{}", field.rows.largest(), field.columns.largest())
}

pub(super) fn strides(field: &Field) -> String {
    let shown = |axis: &AxisField| axis.stride().map_or_else(|| "–".to_owned(), |stride| stride.to_string());
    both(shown(&field.rows), shown(&field.columns))
}

/// One word where both axes have the same.
pub(super) fn both<T: PartialEq + ToString>(down: T, across: T) -> String {
    if down == across { down.to_string() } else { format!("{}×{}", down.to_string(), across.to_string()) }
}

/// Halves of a pixel as a decimal fraction, which both languages print with a point.
fn halves(number: Ratio<i64>) -> String {
    if number.is_integer() {
        number.to_integer().to_string()
    } else {
        (*number.numer() as f64 / *number.denom() as f64).to_string()
    }
}

/// In percent: whole ones, and of less than one the first digit that is not 0.
fn percent(part: f64) -> String {
    let percent = 100.0 * part;
    let small = (1..=6).find(|digits| percent * 10f64.powi(*digits) >= 1.0).filter(|_| percent < 1.0);
    format!("{percent:.*}", small.map_or(0, |digits| digits as usize))
}

/// What is measured, to one decimal, and no negative 0.
fn decimal(number: f64) -> String {
    format!("{:.1}", (number * 10.0).round() / 10.0 + 0.0)
}

/// As a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
