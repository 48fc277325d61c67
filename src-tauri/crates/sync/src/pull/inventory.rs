//! Listings: what exists is kept up to date, what is no longer listed is marked as gone. Only a route has no history: it is
//! forgotten.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Account, ClientId, Mark, Timestamp};
use gateway::{Cursor, Item, Resource};
use store::table::StoredCursor;
use store::{StoreResult, Writer};

use super::{Course, Stop, onward};
use crate::{Listing, Pull, PullCount};

impl Course {
    /// Lists everything of a kind. A listing is of one moment, so one that was cut off starts again.
    pub(super) async fn list(&mut self, pull: &Pull, listing: Listing) -> Result<PullCount, Stop> {
        let resource = match listing {
            Listing::Accounts => Resource::Accounts,
            Listing::Keys => Resource::Keys(None),
            Listing::Routes => Resource::Routes,
        };
        let (api, listed_at) = (Arc::clone(&self.api), self.fetches.next());
        let (mut at, mut count) = (Cursor::start(), PullCount::default());
        loop {
            let page = self.ask(|| api.inventory(&resource, &at)).await?;
            let next = onward(&at, page.next, "list")?;
            let mut writer = self.begin().await?;
            keep(&mut writer, self.gateway, &page.items, listed_at).await?;
            count = count.plus(PullCount { pages: 1, rows: page.items.len() as u64, ..PullCount::default() });
            let finished = next.is_none().then(|| self.listed(&pull.lane(), listed_at));
            if let Some(cursor) = &finished {
                count.gone += self.mark_gone(&mut writer, listing, listed_at).await?;
                writer.cursor().set(cursor).await?;
            }
            let changed = writer.commit().await?;
            finished.into_iter().for_each(|cursor| self.keep(cursor));
            self.tell(count, (page.progress, changed));
            match next {
                Some(next) => at = next,
                None => return Ok(count),
            }
        }
    }

    fn listed(&self, lane: &str, listed_at: Timestamp) -> StoredCursor {
        let now = Some(self.fetches.now());
        StoredCursor { complete_through: now, pulled_at: now, ..self.cursor(lane, listed_at) }
    }

    async fn mark_gone(&self, writer: &mut Writer, listing: Listing, listed_at: Timestamp) -> StoreResult<u64> {
        match listing {
            Listing::Accounts => writer.account().mark_gone(self.gateway, listed_at).await,
            Listing::Routes => writer.route().forget_unlisted(self.gateway, listed_at).await,
            Listing::Keys => {
                let by_account = self.api.describe().capability.account_credential;
                writer.key().mark_gone(self.gateway, listed_at, by_account).await
            }
        }
    }
}

async fn keep(writer: &mut Writer, gateway: domain::GatewayId, items: &[Item], seen_at: Timestamp) -> StoreResult<()> {
    for item in items {
        match item {
            Item::Account(account) => {
                let id = writer.account().upsert(gateway, account, seen_at).await?;
                attribute(writer, id, account).await?;
            }
            Item::Key(key) => {
                writer.key().upsert(gateway, key, seen_at).await?;
            }
            Item::Route(route) => writer.route().put(gateway, route, seen_at).await?,
            Item::Model(_) => {}
        }
    }
    Ok(())
}

/// A new account stands for nobody, unless it carries the mark of an intent of ours whose end nobody saw: then it
/// stands for the client it was made for.
async fn attribute(writer: &mut Writer, id: domain::AccountId, account: &Account) -> StoreResult<()> {
    let Some(mark) = account.mark else { return Ok(()) };
    if writer.account().read().get(id).await?.client.is_some() {
        return Ok(());
    }
    match intended(writer).await?.get(&mark) {
        Some(client) => writer.account().attribute(id, Some(*client)).await,
        None => Ok(()),
    }
}

/// The clients for whom accounts were to be made, by mark.
async fn intended(writer: &mut Writer) -> StoreResult<HashMap<Mark, ClientId>> {
    let open = writer.audit().read().unsettled().await?;
    let made = open.into_iter().filter(|entry| entry.record.action == crate::settle::ACCOUNT_CREATE);
    Ok(made.filter_map(|entry| Some((entry.record.mark?, entry.record.client?))).collect())
}
