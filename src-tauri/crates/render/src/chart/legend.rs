//! What stands above the plot: title, unit, names of the series.

use super::canvas::{Canvas, Ink, Side, fitted, width_of};
use super::spec::{ChartKind, ChartSpec, Heading};
use super::stack::Layer;
use super::theme::{Rgb, Theme};
use crate::RenderError;

/// Size of a title and of a name, in CSS pixels.
const TITLE: f64 = 15.0;
const NAME: f64 = 12.0;
/// Widest name before it is cut.
const NAME_ROOM: f64 = 170.0;
/// Height of one row of names.
const ROW: f64 = 20.0;
/// Side of a colour swatch, and its distance to the name.
const SWATCH: f64 = 10.0;
const GAP: f64 = 6.0;
/// Distance between two names.
const BETWEEN: f64 = 18.0;

/// One name at its place.
struct Entry {
    name: String,
    color: Rgb,
    x: f64,
    row: u32,
}

/// The heading, laid out.
pub(super) struct Legend {
    title: Option<String>,
    unit: String,
    entries: Vec<Entry>,
    rows: u32,
}

impl Legend {
    /// Lays a heading out over the width of the drawing; the names stand to the right of the unit.
    pub fn new(spec: &ChartSpec, layers: &[Layer]) -> Self {
        let (width, _) = spec.size();
        let unit = spec.unit.label();
        let start = width_of(&unit, unit_ink(Rgb(0, 0, 0))) + BETWEEN + 2.0;
        let named =
            spec.heading != Heading::Bare && matches!(spec.kind, ChartKind::StackedBars | ChartKind::StackedArea);
        let entries = if named { entries(layers, start, width) } else { Vec::new() };
        let rows = entries.last().map_or(1, |entry| entry.row + 1);
        let title = (spec.heading == Heading::Full).then(|| fitted(&spec.title, width, title_ink(Rgb(0, 0, 0))));
        Self { title, unit, entries, rows }
    }

    /// Height above the plot, with the distance to it.
    pub fn height(&self) -> f64 {
        let title = if self.title.is_some() { TITLE + 12.0 } else { 0.0 };
        title + f64::from(self.rows) * ROW + 8.0
    }

    pub fn draw(&self, canvas: &mut Canvas<'_>, theme: &Theme) -> Result<(), RenderError> {
        let mut y = ROW / 2.0;
        if let Some(title) = &self.title {
            canvas.text(title, (0.0, y), Side::Left, title_ink(theme.text))?;
            y += TITLE + 12.0;
        }
        canvas.text(&self.unit, (0.0, y), Side::Left, unit_ink(theme.muted))?;
        for entry in &self.entries {
            let y = y + f64::from(entry.row) * ROW;
            let half = SWATCH / 2.0;
            canvas.rect((entry.x, y - half), (entry.x + SWATCH, y + half), entry.color.at(1.0))?;
            canvas.text(&entry.name, (entry.x + SWATCH + GAP, y), Side::Left, Ink::new(NAME, theme.text))?;
        }
        Ok(())
    }
}

fn title_ink(color: Rgb) -> Ink {
    Ink { size: TITLE, color, strong: true }
}

fn unit_ink(color: Rgb) -> Ink {
    Ink::new(NAME, color)
}

/// Places the names in rows that break where the width ends.
fn entries(layers: &[Layer], start: f64, width: f64) -> Vec<Entry> {
    let (mut x, mut row) = (start, 0);
    let mut out = Vec::with_capacity(layers.len());
    for layer in layers {
        let ink = unit_ink(layer.color);
        let name = fitted(&layer.name, NAME_ROOM, ink);
        let room = SWATCH + GAP + width_of(&name, ink);
        if x + room > width && x > start {
            (x, row) = (start, row + 1);
        }
        out.push(Entry { name, color: layer.color, x, row });
        x += room + BETWEEN;
    }
    out
}
