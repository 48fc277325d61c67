//! A small gateway with faults that a test schedules by call.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    Account, AccountSpec, ExternalId, Grain, Limit, Meter, ModelName, ModelScope, Nanos, Product, Quantities,
    RateLimit, RequestOutcome, Timestamp, UsageOrigin, UsageRecord, Zone,
};
use gateway::{
    Action, Capability, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource,
    Rights, UsageAsk,
};
use tokio_util::sync::CancellationToken;

/// What happens on one call of `usage`, counted from 1.
pub enum Fault {
    /// The call fails.
    Error(ErrorKind),
    /// The call fails and asks for so many seconds of quiet.
    Quiet(u64),
    /// The rows of the page before come again, with this page's behind them.
    Repeat,
    /// New requests arrive while the pages are read.
    Insert(Vec<UsageRecord>),
    /// Somebody cancels while the call is under way.
    Cancel(CancellationToken),
    /// The page points to itself.
    Stuck,
}

#[derive(Default)]
struct Inside {
    accounts: Vec<Account>,
    /// Requests by identifier.
    rows: BTreeMap<String, UsageRecord>,
    /// Requests that only the day totals know.
    lost: Vec<String>,
    faults: HashMap<u32, Fault>,
    calls: u32,
    dead: bool,
    skew: Option<i64>,
}

pub struct Fake {
    capability: Capability,
    page: usize,
    inside: Mutex<Inside>,
}

impl Fake {
    pub fn new(usage_days: bool, page: usize) -> Self {
        let capability = Capability {
            account_list: true,
            usage_requests: true,
            usage_days,
            usage_days_by_model: usage_days,
            usage_delay_seconds: 10,
            ..Capability::default()
        };
        Self { capability, page, inside: Mutex::new(Inside { skew: Some(0), ..Inside::default() }) }
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub fn account(&self, account: Account) {
        let mut inside = self.inside();
        inside.accounts.retain(|known| known.external_id != account.external_id);
        inside.accounts.push(account);
    }

    pub fn remove_account(&self, id: &str) {
        self.inside().accounts.retain(|known| known.external_id.as_str() != id);
    }

    pub fn rows(&self, rows: impl IntoIterator<Item = UsageRecord>) {
        let mut inside = self.inside();
        rows.into_iter().for_each(|row| insert(&mut inside, row));
    }

    pub fn lose(&self, id: &str) {
        self.inside().lost.push(id.to_owned());
    }

    pub fn fault(&self, in_calls: u32, fault: Fault) {
        let mut inside = self.inside();
        let call = inside.calls + in_calls;
        inside.faults.insert(call, fault);
    }

    pub fn die(&self, dead: bool) {
        self.inside().dead = dead;
    }

    pub fn skew(&self, millis: Option<i64>) {
        self.inside().skew = millis;
    }

    pub fn calls(&self) -> u32 {
        self.inside().calls
    }

    pub fn every_row(&self) -> Vec<UsageRecord> {
        self.inside().rows.values().cloned().collect()
    }

    fn alive(&self) -> Result<(), GatewayError> {
        if self.inside().dead { Err(fault(ErrorKind::Unreachable)) } else { Ok(()) }
    }

    fn page(&self, all: Vec<UsageRecord>, at: &Cursor, repeat: bool) -> Page<UsageRecord> {
        // By the last row given, so that what arrives meanwhile moves nothing.
        let after = at.point().unwrap_or_default();
        let begin = all.partition_point(|row| place(row).as_str() <= after);
        let end = (begin + self.page).min(all.len());
        let from = if repeat { begin.saturating_sub(self.page) } else { begin };
        let next = (end < all.len()).then(|| Cursor::at(place(&all[end - 1])));
        Page { items: all[from..end].to_vec(), next, progress: None }
    }
}

fn insert(inside: &mut Inside, row: UsageRecord) {
    let UsageOrigin::Request(id) = &row.origin else { return };
    let id = id.as_str().to_owned();
    inside.rows.insert(id, row);
}

fn fault(kind: ErrorKind) -> GatewayError {
    GatewayError::new(kind, "GET /fake", format!("the fake gateway has a fault: {kind:?}"))
}

fn place(row: &UsageRecord) -> String {
    let id = match &row.origin {
        UsageOrigin::Request(id) => id.as_str().to_owned(),
        UsageOrigin::Day(_) => format!("{:?}{:?}{}", row.account, row.key, row.model),
    };
    format!("{:020}{id}", row.occurred_at.as_millis())
}

fn totals(rows: &[UsageRecord]) -> Vec<UsageRecord> {
    let mut days: BTreeMap<String, UsageRecord> = BTreeMap::new();
    for row in rows {
        let day = Zone::utc().date_of(row.occurred_at);
        let total = UsageRecord {
            origin: UsageOrigin::Day(day),
            occurred_at: Zone::utc().start_of(day),
            quantities: Quantities::NONE,
            cost: Nanos::ZERO,
            duration_millis: None,
            ..row.clone()
        };
        let sum = days.entry(place(&total)).or_insert(total);
        sum.quantities = sum.quantities.plus(&row.quantities);
        sum.cost = sum.cost.checked_add(row.cost).unwrap();
    }
    days.into_values().collect()
}

#[async_trait]
impl Gateway for Fake {
    fn describe(&self) -> Descriptor {
        Descriptor {
            product: Product::new("fake"),
            title: "Fake",
            account_noun: "account",
            key_noun: "key",
            capability: self.capability.clone(),
        }
    }

