//! The plot itself: where the points lie, and the bars, areas and lines on them.

use rust_decimal::Decimal;

use super::axis;
use super::canvas::{Canvas, Ink, Point, Side};
use super::legend::Legend;
use super::scale::Scale;
use super::spec::{ChartKind, ChartSpec};
use super::stack::Layer;
use super::theme::Theme;
use super::{ChartMap, MapPoint, MapSeries};
use crate::RenderError;

/// Widest bar, in CSS pixels.
const BAR_MAX: f64 = 40.0;
/// Most points whose areas are outlined.
const OUTLINED_MAX: usize = 120;
/// Room for the figures of the budget ticks.
const BUDGET_ROOM: f64 = 40.0;
/// The shares of a budget that are marked, in percent.
/// With each, how high the budget must stand for its figure to have room between its neighbours.
const MARKS: [(u32, f64); 3] = [(50, 24.0), (75, 48.0), (90, 120.0)];

/// A laid-out plot.
pub(super) struct Plot {
    pub layers: Vec<Layer>,
    scale: Scale,
    bounds: [f64; 4],
    xs: Vec<f64>,
    bars: bool,
    legend: Option<Legend>,
}

impl Plot {
    /// Lays the plot out.
    pub fn new(spec: &ChartSpec, layers: Vec<Layer>) -> Self {
        let scale = scale_of(spec, &layers);
        let legend = (spec.kind != ChartKind::Sparkline).then(|| Legend::new(spec, &layers));
        let bounds = bounds_of(spec, &scale, legend.as_ref());
        let bars = drawn_as_bars(spec, &layers);
        let xs = columns(spec.points.len(), bounds, bars);
        Self { scale: scale.between(bounds[1], bounds[3]), layers, bounds, xs, bars, legend }
    }

    /// Draws everything, back to front.
    pub fn draw(&self, canvas: &mut Canvas<'_>, spec: &ChartSpec, theme: &Theme) -> Result<(), RenderError> {
        if spec.kind == ChartKind::Sparkline {
            return self.spark(canvas, theme);
        }
        if let Some(legend) = &self.legend {
            legend.draw(canvas, theme)?;
        }
        axis::grid(canvas, self.bounds, &self.scale, &spec.unit, theme)?;
        self.data(canvas, spec, theme)?;
        axis::baseline(canvas, self.bounds, &self.scale, theme)?;
        axis::dates(canvas, self.bounds, spec, &self.xs, theme)?;
        if self.is_empty() { self.say_empty(canvas, spec, theme) } else { Ok(()) }
    }

    fn data(&self, canvas: &mut Canvas<'_>, spec: &ChartSpec, theme: &Theme) -> Result<(), RenderError> {
        match &spec.kind {
            ChartKind::Cumulative { budget } => self.cumulative(canvas, *budget, spec, theme),
            _ if self.bars => self.stacked_bars(canvas, theme),
            _ => self.stacked_areas(canvas),
        }
    }

    fn is_empty(&self) -> bool {
        self.layers.iter().all(|layer| layer.values.iter().all(Decimal::is_zero))
    }

    fn say_empty(&self, canvas: &mut Canvas<'_>, spec: &ChartSpec, theme: &Theme) -> Result<(), RenderError> {
        let middle = (f64::midpoint(self.bounds[0], self.bounds[2]), f64::midpoint(self.bounds[1], self.bounds[3]));
        canvas.text(&spec.words.empty, middle, Side::Middle, Ink::new(13.0, theme.muted))
    }

    /// One bar per point; a hairline of the surface keeps neighbours in a bar apart.
    fn stacked_bars(&self, canvas: &mut Canvas<'_>, theme: &Theme) -> Result<(), RenderError> {
        let half = bar_width(self.xs.len(), self.bounds) / 2.0;
        for layer in &self.layers {
            for (point, x) in self.xs.iter().enumerate() {
                let (base, top) = (self.scale.y(layer.base[point]), self.scale.y(layer.top[point]));
                canvas.rect((x - half, base.min(top)), (x + half, base.max(top)), layer.color.at(1.0))?;
                let inner = !layer.base[point].is_zero() && (base - top).abs() > 3.0;
                if inner && half > 4.0 {
                    canvas.rect((x - half, base - 0.5), (x + half, base + 0.5), theme.surface.at(1.0))?;
                }
            }
        }
        Ok(())
    }

