//! Where margin leaks: usage that cost and is not charged, or below its cost, and the reverse. From roll-ups alone; the
//! single requests are a drill-down.

use std::collections::BTreeMap;

use domain::{ClientId, ClientStatus, Currency, Date, ExactAmount, GatewayId, Meter, ModelName};
use rust_decimal::Decimal;
use store::Reader;
use store::report::Filter;
use store::table::InvoiceFilter;

use super::names::Names;
use super::reconcile::utc_days;
use crate::rating::{PricedRow, Prices, model_text, price_book, rows_summed};
use crate::wire::{AmountRole, LeakReason, LeakReport, LeakRow};
use crate::{App, AppError, format};

/// Usage of one client and model on one gateway.
type Whose = (Option<ClientId>, GatewayId, ModelName);

/// Where margin leaks between two days of each client's own calendar, both inclusive, on one gateway or on all.
///
/// # Errors
/// `Invalid` naming the field; the store cannot be read.
pub async fn leak_report(app: &App, gateway: Option<&str>, first: &str, last: &str) -> Result<LeakReport, AppError> {
    let (first, last) = utc_days(first, last)?;
    let mut filter = Filter::days(first, last);
    if let Some(id) = gateway {
        let id: Result<GatewayId, domain::id::NotAnId> = id.parse();
        filter.gateways.push(id.map_err(|error| AppError::invalid("gatewayId", error))?);
    }
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let book = price_book(app, &mut reader).await?;
    let priced = rows_summed(&mut reader, &book, &filter).await?;
    let unbilled = closed(&mut reader, &names, (first, last)).await?;
    let mut cases = cases(&priced, &book, &unbilled)?;
    cases.sort_by(|a, b| b.amount.amount().cmp(&a.amount.amount()).then_with(|| a.whose.cmp(&b.whose)));
    let (costless, leaks): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.reason == LeakReason::NoCost);
    let currency = book.currency();
    let cost = priced.iter().try_fold(ExactAmount::zero(currency), |sum, row| sum.checked_add(row.cost))?;
    let gateways: Vec<GatewayId> = match filter.gateways.as_slice() {
        [] => names.connected().map(|gateway| gateway.id).collect(),
        some => some.to_vec(),
    };
    Ok(LeakReport {
        first: first.to_string(),
        last: last.to_string(),
        leaked: format::amount(total(&leaks, currency)?, AmountRole::Margin),
        leaks: leaks.iter().map(|case| case.view(&names)).collect(),
        costless_total: format::amount(total(&costless, currency)?, AmountRole::Charge),
        costless: costless.iter().map(|case| case.view(&names)).collect(),
        cost: format::amount(cost, AmountRole::Cost),
        freshness: names.freshness(gateways),
    })
}

fn total(cases: &[Case], currency: Currency) -> Result<ExactAmount, AppError> {
    Ok(cases.iter().try_fold(ExactAmount::zero(currency), |sum, case| sum.checked_add(case.amount))?)
}

/// Closed clients without an invoice that touches these days: month end leaves them out.
async fn closed(reader: &mut Reader, names: &Names, (first, last): (Date, Date)) -> Result<Vec<ClientId>, AppError> {
    let closed = names.clients.values().filter(|client| client.client.status == ClientStatus::Closed);
    let mut unbilled = Vec::new();
    for client in closed {
        let filter = InvoiceFilter { client: Some(client.id), ..InvoiceFilter::default() };
        let invoices = reader.invoice().list(&filter).await?;
        let touches = |draft: &store::table::InvoiceDraft| draft.first_day <= last && draft.last_day >= first;
        if !invoices.iter().any(|invoice| invoice.live && touches(&invoice.draft)) {
            unbilled.push(client.id);
        }
    }
    Ok(unbilled)
}

/// Usage that is charged otherwise than it cost.
struct Case {
    whose: Whose,
    reason: LeakReason,
    requests: u64,
    cost: ExactAmount,
    charge: ExactAmount,
    amount: ExactAmount,
}

/// Sums of one client and model: what is charged, and what has no charge.
#[derive(Clone, Copy)]
struct Sums {
    requests: u64,
    cost: ExactAmount,
    charge: ExactAmount,
}

impl Sums {
    const fn zero(zero: ExactAmount) -> Self {
        Self { requests: 0, cost: zero, charge: zero }
    }

    fn add(&mut self, priced: &PricedRow) -> Result<(), AppError> {
        let consumption = &priced.row.consumption;
        let requests = consumption.quantities.get(Meter::Requests).saturating_add(consumption.failed_requests);
        self.requests = self.requests.saturating_add(requests);
        self.cost = self.cost.checked_add(priced.cost)?;
        if let Some(charge) = priced.charge {
            self.charge = self.charge.checked_add(charge)?;
        }
        Ok(())
    }
}

