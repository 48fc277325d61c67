//! Usage: statements, cursor and, at the end of a pull, the decision which grain counts, in one transaction each.

use std::sync::Arc;

use domain::{ExternalId, Grain, Period, Timestamp, UsageRecord, Zone};
use gateway::{Cursor, ErrorKind, GatewayError, Page, UsageAsk};
use store::table::StoredCursor;
use store::{IngestBatch, Ingested, StoreResult, Writer};

use super::{Course, Stop, onward};
use crate::agreement::{self, Mismatch, Scope};
use crate::plan::{Point, look_back_millis, requests_of, utc_days};
use crate::{AccountState, Pull, PullCount, SyncError, What};

/// Which grain counts where both are known, unless decided otherwise. One value, because the store's outcome must not
/// depend on who ingests.
pub(crate) const PREFER: Grain = Grain::Day;

/// A pull of usage while it runs.
struct Fetch<'p> {
    pull: &'p Pull,
    ask: UsageAsk,
    /// Whether its cursors are kept.
    kept: bool,
    /// Whether pages before the first were fetched by an earlier sync.
    resumed: bool,
    /// When the first page was fetched.
    begun_at: Timestamp,
    /// The latest request seen.
    newest: Option<Timestamp>,
    count: PullCount,
}

impl Course {
    /// Fetches usage page by page.
    pub(super) async fn fetch(&mut self, pull: &Pull) -> Result<PullCount, Stop> {
        let Some((ask, mut at)) = asked(pull) else { return Ok(PullCount::default()) };
        let api = Arc::clone(&self.api);
        let (resumed, begun_at) = (at.point().is_some(), self.fetches.next());
        let kept = self.again.is_none();
        let mut fetch = Fetch { pull, ask, kept, resumed, begun_at, newest: None, count: PullCount::default() };
        let mut observed_at = begun_at;
        loop {
            let page = match self.ask(|| api.usage(&fetch.ask, &at)).await {
                Err(Stop::Failed(SyncError::Gateway(error))) if fetch.may_restart(&error) => {
                    (at, fetch.resumed) = (Cursor::start(), false);
                    continue;
                }
                page => page?,
            };
            let next = onward(&at, page.next.clone(), "usage")?;
            self.page(&mut fetch, page, (next.as_ref(), observed_at)).await?;
            match next {
                Some(next) => (at, observed_at) = (next, self.fetches.next()),
                None => break,
            }
        }
        self.compare(&fetch).await?;
        Ok(fetch.count)
    }

    /// Commits one page.
    async fn page(
        &mut self,
        fetch: &mut Fetch<'_>,
        page: Page<UsageRecord>,
        (next, observed_at): (Option<&Cursor>, Timestamp),
    ) -> Result<(), Stop> {
        let mut writer = self.begin().await?;
        let batch = IngestBatch { gateway: self.gateway, records: &page.items, observed_at, prefer: PREFER };
        let ingested = writer.usage().ingest(&batch).await?;
        fetch.take(&page.items, ingested);
        if !fetch.resumed {
            self.totals.tell(&page.items, ingested.inserted + ingested.restated > 0);
        }
        let cursors = match next {
            Some(next) => self.interim(fetch, next, observed_at),
            None => self.finish(&mut writer, fetch, observed_at).await?,
        };
        for cursor in &cursors {
            writer.cursor().set(cursor).await?;
        }
        let changed = writer.commit().await?;
        cursors.into_iter().for_each(|cursor| self.keep(cursor));
        self.tell(fetch.count, (page.progress, changed));
        Ok(())
    }

    /// The cursor inside an unfinished pull. Day totals of one account are fetched for comparison only and have none.
    fn interim(&self, fetch: &Fetch<'_>, next: &Cursor, observed_at: Timestamp) -> Vec<StoredCursor> {
        let at = next.point().unwrap_or_default().to_owned();
        let point = Point { window: fetch.ask.window, at }.write();
        let cursor = |resource: String| StoredCursor { point: Some(point), ..self.cursor(&resource, observed_at) };
        fetch.resource().map(cursor).into_iter().collect()
    }

    /// Ends a pull: what is no longer stated goes, the grain of its days is decided, the watermark moves.
    async fn finish(
        &mut self,
        writer: &mut Writer,
        fetch: &mut Fetch<'_>,
        observed_at: Timestamp,
    ) -> StoreResult<Vec<StoredCursor>> {
        let (first, last) = utc_days(&fetch.ask.window);
        if fetch.ask.grain == Grain::Day && !fetch.resumed {
            self.totals.complete(fetch.ask.account.as_ref(), first, last);
            if fetch.ask.account.is_none() {
                fetch.count.gone += writer.usage().sweep_days(self.gateway, first, last, fetch.begun_at).await?;
            }
        }
        if fetch.ask.grain == Grain::Request && self.state.capability.usage_days {
            let found = agreement::decide(writer, &self.scope(fetch), &self.chained(fetch), &self.totals).await?;
            self.report_mismatches(found);
        }
        let resources = fetch.resource().into_iter().chain(self.carried(fetch));
        Ok(resources.map(|resource| self.finished(&resource, fetch, observed_at)).collect())
    }

