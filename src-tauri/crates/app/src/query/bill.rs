//! Upstream bills.

use domain::BillId;
use store::table::StoredBill;

use super::names::Names;
use crate::wire::{AmountRole, BillView};
use crate::{App, AppError, format};

/// Every bill, the latest period first.
///
/// # Errors
/// The store cannot be read.
pub async fn bill_list(app: &App) -> Result<Vec<BillView>, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    Ok(reader.bill().list().await?.iter().map(|bill| bill_view(&names, bill)).collect())
}

/// One bill.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn bill_get(app: &App, id: BillId) -> Result<BillView, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    Ok(bill_view(&names, &reader.bill().get(id).await?))
}

/// A bill to show.
pub(crate) fn bill_view(names: &Names, bill: &StoredBill) -> BillView {
    BillView {
        id: bill.id.to_string(),
        gateway_id: bill.gateway.to_string(),
        gateway: names.gateway(bill.gateway),
        name: bill.name.clone(),
        lines: format::count(bill.lines),
        cost: format::cost(bill.cost, names.currency(bill.gateway), AmountRole::Cost),
        first: bill.first.to_string(),
        last: bill.last.to_string(),
        imported_at: bill.imported_at.to_string(),
    }
}
