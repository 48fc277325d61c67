//! A client's statement as PDF, CSV, JSON and one HTML page, and its usage as a table.
//!
//! **Owns:** the words and the order of a statement, and its looks. **Does not own:** its figures: all are of
//! [`billing::Statement`], which has no field for a cost (S0-25, product.md R29). Names that somebody typed are text in
//! every format: escaped in HTML, harmless in a spreadsheet, never markup in the PDF.

mod html;
mod json;
mod page;
mod table;

use billing::Statement;
use domain::{Date, ModelName};
use rust_decimal::Decimal;

pub use html::html;
pub use json::{json, usage_lines};
pub(crate) use page::{Page, Row, Table};
pub use table::{csv, usage_csv};

use crate::chart::{ChartKind, ChartSpec, Heading, Series, Unit};
use crate::pdf::tongue::{self, Tongue};
use crate::{RenderError, Theme, document};

/// Most days that are told one by one for people; longer periods are told by month.
const DAYS_MAX: i32 = 62;

/// A statement as PDF. Blocks for some tens of milliseconds: call it where blocking is allowed.
///
/// # Errors
/// A character is in none of the fonts, or the typesetter refuses.
pub fn pdf(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    crate::pdf::statement(statement)
}

/// Charge per day, a series per model, dearest first.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn chart(statement: &Statement, theme: &Theme, size: (u16, u16)) -> Result<String, RenderError> {
    Ok(crate::chart(&chart_spec(statement, size)?, theme)?.svg)
}

/// What [`chart`] draws, to draw it otherwise.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn chart_spec(statement: &Statement, (width, height): (u16, u16)) -> Result<ChartSpec, RenderError> {
    let words = tongue::of(statement.language);
    let what = words.text("charge_per_day");
    let unit = Unit::Money { what: what.to_owned(), currency: statement.currency };
    let (first, last) = (statement.period.first(), statement.period.last());
    let points: Vec<Date> = (first.epoch_days()..=last.epoch_days()).map(Date::from_epoch_days).collect();
    let kind = if by_month(statement) { ChartKind::StackedArea } else { ChartKind::StackedBars };
    let models = statement.by_model()?;
    let charged = models.iter().filter(|sum| !sum.exact.amount().is_zero());
    let series = charged.map(|sum| series(statement, &sum.of, words)).collect::<Result<_, _>>()?;
    Ok(ChartSpec {
        points,
        series,
        heading: Heading::Legend,
        words: words.of_chart(),
        language: words.language,
        width,
        height,
        ..ChartSpec::new(kind, what, unit)
    })
}

fn series(statement: &Statement, model: &ModelName, words: &Tongue) -> Result<Series, RenderError> {
    let first = statement.period.first().epoch_days();
    let length = usize::try_from(statement.period.last().epoch_days() - first + 1).unwrap_or(1);
    let mut values = vec![Decimal::ZERO; length];
    for one in statement.usage.iter().filter(|one| one.model == *model) {
        let place = usize::try_from(one.day.epoch_days() - first).unwrap_or(length);
        if let (Some(value), Some(charge)) = (values.get_mut(place), one.charge) {
            *value = domain::money::exact_sum(*value, charge.amount())?;
        }
    }
    let name = document::named(model.as_str());
    Ok(Series { name: words.model(&name).to_owned(), values })
}

/// Whether a period is too long to be told day by day.
fn by_month(statement: &Statement) -> bool {
    statement.period.last().epoch_days() - statement.period.first().epoch_days() >= DAYS_MAX
}
