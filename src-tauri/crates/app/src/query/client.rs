//! Clients: the table, the page, and the chart of a client's budget.

use std::collections::BTreeMap;

use domain::{BudgetPeriod, ClientId, ClientStatus, Date, Meter, Nanos, Timestamp, Zone};
use render::chart::{ChartKind, ChartSpec, Series, Unit};
use rust_decimal::Decimal;
use store::Reader;
use store::report::{Filter, Group, Member};
use store::table::client::StoredClient;

use super::budget::{Spent, tightest};
use super::names::Names;
use super::usage::{self, sparkline};
use super::{audit, invoice, key, price};
use crate::command::choice;
use crate::rating::{PricedRow, Prices, Tally, price_book, rows_summed, tallies, tally};
use crate::wire::{
    AccountView, AmountRole, ChartView, ClientInput, ClientRow, ClientStatusView, ClientView, ThemeChoice,
};
use crate::{App, AppError, format};

/// Days of a sparkline.
const SPARK_DAYS: i32 = 30;
/// Entries of the log on a client's page.
const ACTIVITY: u32 = 20;

/// Every client with this month's figures.
///
/// # Errors
/// The store cannot be read.
pub async fn client_list(app: &App) -> Result<Vec<ClientRow>, AppError> {
    let mut reader = app.store().reader().await?;
    let rows = Rows::read(app, &mut reader).await?;
    rows.names.clients.values().map(|client| rows.row(client)).collect()
}

/// One client as its table row.
///
/// # Errors
/// No such client.
pub async fn client_row(app: &App, id: ClientId) -> Result<ClientRow, AppError> {
    let mut reader = app.store().reader().await?;
    let rows = Rows::read(app, &mut reader).await?;
    let client = rows.names.clients.get(&id).ok_or_else(|| AppError::not_found(format!("the client {id}")))?;
    rows.row(client)
}

/// A client's page.
///
/// # Errors
/// No such client.
pub async fn client_get(app: &App, id: &str) -> Result<ClientView, AppError> {
    let id: ClientId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let rows = Rows::read(app, &mut reader).await?;
    let client = rows.names.clients.get(&id).ok_or_else(|| AppError::not_found(format!("the client {id}")))?;
    let keys = key::of_client(app, &mut reader, &rows.names, id).await?;
    let last_month = client.client.zone.date_of(app.now()).month().previous();
    let filter = Filter::days(last_month.first(), last_month.last()).client(id);
    let previous = tally(&rows_summed(&mut reader, &rows.book, &filter).await?, &rows.book)?;
    let activity = audit::of_client(&mut reader, id, ACTIVITY).await?;
    Ok(ClientView {
        row: rows.row(client)?,
        details: details(client),
        accounts: accounts(&rows, Some(id)),
        keys,
        rules: price::rules_for(&rows.names, &rows.book, id, client.client.zone.date_of(app.now())),
        invoices: invoice::of_client(app, &mut reader, &rows.names, id).await?,
        activity,
        previous_month: previous.view()?,
    })
}

/// Every account on every gateway, those of nobody first.
///
/// # Errors
/// The store cannot be read.
pub async fn account_list(app: &App) -> Result<Vec<AccountView>, AppError> {
    let mut reader = app.store().reader().await?;
    let rows = Rows::read(app, &mut reader).await?;
    let mut accounts = accounts(&rows, None);
    accounts.sort_by_key(|account| (account.client_id.is_some(), account.gateway.clone(), account.name.clone()));
    Ok(accounts)
}

/// What a client has spent of its tightest account budget in the current period, day by day; `None` without a budget.
///
/// # Errors
/// No such client.
pub async fn budget_chart(app: &App, id: &str, theme: ThemeChoice) -> Result<Option<ChartView>, AppError> {
    let id: ClientId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let now = app.now();
    let names = Names::read(&mut reader, now).await?;
    let spent = Spent::read(&mut reader, &names, std::iter::empty(), now).await?;
    let Some((account, view)) = tightest(&spent, &names, id) else { return Ok(None) };
    let Some(budget) = names.budget_of_account(account) else { return Ok(None) };
    let today = Zone::utc().date_of(now);
    let first = budget.period().first_day(today).unwrap_or_else(|| today.plus_days(-89));
    let last = budget.period().next_reset(today).map_or(today, |reset| reset.plus_days(-1));
    let filter = Filter { gateways: vec![account.gateway], ..Filter::days(first, today).client(id) };
    let days: BTreeMap<Date, Nanos> =
        reader.report().days(&filter).await?.into_iter().map(|(day, one)| (day, one.cost)).collect();
    let values = usage::each_day(first, today).map(|day| days.get(&day).copied().unwrap_or_default().to_decimal());
    let limit = (budget.period() != BudgetPeriod::Total).then(|| budget.amount().to_decimal());
    let title = format!("Cost against the {} budget of {}", view.period, view.limit.text);
    let spec = ChartSpec {
        points: usage::each_day(first, last).collect(),
        series: vec![Series { name: "Cost so far".to_owned(), values: values.collect::<Vec<Decimal>>() }],
        height: 220,
        ..ChartSpec::new(
            ChartKind::Cumulative { budget: limit },
            title,
            Unit::Money { what: "cost".to_owned(), currency: budget.currency() },
        )
    };
    let freshness = names.freshness([account.gateway]);
    usage::view(&spec, budget.currency(), AmountRole::Cost, theme, freshness).map(Some)
}

/// What rows of clients are made from: one read for all of them.
pub struct Rows {
    /// Who is who.
    pub names: Names,
    /// The price book.
    pub book: Prices,
    /// What was spent of budgets.
    pub spent: Spent,
    month: BTreeMap<Option<ClientId>, Tally>,
    requests: BTreeMap<Option<ClientId>, u64>,
    days: BTreeMap<ClientId, Vec<(Date, Nanos)>>,
    keys: BTreeMap<ClientId, u32>,
    now: Timestamp,
}

