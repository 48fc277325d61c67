//! How many sheets an invoice will have, where that can be foreseen: a letter on one, its usage on another. Being wrong costs
//! time and nothing else, since the typesetter counts again.

use serde_json::Value;

/// Height between the margins of A4, in millimetres.
const A4: f64 = 249.0;
/// Of US Letter.
const US_LETTER: f64 = 231.0;
/// Height of a meter's row.
const ROW: f64 = 4.3;
/// Height of a model's row, and of a line of text.
const LINE: f64 = 5.6;
/// Height of a row of the tables of usage.
const USAGE_ROW: f64 = 6.4;
/// Letterhead, addresses, head of the table, payment and sums.
const LETTER: f64 = 125.0;
/// Chart, head and foot of the table of models.
const USAGE: f64 = 95.0;
/// Head and foot of the table of keys.
const KEYS: f64 = 35.0;

/// One sheet, or two with usage; `None` where there is too much for that.
pub(super) fn foreseen(data: &Value) -> Option<usize> {
    let count = |value: &Value| value.as_array().map_or(0.0, |items| items.iter().map(|_| 1.0).sum());
    let groups = data["groups"].as_array().into_iter().flatten();
    let lines: f64 = groups.map(|group| LINE + ROW * count(&group["rows"])).sum();
    let texts: f64 = ["greeting", "closing", "note", "payment"].iter().map(|text| LINE * count(&data[*text])).sum();
    let letter = LETTER + lines + texts;
    let usage = USAGE + USAGE_ROW * count(&data["usage"]["rows"]);
    let keys = if data["keys"].is_null() { 0.0 } else { KEYS + USAGE_ROW * count(&data["keys"]["rows"]) };
    let used = if data["usage"].is_null() { 0.0 } else { usage + keys };
    let height = if data["paper"] == "a4" { A4 } else { US_LETTER };
    (letter <= height && used <= height).then_some(if used > 0.0 { 2 } else { 1 })
}
