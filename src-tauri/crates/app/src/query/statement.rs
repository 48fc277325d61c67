//! What a client is shown of a period. The one place where rated usage becomes a value without a cost.

use std::collections::BTreeMap;

use billing::ledger::{Balances, Movements};
use billing::{Party, ServicePeriod, Statement, StatementInvoice, StatementKey, StatementSum, StatementUse};
use domain::{ClientId, Date, ExactAmount, Meter, ModelName, Money, Month, Quantities, TimeError};
use store::Reader;
use store::report::{Filter, Group, Member};
use store::table::invoice::{InvoiceFilter, StoredInvoice};

use super::invoice::standing;
use super::names::{Names, keys};
use super::{ledger, usage};
use crate::branding::{self, language};
use crate::command::invoice::{seller, settlement};
use crate::ledger::{Book, read as ledger_of};
use crate::rating::{PricedRow, Prices, metered_row, model_text, price_book, priced};
use crate::wire::{
    AmountRole, AmountView, StatementCredit, StatementInvoiceView, StatementPeriod, StatementRow, StatementView,
    ThemeChoice, UsageFilterInput, UsageGroup,
};
use crate::{App, AppError, agency, format};

/// What a client is shown of a period.
///
/// # Errors
/// No such client; a range that makes no sense.
pub async fn statement_get(
    app: &App,
    client: &str,
    period: &StatementPeriod,
    theme: ThemeChoice,
) -> Result<StatementView, AppError> {
    let mut reader = app.store().reader().await?;
    let (id, statement) = assembled(app, &mut reader, client, period).await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let freshness = names.freshness(names.accounts_of(id).map(|account| account.gateway));
    let spec = render::statement::chart_spec(&statement, (960, 260))?;
    let models = statement.by_model()?;
    Ok(StatementView {
        client_id: id.to_string(),
        client: names.client(id),
        first: statement.period.first().to_string(),
        last: statement.period.last().to_string(),
        zone: statement.zone.name().to_owned(),
        as_of: statement.as_of.map(format::instant),
        erased_through: statement.erased_through.map(|day| day.to_string()),
        chart: usage::view(&spec, statement.currency, AmountRole::Charge, theme, freshness)?,
        models: models.iter().map(|sum| row(model_text(&sum.of), sum)).collect(),
        keys: statement.keys.iter().map(key_row).collect(),
        total: row("Total".to_owned(), &statement.total()?),
        credit: statement.credit.as_ref().map(credit_rows).unwrap_or_default(),
        invoices: statement.invoices.iter().map(invoice_row).collect(),
    })
}

/// The first and the last day of a month as typed.
///
/// # Errors
/// No month.
pub fn month(text: &str) -> Result<(String, String), AppError> {
    let month: Month = text.parse().map_err(|error: TimeError| AppError::invalid("month", error))?;
    Ok((month.first().to_string(), month.last().to_string()))
}

/// A statement, from what the books know now.
///
/// # Errors
/// As for [`statement_get`].
pub(crate) async fn assembled(
    app: &App,
    reader: &mut Reader,
    client: &str,
    period: &StatementPeriod,
) -> Result<(ClientId, Statement), AppError> {
    let id: ClientId = client.parse()?;
    let Book { client, entries, ledger, .. } = ledger_of(reader, id).await?;
    let filter = usage::parsed(&wanted(id, period))?;
    let names = Names::read(reader, app.now()).await?;
    let book = price_book(app, reader).await?;
    let agency = agency::read(app, reader).await?;
    let today = agency::today(app, reader).await?;
    let days = reader.report().usage_by_client_model(&filter).await?;
    let rows = priced(reader, &book, days).await?;
    let zone = client.client.zone.clone();
    let credit = match entries.is_empty() {
        true => None,
        false => Some(Movements::between(ledger.currency(), &entries, &zone.days(filter.first, filter.last))?),
    };
    let (mut seller, language) = (seller(&agency), language(client.client.invoicing.language, &agency));
    branding::read(reader).await?.look(language, &mut seller);
    let statement = Statement {
        seller,
        buyer: Party::buyer(&client.client),
        period: ServicePeriod::new(filter.first, filter.last)?,
        drawn_up: app.now(),
        as_of: names.read_through(id),
        erased_through: erased_through(reader, &names, id).await?,
        currency: book.currency(),
        language,
        usage: uses(&rows, &book)?,
        keys: key_uses(reader, &filter).await?,
        credit,
        invoices: invoices(reader, (id, &filter), today).await?,
        zone,
    };
    Ok((id, statement))
}

fn wanted(client: ClientId, period: &StatementPeriod) -> UsageFilterInput {
    UsageFilterInput {
        first: period.first.clone(),
        last: period.last.clone(),
        clients: vec![client.to_string()],
        gateways: Vec::new(),
        keys: Vec::new(),
        models: Vec::new(),
        group: UsageGroup::Model,
    }
}

/// Usage by day and model. Which gateway served it, and what that cost, end here.
fn uses(rows: &[PricedRow], book: &Prices) -> Result<Vec<StatementUse>, AppError> {
    let mut uses: BTreeMap<(Date, ModelName, bool, bool), StatementUse> = BTreeMap::new();
    for priced in rows {
        let (row, used) = (&priced.row, &priced.row.consumption);
        let idle = priced.is_idle().then(|| ExactAmount::zero(book.currency()));
        let (charge, private) = (priced.charge.or(idle), metered_row(row.clone(), book).private);
        let none = || StatementUse {
            day: row.day,
            model: row.model.clone(),
            quantities: Quantities::NONE,
            failed_requests: 0,
            charge: charge.map(|charge| ExactAmount::zero(charge.currency())),
            private,
        };
        let one = uses.entry((row.day, row.model.clone(), private, charge.is_some())).or_insert_with(none);
        one.quantities = one.quantities.plus(&used.quantities);
        one.failed_requests = one.failed_requests.saturating_add(used.failed_requests);
        if let (Some(sum), Some(charge)) = (one.charge, charge) {
            one.charge = Some(sum.checked_add(charge)?);
        }
    }
    Ok(uses.into_values().collect())
}