    fn stacked_areas(&self, canvas: &mut Canvas<'_>) -> Result<(), RenderError> {
        let dense = self.xs.len() > OUTLINED_MAX;
        for layer in &self.layers {
            let upper = self.path(&layer.top);
            let mut outline = upper.clone();
            outline.extend(self.path(&layer.base).into_iter().rev());
            canvas.polygon(&outline, layer.color.at(if dense { 0.85 } else { 0.55 }))?;
        }
        // Many points make outlines run into each other; the areas alone are clearer then.
        for layer in self.layers.iter().filter(|_| !dense) {
            canvas.line(&self.path(&layer.top), 1.5, layer.color.at(1.0))?;
        }
        Ok(())
    }

    /// The running sum, red from where it passes the budget, against the budget and its marks.
    fn cumulative(
        &self,
        canvas: &mut Canvas<'_>,
        budget: Option<Decimal>,
        spec: &ChartSpec,
        theme: &Theme,
    ) -> Result<(), RenderError> {
        if let Some(budget) = budget {
            self.budget(canvas, budget, spec, theme)?;
        }
        let Some(layer) = self.layers.first().filter(|layer| !layer.top.is_empty()) else { return Ok(()) };
        let path = self.path(&layer.top);
        let floor = self.scale.y(Decimal::ZERO);
        canvas.polygon(&under(&path, floor), layer.color.at(0.12))?;
        let over = budget.and_then(|budget| layer.top.iter().position(|sum| *sum > budget));
        let (within, beyond) = match (over, budget) {
            (Some(first), Some(budget)) => cut(&path, first, self.scale.y(budget)),
            _ => (path.clone(), Vec::new()),
        };
        canvas.line(&within, 2.0, layer.color.at(1.0))?;
        if !beyond.is_empty() {
            canvas.line(&beyond, 2.0, theme.over.at(1.0))?;
        }
        let color = if over.is_some() { theme.over } else { layer.color };
        path.last().map_or(Ok(()), |end| canvas.dot(*end, 3.5, color))
    }

    fn budget(
        &self,
        canvas: &mut Canvas<'_>,
        budget: Decimal,
        spec: &ChartSpec,
        theme: &Theme,
    ) -> Result<(), RenderError> {
        let [left, _, right, _] = self.bounds;
        let ink = Ink::new(axis::LABEL, theme.muted);
        let y = self.scale.y(budget);
        canvas.line(&[(left, y), (right, y)], 1.5, theme.budget.at(1.0))?;
        let name = Ink { color: theme.budget, strong: true, ..ink };
        canvas.text(&spec.words.budget, (right - 4.0, y - 10.0), Side::Right, name)?;
        let height = (y - self.scale.y(Decimal::ZERO)).abs();
        for (percent, room) in MARKS {
            let y = self.scale.y(share(budget, percent));
            canvas.line(&[(right - 6.0, y), (right + 4.0, y)], 1.0, theme.budget.at(1.0))?;
            if height >= room {
                canvas.text(&format!("{percent}%"), (right + 8.0, y), Side::Left, ink)?;
            }
        }
        canvas.text("100%", (right + 8.0, y), Side::Left, ink)
    }

    /// A line, a wash below it, and a dot at its end.
    fn spark(&self, canvas: &mut Canvas<'_>, theme: &Theme) -> Result<(), RenderError> {
        let Some(layer) = self.layers.first() else { return Ok(()) };
        let floor = self.scale.y(Decimal::ZERO);
        let path = self.path(&layer.top);
        let Some(end) = path.last() else {
            return canvas.line(&[(self.bounds[0], floor), (self.bounds[2], floor)], 1.5, theme.baseline.at(1.0));
        };
        let color = if self.is_empty() { theme.baseline } else { layer.color };
        canvas.polygon(&under(&path, floor), color.at(0.14))?;
        canvas.line(&path, 1.5, color.at(1.0))?;
        canvas.dot(*end, 2.0, color)
    }

    /// The pixels of a row of values; one point only, as far as the values go.
    fn path(&self, values: &[Decimal]) -> Vec<Point> {
        self.xs.iter().zip(values).map(|(x, value)| (*x, self.scale.y(*value))).collect()
    }

