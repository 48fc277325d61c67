//! A statement put into words: the tables that the PDF and the HTML page have in common.

use billing::ledger::{Balances, EntryKind, Movements};
use billing::statement::DATA_NOTE;
use billing::{Standing, Statement, StatementInvoice, StatementKey, StatementSum, apportioned};
use domain::{Date, ExactAmount, Meter, Quantities, Timestamp};

use super::by_month;
use crate::document::{self, Party};
use crate::{RenderError, figures};

/// A statement in words. No text is escaped yet.
pub(crate) struct Page {
    pub title: String,
    pub seller: Party,
    pub buyer: Party,
    /// Label and value.
    pub facts: Vec<[String; 2]>,
    /// What the period comes to.
    pub total: String,
    pub tables: Vec<Table>,
    pub notes: Vec<String>,
    pub footer: String,
}

/// One table. The first column holds names, the others figures or short words.
pub(crate) struct Table {
    pub title: String,
    pub note: String,
    /// Titles; `true` where the column is set to the right.
    pub columns: Vec<(String, bool)>,
    pub rows: Vec<Row>,
    pub total: Option<Row>,
}

/// One row.
pub(crate) struct Row {
    pub name: String,
    /// A second line below the name; may be empty.
    pub beside: String,
    /// One for every column but the first.
    pub cells: Vec<String>,
}

impl Page {
    pub fn new(statement: &Statement) -> Result<Self, RenderError> {
        let total = statement.total()?;
        let mut tables = vec![models(statement)?, days(statement)?, keys(statement)];
        if let Some(movements) = &statement.credit {
            tables.push(credit(movements)?);
        }
        tables.push(invoices(statement));
        Ok(Self {
            title: format!("Statement {}", span((statement.period.first(), statement.period.last()))),
            seller: document::party(&statement.seller.party),
            buyer: document::party(&statement.buyer),
            facts: facts(statement),
            total: figures::with_currency(total.charge),
            tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
            notes: notes(statement, &total),
            footer: statement.seller.footer.clone(),
        })
    }
}

/// A range of days.
fn span((first, last): (Date, Date)) -> String {
    if first == last { figures::date(first) } else { format!("{} – {}", figures::date(first), figures::date(last)) }
}

fn facts(statement: &Statement) -> Vec<[String; 2]> {
    let told = |at: Timestamp| {
        let (date, hour, minute) = statement.zone.clock(at);
        format!("{}, {hour:02}:{minute:02}", figures::date(date))
    };
    let fact = |label: &str, value: String| [label.to_owned(), value];
    vec![
        fact("Period", span((statement.period.first(), statement.period.last()))),
        fact("Days and times in", statement.zone.name().to_owned()),
        fact("Usage as of", statement.as_of.map_or_else(|| "not read yet".to_owned(), told)),
        fact("Drawn up", told(statement.drawn_up)),
    ]
}

fn notes<T>(statement: &Statement, total: &StatementSum<T>) -> Vec<String> {
    let mut notes = vec![
        "This is no invoice. Charges are for usage, before tax; agreed fees and minimums are on the invoices, which round \
         each of their lines once, so they can differ from this page by cents."
            .to_owned(),
    ];
    if total.unpriced {
        notes.push("Where no charge is shown, no price has been agreed on yet.".to_owned());
    }
    if total.private_requests > 0 {
        notes.push("Usage of private hardware is counted and not charged.".to_owned());
    }
    notes.push(DATA_NOTE.to_owned());
    if let Some(day) = statement.erased_through {
        notes.push(format!("Single requests up to {} (UTC) were erased; their sums are above.", figures::date(day)));
    }
    notes
}

const COUNTS: [&str; 4] = ["Requests", "Not served", "Input tokens", "Output tokens"];

fn columns(first: &str, others: &[&str], right: bool) -> Vec<(String, bool)> {
    let others = others.iter().map(|title| ((*title).to_owned(), right));
    std::iter::once((first.to_owned(), false)).chain(others).collect()
}

