//! `purser audit`.

use app::wire::{AuditFilterInput, AuditPage, AuditView};
use app::{App, query};

use super::{find, moment, word};
use crate::args::Audit;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, audit: &Audit, out: &Out) -> Result<(), Fault> {
    let client_id = find::client_if(app, audit.client.as_deref()).await?;
    let mut filter = AuditFilterInput { client_id, gateway_id: None, after: None };
    let mut all = query::audit::audit_list(app, &filter).await?;
    while all.rows.len() < audit.limit && all.next.is_some() {
        filter.after = all.next.take();
        let more = query::audit::audit_list(app, &filter).await?;
        all.rows.extend(more.rows);
        all.next = more.next;
    }
    all.rows.truncate(audit.limit);
    out.answer(&all, page)
}

fn page(page: &AuditPage) -> String {
    if page.rows.is_empty() {
        return "Nothing was done yet.".to_owned();
    }
    let row = |row: &AuditView| {
        let told = [row.change.as_deref(), row.detail.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let action = row.action.replace('_', " ");
        vec![moment(&row.at), row.origin.clone(), action, row.target.clone(), word(&row.outcome), told]
    };
    let chain = if page.intact {
        "Nothing was changed or left out: the chain of hashes holds."
    } else {
        "The chain of hashes is broken: a row was changed behind Purser's back. Compare with your latest backup."
    };
    let rows = table(&["at", "by", "action", "<about", "outcome", "~what"], page.rows.iter().map(row));
    format!("{rows}\n\n{chain}")
}
