//! Activity: the audit log as people read it.

use std::collections::BTreeSet;

use domain::{AuditId, ClientId, GatewayId};
use store::Reader;
use store::table::{AuditEntry, AuditFilter, AuditOutcome};

use crate::act::facts;
use crate::wire::{AuditFilterInput, AuditOutcomeView, AuditPage, AuditView};
use crate::{App, AppError};

/// Rows on a page.
const PAGE: usize = 100;

/// A page of activity, latest first. The first page of everything also checks the chain of hashes over the whole log;
/// other pages repeat what it found.
///
/// # Errors
/// `Invalid` for a filter that cannot be read; the store cannot be read.
pub async fn audit_list(app: &App, filter: &AuditFilterInput) -> Result<AuditPage, AppError> {
    let client: Option<ClientId> = filter.client_id.as_deref().map(str::parse).transpose()?;
    let gateway: Option<GatewayId> = filter.gateway_id.as_deref().map(str::parse).transpose()?;
    let after: Option<AuditId> = filter.after.as_deref().map(str::parse).transpose()?;
    let mut reader = app.store().reader().await?;
    let (ended, next) = page(&mut reader, client, gateway, after).await?;
    let mut rows = Vec::new();
    if after.is_none() {
        if client.is_none() && gateway.is_none() {
            app.audit_seal().set(reader.audit().first_broken().await?.is_none());
        }
        rows = pending(&mut reader, client, gateway, &ended).await?;
    }
    rows.extend(ended.iter().map(view));
    Ok(AuditPage { rows, next: next.map(|id| id.to_string()), intact: app.audit_seal().holds() })
}

/// The latest activity of one client, what has no answer yet first.
///
/// # Errors
/// The store cannot be read.
pub async fn of_client(reader: &mut Reader, client: ClientId, limit: u32) -> Result<Vec<AuditView>, AppError> {
    let filter = AuditFilter { client: Some(client), limit, ..AuditFilter::default() };
    let ended = reader.audit().list(&filter).await?;
    let mut rows = pending(reader, Some(client), None, &ended).await?;
    rows.extend(ended.iter().map(view));
    rows.truncate(limit as usize);
    Ok(rows)
}

/// Entries of one gateway are picked from the pages of all.
async fn page(
    reader: &mut Reader,
    client: Option<ClientId>,
    gateway: Option<GatewayId>,
    mut before: Option<AuditId>,
) -> Result<(Vec<AuditEntry>, Option<AuditId>), AppError> {
    let mut picked = Vec::new();
    loop {
        let filter = AuditFilter { client, before, limit: PAGE as u32, ..AuditFilter::default() };
        let entries = reader.audit().list(&filter).await?;
        let last_page = entries.len() < PAGE;
        for entry in entries {
            before = Some(entry.id);
            if gateway.is_none() || entry.record.gateway == gateway {
                picked.push(entry);
            }
            if picked.len() == PAGE {
                return Ok((picked, before));
            }
        }
        if last_page {
            return Ok((picked, None));
        }
    }
}

/// What was sent and has no answer yet.
async fn pending(
    reader: &mut Reader,
    client: Option<ClientId>,
    gateway: Option<GatewayId>,
    ended: &[AuditEntry],
) -> Result<Vec<AuditView>, AppError> {
    let told: BTreeSet<AuditId> = ended.iter().filter_map(|entry| entry.intent).collect();
    let open = reader.audit().unsettled().await?;
    let wanted = open.iter().rev().filter(|entry| {
        let of_client = client.is_none() || entry.record.client == client;
        of_client && (gateway.is_none() || entry.record.gateway == gateway) && !told.contains(&entry.id)
    });
    Ok(wanted.map(view).collect())
}

/// An entry as people read it.
#[must_use]
pub fn view(entry: &AuditEntry) -> AuditView {
    let record = &entry.record;
    let outcome = match entry.outcome {
        None => AuditOutcomeView::Pending,
        Some(AuditOutcome::Done) => AuditOutcomeView::Done,
        // Found later not to have happened: for the reader the same as refused.
        Some(AuditOutcome::Refused | AuditOutcome::Abandoned) => AuditOutcomeView::Refused,
        Some(AuditOutcome::Unknown) => AuditOutcomeView::Unknown,
    };
    let change = facts::text(&record.detail, facts::CHANGE);
    let why = facts::text(&record.detail, facts::WHY);
    // An outcome found at a later start is told in a sentence of its own.
    let settled = entry.intent.filter(|_| record.actor == "system" && change.is_none() && why.is_none());
    AuditView {
        id: entry.id.to_string(),
        at: record.at.to_string(),
        origin: record.actor.clone(),
        action: record.action.clone(),
        target: record.subject.clone(),
        change,
        outcome,
        detail: why.or_else(|| settled.map(|_| record.detail.clone())),
    }
}