fn charged(of: &str, statement: &Statement) -> Vec<(String, bool)> {
    let charge = format!("Charge, {}", statement.currency);
    let [requests, failed, input, output] = COUNTS;
    columns(of, &[requests, failed, input, output, charge.as_str()], true)
}

fn models(statement: &Statement) -> Result<Table, RenderError> {
    let rows = statement.by_model()?.into_iter().map(|sum| {
        let name = document::named(sum.of.as_str());
        row(name, &sum)
    });
    Ok(Table {
        title: "By model".to_owned(),
        note: "Input tokens include cached ones.".to_owned(),
        columns: charged("Model", statement),
        rows: rows.collect(),
        total: Some(row("Total".to_owned(), &statement.total()?)),
    })
}

fn days(statement: &Statement) -> Result<Table, RenderError> {
    let (title, of, rows): (_, _, Vec<Row>) = if by_month(statement) {
        let sums = statement.sums(|one| one.day.month())?;
        ("By month", "Month", sums.iter().map(|sum| row(month(sum.of.first()), sum)).collect())
    } else {
        let sums = statement.sums(|one| one.day)?;
        ("By day", "Day", sums.iter().map(|sum| row(figures::date(sum.of), sum)).collect())
    };
    let note = format!("{of}s without usage are left out.");
    let total = Some(row("Total".to_owned(), &statement.total()?));
    Ok(Table { title: title.to_owned(), note, columns: charged(of, statement), rows, total })
}

fn month(first: Date) -> String {
    let (year, month, _) = first.parts();
    format!("{}\u{a0}{year}", figures::month_name(month))
}

fn row<T>(name: String, sum: &StatementSum<T>) -> Row {
    let mut cells = counts(&sum.quantities, sum.failed_requests).to_vec();
    let nothing = sum.unpriced && sum.exact.amount().is_zero();
    cells.push(if nothing { "–".to_owned() } else { figures::amount(sum.charge) });
    Row { name, beside: beside(sum), cells }
}

/// What has no column.
fn beside<T>(sum: &StatementSum<T>) -> String {
    let mut parts = rare(&sum.quantities);
    let requests = sum.quantities.get(Meter::Requests);
    match sum.private_requests {
        0 => {}
        all if all == requests => parts.push("private, not charged".to_owned()),
        some => parts.push(format!("{} private, not charged", figures::grouped(some.into()))),
    }
    if sum.unpriced {
        parts.push("no price agreed on".to_owned());
    }
    parts.join(", ")
}

fn keys(statement: &Statement) -> Table {
    let row = |key: &StatementKey| {
        let parts = rare(&key.quantities);
        let name = if key.name.is_empty() { "(no key)".to_owned() } else { key.name.clone() };
        let beside = std::iter::once(key.label.clone()).chain(parts).filter(|part| !part.is_empty());
        Row {
            name,
            beside: beside.collect::<Vec<_>>().join(" · "),
            cells: counts(&key.quantities, key.failed_requests).to_vec(),
        }
    };
    Table {
        title: "By key".to_owned(),
        note: "Prices are by model, so a key has counts and no charge.".to_owned(),
        columns: columns("Key", &COUNTS, true),
        rows: statement.keys.iter().map(row).collect(),
        total: None,
    }
}

type Pick = fn(&Balances) -> ExactAmount;

/// What credit and debt are called.
const BALANCES: [(&str, Pick); 5] = [
    ("Paid credit", |b| b.paid),
    ("Bonus credit", |b| b.bonus),
    ("Free credit", |b| b.free),
    ("Owed", |b| b.owed),
    ("Owed from earlier", |b| b.carried),
];

