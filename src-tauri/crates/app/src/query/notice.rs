//! Notices that a client's credit runs low, as people read them.

use std::collections::BTreeSet;

use billing::ledger::HeldLot;
use domain::{ClientId, ModelScope, NoticeId};
use store::table::{ClientTable, NoticeTable, StoredNotice};
use store::{Reader, StoreError};

use crate::notice::words::{Said, Scoped, message};
use crate::wire::{AmountRole, NoticeMessage, NoticeView};
use crate::{App, AppError, agency, branding, format, ledger};

/// Notices, newest first: those that nobody has seen and no top-up has made untrue, or every one.
///
/// # Errors
/// The store cannot be read.
pub async fn notice_list(app: &App, all: bool) -> Result<Vec<NoticeView>, AppError> {
    let mut reader = app.store().reader().await?;
    let told = reader.notice().list(None).await?;
    views(reader.client(), told.into_iter().filter(|notice| all || is_open(notice)).collect()).await
}

/// What a client could be sent: its own credit, and nothing of the agency's.
///
/// # Errors
/// No such notice.
pub async fn notice_message(app: &App, notice: &str) -> Result<NoticeMessage, AppError> {
    let id: NoticeId = notice.parse()?;
    let mut reader = app.store().reader().await?;
    let told = find(reader.notice(), id).await?;
    let book = ledger::read(&mut reader, told.client).await?;
    let agency = agency::read(app, &mut reader).await?;
    let (client, zone) = (&book.client.client, &book.client.client.zone);
    let scoped = |held: HeldLot| {
        let ModelScope::Only(models) = held.lot.scope() else { return None };
        let ends = held.lot.expires_at().map(|end| zone.date_of(end));
        let good = !held.left.amount().is_zero() && !held.lot.is_expired(app.now());
        good.then(|| Scoped { models: models.iter().map(ToString::to_string).collect(), left: held.left, ends })
    };
    let said = Said {
        agency: &agency.name,
        client: client.name.as_str(),
        threshold: told.threshold,
        spendable: told.spendable,
        day: zone.date_of(told.at),
        scoped: book.ledger.lots().filter_map(scoped).collect(),
        contact: &agency.email,
    };
    let language = branding::language(client.invoicing.language, &agency);
    let (subject, text) = message(&said, language)?;
    Ok(NoticeMessage { notice_id: id.to_string(), email: client.address.email.clone(), subject, text })
}

/// A notice that was told.
///
/// # Errors
/// No such notice.
pub(crate) async fn find(mut table: NoticeTable<'_>, id: NoticeId) -> Result<StoredNotice, AppError> {
    let found = table.list(None).await?.into_iter().find(|notice| notice.id == id);
    found.ok_or_else(|| StoreError::NotFound { noun: "low-balance notice", id: id.to_string() }.into())
}

/// What waits for a person: the last notice of each client, unless it was seen or is no longer true.
pub(crate) async fn waiting(reader: &mut Reader) -> Result<Vec<NoticeView>, AppError> {
    let told = reader.notice().list(None).await?;
    let mut clients = BTreeSet::new();
    let last = told.into_iter().filter(is_open).filter(|notice| clients.insert(notice.client)).collect();
    views(reader.client(), last).await
}

/// The notices of a client that are still true, newest first.
pub(crate) async fn of_client(reader: &mut Reader, client: ClientId) -> Result<Vec<NoticeView>, AppError> {
    let told = reader.notice().list(Some(client)).await?;
    views(reader.client(), told.into_iter().filter(|notice| !notice.over).collect()).await
}

fn is_open(notice: &StoredNotice) -> bool {
    notice.seen_at.is_none() && !notice.over
}

async fn views(mut clients: ClientTable<'_>, told: Vec<StoredNotice>) -> Result<Vec<NoticeView>, AppError> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let names = clients.list().await?;
    let view = |notice: StoredNotice| {
        let name = names.iter().find(|client| client.id == notice.client);
        let amount = |amount| format::amount(amount, AmountRole::Credit);
        NoticeView {
            notice_id: notice.id.to_string(),
            client_id: notice.client.to_string(),
            client: name.map_or_else(|| notice.client.to_string(), |client| client.client.name.to_string()),
            threshold: amount(notice.threshold),
            used_up: notice.threshold.amount().is_zero(),
            spendable: amount(notice.spendable),
            at: format::instant(notice.at),
            seen_at: notice.seen_at.map(format::instant),
            over: notice.over,
        }
    };
    Ok(told.into_iter().map(view).collect())
}
