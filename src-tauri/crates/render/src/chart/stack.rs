//! The values on top of each other, exactly.

use domain::money::exact_sum;
use rust_decimal::Decimal;

use super::spec::{ChartKind, ChartSpec, SERIES_MAX, Series};
use super::theme::{Rgb, Theme};
use crate::RenderError;

/// One series with the two edges of its band at every point.
pub(super) struct Layer {
    pub name: String,
    pub color: Rgb,
    /// The values themselves, one per point.
    pub values: Vec<Decimal>,
    /// The edge nearer to zero.
    pub base: Vec<Decimal>,
    /// The edge farther from zero.
    pub top: Vec<Decimal>,
}

/// The layers of a chart, bottom first.
pub(super) fn layers(spec: &ChartSpec, theme: &Theme) -> Result<Vec<Layer>, RenderError> {
    match spec.kind {
        ChartKind::StackedBars | ChartKind::StackedArea => stacked(spec, theme),
        ChartKind::Cumulative { .. } => single(spec, theme, &running(&totals(spec)?)?),
        ChartKind::Sparkline => single(spec, theme, &totals(spec)?),
    }
}

/// Every series on top of the ones before it; negative values hang below zero.
fn stacked(spec: &ChartSpec, theme: &Theme) -> Result<Vec<Layer>, RenderError> {
    let (series, rest) = folded(spec)?;
    let colored = series.into_iter().enumerate().map(|(index, series)| (series, theme.color(index)));
    let mut above = vec![Decimal::ZERO; spec.points.len()];
    let mut below = above.clone();
    colored.chain(rest.map(|rest| (rest, theme.other))).map(|(s, c)| layer(s, c, &mut above, &mut below)).collect()
}

/// Puts one series on the pile.
fn layer(series: Series, color: Rgb, above: &mut [Decimal], below: &mut [Decimal]) -> Result<Layer, RenderError> {
    let (mut base, mut top) = (Vec::with_capacity(above.len()), Vec::with_capacity(above.len()));
    let mut values = series.values;
    values.resize(above.len(), Decimal::ZERO);
    for (point, value) in values.iter().enumerate() {
        let pile = if value.is_sign_negative() { &mut below[point] } else { &mut above[point] };
        base.push(*pile);
        *pile = exact_sum(*pile, *value)?;
        top.push(*pile);
    }
    Ok(Layer { name: series.name, color, values, base, top })
}

/// One line above zero.
fn single(spec: &ChartSpec, theme: &Theme, values: &[Decimal]) -> Result<Vec<Layer>, RenderError> {
    let name = if spec.series.len() == 1 { spec.series[0].name.clone() } else { spec.title.clone() };
    let zero = vec![Decimal::ZERO; values.len()];
    Ok(vec![Layer { name, color: theme.color(0), values: values.to_vec(), base: zero, top: values.to_vec() }])
}

/// The series with a colour of their own, and the sum of the others where there are too many.
fn folded(spec: &ChartSpec) -> Result<(Vec<Series>, Option<Series>), RenderError> {
    if spec.series.len() <= SERIES_MAX {
        return Ok((spec.series.clone(), None));
    }
    let mut ranked: Vec<(usize, Decimal)> = Vec::with_capacity(spec.series.len());
    for (index, series) in spec.series.iter().enumerate() {
        let size = series.values.iter().try_fold(Decimal::ZERO, |sum, value| exact_sum(sum, value.abs()))?;
        ranked.push((index, size));
    }
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let kept: Vec<usize> = ranked.iter().take(SERIES_MAX - 1).map(|(index, _)| *index).collect();
    let (own, rest): (Vec<_>, Vec<_>) = spec.series.iter().enumerate().partition(|(index, _)| kept.contains(index));
    let rest: Vec<&Series> = rest.into_iter().map(|(_, series)| series).collect();
    let other = Series { name: spec.words.other.clone(), values: sums(&rest)? };
    Ok((own.into_iter().map(|(_, series)| series.clone()).collect(), Some(other)))
}

/// The sum of all series at every point that has a value.
fn totals(spec: &ChartSpec) -> Result<Vec<Decimal>, RenderError> {
    sums(&spec.series.iter().collect::<Vec<_>>())
}

fn sums(series: &[&Series]) -> Result<Vec<Decimal>, RenderError> {
    let length = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    (0..length).map(|point| at(series, point)).collect()
}

fn at(series: &[&Series], point: usize) -> Result<Decimal, RenderError> {
    let values = series.iter().filter_map(|series| series.values.get(point));
    Ok(values.copied().try_fold(Decimal::ZERO, exact_sum)?)
}

/// The running sum.
fn running(values: &[Decimal]) -> Result<Vec<Decimal>, RenderError> {
    let mut sum = Decimal::ZERO;
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        sum = exact_sum(sum, *value)?;
        out.push(sum);
    }
    Ok(out)
}
