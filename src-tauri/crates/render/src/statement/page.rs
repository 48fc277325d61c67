//! A statement put into words: the tables that the PDF and the HTML page have in common.

use billing::ledger::{Balances, EntryKind, Movements};
use billing::{Standing, Statement, StatementInvoice, StatementKey, StatementSum, apportioned};
use domain::{Currency, ExactAmount, Meter, Quantities, Timestamp};

use super::by_month;
use crate::document::{self, Party};
use crate::pdf::tongue::{self, Tongue};
use crate::{RenderError, figures};

/// A statement in words. No text is escaped yet.
pub(crate) struct Page {
    /// Its language.
    pub words: &'static Tongue,
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
        let (words, total) = (tongue::of(statement.language), statement.total()?);
        let mut tables = vec![models(statement, words)?, days(statement, words)?, keys(statement, words)];
        if let Some(movements) = &statement.credit {
            tables.push(credit(movements, words)?);
        }
        tables.push(invoices(statement, words));
        let span = words.span((statement.period.first(), statement.period.last()));
        Ok(Self {
            words,
            title: words.filled("statement_of", &[("span", &span)]),
            seller: document::party(&statement.seller.party),
            buyer: document::party(&statement.buyer),
            facts: facts(statement, words),
            total: words.total(total.charge),
            tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
            notes: notes(statement, &total, words),
            footer: statement.seller.footer.clone(),
        })
    }
}

fn facts(statement: &Statement, words: &Tongue) -> Vec<[String; 2]> {
    let told = |at: Timestamp| {
        let (date, hour, minute) = statement.zone.clock(at);
        format!("{}, {hour:02}:{minute:02}", words.date(date))
    };
    let fact = |label: &str, value: String| [label.to_owned(), value];
    vec![
        fact(words.text("st_period"), words.span((statement.period.first(), statement.period.last()))),
        fact(words.text("st_zone"), statement.zone.name().to_owned()),
        fact(words.text("st_as_of"), statement.as_of.map_or_else(|| words.text("st_not_read").to_owned(), told)),
        fact(words.text("st_drawn_up"), told(statement.drawn_up)),
    ]
}

fn notes<T>(statement: &Statement, total: &StatementSum<T>, words: &Tongue) -> Vec<String> {
    let mut notes = vec![words.text("st_no_invoice").to_owned()];
    if total.unpriced {
        notes.push(words.text("st_unpriced").to_owned());
    }
    if total.private_requests > 0 {
        notes.push(words.text("st_private_note").to_owned());
    }
    notes.push(words.text("st_data").to_owned());
    if let Some(day) = statement.erased_through {
        notes.push(words.filled("st_erased", &[("date", &words.date(day))]));
    }
    notes
}

fn columns(first: &str, others: &[&str], right: bool) -> Vec<(String, bool)> {
    let others = others.iter().map(|title| ((*title).to_owned(), right));
    std::iter::once((first.to_owned(), false)).chain(others).collect()
}

fn count_titles(words: &Tongue) -> [&str; 4] {
    [words.text("requests"), words.text("st_not_served"), words.text("input_tokens"), words.text("output_tokens")]
}

fn charged(of: &str, statement: &Statement, words: &Tongue) -> Vec<(String, bool)> {
    let charge = in_currency(words.text("charge"), statement.currency, words);
    let [requests, failed, input, output] = count_titles(words);
    columns(of, &[requests, failed, input, output, charge.as_str()], true)
}

fn in_currency(what: &str, currency: Currency, words: &Tongue) -> String {
    words.filled("st_in", &[("what", what), ("currency", currency.code())])
}

fn models(statement: &Statement, words: &Tongue) -> Result<Table, RenderError> {
    let rows = statement.by_model()?.into_iter().map(|sum| {
        let name = document::named(sum.of.as_str());
        row(words.model(&name).to_owned(), &sum, words)
    });
    Ok(Table {
        title: words.text("st_by_model").to_owned(),
        note: words.text("st_cached").to_owned(),
        columns: charged(words.text("model"), statement, words),
        rows: rows.collect(),
        total: Some(row(words.text("total").to_owned(), &statement.total()?, words)),
    })
}

fn days(statement: &Statement, words: &Tongue) -> Result<Table, RenderError> {
    let (title, of, note, rows): (_, _, _, Vec<Row>) = if by_month(statement) {
        let sums = statement.sums(|one| one.day.month())?;
        let rows = sums.iter().map(|sum| row(words.month(sum.of), sum, words)).collect();
        (words.text("st_by_month"), words.text("st_month"), words.text("st_no_months"), rows)
    } else {
        let sums = statement.sums(|one| one.day)?;
        let rows = sums.iter().map(|sum| row(words.date(sum.of), sum, words)).collect();
        (words.text("st_by_day"), words.text("st_day"), words.text("st_no_days"), rows)
    };
    let total = Some(row(words.text("total").to_owned(), &statement.total()?, words));
    let columns = charged(of, statement, words);
    Ok(Table { title: title.to_owned(), note: note.to_owned(), columns, rows, total })
}

fn row<T>(name: String, sum: &StatementSum<T>, words: &Tongue) -> Row {
    let mut cells = counts(&sum.quantities, sum.failed_requests, words).to_vec();
    let nothing = sum.unpriced && sum.exact.amount().is_zero();
    cells.push(if nothing { "–".to_owned() } else { words.amount(sum.charge) });
    Row { name, beside: beside(sum, words), cells }
}