/// Kinds of credit stay apart (S4-11); one that was never had is left out.
fn credit(movements: &Movements) -> Result<Table, RenderError> {
    let currency = movements.opening.paid.currency();
    let lines = || std::iter::once(&movements.opening).chain(movements.lines.iter().map(|(_, line)| line));
    let had = BALANCES.iter().filter(|(_, pick)| lines().any(|line| !pick(line).amount().is_zero()));
    let had: Vec<_> = if had.clone().count() == 0 { vec![&BALANCES[0]] } else { had.collect() };
    let names = std::iter::once("At the start").chain(movements.lines.iter().map(|(kind, _)| moved(*kind)));
    let mut rows: Vec<Row> =
        names.map(|name| Row { name: name.to_owned(), beside: String::new(), cells: Vec::new() }).collect();
    let mut total = Row { name: "At the end".to_owned(), beside: String::new(), cells: Vec::new() };
    for (_, pick) in &had {
        let (parts, closing) = apportioned(&lines().map(pick).collect::<Vec<_>>(), currency)?;
        for (row, part) in rows.iter_mut().zip(parts) {
            row.cells.push(figures::amount(part));
        }
        total.cells.push(figures::amount(closing));
    }
    let titles: Vec<String> = had.iter().map(|(title, _)| format!("{title}, {currency}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    Ok(Table {
        title: "Credit".to_owned(),
        note:
            "Charges count on the day that was used. Kinds of credit are spent by rules of their own and are not added \
               up."
            .to_owned(),
        columns: columns("Movement", &titles, true),
        rows,
        total: Some(total),
    })
}

/// What a kind of entry is called.
pub(super) fn moved(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Deposit => "Paid in",
        EntryKind::Promotion => "Given",
        EntryKind::Charge => "Charged for usage",
        EntryKind::Refund => "Refunded",
        EntryKind::Adjustment => "Corrected",
        EntryKind::CarryForward => "Carried forward",
        EntryKind::Expiry => "Ended",
        EntryKind::Reversal => "Charges taken back",
        EntryKind::Invoice => "Invoiced",
    }
}

fn invoices(statement: &Statement) -> Table {
    let row = |invoice: &StatementInvoice| Row {
        name: invoice.number.clone(),
        beside: span(invoice.period),
        cells: vec![
            figures::date(invoice.issued),
            figures::date(invoice.due),
            state(invoice),
            figures::with_currency(invoice.total),
        ],
    };
    let mut columns = columns("Invoice", &["Issued", "Due", "State"], false);
    columns.push(("Total with tax".to_owned(), true));
    Table {
        title: "Invoices of the period".to_owned(),
        note: String::new(),
        columns,
        rows: statement.invoices.iter().map(row).collect(),
        total: None,
    }
}

/// The stable name of where an invoice stands, in files.
pub(super) const fn state_code(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::PartPaid => "part_paid",
        Standing::Paid => "paid",
        Standing::Overdue => "overdue",
        Standing::Credited => "credited",
        Standing::CreditNote => "credit_note",
    }
}

fn state(invoice: &StatementInvoice) -> String {
    let word = match invoice.state {
        Standing::PartPaid => "open",
        Standing::CreditNote => "credit note",
        other => state_code(other),
    };
    let part = matches!(invoice.state, Standing::PartPaid | Standing::Overdue) && invoice.paid.minor() > 0;
    if part { format!("{word}, {} paid", figures::with_currency(invoice.paid)) } else { word.to_owned() }
}

/// Requests, those that were not served, input and output tokens, exactly; cached tokens are input.
fn counts(quantities: &Quantities, failed: u64) -> [String; 4] {
    let cached = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    let input = cached.into_iter().fold(0_u64, |sum, meter| sum.saturating_add(quantities.get(meter)));
    [quantities.get(Meter::Requests), failed, input, quantities.get(Meter::OutputTokens)]
        .map(|n| if n == 0 { "–".to_owned() } else { figures::grouped(n.into()) })
}

/// The meters that have no column, in words.
fn rare(quantities: &Quantities) -> Vec<String> {
    let rare = [Meter::Images, Meter::VideoMillis, Meter::SpeechChars, Meter::AudioMillis];
    let parts = quantities.iter().filter(|(meter, _)| rare.contains(meter));
    let words = |(meter, n): (Meter, u64)| {
        let (number, unit) = figures::readable(meter, n).unwrap_or_else(|| (figures::exact(meter, n), ""));
        format!("{} {number} {unit}", figures::meter(meter)).trim_end().to_owned()
    };
    parts.map(words).collect()
}
