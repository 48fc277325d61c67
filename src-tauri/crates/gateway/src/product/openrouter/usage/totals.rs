//! Counters by day and model, and the arithmetic of what is left.

use std::collections::BTreeMap;

use domain::{Date, Nanos};
use serde_json::value::RawValue;

use super::super::catalog::with_variant;
use super::super::wire::Found;
use crate::json::JsonNanos;
use crate::{ErrorKind, GatewayError};

/// Money without a single request that is the noise of adding floats in two orders: a millionth of a dollar.
const NOISE: u64 = 1000;
/// The two names under which the day of a row was seen.
const DAY: [&str; 2] = ["date__day", "created_at__day"];

/// What was consumed of one model on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    pub requests: u64,
    pub prompt: u64,
    pub completion: u64,
    pub cached: u64,
    pub cost: Nanos,
}

impl Cell {
    /// Whether nothing was consumed. Charges without a request exist (a web search is billed beside one).
    pub fn is_nothing(&self) -> bool {
        self.counts() == [0; 4] && self.cost.0.unsigned_abs() <= NOISE
    }

    const fn counts(&self) -> [u64; 4] {
        [self.requests, self.prompt, self.completion, self.cached]
    }
}

/// Cells by day and model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<(Date, String), Cell>);

impl Totals {
    /// Reads the rows of an answer that lie within these days, both included: whether the end of a time range is
    /// included is not documented.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] for a row without a day, or with numbers that are none.
    pub fn read(found: &Found, first: Date, last: Date) -> Result<Self, GatewayError> {
        let mut totals = Self::default();
        for row in &found.data {
            let date = day(row).ok_or_else(|| malformed("a row without its day"))?;
            if (first..=last).contains(&date) {
                let model = with_variant(&text(row, "model"), &text(row, "variant"));
                totals.add(date, model, &cell(row)?);
            }
        }
        Ok(totals)
    }

    /// Adds to a cell.
    pub fn add(&mut self, date: Date, model: String, more: &Cell) {
        let cell = self.0.entry((date, model)).or_default();
        cell.requests = cell.requests.saturating_add(more.requests);
        cell.prompt = cell.prompt.saturating_add(more.prompt);
        cell.completion = cell.completion.saturating_add(more.completion);
        cell.cached = cell.cached.saturating_add(more.cached);
        cell.cost = Nanos(cell.cost.0.saturating_add(more.cost.0));
    }

    /// Takes a part away. Says whether the part was larger somewhere: then consumption went on between two questions.
    pub fn take(&mut self, part: &Self) -> bool {
        let mut grown = false;
        for (place, less) in &part.0 {
            let cell = self.0.entry(place.clone()).or_default();
            grown |= cell.counts().iter().zip(less.counts()).any(|(mine, theirs)| *mine < theirs);
            cell.requests = cell.requests.saturating_sub(less.requests);
            cell.prompt = cell.prompt.saturating_sub(less.prompt);
            cell.completion = cell.completion.saturating_sub(less.completion);
            cell.cached = cell.cached.saturating_sub(less.cached);
            cell.cost = Nanos(cell.cost.0.saturating_sub(less.cost.0).max(0));
        }
        grown
    }

    /// Whether nothing is left.
    pub fn is_nothing(&self) -> bool {
        self.0.values().all(Cell::is_nothing)
    }

    /// Every cell, by day and model.
    pub fn cells(&self) -> impl Iterator<Item = (&(Date, String), &Cell)> {
        self.0.iter()
    }
}

type Row = BTreeMap<String, Box<RawValue>>;

