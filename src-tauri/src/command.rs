//! The commands the window may call: each hands its arguments to the app and its answer back.
//!
//! **Owns:** nothing. A command that would need a second statement belongs into `app`.

pub mod client;
pub mod gateway;
pub mod invoice;
pub mod key;
pub mod ledger;
pub mod notice;
pub mod overview;
pub mod price;
pub mod reconcile;
pub mod route;
pub mod setting;
pub mod statement;
pub mod usage;

use tauri_specta::{Builder, collect_commands, collect_events};

use crate::event;

/// Every command, in the order of `command_names.rs`.
macro_rules! every_command {
    () => {
        collect_commands![
            overview::overview,
            overview::palette,
            overview::amount_sums,
            client::client_list,
            client::client_get,
            client::budget_chart,
            client::account_list,
            client::client_create,
            client::client_update,
            client::client_from_account,
            client::client_pause,
            client::client_resume,
            client::client_close,
            client::account_attribute,
            client::account_budget,
            client::account_entrust,
            key::key_list,
            key::key_create,
            key::key_update,
            key::key_pause,
            key::key_resume,
            key::key_revoke,
            key::key_reveal,
            key::key_rotate,
            key::key_budget,
            key::secret_reveal,
            key::secret_stored,
            key::secret_queue,
            key::secret_dequeue,
            key::undo,
            usage::usage_chart,
            usage::usage_table,
            usage::request_page,
            usage::usage_export,
            usage::import_preview,
            usage::import_apply,
            reconcile::reconcile,
            reconcile::leak_report,
            reconcile::bill_list,
            reconcile::bill_preview,
            reconcile::bill_import,
            reconcile::bill_remove,
            price::price_book,
            price::price_preview,
            price::price_set,
            invoice::invoice_list,
            invoice::invoice_get,
            invoice::invoice_draft,
            invoice::invoice_draft_month,
            invoice::invoice_edit,
            invoice::invoice_discard,
            invoice::invoice_finalise,
            invoice::invoice_finalise_month,
            invoice::invoice_save,
            invoice::invoice_pay,
            invoice::invoice_month_cancel,
            invoice::invoice_discard_month,
            invoice::invoice_credit,
            invoice::invoice_drifts,
            invoice::invoice_settle_drift,
            invoice::invoice_continue,
            invoice::past_due_list,
            invoice::past_due_get,
            invoice::past_due_hold,
            invoice::past_due_lift,
            ledger::ledger_get,
            ledger::ledger_preview,
            ledger::ledger_prepay,
            ledger::ledger_deposit,
            ledger::ledger_refund,
            ledger::ledger_adjust,
            ledger::ledger_charge,
            ledger::ledger_rules,
            ledger::ledger_rules_set,
            notice::notice_seen,
            notice::notice_message,
            statement::statement_get,
            statement::statement_save,
            statement::metadata_get,
            statement::metadata_export,
            statement::metadata_erase,
            gateway::gateway_list,
            gateway::gateway_products,
            gateway::model_list,
            route::route_list,
            route::key_routes,
            gateway::gateway_test,
            gateway::gateway_detect,
            gateway::gateway_connect,
            gateway::gateway_update,
            gateway::gateway_remove,
            gateway::sandbox_open,
            gateway::sync_run,
            gateway::sync_again,
            gateway::sync_cancel,
            setting::settings,
            setting::zone_list,
            setting::audit_list,
            setting::settings_agency,
            setting::settings_sync,
            setting::vault_session,
            setting::branding,
            setting::branding_preview,
            setting::settings_branding,
            setting::settings_logo,
            crate::desk::painted,
        ]
    };
}

/// Every command and event, for the window and for the generated TypeScript.
#[must_use]
pub fn builder() -> Builder<tauri::Wry> {
    let events = collect_events![event::ChangedEvent, event::ProgressEvent];
    Builder::new().disable_serde_phases().events(events).commands(every_command!())
}
