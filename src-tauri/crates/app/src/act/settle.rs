//! Outcomes nobody knows: asked about at once, at the next sync, and at the next start. What counts as proof is
//! [`sync::verdict`]'s to say; here it is asked about without a write of ours in between.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::GatewayId;
use gateway::{Cursor, ErrorKind, Gateway, GatewayError, Item, Receipt};
use store::Tag;
use sync::Verdict;

use super::lane::Closed;
use super::{Deed, facts};
use crate::wire::{Changed, TagView};
use crate::{App, AppError, connect};

/// Pages read in search of one object.
const PAGES_MAX: usize = 1000;

/// What asking the gateway told.
pub(super) enum Found {
    /// It holds what was meant.
    Happened(Box<Receipt>),
    /// It never got the change.
    DidNotHappen,
    /// It may still come.
    CannotTell,
}

/// Asks a gateway whether a deed of unknown outcome happened. What is not there may still come, unless the gateway was
/// never reached.
pub(super) async fn ask(gateway: &dyn Gateway, deed: &Deed, error: &GatewayError) -> Found {
    let intent = facts::intent(deed);
    let Ok(items) = observe(gateway, deed).await else { return Found::CannotTell };
    match sync::verdict(&intent, &items) {
        Verdict::Happened => Found::Happened(Box::new(receipt(deed, items))),
        Verdict::NotHappened if error.kind == ErrorKind::Unreachable => Found::DidNotHappen,
        Verdict::NotHappened | Verdict::Unknown => Found::CannotTell,
    }
}

async fn observe(gateway: &dyn Gateway, deed: &Deed) -> Result<Vec<Item>, GatewayError> {
    let resource = deed.action.settled_by();
    let (mut items, mut at) = (Vec::new(), Cursor::start());
    for _ in 0..PAGES_MAX {
        match gateway.inventory(&resource, &at).await {
            Ok(page) => {
                items.extend(page.items);
                match page.next {
                    Some(next) if next != at => at = next,
                    _ => break,
                }
            }
            Err(error) if error.kind == ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}

/// The proof, in the form of the receipt that was lost.
fn receipt(deed: &Deed, items: Vec<Item>) -> Receipt {
    let mut receipt = Receipt::default();
    let intent = facts::intent(deed);
    for item in items {
        // A listing holds others as well: each is judged by itself.
        if sync::verdict(&intent, std::slice::from_ref(&item)) != Verdict::Happened {
            continue;
        }
        match item {
            Item::Account(account) => receipt.account = Some(account),
            Item::Key(key) => receipt.key = Some(key),
            Item::Model(_) | Item::Route(_) => {}
        }
    }
    receipt
}

/// Starts to settle what was open when the app last ended. The gateways concerned take no writes until it is done.
pub(crate) async fn settle_in_background(app: &App) -> Result<(), AppError> {
    let mut closed = Vec::new();
    for gateway in gateways_with_questions(app).await? {
        closed.push((gateway, app.lanes().close(gateway).await));
    }
    if closed.is_empty() {
        return Ok(());
    }
    let app = app.clone();
    tokio::spawn(async move {
        for (gateway, closed) in closed {
            settle_one(&app, gateway, closed).await;
        }
    });
    Ok(())
}

/// Settles what is open on one gateway, waiting for writes under way; before a sync.
pub(crate) async fn settle_gateway(app: &App, gateway: GatewayId) -> Result<(), AppError> {
    if gateways_with_questions(app).await?.contains(&gateway) {
        let closed = app.lanes().close(gateway).await;
        settle_one(app, gateway, closed).await;
    }
    Ok(())
}

async fn gateways_with_questions(app: &App) -> Result<BTreeSet<GatewayId>, AppError> {
    let open = app.store().reader().await?.audit().unsettled().await?;
    Ok(open.into_iter().filter_map(|entry| entry.record.gateway).collect())
}

async fn settle_one(app: &App, gateway: GatewayId, closed: Closed) {
    let settled = match connect::reader(app, gateway).await {
        Ok(connected) => {
            let given = [(gateway, Arc::clone(&connected.gateway))];
            sync::settle(app.store(), &given, app.now()).await.map_err(AppError::from)
        }
        Err(error) => Err(error),
    };
    drop(closed);
    match settled {
        Ok(settled) => {
            for one in settled.iter().filter(|one| one.gateway == Some(gateway)) {
                tracing::info!(intent = %one.intent, action = one.action, verdict = ?one.verdict, "{}", one.message);
            }
            let tags = [Tag::Accounts, Tag::Keys, Tag::Audit].map(TagView::from).to_vec();
            app.emit(Changed { tags });
        }
        Err(error) => tracing::warn!(%gateway, "open questions could not be settled: {error}"),
    }
}
