//! How wide the columns of the tables are, and which rows are one line high. The typesetter can find out by itself, but
//! sets every cell three times to do so, and tables are most of an invoice.

use serde_json::{Value, json};

use crate::pdf::desk::ems;

/// Width between the margins of the narrower sheet, A4, in points.
const TEXT: f64 = 170.0 * MILLIMETRE;
const MILLIMETRE: f64 = 72.0 / 25.4;
/// Least width of the first column, in points.
const FIRST_MIN: f64 = 25.0 * MILLIMETRE;
/// Size of ordinary text, in points.
const TEXT_SIZE: f64 = 9.0;
/// Widest value of a fact, in points; a longer one is broken.
const FACT_MAX: f64 = 55.0 * MILLIMETRE;
/// Size of the labels above the columns, in points.
const LABEL: f64 = 7.5;

/// A column: the blank at its sides in millimetres, and its least width.
struct Column {
    blank: f64,
    least: f64,
}

impl Column {
    const fn new(blank: f64) -> Self {
        Self { blank, least: 0.0 }
    }

    /// Its width in points, wide enough for its label and each of its cells.
    fn width<'t>(&self, label: &str, cells: impl Iterator<Item = &'t str>, size: f64) -> f64 {
        let widest = cells.map(ems).fold(0.0, f64::max) * size;
        (widest.max(ems(label) * LABEL) + self.blank * MILLIMETRE).max(self.least * MILLIMETRE)
    }
}

/// The table of lines: the widths of the columns behind the first in points, and whether each meter fits on one line.
pub(super) fn of_lines(data: &Value) -> Value {
    let size = data["figures"].as_f64().unwrap_or_default();
    let label = |key: &str| data["t"][key].as_str().unwrap_or_default();
    let cells = |key: &'static str| rows(data).filter_map(move |row| row[key].as_str());
    let quantity = |part: usize| rows(data).filter_map(move |row| row["quantity"][part].as_str());
    let amounts = cells("amount").chain(groups(data).filter_map(|group| group["amount"].as_str()));
    let mut widths = vec![Column::new(6.0).width(label("exact_count"), cells("exact"), size)];
    let (count, unit) = (Column::new(3.0).width("", quantity(0), size), Column::new(4.0).width("", quantity(1), size));
    let heading = Column::new(6.0).width(label("quantity"), std::iter::empty(), size);
    widths.extend([count, unit.max(heading - count)]);
    if data["prices"] == true {
        widths.push(Column::new(6.0).width(label("unit_price"), cells("price"), size));
    }
    let title = format!("{}, {}", label("amount"), data["currency"].as_str().unwrap_or_default());
    widths.push(Column { blank: 3.0, least: 30.0 }.width(&title, amounts, size));
    let first = TEXT - widths.iter().sum::<f64>();
    let level = cells("label").all(|label| ems(label) * size <= first - 7.0 * MILLIMETRE);
    json!({ "widths": fitting(&widths, first), "level": level })
}

/// The widths, or none of them where they leave too little for the first column: then the typesetter finds a way.
fn fitting(widths: &[f64], first: f64) -> Vec<Option<f64>> {
    widths.iter().map(|width| Some(*width).filter(|_| first >= FIRST_MIN)).collect()
}

fn groups(data: &Value) -> impl Iterator<Item = &Value> {
    data["groups"].as_array().into_iter().flatten()
}

fn rows(data: &Value) -> impl Iterator<Item = &Value> {
    groups(data).filter_map(|group| group["rows"].as_array()).flatten()
}

/// The block of facts: the widths of its names and of its values in points, at the size of ordinary text.
pub(super) fn of_facts(data: &Value) -> Value {
    let facts = || data["facts"].as_array().into_iter().flatten();
    let width = |part: usize| facts().filter_map(|fact| fact[part].as_str()).map(ems).fold(0.0, f64::max) * TEXT_SIZE;
    json!([width(0), width(1).min(FACT_MAX)])
}

/// A table of usage: the widths of its columns behind the first in points, and which of its rows fit on one line.
pub(super) fn of_usage(table: &Value, data: &Value) -> Value {
    let size = data["figures"].as_f64().unwrap_or_default();
    let rows = || table["rows"].as_array().into_iter().flatten();
    let label = |key: &str| data["t"][key].as_str().unwrap_or_default();
    let column = |place: usize, key: &str| {
        let cells = rows().chain([table]).filter_map(|row| row["cells"][place].as_str());
        Column::new(5.0).width(label(key), cells, size)
    };
    let mut widths = vec![column(0, "requests"), column(1, "input_tokens"), column(2, "output_tokens")];
    if !table["charge"].is_null() {
        let title = format!("{}, {}", label("charge"), data["currency"].as_str().unwrap_or_default());
        let charges = rows().chain([table]).filter_map(|row| row["charge"].as_str());
        widths.push(Column::new(2.5).width(&title, charges, size));
    }
    let first = TEXT - widths.iter().sum::<f64>();
    let name = |row: &Value| ems(row["name"].as_str().unwrap_or_default()) * size;
    let one_line = |row: &Value| row["beside"] == "" && name(row) <= first - 2.5 * MILLIMETRE;
    json!({ "widths": fitting(&widths, first), "level": rows().map(one_line).collect::<Vec<_>>() })
}