impl Rows {
    /// Reads it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn read(app: &App, reader: &mut Reader) -> Result<Self, AppError> {
        let now = app.now();
        let names = Names::read(reader, now).await?;
        let book = price_book(app, reader).await?;
        let spent = Spent::read(reader, &names, std::iter::empty(), now).await?;
        let today = Zone::utc().date_of(now);
        // A local date can be one ahead of the UTC date; whoever is behind has no rows for it yet.
        let month = Filter::days(today.month().first(), today.plus_days(1));
        let rows = rows_summed(reader, &book, &month).await?;
        let spark = Filter::days(today.plus_days(1 - SPARK_DAYS), today.plus_days(1));
        let mut days: BTreeMap<ClientId, Vec<(Date, Nanos)>> = BTreeMap::new();
        for row in reader.report().by_day(&spark, Group::Client, u16::MAX).await? {
            if let Member::Client(Some(client)) = row.member {
                days.entry(client).or_default().push((row.day, row.consumption.cost));
            }
        }
        Ok(Self {
            requests: requests(&rows),
            month: tallies(&rows, &book, |row| row.client)?,
            keys: key::live_by_client(reader).await?,
            names,
            book,
            spent,
            days,
            now,
        })
    }

    /// This month's figures of a client; `None` is usage of nobody.
    #[must_use]
    pub fn month_of(&self, client: Option<ClientId>) -> Tally {
        self.month.get(&client).cloned().unwrap_or_else(|| Tally::zero(self.book.currency()))
    }

    /// A client's last thirty days as a small drawing.
    ///
    /// # Errors
    /// The chart cannot be drawn.
    pub fn sparkline_of(&self, client: ClientId) -> Result<String, AppError> {
        let today = Zone::utc().date_of(self.now);
        let days = self.days.get(&client).map_or(&[][..], Vec::as_slice);
        sparkline(days, today.plus_days(1 - SPARK_DAYS), today, self.book.currency())
    }

    fn row(&self, client: &StoredClient) -> Result<ClientRow, AppError> {
        let id = client.id;
        let mut gateways: Vec<String> =
            self.names.accounts_of(id).map(|account| self.names.gateway(account.gateway)).collect();
        gateways.sort();
        gateways.dedup();
        let on: Vec<_> = self.names.accounts_of(id).map(|account| account.gateway).collect();
        Ok(ClientRow {
            id: id.to_string(),
            name: client.client.name.to_string(),
            status: status(client.client.status),
            gateways,
            keys: self.keys.get(&id).copied().unwrap_or(0),
            month: self.month_of(Some(id)).view()?,
            requests: format::count(self.requests.get(&Some(id)).copied().unwrap_or(0)),
            budget: self.spent.of_client(&self.names, id),
            sparkline: self.sparkline_of(id)?,
            zone: client.client.zone.name().to_owned(),
            freshness: self.names.freshness(on),
        })
    }
}

fn requests(rows: &[PricedRow]) -> BTreeMap<Option<ClientId>, u64> {
    let mut sums = BTreeMap::new();
    for PricedRow { row, .. } in rows {
        *sums.entry(row.client).or_insert(0) += row.consumption.quantities.get(Meter::Requests);
    }
    sums
}

/// A client's status as it crosses.
#[must_use]
pub fn status(status: ClientStatus) -> ClientStatusView {
    match status {
        ClientStatus::Active => ClientStatusView::Active,
        ClientStatus::Paused => ClientStatusView::Paused,
        ClientStatus::Closed => ClientStatusView::Closed,
    }
}

fn accounts(rows: &Rows, client: Option<ClientId>) -> Vec<AccountView> {
    let wanted = |id: Option<ClientId>| client.is_none() || id == client;
    let here = rows.names.accounts.values().filter(|account| account.gone_at.is_none() && wanted(account.client));
    let can = |account: &store::table::StoredAccount| rows.names.capability(account.gateway);
    let view = here.map(|account| AccountView {
        id: account.id.to_string(),
        gateway_id: account.gateway.to_string(),
        gateway: rows.names.gateway(account.gateway),
        name: account.account.spec.name.to_string(),
        external_id: account.account.external_id.to_string(),
        client_id: account.client.map(|id| id.to_string()),
        paused: account.account.paused,
        gone: account.gone_at.is_some(),
        takes_credential: can(account).account_credential,
        takes_budget: !can(account).account_budget_periods.is_empty(),
        budget: rows.spent.of_account(&rows.names, account),
    });
    view.collect()
}

/// A client's data, ready to edit.
#[must_use]
pub fn details(stored: &StoredClient) -> ClientInput {
    let client = &stored.client;
    let address = client.address.clone();
    ClientInput {
        name: client.name.to_string(),
        currency: client.currency.code().to_owned(),
        zone: client.zone.name().to_owned(),
        legal_name: address.legal_name,
        street: address.street,
        postal_code: address.postal_code,
        city: address.city,
        country: address.country,
        tax_id: address.tax_id,
        vat_id: address.vat_id,
        registration: address.registration,
        endpoint: address.endpoint,
        reference: address.reference,
        tax: choice::tax_shown(client.invoicing.tax),
        tax_reason: client.invoicing.tax_reason.clone(),
        e_invoice: choice::e_invoice_shown(client.invoicing.e_invoice),
        language: choice::language_shown(client.invoicing.language),
        email: address.email,
        terms_days: client.terms.0,
        gateways: Vec::new(),
        budget: None,
        models: Vec::new(),
    }
}