/// What each key used, busiest first.
async fn key_uses(reader: &mut Reader, filter: &Filter) -> Result<Vec<StatementKey>, AppError> {
    let known = keys(reader).await?;
    let totals = reader.report().totals(filter, Group::Key).await?;
    let row = |(member, used): (Member, store::report::Consumption)| {
        let key = if let Member::Key(Some(id)) = member { known.get(&id) } else { None };
        StatementKey {
            name: key.map_or_else(String::new, |key| key.key.spec.name.to_string()),
            label: key.map_or_else(String::new, |key| key.key.label.as_str().to_owned()),
            quantities: used.quantities,
            failed_requests: used.failed_requests,
        }
    };
    let mut rows: Vec<StatementKey> = totals.into_iter().map(row).collect();
    // Not in the order of cost, which would tell which key costs more.
    rows.sort_by(|a, b| {
        let by = |key: &StatementKey| std::cmp::Reverse(key.quantities.get(Meter::Requests));
        (by(a), &a.name).cmp(&(by(b), &b.name))
    });
    Ok(rows)
}

async fn erased_through(reader: &mut Reader, names: &Names, id: ClientId) -> Result<Option<Date>, AppError> {
    let accounts: Vec<_> = names.accounts.values().filter(|account| account.client == Some(id)).collect();
    let mut days = Vec::new();
    for account in accounts {
        days.extend(reader.usage().erased_through(account.id).await?);
    }
    Ok(days.into_iter().min())
}

async fn invoices(
    reader: &mut Reader,
    (client, filter): (ClientId, &Filter),
    today: Date,
) -> Result<Vec<StatementInvoice>, AppError> {
    let wanted = InvoiceFilter { client: Some(client), is_final: Some(true), ..InvoiceFilter::default() };
    let here = |one: &StoredInvoice| one.draft.first_day <= filter.last && filter.first <= one.draft.last_day;
    let stored = reader.invoice().list(&wanted).await?;
    let mut invoices: Vec<_> = stored.iter().filter(|one| here(one)).filter_map(|one| invoice(one, today)).collect();
    invoices.sort_by(|a, b| (a.issued, &a.number).cmp(&(b.issued, &b.number)));
    Ok(invoices)
}

fn invoice(stored: &StoredInvoice, today: Date) -> Option<StatementInvoice> {
    let (issued, draft) = (stored.issued.as_ref()?, &stored.draft);
    Some(StatementInvoice {
        number: issued.label.clone(),
        issued: issued.issued_on,
        due: issued.due_on,
        period: (draft.first_day, draft.last_day),
        total: Money::from_minor(draft.gross, draft.currency),
        paid: Money::from_minor(stored.paid, draft.currency),
        state: settlement(stored, issued.due_on).standing(today),
    })
}

fn row<T>(name: String, sum: &StatementSum<T>) -> StatementRow {
    let nothing = sum.unpriced && sum.exact.amount().is_zero();
    StatementRow {
        charge: (!nothing).then(|| format::money(sum.charge, AmountRole::Charge)),
        ..counted(name, &sum.quantities, (sum.failed_requests, sum.private_requests))
    }
}

fn key_row(key: &StatementKey) -> StatementRow {
    let label = Some(key.label.clone()).filter(|label| !label.is_empty());
    let name = if key.name.is_empty() { "(no key)".to_owned() } else { key.name.clone() };
    StatementRow { label, ..counted(name, &key.quantities, (key.failed_requests, 0)) }
}

fn counted(name: String, quantities: &Quantities, (failed, private): (u64, u64)) -> StatementRow {
    let input = [Meter::InputTokens, Meter::CacheReadTokens, Meter::CacheWriteTokens];
    StatementRow {
        name,
        label: None,
        requests: format::count(quantities.get(Meter::Requests)),
        failed: format::count(failed),
        private: format::count(private),
        input_tokens: format::count(input.iter().map(|meter| quantities.get(*meter)).sum()),
        output_tokens: format::count(quantities.get(Meter::OutputTokens)),
        charge: None,
    }
}

fn credit_rows(movements: &Movements) -> Vec<StatementCredit> {
    let amount = |amount: ExactAmount| -> AmountView { format::amount(amount, AmountRole::Credit) };
    let row = |kind, sums: &Balances| StatementCredit {
        kind,
        paid: amount(sums.paid),
        bonus: amount(sums.bonus),
        free: amount(sums.free),
        owed: amount(sums.owed),
        carried: amount(sums.carried),
    };
    let lines = movements.lines.iter().map(|(kind, line)| row(Some(ledger::kind(*kind)), line));
    std::iter::once(row(None, &movements.opening))
        .chain(lines)
        .chain(std::iter::once(row(None, &movements.closing)))
        .collect()
}

fn invoice_row(invoice: &StatementInvoice) -> StatementInvoiceView {
    StatementInvoiceView {
        number: invoice.number.clone(),
        issued: invoice.issued.to_string(),
        due: invoice.due.to_string(),
        total: format::money(invoice.total, AmountRole::Charge),
        paid: format::money(invoice.paid, AmountRole::Charge),
        state: standing(invoice.state),
    }
}
