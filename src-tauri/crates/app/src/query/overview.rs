//! The Monday screen: spend, charge and margin, who drives them, and what needs a hand.

use domain::{Date, Month, Timestamp, Zone};
use store::Reader;
use store::report::Filter;

use super::client::Rows;
use super::names::{Names, keys};
use super::{budget::Spent, invoice, notice};
use crate::rating::{Tally, rows_summed, tally};
use crate::wire::{AmountRole, BudgetAlert, FreshnessState, GatewayHealth, InvoiceStatus, OverviewView, TopClient};
use crate::{App, AppError, agency, format};

/// Clients on the overview.
const TOP: usize = 8;
/// A budget is worth showing from this per cent on (the second of the usual warnings, S0-11).
const NEAR_CAP: u32 = 75;

/// The overview.
///
/// # Errors
/// The store cannot be read.
pub async fn overview(app: &App) -> Result<OverviewView, AppError> {
    let mut reader = app.store().reader().await?;
    let rows = Rows::read(app, &mut reader).await?;
    let zone = agency::zone(app, &mut reader).await?;
    let today = zone.date_of(app.now());
    let month = span(&mut reader, &rows, today.month().first(), today).await?;
    let previous = today.month().previous();
    let unattributed = rows.month_of(None).cost;
    Ok(OverviewView {
        first_run: rows.names.connected().next().is_none(),
        freshness: rows.names.freshness_of_all(),
        month_name: today.month().to_string(),
        today: span(&mut reader, &rows, today, today).await?.view()?,
        run_rate: run_rate(&month, today.month(), app.now(), &zone)?.view()?,
        month: month.view()?,
        previous_month: span(&mut reader, &rows, previous.first(), previous.last()).await?.view()?,
        requests: requests(&mut reader, today).await?,
        top_clients: top_clients(&rows, &month)?,
        budgets: alerts(app, &mut reader, &rows).await?,
        gateways: health(&rows.names),
        invoices: invoice::needing_a_hand(app, &mut reader, &rows.names).await?,
        notices: notice::waiting(&mut reader).await?,
        unattributed: (!unattributed.amount().is_zero()).then(|| format::amount(unattributed, AmountRole::Cost)),
    })
}

async fn span(reader: &mut Reader, rows: &Rows, first: Date, last: Date) -> Result<Tally, AppError> {
    tally(&rows_summed(reader, &rows.book, &Filter::days(first, last)).await?, &rows.book)
}

async fn requests(reader: &mut Reader, today: Date) -> Result<crate::wire::CountView, AppError> {
    let month = reader.report().total(&Filter::days(today.month().first(), today)).await?;
    Ok(format::count(month.quantities.get(domain::Meter::Requests)))
}

/// The month at its present pace: what is there, times the month's length over what has passed of it.
fn run_rate(month: &Tally, name: Month, now: Timestamp, zone: &Zone) -> Result<Tally, AppError> {
    let period = name.period(zone);
    let elapsed = now.as_millis() - period.start().as_millis();
    month.projected(elapsed, period.end().as_millis() - period.start().as_millis())
}

fn top_clients(rows: &Rows, month: &Tally) -> Result<Vec<TopClient>, AppError> {
    let mut clients: Vec<_> =
        rows.names.clients.values().map(|client| (rows.month_of(Some(client.id)), client)).collect();
    clients.sort_by_key(|(tally, client)| (std::cmp::Reverse(tally.cost.amount()), client.id));
    let whole = domain::Nanos::nearest(month.cost.amount()).unwrap_or_default();
    let top = clients.into_iter().filter(|(tally, _)| !tally.cost.amount().is_zero()).take(TOP);
    top.map(|(tally, client)| {
        Ok(TopClient {
            client_id: Some(client.id.to_string()),
            name: client.client.name.to_string(),
            share: format::per_mille(domain::Nanos::nearest(tally.cost.amount()).unwrap_or_default(), whole),
            month: tally.view()?,
            sparkline: rows.sparkline_of(client.id)?,
        })
    })
    .collect()
}

async fn alerts(app: &App, reader: &mut Reader, rows: &Rows) -> Result<Vec<BudgetAlert>, AppError> {
    let keys = keys(reader).await?;
    let spent = Spent::read(reader, &rows.names, keys.values(), app.now()).await?;
    let client_name =
        |id: Option<domain::ClientId>| id.map_or_else(|| "Unattributed".to_owned(), |id| rows.names.client(id));
    let accounts = rows.names.accounts.values().filter(|account| account.gone_at.is_none()).filter_map(|account| {
        let budget = spent.of_account(&rows.names, account)?;
        let client_id = account.client.map(|id| id.to_string());
        Some(BudgetAlert { client: client_name(account.client), client_id, key: None, budget })
    });
    let keys = keys.values().filter(|key| key.key.status != domain::KeyStatus::Revoked).filter_map(|key| {
        let budget = spent.of_key(&rows.names, key)?;
        let client_id = key.client.map(|id| id.to_string());
        Some(BudgetAlert {
            client: client_name(key.client),
            client_id,
            key: Some(key.key.spec.name.to_string()),
            budget,
        })
    });
    let mut alerts: Vec<BudgetAlert> = accounts.chain(keys).filter(|alert| alert.budget.percent >= NEAR_CAP).collect();
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.budget.percent));
    Ok(alerts)
}

fn health(names: &Names) -> Vec<GatewayHealth> {
    let view = |gateway: &store::table::gateway::StoredGateway| {
        let freshness = names.freshness_of(gateway.id);
        let hint = match freshness.state {
            FreshnessState::Fresh => None,
            FreshnessState::Stale => Some("Sync to bring it up to date.".to_owned()),
            FreshnessState::Never => Some("Sync it for the first time.".to_owned()),
            FreshnessState::Failing => Some("Test the connection on the Gateways screen.".to_owned()),
        };
        GatewayHealth {
            gateway_id: gateway.id.to_string(),
            name: gateway.connection.name.to_string(),
            problem: gateway.error.as_ref().map(|(sentence, _)| sentence.clone()),
            freshness,
            hint,
        }
    };
    names.connected().map(view).collect()
}

/// Which invoices of a list need a hand: drafts and overdue ones.
#[must_use]
pub fn needs_a_hand(status: InvoiceStatus) -> bool {
    matches!(status, InvoiceStatus::Draft | InvoiceStatus::Overdue)
}
