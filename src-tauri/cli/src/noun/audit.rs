//! `purser audit`.

use app::wire::{AuditFilterInput, AuditPage, AuditView};
use app::{App, query};

use super::client_id;
use crate::args::Audit;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, audit: &Audit, out: &Out) -> Result<(), Fault> {
    let client_id = match &audit.client {
        Some(client) => Some(client_id(app, client).await?),
        None => None,
    };
    let filter = AuditFilterInput { client_id, gateway_id: None, after: None };
    out.answer(&query::audit::audit_list(app, &filter).await?, page)
}

fn page(page: &AuditPage) -> String {
    let row = |row: &AuditView| {
        let outcome = format!("{:?}", row.outcome).to_lowercase();
        let detail = row.detail.clone().or_else(|| row.change.clone()).unwrap_or_default();
        vec![row.at.clone(), row.origin.clone(), row.action.clone(), row.target.clone(), outcome, detail]
    };
    let chain =
        if page.intact { "The chain of hashes holds." } else { "The chain of hashes is broken: a row was changed." };
    let rows = table(&["at", "by", "action", "target", "outcome", "detail"], page.rows.iter().map(row));
    format!("{rows}\n\n{chain}")
}
