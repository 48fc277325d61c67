//! How wide columns are, and what stands on one line and so has a known height. The typesetter can find out by itself, but
//! sets everything twice or three times to do so, and again in each table around it.

use serde_json::{Value, json};

use crate::pdf::desk::ems;

/// Width between the margins of the narrower sheet, A4, in points.
const TEXT: f64 = 170.0 * MILLIMETRE;
const MILLIMETRE: f64 = 72.0 / 25.4;
/// Least width of the first column, in points.
const FIRST_MIN: f64 = 25.0 * MILLIMETRE;
/// Size of ordinary text, in points.
const TEXT_SIZE: f64 = 9.0;
/// Widest value of a fact in any case, in points; a longer one is broken.
const FACT_MAX: f64 = 55.0 * MILLIMETRE;
/// Widest name and value of a fact together, in points: what the buyer leaves. Chinese names are short, and dates long.
const FACTS_MAX: f64 = 77.0 * MILLIMETRE;
/// Size of the labels above the columns and of the foot of the page, in points.
const LABEL: f64 = 7.5;
/// Size of the buyer's name, in points.
const NAME_SIZE: f64 = 10.5;
/// Width of the buyer's name and address, in points.
const BUYER: f64 = 80.0 * MILLIMETRE;
/// Size of the total, in points.
const TOTAL_SIZE: f64 = 13.0;
/// Width of the sums, in points.
const SUMS: f64 = 78.0 * MILLIMETRE;
/// Widest text of the foot of the page that names it, in points.
const PAGE_MAX: f64 = 110.0 * MILLIMETRE;

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

/// The table of lines: the widths of the columns behind the first in points, whether they are wide enough for the labels
/// above them, which names of models stand on one line, and whether each meter does.
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
    let amount = widths.last().copied().unwrap_or_default();
    let named = |group: &Value| text_width(&group["name"], size) <= TEXT - amount - 3.0 * MILLIMETRE;
    json!({
        "widths": fitting(&widths, first),
        "wide": is_wide(label("description"), first),
        "names": groups(data).map(named).collect::<Vec<_>>(),
        "level": level,
    })
}

/// The widths, or none of them where they leave too little for the first column: then the typesetter finds a way.
fn fitting(widths: &[f64], first: f64) -> Vec<Option<f64>> {
    widths.iter().map(|width| Some(*width).filter(|_| first >= FIRST_MIN)).collect()
}

/// Whether every label above the columns has one line.
fn is_wide(first_label: &str, first: f64) -> bool {
    first >= FIRST_MIN && ems(first_label) * LABEL <= first - 3.0 * MILLIMETRE
}

fn text_width(text: &Value, size: f64) -> f64 {
    ems(text.as_str().unwrap_or_default()) * size
}

fn groups(data: &Value) -> impl Iterator<Item = &Value> {
    data["groups"].as_array().into_iter().flatten()
}

fn rows(data: &Value) -> impl Iterator<Item = &Value> {
    groups(data).filter_map(|group| group["rows"].as_array()).flatten()
}

/// The block of facts: the widths of its names and of its values in points, at the size of ordinary text, and whether each
/// fact stands on one line.
pub(super) fn of_facts(data: &Value) -> Value {
    let widest = |part| of_pairs(&data["facts"], part).fold(0.0, f64::max);
    let (names, values) = (widest(0), widest(1));
    let most = FACT_MAX.max(FACTS_MAX - names);
    json!({ "widths": [names, values.min(most)], "level": values <= most })
}

fn of_pairs(pairs: &Value, part: usize) -> impl Iterator<Item = f64> {
    pairs.as_array().into_iter().flatten().map(move |pair| text_width(&pair[part], TEXT_SIZE))
}

/// The sums: the width of their amounts, whether each stands on one line, and the width of what the total is called. `null`
/// where there is too little room.
pub(super) fn of_sums(data: &Value) -> Value {
    let amounts = of_pairs(&data["sums"], 1).fold(0.0, f64::max);
    let names = of_pairs(&data["sums"], 0).fold(0.0, f64::max);
    let name = text_width(&data["total_label"], TEXT_SIZE) + 3.0 * MILLIMETRE;
    let total = Some(name).filter(|name| name + text_width(&data["total"], TOTAL_SIZE) <= SUMS);
    let level = names + amounts + 3.0 * MILLIMETRE <= SUMS;
    json!({ "width": Some(amounts).filter(|_| level), "level": level, "total": total })
}

/// Whether the name and each line of the address of a party stand on one line.
pub(super) fn is_level(party: &Value) -> bool {
    let mut lines = party["lines"].as_array().into_iter().flatten();
    text_width(&party["name"], NAME_SIZE) <= BUYER && lines.all(|line| text_width(line, TEXT_SIZE) <= BUYER)
}

/// How wide the name of a page is at its foot, in points. The blank beside it has room for longer numbers.
pub(super) fn of_page(data: &Value) -> f64 {
    let page = data["t"]["page"].as_str().unwrap_or_default().replace("{page}", "9").replace("{pages}", "9");
    let title = data["title"].as_str().unwrap_or_default();
    (ems(&format!("{title} · {page}")) * LABEL).min(PAGE_MAX)
}

/// A table of usage: the widths of its columns behind the first in points, whether they are wide enough for the labels above
/// them, and which of its rows fit on one line.
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
    json!({
        "widths": fitting(&widths, first),
        "wide": is_wide(table["of"].as_str().unwrap_or_default(), first),
        "level": rows().map(one_line).collect::<Vec<_>>(),
    })
}
