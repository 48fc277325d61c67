//! Charts as SVG, with the rows and the pixel map beside them.
//!
//! **Owns:** the look of a chart, the round figures of its axis, which series share a colour, and where each value lies
//! in pixels (for the hover read-out). **Does not own:** where the values come from, and how a read-out is worded.
//!
//! The drawing has no inline style, script, link or identifier, so it passes a strict content security policy when
//! it is put into a page as it is. A change of theme is a new drawing.

mod axis;
mod canvas;
mod legend;
mod plot;
mod scale;
mod spec;
mod stack;
mod theme;

use domain::Date;
use rust_decimal::Decimal;

pub use spec::{ChartKind, ChartSpec, Heading, SERIES_MAX, Series, Unit, Words};
pub use theme::{NotAColor, Rgb, Theme};

use crate::RenderError;
use plot::Plot;

/// A drawing with what a program and a screen reader need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The drawing.
    pub svg: String,
    /// Where things lie in it.
    pub map: ChartMap,
    /// The values as a table: one row per point, one column per series of [`ChartMap::series`].
    pub rows: Vec<ChartRow>,
}

/// Where things lie in a drawing, in CSS pixels from its top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartMap {
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
    /// Left, top, right and bottom of the plot.
    pub plot: [f64; 4],
    /// The highest value on the axis.
    pub y_max: Decimal,
    /// The points from left to right.
    pub points: Vec<MapPoint>,
    /// The series from the baseline up, as drawn: at most seven and one for the rest, or eight.
    pub series: Vec<MapSeries>,
}

/// One point of the horizontal axis.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPoint {
    /// Its date.
    pub label: Date,
    /// Its pixel column.
    pub x: f64,
}

/// One series as drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct MapSeries {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Rgb,
    /// Its values, exact; for a cumulative chart the running sums. May end before the points do.
    pub values: Vec<Decimal>,
    /// The pixel row of its upper edge at each value.
    pub top: Vec<f64>,
}

/// One row of the table beside a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartRow {
    /// The date.
    pub date: Date,
    /// One value per series of [`ChartMap::series`]; `None` where a series has ended.
    pub values: Vec<Option<Decimal>>,
    /// The sum of the values.
    pub total: Decimal,
}

/// Draws a chart. The same arguments give the same bytes.
///
/// # Errors
/// A series has more values than there are points, or a sum cannot be kept exactly.
pub fn chart(spec: &ChartSpec, theme: &Theme) -> Result<Chart, RenderError> {
    spec.check()?;
    let layers = stack::layers(spec, theme)?;
    let plot = Plot::new(spec, layers);
    let svg = canvas::drawn(spec.size(), &spec.title, |canvas| plot.draw(canvas, spec, theme))?;
    Ok(Chart { svg, rows: rows(spec, &plot)?, map: plot.into_map(spec) })
}

fn rows(spec: &ChartSpec, plot: &Plot) -> Result<Vec<ChartRow>, RenderError> {
    let row = |(point, date): (usize, &Date)| {
        let values: Vec<_> = plot.layers.iter().map(|layer| layer.values.get(point).copied()).collect();
        let total = values.iter().flatten().copied().try_fold(Decimal::ZERO, domain::money::exact_sum)?;
        Ok(ChartRow { date: *date, values, total })
    };
    spec.points.iter().enumerate().map(row).collect()
}
