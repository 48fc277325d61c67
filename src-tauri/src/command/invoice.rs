//! Invoices.

use app::wire::{
    AdjustmentInput, BatchResult, DocumentKind, Done, ErrorView, InvoiceDrift, InvoiceRow, InvoiceView, PastDueView,
    PaymentInput, SavedFile, ThemeChoice,
};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// Invoices of a month or a client.
#[tauri::command]
#[specta::specta]
pub async fn invoice_list(
    desk: State<'_, Desk>,
    month: Option<String>,
    client_id: Option<String>,
) -> Result<Vec<InvoiceRow>, ErrorView> {
    Ok(query::invoice::invoice_list(desk.app()?, month, client_id).await?)
}

/// An invoice's page.
#[tauri::command]
#[specta::specta]
pub async fn invoice_get(desk: State<'_, Desk>, id: String, theme: ThemeChoice) -> Result<InvoiceView, ErrorView> {
    Ok(query::invoice::invoice_get(desk.app()?, &id, theme).await?)
}

/// Drafts an invoice.
#[tauri::command]
#[specta::specta]
pub async fn invoice_draft(desk: State<'_, Desk>, client_id: String, month: String) -> Result<InvoiceView, ErrorView> {
    Ok(command::invoice::invoice_draft(desk.app()?, Origin::Window, &client_id, &month).await?)
}

/// Drafts a month's invoices.
#[tauri::command]
#[specta::specta]
pub async fn invoice_draft_month(desk: State<'_, Desk>, month: String) -> Result<Vec<BatchResult>, ErrorView> {
    Ok(command::invoice::invoice_draft_month(desk.app()?, Origin::Window, &month).await?)
}

/// Changes a draft.
#[tauri::command]
#[specta::specta]
pub async fn invoice_edit(
    desk: State<'_, Desk>,
    id: String,
    adjustments: Vec<AdjustmentInput>,
    note: String,
) -> Result<InvoiceView, ErrorView> {
    Ok(command::invoice::invoice_edit(desk.app()?, Origin::Window, &id, adjustments, note).await?)
}

/// Throws a draft away.
#[tauri::command]
#[specta::specta]
pub async fn invoice_discard(desk: State<'_, Desk>, id: String) -> Result<Done, ErrorView> {
    Ok(command::invoice::invoice_discard(desk.app()?, Origin::Window, &id).await?)
}

/// Numbers and freezes a draft.
#[tauri::command]
#[specta::specta]
pub async fn invoice_finalise(desk: State<'_, Desk>, id: String) -> Result<InvoiceView, ErrorView> {
    Ok(command::invoice::invoice_finalise(desk.app()?, Origin::Window, &id).await?)
}

/// Finalises a month's drafts, those in grace only if `early`.
#[tauri::command]
#[specta::specta]
pub async fn invoice_finalise_month(
    desk: State<'_, Desk>,
    month: String,
    early: bool,
) -> Result<Vec<BatchResult>, ErrorView> {
    Ok(command::invoice::invoice_finalise_month(desk.app()?, Origin::Window, &month, early).await?)
}

/// Stops drafting or finalising a month.
#[tauri::command]
#[specta::specta]
pub async fn invoice_month_cancel(desk: State<'_, Desk>) -> Result<(), ErrorView> {
    Ok(command::invoice::invoice_month_cancel(desk.app()?).await?)
}

/// Throws a month's untouched drafts away.
#[tauri::command]
#[specta::specta]
pub async fn invoice_discard_month(desk: State<'_, Desk>, month: String) -> Result<Done, ErrorView> {
    Ok(command::invoice::invoice_discard_month(desk.app()?, Origin::Window, &month).await?)
}

/// Takes an invoice back with a credit note.
#[tauri::command]
#[specta::specta]
pub async fn invoice_credit(desk: State<'_, Desk>, id: String, reason: String) -> Result<InvoiceView, ErrorView> {
    Ok(command::invoice::invoice_credit(desk.app()?, Origin::Window, &id, &reason).await?)
}

/// Final invoices that drifted.
#[tauri::command]
#[specta::specta]
pub async fn invoice_drifts(desk: State<'_, Desk>) -> Result<Vec<InvoiceDrift>, ErrorView> {
    Ok(query::invoice::invoice_drifts(desk.app()?).await?)
}

/// Puts drift on the client's next draft.
#[tauri::command]
#[specta::specta]
pub async fn invoice_settle_drift(desk: State<'_, Desk>, id: String) -> Result<InvoiceView, ErrorView> {
    Ok(command::invoice::invoice_settle_drift(desk.app()?, Origin::Window, &id).await?)
}

/// Goes on after numbers these books lack.
#[tauri::command]
#[specta::specta]
pub async fn invoice_continue(desk: State<'_, Desk>, series: String) -> Result<Done, ErrorView> {
    Ok(command::invoice::invoice_continue(desk.app()?, Origin::Window, &series).await?)
}

/// Writes a document to a folder.
#[tauri::command]
#[specta::specta]
pub async fn invoice_save(
    desk: State<'_, Desk>,
    id: String,
    kind: DocumentKind,
    dir: Option<String>,
) -> Result<SavedFile, ErrorView> {
    Ok(command::invoice::invoice_save(desk.app()?, &id, kind, dir).await?)
}

/// Notes a payment.
#[tauri::command]
#[specta::specta]
pub async fn invoice_pay(desk: State<'_, Desk>, id: String, payment: PaymentInput) -> Result<Done, ErrorView> {
    Ok(command::invoice::invoice_pay(desk.app()?, Origin::Window, &id, &payment).await?)
}

/// Clients that are past due.
#[tauri::command]
#[specta::specta]
pub async fn past_due_list(desk: State<'_, Desk>) -> Result<Vec<PastDueView>, ErrorView> {
    Ok(query::past_due::past_due_list(desk.app()?).await?)
}

/// What is overdue of a client, and what is or would be taken.
#[tauri::command]
#[specta::specta]
pub async fn past_due_get(desk: State<'_, Desk>, client_id: String) -> Result<PastDueView, ErrorView> {
    Ok(query::past_due::past_due_get(desk.app()?, &client_id).await?)
}

/// Takes what is billable from a client's keys.
#[tauri::command]
#[specta::specta]
pub async fn past_due_hold(desk: State<'_, Desk>, client_id: String) -> Result<PastDueView, ErrorView> {
    Ok(command::past_due::past_due_hold(desk.app()?, Origin::Window, &client_id).await?)
}

/// Gives back what was taken.
#[tauri::command]
#[specta::specta]
pub async fn past_due_lift(desk: State<'_, Desk>, client_id: String) -> Result<PastDueView, ErrorView> {
    Ok(command::past_due::past_due_lift(desk.app()?, Origin::Window, &client_id).await?)
}
