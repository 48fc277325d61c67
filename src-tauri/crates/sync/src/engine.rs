//! Runs plans: gateways beside each other, the pulls of one gateway in order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use domain::{Date, GatewayId, Timestamp, Zone};
use gateway::{Capability, Gateway};
use store::Store;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::agreement::DayTotals;
use crate::clock::Fetches;
use crate::plan::{self, USAGE_DAY};
use crate::pull::{Course, Place, Stop};
use crate::{
    Clock, GatewayReport, GatewayState, OnProgress, Policy, Pull, PullReport, PullResult, SyncError, SyncReport, What,
};

/// Pulls from gateways into a store.
#[derive(Debug, Clone)]
pub struct Engine {
    store: Store,
}

/// How a sync is to be done.
#[derive(Clone)]
pub struct Terms {
    /// How much to pull.
    pub policy: Policy,
    /// UTC days, inclusive, to pull again instead of going on; the watermarks stay where they are.
    pub again: Option<(Date, Date)>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Who is told after each page.
    pub progress: OnProgress,
    /// Cancelled, the sync stops after the page being written.
    pub cancel: CancellationToken,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine on a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Syncs gateways at the same time; writes queue for the single writer. Never fails as a whole: what went wrong is
    /// told per gateway and pull, and kept with the gateway. Cancelled, it stops after the page being written; the next
    /// sync goes on from there.
    pub async fn run(&self, gateways: Vec<(GatewayId, Arc<dyn Gateway>)>, terms: Terms) -> SyncReport {
        let order: Vec<GatewayId> = gateways.iter().map(|(id, _)| *id).collect();
        let (mut tasks, mut names) = (JoinSet::new(), HashMap::new());
        for (gateway, api) in gateways {
            let course = Course::new(&self.store, gateway, api, &terms);
            names.insert(tasks.spawn(sync(course, Arc::clone(&terms.clock))).id(), gateway);
        }
        let mut reports: Vec<GatewayReport> = Vec::new();
        while let Some(ended) = tasks.join_next_with_id().await {
            match ended {
                Ok((_, report)) => reports.push(report),
                Err(broken) => reports.extend(names.get(&broken.id()).map(|gateway| GatewayReport {
                    error: Some(SyncError::Broken(broken.to_string())),
                    ..GatewayReport::new(*gateway)
                })),
            }
        }
        reports.sort_by_key(|report| order.iter().position(|gateway| *gateway == report.gateway));
        SyncReport { gateways: reports }
    }
}

/// Syncs one gateway: asks who it is, lists what it has, then pulls usage by a plan that knows the listed accounts.
async fn sync(mut course: Course, clock: Clock) -> GatewayReport {
    match course.meet(clock).await {
        Ok(()) => course.follow().await,
        Err(Stop::Cancelled) => {}
        Err(Stop::Failed(error)) => course.failed(None, error).await,
    }
    course.report
}

impl Course {
    fn new(store: &Store, gateway: GatewayId, api: Arc<dyn Gateway>, terms: &Terms) -> Self {
        Self {
            store: store.clone(),
            gateway,
            api,
            policy: terms.policy,
            again: terms.again,
            progress: Arc::clone(&terms.progress),
            cancel: terms.cancel.clone(),
            fetches: Fetches::after(Arc::clone(&terms.clock), None),
            state: GatewayState::new(gateway, Capability::default()),
            totals: DayTotals::default(),
            report: GatewayReport::new(gateway),
            place: Place::start(gateway),
        }
    }

    /// Learns what the gateway can do and how its clock stands, and what is known of it.
    async fn meet(&mut self, clock: Clock) -> Result<(), Stop> {
        self.recall().await?;
        self.fetches = Fetches::after(clock, self.state.last_fetch());
        let (api, now) = (Arc::clone(&self.api), self.fetches.now());
        let probe = self.ask(|| api.probe(now)).await?;
        self.state.capability = probe.capability.clone();
        self.state.clock_skew_millis = probe.clock_skew_millis;
        self.report.probe = Some(probe);
        Ok(())
    }

