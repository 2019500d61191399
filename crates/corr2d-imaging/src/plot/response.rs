//! What a kernel does to waves: |H| along three directions, and over all frequencies.

use plotters::prelude::*;

use super::axis::Axis;
use super::{figure, printable};
use crate::diverging::diverging;
use crate::error::{Error, Result, one_line};
use crate::kernel::Kernel;

const SIZE: (u32, u32) = (960, 440);
const CURVES_WIDTH: u32 = 520;
/// Steps from frequency 0 to ½: of the curves, and of the map.
const CURVE_STEPS: usize = 32;
const MAP_STEPS: usize = 20;

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// An SVG of the amplitudes |H| by which a kernel multiplies waves: curves for waves that run across, down and along the
/// diagonal, and a map of all frequencies from −½ to ½ cycles a pixel, white for 0.
///
/// # Errors
///
/// The drawing library refuses.
///
/// ```
/// let kernel = corr2d_imaging::Kernel::parse("sobel-x")?;
/// let svg = corr2d_imaging::plot::frequency_response(&kernel)?;
/// assert!(svg.starts_with("<svg") && svg.contains("sobel-x"));
/// # Ok::<(), corr2d_imaging::Error>(())
/// ```
pub fn frequency_response(kernel: &Kernel) -> Result<String> {
    let title = format!("What {} does to waves", kernel.name());
    let mut svg = String::new();
    paint(&mut svg, kernel, printable(&title)).map_err(|cause| Error::Plot { title, cause: one_line(cause) })?;
    Ok(svg)
}

fn paint(svg: &mut String, kernel: &Kernel, title: String) -> Drawn {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.titled(&title, ("sans-serif", 20))?.split_horizontally(CURVES_WIDTH);
    curves(&left, kernel)?;
    map(&right, kernel)?;
    root.present()?;
    drop((left, right));
    drop(root);
    Ok(())
}

fn curves(area: &Area<'_>, kernel: &Kernel) -> Drawn {
    let frequencies: Vec<f64> = (0..=CURVE_STEPS).map(|step| 0.5 * step as f64 / CURVE_STEPS as f64).collect();
    let along = |down: f64, across: f64| -> Vec<f64> {
        frequencies.iter().map(|frequency| kernel.amplitude(down * frequency, across * frequency)).collect()
    };
    let directions = [
        // The first line is wider, so that it shows on both sides of one that lies on it.
        ("across: x", RGBColor(178, 24, 43), 5, along(0.0, 1.0)),
        ("down: y", RGBColor(33, 102, 172), 2, along(1.0, 0.0)),
        ("diagonal: x = y", RGBColor(90, 90, 90), 2, along(1.0, 1.0)),
    ];
    let all: Vec<f64> = directions.iter().flat_map(|(_, _, _, amplitudes)| amplitudes.iter().copied()).collect();
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..0.5, Axis::even(&all))?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(6)
        .x_desc("cycles a pixel")
        .y_desc("amplitude")
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 15))
        .draw()?;
    for (name, colour, width, amplitudes) in directions {
        let points = frequencies.iter().copied().zip(amplitudes);
        let line = chart.draw_series(LineSeries::new(points, colour.stroke_width(width)))?;
        line.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(width)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(RGBColor(200, 200, 200))
        .label_font(("sans-serif", 13))
        .draw()?;
    Ok(())
}

fn map(area: &Area<'_>, kernel: &Kernel) -> Drawn {
    let amplitudes = kernel.amplitudes(MAP_STEPS);
    let most = amplitudes.iter().flatten().copied().fold(0.0, f64::max);
    let half = 0.25 / MAP_STEPS as f64;
    let edge = 0.5 + half;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        // Down is down, as in the picture.
        .build_cartesian_2d(-edge..edge, edge..-edge)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_labels(5)
        .y_labels(5)
        .x_label_formatter(&tick)
        .y_label_formatter(&tick)
        .x_desc("across")
        .y_desc("down")
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 15))
        .draw()?;
    let frequency = |index: usize| 0.5 * (index as f64 / MAP_STEPS as f64 - 1.0);
    let cells = amplitudes.iter().enumerate().flat_map(|(row, line)| {
        line.iter().enumerate().map(move |(column, amplitude)| {
            let (x, y) = (frequency(column), frequency(row));
            let [red, green, blue] = diverging(if most > 0.0 { amplitude / most } else { 0.0 });
            Rectangle::new([(x - half, y - half), (x + half, y + half)], RGBColor(red, green, blue).filled())
        })
    });
    chart.draw_series(cells)?;
    Ok(())
}

/// A frequency on an axis, where 0 has no sign.
fn tick(frequency: &f64) -> String {
    figure((frequency * 1000.0).round() / 1000.0)
}
