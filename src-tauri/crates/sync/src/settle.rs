//! Writes whose outcome nobody knows: the program was killed, or the reply was lost. What was meant is read from the
//! audit log, what happened is read back from the gateway, and the log is ended accordingly (product.md D21). Nothing
//! is ever sent again.

mod allowance;
mod intent;
mod wanted;

use std::collections::HashMap;
use std::sync::Arc;

use domain::{AuditId, GatewayId, Timestamp};
use gateway::{Cursor, ErrorKind, Gateway, GatewayError, Item, Resource};
use store::table::{AuditEntry, AuditOutcome, AuditRecord, Holder};
use store::{Origin, Store, StoreResult, Writer};

pub use allowance::AllowanceChange;
pub(crate) use intent::ACCOUNT_CREATE;
pub use intent::{Intent, Verdict, verdict};

/// How long after it was sent a write may still be under way, in milliseconds: longer than any call may take. What is
/// not there yet within this time may still come.
const UNDER_WAY_MILLIS: i64 = 60_000;
/// Pages read in search of one object. A thousand pages are more objects than any gateway we know holds.
const PAGES_MAX: usize = 1000;

/// An intent that was looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The intent in the audit log.
    pub intent: AuditId,
    /// The gateway, where the intent names one.
    pub gateway: Option<GatewayId>,
    /// What was to be done: the code of the action.
    pub action: String,
    /// What it was about, in words.
    pub subject: String,
    /// What was found. [`Verdict::Unknown`] is asked again at the next start.
    pub verdict: Verdict,
    /// A sentence for people: what was found and what follows from it.
    pub message: String,
}

/// Looks into every intent without an end and ends those that can be decided. What was found is kept with the outcome:
/// a created account stands for the client it was made for, and what Purser funds has its allowance.
///
/// A gateway that is not given, or does not answer, leaves its intents as they are.
///
/// # Errors
/// See [`store::StoreError`]; what was settled before stays settled.
pub async fn settle(
    store: &Store,
    gateways: &[(GatewayId, Arc<dyn Gateway>)],
    now: Timestamp,
) -> StoreResult<Vec<Settled>> {
    let open = store.reader().await?.audit().unsettled().await?;
    let connected: HashMap<GatewayId, &Arc<dyn Gateway>> = gateways.iter().map(|(id, api)| (*id, api)).collect();
    let mut settled = Vec::new();
    for entry in open {
        let api = entry.record.gateway.and_then(|id| connected.get(&id).copied());
        let found = look(&entry, api, now).await;
        if found.verdict != Verdict::Unknown {
            close(store, &entry, &found, now).await?;
        }
        settled.push(Settled {
            intent: entry.id,
            gateway: entry.record.gateway,
            action: entry.record.action,
            subject: entry.record.subject,
            verdict: found.verdict,
            message: found.message,
        });
    }
    Ok(settled)
}

/// What was found about one intent.
struct Found {
    verdict: Verdict,
    message: String,
    items: Vec<Item>,
}

impl Found {
    fn unknown(message: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, message: message.into(), items: vec![] }
    }
}

async fn look(entry: &AuditEntry, api: Option<&Arc<dyn Gateway>>, now: Timestamp) -> Found {
    let Some(intent) = Intent::read(&entry.record) else {
        return Found::unknown("the audit log does not say what to look for: compare the gateway with what was meant");
    };
    let Some(api) = api else {
        return Found::unknown("its gateway is not connected: it is looked into at the next start");
    };
    let items = match observe(api.as_ref(), &intent).await {
        Ok(items) => items,
        Err(error) => return Found::unknown(format!("the gateway could not be asked ({error}): start again later")),
    };
    let verdict = verdict(&intent, &items);
    let age = now.as_millis() - entry.record.at.as_millis();
    if verdict == Verdict::NotHappened && (0..UNDER_WAY_MILLIS).contains(&age) {
        return Found::unknown("it was sent less than a minute ago and may still be under way: look again in a minute");
    }
    Found { verdict, message: intent.message(verdict).to_owned(), items }
}

/// Reads everything that can decide an intent. What does not exist is an empty answer.
async fn observe(api: &dyn Gateway, intent: &Intent) -> Result<Vec<Item>, GatewayError> {
    let Some(resource) = intent.settled_by() else { return Ok(vec![]) };
    let mut items = Vec::new();
    let mut at = Cursor::start();
    for _ in 0..PAGES_MAX {
        match api.inventory(&resource, &at).await {
            Ok(page) => {
                items.extend(page.items);
                match page.next {
                    Some(next) if next != at => at = next,
                    _ => return Ok(items),
                }
            }
            Err(error) if error.kind == ErrorKind::NotFound && is_single(&resource) => return Ok(items),
            // The account of a key that was to be made may be gone: then the key is not there either.
            Err(error) if error.kind == ErrorKind::NotFound && at == Cursor::start() => return Ok(items),
            Err(error) => return Err(error),
        }
    }
    Err(GatewayError::new(ErrorKind::Malformed, "list", "the gateway's list does not end: look for the object by hand"))
}

const fn is_single(resource: &Resource) -> bool {
    matches!(resource, Resource::Account(_) | Resource::Key(_))
}

/// Ends an intent in one transaction with what was found.
async fn close(store: &Store, entry: &AuditEntry, found: &Found, now: Timestamp) -> StoreResult<()> {
    let outcome = match found.verdict {
        Verdict::Happened => AuditOutcome::Done,
        Verdict::NotHappened | Verdict::Unknown => AuditOutcome::Abandoned,
    };
    let mut writer = store.begin(Origin::System).await?;
    let mut record =
        AuditRecord { at: now, actor: "system".to_owned(), detail: found.message.clone(), ..entry.record.clone() };
    if let (Some(gateway), Verdict::Happened) = (entry.record.gateway, found.verdict) {
        keep(&mut writer, gateway, (entry, found), (&mut record, now)).await?;
    }
    writer.audit().outcome(entry.id, outcome, &record).await?;
    let _ = writer.commit().await?;
    Ok(())
}

/// Keeps the objects that prove an outcome, and names them in the log.
async fn keep(
    writer: &mut Writer,
    gateway: GatewayId,
    (entry, found): (&AuditEntry, &Found),
    (record, now): (&mut AuditRecord, Timestamp),
) -> StoreResult<()> {
    let Some(intent) = Intent::read(&entry.record) else { return Ok(()) };
    for item in found.items.iter().filter(|item| intent.is_about(item)) {
        match item {
            Item::Account(account) => {
                let id = writer.account().upsert(gateway, account, now).await?;
                record.account = Some(id);
                if let (ACCOUNT_CREATE, Some(client)) = (intent.code.as_str(), entry.record.client) {
                    writer.account().attribute(id, Some(client)).await?;
                }
            }
            Item::Key(key) => record.key = Some(writer.key().upsert(gateway, key, now).await?),
            Item::Model(_) | Item::Route(_) => {}
        }
    }
    let holder = record.key.map(Holder::Key).or(record.account.map(Holder::Account));
    AllowanceChange::read(&entry.record.detail).note(writer, holder).await
}

#[cfg(test)]
mod tests;