    /// The pixel map of the drawing.
    pub fn into_map(self, spec: &ChartSpec) -> ChartMap {
        let (width, height) = spec.size();
        let points = spec.points.iter().zip(&self.xs).map(|(label, x)| MapPoint { label: *label, x: *x }).collect();
        let scale = &self.scale;
        let series = self.layers.into_iter().map(|layer| MapSeries {
            top: layer.top.iter().map(|value| scale.y(*value)).collect(),
            name: layer.name,
            color: layer.color,
            values: layer.values,
        });
        ChartMap { width, height, plot: self.bounds, y_max: scale.max(), points, series: series.collect() }
    }
}

/// The scale that holds every edge, and the budget.
fn scale_of(spec: &ChartSpec, layers: &[Layer]) -> Scale {
    let edges = || layers.iter().flat_map(|layer| layer.top.iter().chain(&layer.base)).copied();
    let low = edges().min().unwrap_or(Decimal::ZERO);
    let mut high = edges().max().unwrap_or(Decimal::ZERO);
    if let ChartKind::Cumulative { budget: Some(budget) } = spec.kind {
        high = high.max(budget);
    }
    let steps = if spec.height < 160 { 2 } else { 4 };
    Scale::new(low, high, steps).in_language(spec.language)
}

/// Left, top, right and bottom of the plot.
fn bounds_of(spec: &ChartSpec, scale: &Scale, legend: Option<&Legend>) -> [f64; 4] {
    let (width, height) = spec.size();
    let Some(legend) = legend else { return [3.0, 3.0, width - 3.0, height - 2.0] };
    let left = axis::gutter(scale, &spec.unit, &Theme::light());
    let room = match spec.kind {
        ChartKind::Cumulative { budget: Some(_) } => BUDGET_ROOM,
        _ => 6.0,
    };
    let top = legend.height().min(height / 2.0);
    [left.min(width / 2.0), top, (width - room).max(left + 8.0), (height - axis::DATES).max(top + 8.0)]
}

/// Areas need two points and no negative value.
fn drawn_as_bars(spec: &ChartSpec, layers: &[Layer]) -> bool {
    match spec.kind {
        ChartKind::StackedBars => true,
        ChartKind::StackedArea => {
            spec.points.len() < 2 || layers.iter().any(|layer| layer.values.iter().any(|v| v.is_sign_negative()))
        }
        _ => false,
    }
}

/// The pixel columns: middles of equal slots for bars, else from edge to edge.
fn columns(count: usize, [left, _, right, _]: [f64; 4], bars: bool) -> Vec<f64> {
    let number = |index: usize| f64::from(u32::try_from(index).unwrap_or(u32::MAX));
    let width = right - left;
    let at = |index: usize| match (bars, count) {
        (true, _) => left + width * (number(index) + 0.5) / number(count),
        (false, 1) => f64::midpoint(left, right),
        (false, _) => left + width * number(index) / number(count - 1),
    };
    (0..count).map(at).collect()
}

fn bar_width(count: usize, [left, _, right, _]: [f64; 4]) -> f64 {
    let slot = (right - left) / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
    let share = if slot < 6.0 { 0.86 } else { 0.7 };
    (slot * share).min(BAR_MAX)
}

/// The area between a path and the floor.
fn under(path: &[Point], floor: f64) -> Vec<Point> {
    let mut area = path.to_vec();
    area.extend(path.last().map(|end| (end.0, floor)));
    area.extend(path.first().map(|start| (start.0, floor)));
    area
}

/// A rising path in two, where it crosses a pixel row between the points `first - 1` and `first`.
fn cut(path: &[Point], first: usize, row: f64) -> (Vec<Point>, Vec<Point>) {
    let Some(before) = first.checked_sub(1) else { return (Vec::new(), path.to_vec()) };
    let (from, to) = (path[before], path[first]);
    let share = if (to.1 - from.1).abs() > f64::EPSILON { (row - from.1) / (to.1 - from.1) } else { 0.0 };
    let crossing = (from.0 + (to.0 - from.0) * share.clamp(0.0, 1.0), row);
    let within = path[..first].iter().copied().chain([crossing]).collect();
    (within, [crossing].into_iter().chain(path[first..].iter().copied()).collect())
}

/// A share of a budget. Only a place on the axis: dividing may lose the last digit.
fn share(budget: Decimal, percent: u32) -> Decimal {
    budget.checked_mul(Decimal::new(i64::from(percent), 2)).unwrap_or(budget)
}
