//! Tables as CSV for spreadsheets and programs: RFC 4180, UTF-8 without a mark, decimal points, ISO dates, exact quantities
//! and unrounded prices. Sums are left to the reader and never mixed in between rows.

use domain::{Date, Meter};
use rust_decimal::Decimal;

use crate::document::{DocumentLine, LineSubject};
use crate::{InvoiceDocument, RenderError};

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words that somebody may have typed. Made harmless: a spreadsheet must not run them as a formula (product.md R34).
    Text(String),
    /// A count.
    Count(u64),
    /// An exact number.
    Number(Decimal),
    /// A date.
    Date(Date),
}

impl Cell {
    /// The cell as it is written, before quoting.
    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => harmless(text),
            Self::Count(count) => count.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }
}

/// Puts an apostrophe before text that a spreadsheet would take for a formula. Text that is a plain number stays one.
fn harmless(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let number = !text.is_empty() && text.parse::<Decimal>().is_ok() && !text.starts_with('+');
    if risky && !number { format!("'{text}") } else { text.to_owned() }
}

/// A table: a header and rows of as many cells. Names in the header are made harmless as well.
///
/// # Errors
/// A row has another number of cells than the header.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<String, RenderError> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(header.iter().map(|name| harmless(name))).map_err(refused)?;
    for row in rows {
        writer.write_record(row.iter().map(Cell::written)).map_err(refused)?;
    }
    let bytes = writer.into_inner().map_err(refused)?;
    String::from_utf8(bytes).map_err(refused)
}

/// Rows of a table without its header, to be written below those that were written before.
///
/// # Errors
/// Rows differ in width.
pub fn rows(rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<String, RenderError> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(Cell::written)).map_err(refused)?;
    }
    String::from_utf8(writer.into_inner().map_err(refused)?).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> RenderError {
    RenderError::Table(error.to_string())
}

/// The columns of [`invoice`] before the meters.
const BEFORE: [&str; 12] = [
    "invoice",
    "issued",
    "due",
    "period_start",
    "period_end",
    "time_zone",
    "client",
    "line",
    "model",
    "gateway",
    "first_day",
    "last_day",
];
/// The columns of [`invoice`] after the meters.
const AFTER: [&str; 9] = [
    "description",
    "currency",
    "exact_amount",
    "net_amount",
    "tax_category",
    "tax_percent",
    "tax_note",
    "document_type",
    "corrects",
];

/// The lines of an invoice, one row each: what was consumed per meter, the price per sold unit where there is one, the
/// charge before rounding and the charge as billed.
///
/// # Errors
/// The document does not add up.
pub fn invoice(document: &InvoiceDocument) -> Result<String, RenderError> {
    document.check()?;
    let prices: Vec<String> = Meter::ALL.iter().map(|meter| format!("{}_price", meter.code())).collect();
    let meters =
        Meter::ALL.iter().map(|meter| meter.code()).zip(&prices).flat_map(|(code, price)| [code, price.as_str()]);
    let header: Vec<&str> = BEFORE.into_iter().chain(meters).chain(AFTER).collect();
    table(&header, document.lines.iter().zip(1..).map(|(line, place)| row(document, line, place)))
}

fn row(document: &InvoiceDocument, line: &DocumentLine, place: u64) -> Vec<Cell> {
    let (model, words) = match &line.subject {
        LineSubject::Model(model) => (Cell::Text(model.as_str().to_owned()), Cell::Empty),
        _ => (Cell::Empty, Cell::Text(line.title(false))),
    };
    let date = |date: Option<Date>| date.map_or(Cell::Empty, Cell::Date);
    let mut cells = vec![
        document.number.clone().map_or(Cell::Empty, Cell::Text),
        Cell::Date(document.issued),
        date(document.due),
        Cell::Date(document.period.0),
        Cell::Date(document.period.1),
        Cell::Text(document.zone.clone()),
        Cell::Text(document.buyer.name.clone()),
        Cell::Count(place),
        model,
        line.via.clone().map_or(Cell::Empty, Cell::Text),
        date(line.days.map(|days| days.0)),
        date(line.days.map(|days| days.1)),
    ];
    cells.extend(Meter::ALL.into_iter().flat_map(|meter| metered(line, meter)));
    cells.extend([
        words,
        Cell::Text(document.currency.code().to_owned()),
        Cell::Number(line.exact.amount().normalize()),
        Cell::Number(line.net.to_decimal()),
    ]);
    cells.extend(taxed(document));
    // Amounts of a credit note are not negative, as on the document: its type tells.
    let kind = if document.corrects.is_some() { "credit_note" } else { "invoice" };
    let corrects = document.corrects.as_ref().map_or(Cell::Empty, |corrects| Cell::Text(corrects.number.clone()));
    cells.extend([Cell::Text(kind.to_owned()), corrects]);
    cells
}

/// How tax applies to a line: the same for all, since an invoice has one category.
fn taxed(document: &InvoiceDocument) -> [Cell; 3] {
    let Some(tax) = document.taxes.first() else { return [Cell::Empty, Cell::Empty, Cell::Empty] };
    let rate = tax.per_cent.map_or(Cell::Empty, |rate| Cell::Number(rate.normalize()));
    let note = tax.note.clone().map_or(Cell::Empty, Cell::Text);
    [Cell::Text(tax.category.clone()), rate, note]
}

/// Quantity and price of one meter.
fn metered(line: &DocumentLine, meter: Meter) -> [Cell; 2] {
    let price = line.prices.iter().find(|price| price.meter == meter);
    [Cell::Count(line.quantities.get(meter)), price.map_or(Cell::Empty, |price| Cell::Number(price.price.normalize()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_runs_as_a_formula_and_numbers_stay_numbers() {
        let rows = [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1+1", "'+1+1"),
            ("+49", "'+49"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("＝1", "'＝1"),
            ("-12.50", "-12.50"),
            ("Harborlight", "Harborlight"),
            ("", ""),
            ("-", "'-"),
        ];
        for (text, expected) in rows {
            assert_eq!(harmless(text), expected, "R34: {text:?}");
        }
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        let row =
            vec![Cell::Text("a \"b\", c\nd".to_owned()), Cell::Number("-0.0000375".parse().unwrap()), Cell::Count(7)];
        let csv = table(&["name", "amount", "count"], [row]).unwrap();
        assert_eq!(csv, "name,amount,count\r\n\"a \"\"b\"\", c\nd\",-0.0000375,7\r\n");
        assert!(table(&["one"], [vec![Cell::Empty, Cell::Empty]]).is_err(), "rows are as wide as the header");
    }
}
