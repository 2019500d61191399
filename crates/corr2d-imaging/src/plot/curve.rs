//! A line through values that follow one another: a loss over epochs.

use plotters::prelude::*;

use super::axis::{Axis, extremes};
use super::printable;
use crate::error::{Error, Result, one_line};

const SIZE: (u32, u32) = (640, 400);
const BLUE_LINE: RGBColor = RGBColor(31, 119, 180);
/// Up to so many values, each gets a dot.
const DOTS: usize = 40;

/// An SVG line chart of `values`, the first at x = 1; no value gives empty axes, one value a dot.
///
/// # Errors
///
/// NaN or infinity among the values, or a span that `f64` cannot hold.
///
/// ```
/// let svg = corr2d_imaging::plot::curve("Loss", "epoch", "loss", &[16.0, 4.0, 1.0])?;
/// assert!(svg.starts_with("<svg"));
/// # Ok::<(), corr2d_imaging::Error>(())
/// ```
pub fn curve(title: &str, x_label: &str, y_label: &str, values: &[f64]) -> Result<String> {
    check(title, values)?;
    draw(title, [x_label, y_label], values, Axis::even(values))
}

/// As [`curve`], with a logarithmic y axis: a loss that falls by a constant factor is a straight line.
///
/// # Errors
///
/// Those of `curve`, and a value that is not above zero.
///
/// ```
/// let svg = corr2d_imaging::plot::log_curve("Loss", "epoch", "loss", &[16.0, 0.4, 0.01])?;
/// assert!(svg.contains("epoch"));
/// assert!(corr2d_imaging::plot::log_curve("Loss", "epoch", "loss", &[1.0, 0.0]).is_err());
/// # Ok::<(), corr2d_imaging::Error>(())
/// ```
pub fn log_curve(title: &str, x_label: &str, y_label: &str, values: &[f64]) -> Result<String> {
    check(title, values)?;
    if let Some(index) = values.iter().position(|&value| value <= 0.0) {
        let cause = format!("value {} is {}, and a logarithm needs more than 0", index + 1, values[index]);
        return Err(Error::Plot { title: title.into(), cause });
    }
    let exponents: Vec<f64> = values.iter().map(|value| value.log10()).collect();
    draw(title, [x_label, y_label], &exponents, Axis::powers(&exponents))
}

fn check(title: &str, values: &[f64]) -> Result<()> {
    let nan = values.iter().filter(|value| value.is_nan()).count();
    let infinite = values.iter().filter(|value| value.is_infinite()).count();
    if nan + infinite > 0 {
        let what = format!("the plot {title:?}");
        return Err(Error::NotFinite { what, nan, infinite, total: values.len() });
    }
    let (low, high) = extremes(values);
    if values.is_empty() || (high - low).is_finite() {
        return Ok(());
    }
    let cause = format!("it spans {low:e} to {high:e}, which is too far");
    Err(Error::Plot { title: title.into(), cause })
}

fn draw(title: &str, labels: [&str; 2], values: &[f64], axis: Axis) -> Result<String> {
    let mut svg = String::new();
    paint(&mut svg, printable(title), labels.map(printable), values, axis)
        .map_err(|cause| Error::Plot { title: title.into(), cause: one_line(cause) })?;
    Ok(svg)
}

fn paint(
    svg: &mut String,
    title: String,
    [x_label, y_label]: [String; 2],
    values: &[f64],
    axis: Axis,
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let x_axis = if values.len() > 1 { 1..values.len() } else { 0..2 };
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(x_axis, axis)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc(x_label)
        .y_desc(y_label)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 15))
        .draw()?;
    let points = (1..).zip(values.iter().copied());
    chart.draw_series(LineSeries::new(points.clone(), BLUE_LINE.stroke_width(2)))?;
    if values.len() <= DOTS {
        chart.draw_series(points.map(|point| Circle::new(point, 3, BLUE_LINE.filled())))?;
    }
    root.present()?;
    drop(chart);
    drop(root);
    Ok(())
}