/// Charges are summed before they are held against cost: what a month includes is free on some of its days.
fn cases(priced: &[PricedRow], book: &Prices, unbilled: &[ClientId]) -> Result<Vec<Case>, AppError> {
    let mut sums: BTreeMap<(Whose, bool), (Sums, bool)> = BTreeMap::new();
    for row in priced {
        let whose = (row.row.client, row.row.gateway, row.row.model.clone());
        let start = (Sums::zero(ExactAmount::zero(book.currency())), false);
        let (sum, private) = sums.entry((whose, row.charge.is_some())).or_insert(start);
        sum.add(row)?;
        *private |= book.may_be_private(&row.row);
    }
    let mut cases = Vec::new();
    for ((whose, charged), (sums, private)) in sums {
        let closed = whose.0.is_some_and(|client| unbilled.contains(&client));
        let Some((reason, amount)) = judged(&sums, (whose.0.is_some(), charged), (private, closed))? else { continue };
        let Sums { requests, cost, charge } = sums;
        cases.push(Case { whose, reason, requests, cost, charge, amount });
    }
    Ok(cases)
}

/// Why some usage leaks, and how much.
fn judged(
    sums: &Sums,
    (owned, charged): (bool, bool),
    (private, closed): (bool, bool),
) -> Result<Option<(LeakReason, ExactAmount)>, AppError> {
    let costs = sums.cost.amount() > Decimal::ZERO;
    let below = sums.cost.checked_sub(sums.charge)?;
    Ok(match (owned, charged) {
        (false, _) if costs => Some((LeakReason::Unattributed, sums.cost)),
        (true, _) if closed && costs => Some((LeakReason::Closed, sums.cost)),
        (true, false) if costs && private => Some((LeakReason::Private, sums.cost)),
        (true, false) if costs => Some((LeakReason::NoRule, sums.cost)),
        (true, true) if costs && below.amount() > Decimal::ZERO => {
            let reason = if private { LeakReason::Private } else { LeakReason::BelowCost };
            Some((reason, below))
        }
        (true, true) if !costs && sums.charge.amount() > Decimal::ZERO => Some((LeakReason::NoCost, sums.charge)),
        _ => None,
    })
}

impl Case {
    fn view(&self, names: &Names) -> LeakRow {
        let (client, gateway, model) = &self.whose;
        let role = if self.reason == LeakReason::NoCost { AmountRole::Charge } else { AmountRole::Margin };
        LeakRow {
            client_id: client.map(|id| id.to_string()),
            client: client.map_or_else(|| "Unattributed".to_owned(), |id| names.client(id)),
            gateway_id: gateway.to_string(),
            gateway: names.gateway(*gateway),
            model: model_text(model),
            reason: self.reason,
            requests: format::count(self.requests),
            cost: format::amount(self.cost, AmountRole::Cost),
            charge: format::amount(self.charge, AmountRole::Charge),
            amount: format::amount(self.amount, role),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(cost: i64, charge: i64) -> Sums {
        let exact = |units| ExactAmount::new(Decimal::from(units), Currency::USD);
        Sums { requests: 1, cost: exact(cost), charge: exact(charge) }
    }

    #[test]
    fn d36_each_leak_has_one_reason_and_the_amount_that_is_lost() {
        let rows = [
            ("charged above cost", sums(10, 12), (true, true), (false, false), None),
            ("charged at cost", sums(10, 10), (true, true), (false, false), None),
            ("below cost", sums(10, 7), (true, true), (false, false), Some((LeakReason::BelowCost, 3))),
            ("no rule", sums(10, 0), (true, false), (false, false), Some((LeakReason::NoRule, 10))),
            ("nobody's", sums(10, 0), (false, false), (false, false), Some((LeakReason::Unattributed, 10))),
            ("private and costly", sums(10, 0), (true, false), (true, false), Some((LeakReason::Private, 10))),
            ("private for nothing", sums(0, 0), (true, true), (true, false), None),
            ("closed", sums(10, 12), (true, true), (false, true), Some((LeakReason::Closed, 10))),
            ("charged for nothing", sums(0, 5), (true, true), (false, false), Some((LeakReason::NoCost, 5))),
            ("nothing at all", sums(0, 0), (true, false), (false, false), None),
        ];
        for (what, sums, side, marks, wanted) in rows {
            let judged = judged(&sums, side, marks).unwrap();
            let judged = judged.map(|(reason, amount)| (reason, amount.amount()));
            assert_eq!(judged, wanted.map(|(reason, units)| (reason, Decimal::from(units))), "{what}");
        }
    }
}