fn text(row: &Row, name: &str) -> String {
    row.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

fn day(row: &Row) -> Option<Date> {
    let told = DAY.into_iter().find_map(|name| row.get(name))?;
    let text: String = serde_json::from_str(told.get()).ok()?;
    text.get(..10)?.parse().ok()
}

fn cell(row: &Row) -> Result<Cell, GatewayError> {
    Ok(Cell {
        requests: count(row, "request_count")?,
        prompt: count(row, "tokens_prompt")?,
        completion: count(row, "tokens_completion")?,
        cached: count(row, "cached_tokens")?,
        cost: cost(row, "total_usage")?,
    })
}

/// A count, which comes as a string; `null` is nothing.
fn count(row: &Row, name: &'static str) -> Result<u64, GatewayError> {
    let Some(text) = number(row, name) else { return Ok(0) };
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().map_err(|_| malformed(name))
}

fn cost(row: &Row, name: &'static str) -> Result<Nanos, GatewayError> {
    let Some(text) = number(row, name) else { return Ok(Nanos::ZERO) };
    serde_json::from_str(text).map(|JsonNanos(amount)| amount).map_err(|_| malformed(name))
}

fn number<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    let text = row.get(name)?.get().trim_matches('"');
    (text != "null" && !text.is_empty()).then_some(text)
}

fn malformed(what: &str) -> GatewayError {
    let message = format!("OpenRouter's statistics cannot be read ({what}): update Purser if it stays so");
    GatewayError::new(ErrorKind::Malformed, "POST /analytics/query", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<Totals, GatewayError> {
        let found: Found = serde_json::from_str(&format!(r#"{{"data": {rows}, "metadata": {{}}}}"#)).unwrap();
        Totals::read(&found, "2026-11-01".parse().unwrap(), "2026-11-30".parse().unwrap())
    }

    #[test]
    fn counts_are_strings_and_missing_components_null() {
        let expected = Cell { requests: 1523, prompt: 10, completion: 7, cached: 0, cost: Nanos(4_270_000_000) };
        for row in [
            r#"[{"date__day": "2026-11-19", "model": "m", "request_count": "1523", "tokens_prompt": 10,
                 "tokens_completion": 7.0, "cached_tokens": null, "total_usage": 4.27}]"#,
            r#"[{"created_at__day": "2026-11-19T00:00:00.000Z", "model": "m", "request_count": 1523,
                 "tokens_prompt": "10", "tokens_completion": "7", "total_usage": "4.27"}]"#,
        ] {
            let totals = read(row).unwrap();
            let found: Vec<_> =
                totals.cells().map(|((date, model), cell)| (date.to_string(), model.as_str(), *cell)).collect();
            assert_eq!(found, [("2026-11-19".to_owned(), "m", expected)]);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_and_what_lies_outside_dropped() {
        for bad in [
            r#"[{"model": "m"}]"#,
            r#"[{"date__day": 5}]"#,
            r#"[{"date__day": "2026-11-19", "request_count": "many"}]"#,
            r#"[{"date__day": "2026-11-19", "request_count": -1}]"#,
            r#"[{"date__day": "2026-11-19", "total_usage": {}}]"#,
        ] {
            assert_eq!(read(bad).map_err(|error| error.kind), Err(ErrorKind::Malformed), "{bad}");
        }
        assert_eq!(read(r#"[{"date__day": "2026-12-01", "request_count": "5"}]"#).unwrap(), Totals::default());
    }

    #[test]
    fn what_is_left_is_never_negative_and_noise_is_nothing() {
        let date = "2026-11-19".parse().unwrap();
        let of = |requests, cost| {
            let mut totals = Totals::default();
            totals.add(date, "m".to_owned(), &Cell { requests, cost: Nanos(cost), ..Cell::default() });
            totals
        };
        let mut left = of(10, 5_000_000);
        assert!(!left.take(&of(9, 4_999_900)), "nothing grew");
        assert_eq!(left, of(1, 100));
        assert!(!left.take(&of(1, 0)));
        assert!(left.is_nothing(), "a hundred nano-dollars without a request are noise");
        assert!(left.take(&of(1, 0)), "it went on meanwhile");
        assert!(!of(0, 1_000_000).is_nothing(), "a tenth of a cent for a web search is none");
    }
}
