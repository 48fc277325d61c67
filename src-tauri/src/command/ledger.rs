//! Ledgers of clients that pay in advance.

use app::wire::{AdjustInput, DepositInput, ErrorView, LedgerAct, LedgerPreview, LedgerRules, LedgerView, RefundInput};
use app::{Origin, command, query};
use tauri::State;

use crate::desk::Desk;

/// A client's ledger with its last entries, or with all of them.
#[tauri::command]
#[specta::specta]
pub async fn ledger_get(desk: State<'_, Desk>, client: String, last: Option<u32>) -> Result<LedgerView, ErrorView> {
    Ok(query::ledger::ledger_get(desk.app()?, &client, last).await?)
}

/// Lets a client pay in advance, or invoices it again.
#[tauri::command]
#[specta::specta]
pub async fn ledger_prepay(desk: State<'_, Desk>, client: String, on: bool) -> Result<LedgerView, ErrorView> {
    Ok(command::ledger::ledger_prepay(desk.app()?, Origin::Window, &client, on).await?)
}

/// What an entry by hand would post and change.
#[tauri::command]
#[specta::specta]
pub async fn ledger_preview(
    desk: State<'_, Desk>,
    client: String,
    typed: LedgerAct,
) -> Result<LedgerPreview, ErrorView> {
    Ok(query::ledger::ledger_preview(desk.app()?, &client, &typed).await?)
}

/// Notes that a client paid in.
#[tauri::command]
#[specta::specta]
pub async fn ledger_deposit(
    desk: State<'_, Desk>,
    client: String,
    typed: DepositInput,
) -> Result<LedgerView, ErrorView> {
    Ok(command::ledger::ledger_deposit(desk.app()?, Origin::Window, &client, &typed).await?)
}

/// Gives a charge back, or pays paid credit out.
#[tauri::command]
#[specta::specta]
pub async fn ledger_refund(desk: State<'_, Desk>, client: String, typed: RefundInput) -> Result<LedgerView, ErrorView> {
    Ok(command::ledger::ledger_refund(desk.app()?, Origin::Window, &client, &typed).await?)
}

/// Corrects a balance by hand.
#[tauri::command]
#[specta::specta]
pub async fn ledger_adjust(desk: State<'_, Desk>, client: String, typed: AdjustInput) -> Result<LedgerView, ErrorView> {
    Ok(command::ledger::ledger_adjust(desk.app()?, Origin::Window, &client, &typed).await?)
}

/// Charges every closed day that is not charged yet.
#[tauri::command]
#[specta::specta]
pub async fn ledger_charge(desk: State<'_, Desk>, client: Option<String>) -> Result<Vec<LedgerView>, ErrorView> {
    Ok(command::ledger::ledger_charge(desk.app()?, Origin::Window, client.as_deref()).await?)
}

/// The rules of credit.
#[tauri::command]
#[specta::specta]
pub async fn ledger_rules(desk: State<'_, Desk>) -> Result<LedgerRules, ErrorView> {
    Ok(query::ledger::ledger_rules(desk.app()?).await?)
}

/// Keeps the rules of credit.
#[tauri::command]
#[specta::specta]
pub async fn ledger_rules_set(desk: State<'_, Desk>, typed: LedgerRules) -> Result<LedgerRules, ErrorView> {
    Ok(command::ledger::ledger_rules_set(desk.app()?, Origin::Window, typed).await?)
}
