//! Grid lines with their figures, and the dates below the plot.

use domain::Date;

use super::canvas::{Canvas, Ink, Side, width_of};
use super::scale::Scale;
use super::spec::{ChartSpec, Unit};
use super::theme::Theme;
use crate::{RenderError, figures};

/// Size of axis texts, in CSS pixels.
pub(super) const LABEL: f64 = 11.0;
/// Height of the strip for the dates.
pub(super) const DATES: f64 = 26.0;
/// Distance between a figure and the plot.
const GAP: f64 = 10.0;
/// Least distance between two months.
const BETWEEN_MONTHS: f64 = 14.0;
/// Least distance between two days: nobody counts bars by their names, and each costs a document as much as a cell.
const BETWEEN_DAYS: f64 = 40.0;
/// Above this many points, only the months are named.
const DAYS_MAX: usize = 124;

/// Width of the strip for the figures.
pub(super) fn gutter(scale: &Scale, unit: &Unit, theme: &Theme) -> f64 {
    let widths = scale.labels(unit).into_iter().map(|label| width_of(&label, Ink::new(LABEL, theme.muted)));
    (widths.fold(0.0, f64::max) + GAP).ceil()
}

/// The horizontal grid with its figures. The line at zero is drawn by [`baseline`], above the data.
pub(super) fn grid(
    canvas: &mut Canvas<'_>,
    plot: [f64; 4],
    scale: &Scale,
    unit: &Unit,
    theme: &Theme,
) -> Result<(), RenderError> {
    for (tick, label) in scale.ticks.iter().zip(scale.labels(unit)) {
        let y = scale.y(*tick);
        if !tick.is_zero() {
            canvas.rule(plot[0], plot[2], y, theme.grid)?;
        }
        canvas.text(&label, (plot[0] - GAP, y), Side::Right, Ink::new(LABEL, theme.muted))?;
    }
    Ok(())
}

/// The line at zero.
pub(super) fn baseline(
    canvas: &mut Canvas<'_>,
    plot: [f64; 4],
    scale: &Scale,
    theme: &Theme,
) -> Result<(), RenderError> {
    canvas.rule(plot[0], plot[2], scale.y(rust_decimal::Decimal::ZERO), theme.baseline)
}

/// The dates below the plot.
pub(super) fn dates(
    canvas: &mut Canvas<'_>,
    plot: [f64; 4],
    spec: &ChartSpec,
    xs: &[f64],
    theme: &Theme,
) -> Result<(), RenderError> {
    let ink = Ink::new(LABEL, theme.muted);
    let y = plot[3] + DATES / 2.0 + 3.0;
    for (index, label) in chosen(spec, plot[2] - plot[0], ink) {
        let half = width_of(&label, ink) / 2.0;
        let x = xs[index];
        let (x, side) = match (x - half < plot[0] - GAP, x + half > plot[2]) {
            (true, _) => (plot[0], Side::Left),
            (_, true) => (plot[2], Side::Right),
            _ => (x, Side::Middle),
        };
        canvas.text(&label, (x, y), side, ink)?;
    }
    Ok(())
}

/// The points that are named, and how: as many as fit, evenly.
fn chosen(spec: &ChartSpec, width: f64, ink: Ink) -> Vec<(usize, String)> {
    let points = &spec.points;
    let (named, between) =
        if points.len() > DAYS_MAX { (months(points), BETWEEN_MONTHS) } else { (days(spec), BETWEEN_DAYS) };
    let widest = named.iter().map(|(_, label)| width_of(label, ink)).fold(1.0, f64::max);
    let steps: &[usize] =
        if points.len() > DAYS_MAX { &[1, 2, 3, 4, 6, 12, 24, 60] } else { &[1, 2, 3, 5, 7, 10, 14, 35] };
    let fits = |step: usize| {
        let count = f64::from(u32::try_from(named.len().div_ceil(step)).unwrap_or(u32::MAX));
        count * (widest + between) <= width
    };
    let step = steps.iter().copied().find(|step| fits(*step)).unwrap_or(named.len().max(1));
    named.into_iter().step_by(step).collect()
}

/// Every day by its date.
fn days(spec: &ChartSpec) -> Vec<(usize, String)> {
    spec.points.iter().map(|date| figures::day(*date, spec.language)).enumerate().collect()
}

/// The first point of every month that starts within the points, with the year where it changes.
fn months(points: &[Date]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (index, pair) in points.windows(2).enumerate() {
        if pair[0].month() != pair[1].month() {
            let (year, month, _) = pair[1].parts();
            let name = figures::month_name(month);
            let label = if month == 1 || out.is_empty() { format!("{name} {year}") } else { name.to_owned() };
            out.push((index + 1, label));
        }
    }
    out
}