    /// Reads again what is known, keeping what the gateway told of itself.
    async fn recall(&mut self) -> Result<(), Stop> {
        let (capability, skew) = (self.state.capability.clone(), self.state.clock_skew_millis);
        self.state = GatewayState::load(&self.store, self.gateway, capability).await?.with_skew(skew);
        Ok(())
    }

    /// Follows the plan.
    async fn follow(&mut self) {
        let mut failed = Failed::default();
        let listings = plan::inventory(&self.state);
        self.place.total = listings.len() + self.usage_pulls(self.fetches.now()).len();
        self.run(listings, &mut failed).await;
        if let Err(Stop::Failed(error)) = self.recall().await {
            return self.failed(None, error).await;
        }
        let as_of = self.fetches.now();
        let pulls = self.usage_pulls(as_of);
        self.place.total = self.place.number + pulls.len();
        self.totals = self.totals_to_keep();
        self.run(pulls, &mut failed).await;
        if self.report.is_complete()
            && self.again.is_none()
            && let Err(error) = self.all_is_well(as_of).await
        {
            self.report.error = Some(error.into());
        }
    }

    /// The usage to pull: on from where the last sync ended, or the days that are wanted again.
    fn usage_pulls(&self, now: Timestamp) -> Vec<Pull> {
        match self.again {
            Some(days) => plan::again(&self.state, days, &self.policy),
            None => plan::usage(now, &self.state, &self.policy),
        }
    }

    /// Does pulls in order; what needs a failed one is skipped.
    async fn run(&mut self, pulls: Vec<Pull>, failed: &mut Failed) {
        for pull in pulls {
            self.place.enter(&pull);
            let result = if self.cancel.is_cancelled() {
                PullResult::Cancelled
            } else if failed.stops(&pull) {
                PullResult::Skipped
            } else {
                match self.pull(&pull).await {
                    Ok(count) => PullResult::Done(count),
                    Err(Stop::Cancelled) => PullResult::Cancelled,
                    Err(Stop::Failed(error)) => {
                        failed.add(&pull, &error);
                        self.failed(Some(&pull.lane()), error.clone()).await;
                        PullResult::Failed(error)
                    }
                }
            };
            self.report.pulls.push(PullReport { pull, result });
        }
    }

    /// Notes a failure; the first one stands for the gateway.
    async fn failed(&mut self, resource: Option<&str>, error: SyncError) {
        tracing::warn!(gateway = %self.gateway, resource, "sync: {error}");
        if let Err(unwritten) = self.note(resource, &error).await {
            tracing::warn!(gateway = %self.gateway, "the failure could not be noted: {unwritten}");
        }
        self.report.error.get_or_insert(error);
    }

    /// Every day total of the accounts that need requests, and the last days of all.
    fn totals_to_keep(&self) -> DayTotals {
        let zoned = self.state.accounts.iter().filter(|account| account.needs_requests());
        let zoned: HashSet<_> = zoned.map(|account| account.external_id.clone()).collect();
        let today = Zone::utc().date_of(self.state.clock(self.fetches.now()));
        let recent = i32::from(self.policy.restate_days.max(self.policy.detail_days)) + 1;
        let recent = today.plus_days(-recent);
        DayTotals::keeping(zoned, self.again.map_or(recent, |(first, _)| recent.min(first)))
    }
}

/// What failed so far.
#[derive(Debug, Default)]
struct Failed {
    lanes: BTreeSet<String>,
    dead: bool,
}

impl Failed {
    fn add(&mut self, pull: &Pull, error: &SyncError) {
        self.lanes.insert(pull.lane());
        self.dead |= error.is_dead_end();
    }

    /// A pull needs the ones before it in its lane, because a cursor is a watermark; requests need the day totals they
    /// are compared with.
    fn stops(&self, pull: &Pull) -> bool {
        let needs_days = matches!(pull.what, What::Requests { .. }) && self.lanes.contains(USAGE_DAY);
        self.dead || needs_days || self.lanes.contains(&pull.lane())
    }
}
