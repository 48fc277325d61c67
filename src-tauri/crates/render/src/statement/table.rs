//! A statement, and usage by day and model, as CSV.

use billing::ledger::Balances;
use billing::{Statement, StatementInvoice, StatementKey, StatementSum, StatementUse};
use domain::{Currency, Date, ExactAmount, Meter, Money, Quantities};

use super::page::state_code;
use crate::RenderError;
use crate::csv::{Cell, table};
use crate::document::named;

/// The columns before the meters.
const BEFORE: [&str; 5] = ["section", "name", "detail", "first_day", "last_day"];
/// The columns after the meters.
const AFTER: [&str; 7] =
    ["failed_requests", "private_requests", "currency", "exact_amount", "amount", "paid_amount", "state"];

/// One row of a statement; what a section does not tell is empty.
#[derive(Default)]
struct Line {
    section: &'static str,
    name: String,
    detail: String,
    days: Option<(Date, Date)>,
    used: Option<(Quantities, u64, u64)>,
    exact: Option<ExactAmount>,
    amount: Option<Money>,
    paid: Option<Money>,
    state: &'static str,
}

/// A statement, section by section: `total`, `model`, `day`, `key`, `credit`, `invoice`. Counts and amounts are exact; the
/// rounded amounts of the models and of the days add up to the total.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn csv(statement: &Statement) -> Result<String, RenderError> {
    let header: Vec<&str> =
        BEFORE.into_iter().chain(Meter::ALL.iter().map(|meter| meter.code())).chain(AFTER).collect();
    table(&header, lines(statement)?.into_iter().map(Line::cells))
}

fn lines(statement: &Statement) -> Result<Vec<Line>, RenderError> {
    let period = (statement.period.first(), statement.period.last());
    let mut lines = vec![Line {
        name: statement.buyer.name.clone(),
        detail: statement.zone.name().to_owned(),
        days: Some(period),
        ..Line::of("total", &statement.total()?)
    }];
    let models = statement.by_model()?;
    lines.extend(models.iter().map(|sum| Line { name: named(sum.of.as_str()), ..Line::of("model", sum) }));
    let days = statement.sums(|one| one.day)?;
    lines.extend(days.iter().map(|sum| Line { days: Some((sum.of, sum.of)), ..Line::of("day", sum) }));
    lines.extend(statement.keys.iter().map(Line::of_key));
    if let Some(credit) = &statement.credit {
        lines.extend(Line::of_credit("opening", &credit.opening));
        lines.extend(credit.lines.iter().flat_map(|(kind, line)| Line::of_credit(kind.code(), line)));
        lines.extend(Line::of_credit("closing", &credit.closing));
    }
    lines.extend(statement.invoices.iter().map(Line::of_invoice));
    Ok(lines)
}

impl Line {
    fn of<T>(section: &'static str, sum: &StatementSum<T>) -> Self {
        let priced = !(sum.unpriced && sum.exact.amount().is_zero());
        Self {
            section,
            used: Some((sum.quantities, sum.failed_requests, sum.private_requests)),
            exact: priced.then_some(sum.exact),
            amount: priced.then_some(sum.charge),
            state: if sum.unpriced { "no_price" } else { "" },
            ..Self::default()
        }
    }

    fn of_key(key: &StatementKey) -> Self {
        Self {
            section: "key",
            name: key.name.clone(),
            detail: key.label.clone(),
            used: Some((key.quantities, key.failed_requests, 0)),
            ..Self::default()
        }
    }

    /// One row for each kind of credit: they are not added up.
    fn of_credit(movement: &'static str, sums: &Balances) -> Vec<Self> {
        let kinds = [
            ("paid", sums.paid),
            ("bonus", sums.bonus),
            ("free", sums.free),
            ("owed", sums.owed),
            ("carried", sums.carried),
        ];
        let line = |(kind, amount): (&str, ExactAmount)| Self {
            section: "credit",
            name: kind.to_owned(),
            detail: movement.to_owned(),
            exact: Some(amount),
            ..Self::default()
        };
        kinds.map(line).into()
    }

    fn of_invoice(invoice: &StatementInvoice) -> Self {
        Self {
            section: "invoice",
            name: invoice.number.clone(),
            detail: invoice.due.to_string(),
            days: Some(invoice.period),
            amount: Some(invoice.total),
            paid: Some(invoice.paid),
            state: state_code(invoice.state),
            ..Self::default()
        }
    }

    fn currency(&self) -> Option<Currency> {
        self.exact.map(|exact| exact.currency()).or(self.amount.map(|amount| amount.currency()))
    }

    fn cells(self) -> Vec<Cell> {
        let date = |date: Option<Date>| date.map_or(Cell::Empty, Cell::Date);
        let money = |money: Option<Money>| money.map_or(Cell::Empty, |money| Cell::Number(money.to_decimal()));
        let currency = self.currency().map_or(Cell::Empty, |currency| Cell::Text(currency.code().to_owned()));
        let mut cells = vec![Cell::Text(self.section.to_owned()), Cell::Text(self.name), Cell::Text(self.detail)];
        cells.extend([date(self.days.map(|days| days.0)), date(self.days.map(|days| days.1))]);
        let used = |meter| self.used.map_or(Cell::Empty, |(quantities, ..)| Cell::Count(quantities.get(meter)));
        cells.extend(Meter::ALL.into_iter().map(used));
        cells.push(self.used.map_or(Cell::Empty, |(_, failed, _)| Cell::Count(failed)));
        cells.push(self.used.map_or(Cell::Empty, |(.., private)| Cell::Count(private)));
        cells.push(currency);
        cells.push(self.exact.map_or(Cell::Empty, |exact| Cell::Number(exact.amount().normalize())));
        cells.extend([money(self.amount), money(self.paid), Cell::Text(self.state.to_owned())]);
        cells
    }
}

/// The columns of [`usage_csv`] beside the meters.
const USAGE: [&str; 7] = ["date", "model", "failed_requests", "private", "currency", "charge", "state"];

/// Usage by day and model, with its exact charge.
///
/// # Errors
/// The table cannot be written.
pub fn usage_csv(statement: &Statement) -> Result<String, RenderError> {
    let (before, after) = USAGE.split_at(2);
    let meters = Meter::ALL.iter().map(|meter| meter.code());
    let header: Vec<&str> = before.iter().copied().chain(meters).chain(after.iter().copied()).collect();
    table(&header, statement.usage.iter().map(|one| usage_row(one, statement.currency)))
}

fn usage_row(one: &StatementUse, currency: Currency) -> Vec<Cell> {
    let mut cells = vec![Cell::Date(one.day), Cell::Text(one.model.as_str().to_owned())];
    cells.extend(Meter::ALL.into_iter().map(|meter| Cell::Count(one.quantities.get(meter))));
    cells.extend([
        Cell::Count(one.failed_requests),
        Cell::Text(if one.private { "yes" } else { "no" }.to_owned()),
        Cell::Text(currency.code().to_owned()),
        one.charge.map_or(Cell::Empty, |charge| Cell::Number(charge.amount().normalize())),
        Cell::Text(if one.charge.is_some() { "" } else { "no_price" }.to_owned()),
    ]);
    cells
}