    async fn probe(&self, _now: Timestamp) -> Result<Probe, GatewayError> {
        self.alive()?;
        Ok(Probe {
            version: None,
            capability: self.capability.clone(),
            rights: Rights::Admin,
            clock_skew_millis: self.inside().skew,
            findings: vec![],
        })
    }

    async fn inventory(&self, what: &Resource, _at: &Cursor) -> Result<Page<Item>, GatewayError> {
        self.alive()?;
        match what {
            Resource::Accounts => Ok(Page::only(self.inside().accounts.iter().cloned().map(Item::Account).collect())),
            _ => Err(fault(ErrorKind::NotFound)),
        }
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.alive()?;
        let fault_now = {
            let mut inside = self.inside();
            inside.calls += 1;
            let call = inside.calls;
            inside.faults.remove(&call)
        };
        let (mut repeat, mut stuck) = (false, false);
        match fault_now {
            Some(Fault::Error(kind)) => return Err(fault(kind)),
            Some(Fault::Quiet(seconds)) => {
                return Err(fault(ErrorKind::RateLimited).retry_after(Duration::from_secs(seconds)));
            }
            Some(Fault::Repeat) => repeat = true,
            Some(Fault::Insert(rows)) => self.rows(rows),
            Some(Fault::Stuck) => stuck = true,
            Some(Fault::Cancel(token)) => {
                token.cancel();
                std::future::pending::<()>().await;
            }
            None => {}
        }
        let mut rows: Vec<UsageRecord> = {
            let inside = self.inside();
            let kept = inside.rows.iter().filter(|(id, _)| ask.grain == Grain::Day || !inside.lost.contains(id));
            kept.map(|(_, row)| row.clone()).collect()
        };
        rows.retain(|row| {
            ask.window.contains(row.occurred_at) && (ask.account.is_none() || row.account == ask.account)
        });
        rows.sort_by_key(place);
        let all = if ask.grain == Grain::Day { totals(&rows) } else { rows };
        let page = self.page(all, at, repeat);
        if stuck { Ok(Page { next: Some(at.clone()), ..page }) } else { Ok(page) }
    }

    async fn apply(&self, _action: &Action, _now: Timestamp) -> Result<Outcome, GatewayError> {
        Err(fault(ErrorKind::Unsupported))
    }
}

pub fn account(id: &str) -> Account {
    let spec = AccountSpec {
        name: id.parse().unwrap(),
        models: ModelScope::All,
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
    };
    Account { external_id: ExternalId::new(id), mark: None, spec, paused: false, spent: None, resets_at: None }
}

/// A request of an account, costing so many nano-units.
pub fn row(id: &str, account: &str, at: &str, cost: i64) -> UsageRecord {
    UsageRecord {
        origin: UsageOrigin::Request(ExternalId::new(id)),
        occurred_at: at.parse().unwrap(),
        account: Some(ExternalId::new(account)),
        key: Some(ExternalId::new(format!("{account}-key"))),
        model: ModelName::new("gpt-4o"),
        upstream_model: None,
        quantities: Quantities::NONE.with(Meter::Requests, 1).with(Meter::InputTokens, 100),
        failed_requests: 0,
        cost: Nanos(cost),
        duration_millis: Some(900),
        outcome: RequestOutcome::Succeeded,
    }
}