    /// A cursor at the end of its pull.
    fn finished(&self, resource: &str, fetch: &Fetch<'_>, observed_at: Timestamp) -> StoredCursor {
        let cursor = self.cursor(resource, observed_at);
        let through = self.through(&fetch.ask.window, cursor.complete_through, fetch.newest);
        // What lies behind the watermark is read before a pull that was cut off goes on: its point is still needed.
        let ahead = |point: &Point| point.window.start() >= fetch.ask.window.end();
        let point = cursor.point.as_deref().and_then(Point::read).filter(ahead).map(|point| point.write());
        StoredCursor { point, complete_through: through, pulled_at: Some(self.fetches.now()), ..cursor }
    }

    /// Up to where usage is complete: never beyond our clock or the gateway's. A gateway that does not tell its clock
    /// is believed up to the latest request it told, so that our clock cannot run ahead of the truth unnoticed.
    fn through(&self, window: &Period, before: Option<Timestamp>, newest: Option<Timestamp>) -> Option<Timestamp> {
        let now = self.fetches.now();
        let believed = match self.state.clock_skew_millis {
            Some(_) => Some(self.state.clock(now)),
            None => before.max(newest),
        };
        believed.map(|believed| believed.min(now).min(window.end()))
    }

    /// What to compare after a pull of requests.
    fn scope(&self, fetch: &Fetch<'_>) -> Scope {
        let clock = self.state.clock(self.fetches.now());
        let back = i32::from(self.policy.restate_days.max(1)) - 1;
        Scope {
            gateway: self.gateway,
            window: fetch.ask.window,
            restated_from: Zone::utc().date_of(clock).plus_days(-back),
            settled: clock.plus_millis(-look_back_millis(&self.state, &self.policy)),
        }
    }

    /// The accounts in other zones whose requests are complete up to the end of this pull: its own account, or, for a
    /// pull of all, those whose own pulls reach to where it started.
    fn chained(&self, fetch: &Fetch<'_>) -> Vec<&AccountState> {
        let start = fetch.ask.window.start();
        let reaches = |account: &&AccountState| {
            let cursor = self.state.cursor(&requests_of(&account.external_id));
            cursor.and_then(|cursor| cursor.complete_through).is_some_and(|through| through >= start)
        };
        let zoned = self.state.accounts.iter().filter(|account| account.needs_requests());
        match &fetch.ask.account {
            Some(one) => zoned.filter(|account| account.external_id == *one).collect(),
            None => zoned.filter(reaches).collect(),
        }
    }

    /// The cursors of single accounts that a pull of all accounts moves along.
    fn carried(&self, fetch: &Fetch<'_>) -> Vec<String> {
        let behind_days = self.state.capability.usage_days;
        let all = fetch.ask.grain == Grain::Request && fetch.ask.account.is_none() && behind_days;
        let accounts = if all && fetch.kept { self.chained(fetch) } else { vec![] };
        accounts.into_iter().map(|account| requests_of(&account.external_id)).collect()
    }

    /// Compares the requests of clients in UTC with their day totals, outside the transaction: it decides nothing.
    async fn compare(&mut self, fetch: &Fetch<'_>) -> Result<(), Stop> {
        let behind_days = self.state.capability.usage_days;
        if fetch.ask.grain != Grain::Request || fetch.ask.account.is_some() || !behind_days {
            return Ok(());
        }
        let in_utc = |account: &&AccountState| account.client.is_some() && !account.needs_requests();
        let accounts: Vec<&AccountState> = self.state.accounts.iter().filter(in_utc).collect();
        let mut reader = self.store.reader().await?;
        let found = agreement::compare(&mut reader.report(), &self.scope(fetch), &accounts, &self.totals).await?;
        self.report_mismatches(found);
        Ok(())
    }

    fn report_mismatches(&mut self, found: Vec<Mismatch>) {
        for mismatch in found {
            let known = |other: &Mismatch| other.account == mismatch.account && other.day == mismatch.day;
            if !self.report.mismatches.iter().any(known) {
                tracing::warn!(gateway = %self.gateway, "{mismatch}");
                self.report.mismatches.push(mismatch);
            }
        }
    }
}

impl Fetch<'_> {
    /// The resource of the pull's cursor.
    fn resource(&self) -> Option<String> {
        let own_days = self.ask.grain == Grain::Day && self.ask.account.is_some();
        (self.kept && !own_days).then(|| self.pull.lane())
    }

    /// Whether an error may mean only that the stored point is no longer understood.
    fn may_restart(&self, error: &GatewayError) -> bool {
        let misunderstood = matches!(error.kind, ErrorKind::Rejected | ErrorKind::Malformed | ErrorKind::NotFound);
        self.resumed && self.count.pages == 0 && misunderstood
    }

    fn take(&mut self, records: &[UsageRecord], ingested: Ingested) {
        self.newest = self.newest.max(records.iter().map(|record| record.occurred_at).max());
        self.count = self.count.plus(PullCount {
            pages: 1,
            rows: records.len() as u64,
            inserted: ingested.inserted,
            restated: ingested.restated,
            gone: 0,
        });
    }
}

/// The question of a pull of usage, and where to start reading the answer.
fn asked(pull: &Pull) -> Option<(UsageAsk, Cursor)> {
    let ask = |window: &Period, account: &Option<ExternalId>, grain| UsageAsk {
        window: *window,
        grain,
        account: account.clone(),
    };
    match &pull.what {
        What::Inventory(_) => None,
        What::Days { window, account, from } => Some((ask(window, account, Grain::Day), from.clone())),
        What::Requests { window, account, from } => Some((ask(window, account, Grain::Request), from.clone())),
    }
}