/// What has no column.
fn beside<T>(sum: &StatementSum<T>, words: &Tongue) -> String {
    let mut parts = rare(&sum.quantities, words);
    let requests = sum.quantities.get(Meter::Requests);
    match sum.private_requests {
        0 => {}
        all if all == requests => parts.push(words.text("st_private").to_owned()),
        some => {
            let count = words.number(figures::grouped(some.into()));
            parts.push(words.filled("st_some_private", &[("count", &count)]));
        }
    }
    if sum.unpriced {
        parts.push(words.text("st_no_price").to_owned());
    }
    parts.join(", ")
}

fn keys(statement: &Statement, words: &Tongue) -> Table {
    let row = |key: &StatementKey| {
        let parts = rare(&key.quantities, words);
        let name = if key.name.is_empty() { words.text("no_key").to_owned() } else { key.name.clone() };
        let beside = std::iter::once(key.label.clone()).chain(parts).filter(|part| !part.is_empty());
        Row {
            name,
            beside: beside.collect::<Vec<_>>().join(" · "),
            cells: counts(&key.quantities, key.failed_requests, words).to_vec(),
        }
    };
    Table {
        title: words.text("by_key").to_owned(),
        note: words.text("st_keys_note").to_owned(),
        columns: columns(words.text("key"), &count_titles(words), true),
        rows: statement.keys.iter().map(row).collect(),
        total: None,
    }
}

type Pick = fn(&Balances) -> ExactAmount;

/// What credit and debt are called.
const BALANCES: [(&str, Pick); 5] = [
    ("st_paid", |b| b.paid),
    ("st_bonus", |b| b.bonus),
    ("st_free", |b| b.free),
    ("st_owed", |b| b.owed),
    ("st_carried", |b| b.carried),
];

/// Kinds of credit stay apart (S4-11); one that was never had is left out.
fn credit(movements: &Movements, words: &Tongue) -> Result<Table, RenderError> {
    let currency = movements.opening.paid.currency();
    let lines = || std::iter::once(&movements.opening).chain(movements.lines.iter().map(|(_, line)| line));
    let had = BALANCES.iter().filter(|(_, pick)| lines().any(|line| !pick(line).amount().is_zero()));
    let had: Vec<_> = if had.clone().count() == 0 { vec![&BALANCES[0]] } else { had.collect() };
    let plain = |name: String| Row { name, beside: String::new(), cells: Vec::new() };
    let moved = movements.lines.iter().map(|(kind, _)| moved(*kind, words));
    let mut rows: Vec<Row> = std::iter::once(words.text("st_at_start").to_owned()).chain(moved).map(plain).collect();
    let mut total = plain(words.text("st_at_end").to_owned());
    for (_, pick) in &had {
        let (parts, closing) = apportioned(&lines().map(pick).collect::<Vec<_>>(), currency)?;
        for (row, part) in rows.iter_mut().zip(parts) {
            row.cells.push(words.amount(part));
        }
        total.cells.push(words.amount(closing));
    }
    let titles: Vec<String> = had.iter().map(|(title, _)| in_currency(words.text(title), currency, words)).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    Ok(Table {
        title: words.text("st_credit").to_owned(),
        note: words.text("st_credit_note").to_owned(),
        columns: columns(words.text("st_movement"), &titles, true),
        rows,
        total: Some(total),
    })
}

/// What a kind of entry is called.
fn moved(kind: EntryKind, words: &Tongue) -> String {
    words.text(&format!("st_moved_{}", kind.code())).to_owned()
}

fn invoices(statement: &Statement, words: &Tongue) -> Table {
    let row = |invoice: &StatementInvoice| Row {
        name: invoice.number.clone(),
        beside: words.span(invoice.period),
        cells: vec![
            words.date(invoice.issued),
            words.date(invoice.due),
            state(invoice, words),
            words.total(invoice.total),
        ],
    };
    let titles = [words.text("st_issued"), words.text("st_due"), words.text("st_state")];
    let mut columns = columns(words.text("invoice"), &titles, false);
    columns.push((words.text("st_total_with_tax").to_owned(), true));
    Table {
        title: words.text("st_invoices").to_owned(),
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

fn state(invoice: &StatementInvoice, words: &Tongue) -> String {
    let code = if invoice.state == Standing::PartPaid { "open" } else { state_code(invoice.state) };
    let state = words.text(&format!("st_state_{code}")).to_owned();
    let part = matches!(invoice.state, Standing::PartPaid | Standing::Overdue) && invoice.paid.minor() > 0;
    let paid = || words.filled("st_part_paid", &[("state", &state), ("amount", &words.total(invoice.paid))]);
    if part { paid() } else { state }
}

/// Requests, those that were not served, input and output tokens, exactly; cached tokens are input.
fn counts(quantities: &Quantities, failed: u64, words: &Tongue) -> [String; 4] {
    let cached = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    let input = cached.into_iter().fold(0_u64, |sum, meter| sum.saturating_add(quantities.get(meter)));
    [quantities.get(Meter::Requests), failed, input, quantities.get(Meter::OutputTokens)]
        .map(|n| if n == 0 { "–".to_owned() } else { words.number(figures::grouped(n.into())) })
}

/// The meters that have no column, in words.
fn rare(quantities: &Quantities, words: &Tongue) -> Vec<String> {
    let rare = [Meter::Images, Meter::VideoMillis, Meter::SpeechChars, Meter::AudioMillis];
    let parts = quantities.iter().filter(|(meter, _)| rare.contains(meter));
    parts.map(|(meter, n)| words.in_words(meter, n)).collect()
}
