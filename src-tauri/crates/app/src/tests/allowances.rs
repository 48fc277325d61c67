//! Periodic budgets on a gateway that only knows ceilings for a lifetime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use domain::{Budget, BudgetPeriod, Enforcement, GatewayId, Limit, Nanos, Timestamp, UsageRecord};
use gateway::{
    Action, Capability, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource,
    UsageAsk,
};

use store::table::KeyFilter;

use super::rig::{Rig, WINDOW, budget, key};
use crate::command::key::{key_budget, key_create, key_revoke};
use crate::command::sync::sync_run;
use crate::query::key::key_get;
use crate::wire::{BudgetInput, BudgetView, Code};

const DAY: i64 = 86_400_000;

/// A gateway with prepaid keys: a ceiling for the lifetime is all it knows, and it tells what was spent of it.
struct Prepaid {
    inner: Arc<dyn Gateway>,
    spent: Arc<AtomicI64>,
    /// Whether changes still arrive, but no answer comes back.
    dead: Arc<AtomicBool>,
}

fn prepaid(mut can: Capability) -> Capability {
    let ours = [BudgetPeriod::Daily, BudgetPeriod::Weekly, BudgetPeriod::Monthly];
    can.budget_periods = ours.map(|period| (period, Enforcement::App)).to_vec();
    can.budget_periods.push((BudgetPeriod::Total, Enforcement::Gateway));
    can
}

#[async_trait]
impl Gateway for Prepaid {
    fn describe(&self) -> Descriptor {
        let inner = self.inner.describe();
        Descriptor { capability: prepaid(inner.capability.clone()), ..inner }
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let inner = self.inner.probe(now).await?;
        Ok(Probe { capability: prepaid(inner.capability.clone()), ..inner })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        if self.dead.load(Ordering::SeqCst) {
            return Err(silent());
        }
        let mut page = self.inner.inventory(what, at).await?;
        for item in &mut page.items {
            if let Item::Key(key) = item {
                key.spent = Some(Nanos(self.spent.load(Ordering::SeqCst)));
            }
        }
        Ok(page)
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.inner.usage(ask, at).await
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        let sent = match action {
            Action::KeyBudget { budget, .. } => budget.clone(),
            Action::KeyCreate { spec, .. } => spec.budget.clone(),
            _ => Limit::Unlimited,
        };
        let period = sent.as_option().map(|budget| budget.period());
        assert!(matches!(period, None | Some(BudgetPeriod::Total)), "it knows nothing else, and is sent {period:?}");
        let outcome = self.inner.apply(action, now).await;
        if self.dead.load(Ordering::SeqCst) { Err(silent()) } else { outcome }
    }
}

fn silent() -> GatewayError {
    GatewayError::new(ErrorKind::Unavailable, "POST /keys", "the connection broke before the gateway answered")
}

struct Stage {
    rig: Rig,
    gateway: GatewayId,
    spent: Arc<AtomicI64>,
    dead: Arc<AtomicBool>,
    account: String,
}

impl Stage {
    async fn new() -> (Self, String) {
        let rig = Rig::new().await;
        let gateway = rig.connect("Main").await.unwrap();
        let (_, account) = rig.client(gateway, "Harborlight").await;
        let (connected, probe) = crate::connect::writer(&rig.app, gateway).await.unwrap();
        let spent = Arc::new(AtomicI64::new(0));
        let dead = Arc::new(AtomicBool::new(false));
        let between = Prepaid { inner: connected.gateway, spent: Arc::clone(&spent), dead: Arc::clone(&dead) };
        let between = Arc::new(between);
        let capability = prepaid(probe.capability.clone());
        rig.app.gateways().keep(gateway, between, Probe { capability, ..probe }).await;
        sync_run(&rig.app, WINDOW, None).await.unwrap();
        let typed = crate::wire::KeyInput { budget: Some(budget("10")), ..key(&account, "prepaid") };
        let made = key_create(&rig.app, WINDOW, typed).await.unwrap();
        (Self { rig, gateway, spent, dead, account }, made.key.id)
    }

    /// The ceiling that the gateway itself holds.
    async fn ceiling(&self, key: &str) -> Option<Budget> {
        let stored = self.rig.app.store().reader().await.unwrap().key().get(key.parse().unwrap()).await.unwrap();
        let connected = crate::connect::reader(&self.rig.app, self.gateway).await.unwrap();
        let what = Resource::Key(stored.key.external_id);
        let page = connected.gateway.inventory(&what, &Cursor::start()).await.unwrap();
        let Some(Item::Key(key)) = page.items.into_iter().next() else { panic!("the gateway has the key") };
        key.spec.budget.as_option()
    }

    async fn units(&self, key: &str) -> i64 {
        let ceiling = self.ceiling(key).await.expect("there is a ceiling");
        assert_eq!(ceiling.period(), BudgetPeriod::Total);
        ceiling.amount().0 / 1_000_000_000
    }

    async fn shown(&self, key: &str) -> BudgetView {
        key_get(&self.rig.app, key.parse().unwrap()).await.unwrap().budget.expect("a budget is shown")
    }

    fn spend(&self, units: i64) {
        self.spent.fetch_add(units * 1_000_000_000, Ordering::SeqCst);
    }

    async fn sync(&self) {
        assert!(sync_run(&self.rig.app, WINDOW, None).await.unwrap().complete);
    }
}

#[tokio::test]
async fn a_periodic_budget_is_funded_one_period_at_a_time() {
    let (stage, key) = Stage::new().await;
    assert_eq!(stage.units(&key).await, 10, "the first day's worth");
    let shown = stage.shown(&key).await;
    assert_eq!((shown.period.as_str(), shown.enforcement.as_str()), ("daily", "app"), "and it is said who enforces it");

    stage.spend(7);
    key_budget(&stage.rig.app, WINDOW, &key, Some(budget("20"))).await.unwrap();
    assert_eq!(stage.units(&key).await, 20, "what was spent today counts against the new budget of today");

    stage.rig.clock.forward(3 * DAY);
    assert_eq!(stage.units(&key).await, 20, "nothing is funded while nobody looks");
    stage.sync().await;
    assert_eq!(stage.units(&key).await, 27, "one day's worth after a sleep of three, on top of what was spent");
    assert_eq!(stage.shown(&key).await.limit.text, "$20.00");
    stage.sync().await;
    assert_eq!(stage.units(&key).await, 27, "once");

    stage.rig.clock.forward(-2 * DAY);
    stage.sync().await;
    assert_eq!(stage.units(&key).await, 27, "a clock that is set back funds nothing");
}

#[tokio::test]
async fn a_budget_that_the_gateway_keeps_itself_ends_the_allowance() {
    let (stage, key) = Stage::new().await;
    let whole = BudgetInput { period: "total".to_owned(), ..budget("30") };
    key_budget(&stage.rig.app, WINDOW, &key, Some(whole)).await.unwrap();
    stage.spend(7);
    stage.rig.clock.forward(DAY);
    stage.sync().await;
    assert_eq!(stage.units(&key).await, 30, "it is not funded again");
    let shown = stage.shown(&key).await;
    assert_eq!((shown.period.as_str(), shown.enforcement.as_str()), ("total", "gateway"));
}

#[tokio::test]
async fn a_change_that_is_undone_brings_the_allowance_back() {
    let (stage, key) = Stage::new().await;
    let done = key_budget(&stage.rig.app, WINDOW, &key, None).await.unwrap();
    assert_eq!(stage.ceiling(&key).await, None, "no budget is no ceiling");
    crate::command::undo::undo(&stage.rig.app, WINDOW, &done.undo.unwrap()).await.unwrap();
    assert_eq!(stage.units(&key).await, 10);
    assert_eq!(stage.shown(&key).await.period, "daily");
}

#[tokio::test]
async fn a_revoked_key_is_not_funded() {
    let (stage, key) = Stage::new().await;
    key_revoke(&stage.rig.app, WINDOW, &key).await.unwrap();
    stage.rig.clock.forward(DAY);
    stage.sync().await;
    assert!(stage.rig.app.store().reader().await.unwrap().allowance().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_whose_making_is_known_only_later_is_funded_all_the_same() {
    let (stage, _) = Stage::new().await;
    stage.dead.store(true, Ordering::SeqCst);
    let typed = crate::wire::KeyInput { budget: Some(budget("10")), ..key(&stage.account, "late") };
    let error = key_create(&stage.rig.app, WINDOW, typed).await.unwrap_err();
    assert_eq!(error.code, Code::OutcomeUnknown);
    stage.dead.store(false, Ordering::SeqCst);
    stage.sync().await;
    let mut reader = stage.rig.app.store().reader().await.unwrap();
    let keys = reader.key().list(&KeyFilter::default()).await.unwrap();
    drop(reader);
    let late = keys.iter().find(|stored| stored.key.spec.name.as_str() == "late").expect("found again").id.to_string();
    let shown = stage.shown(&late).await;
    assert_eq!((shown.period.as_str(), shown.enforcement.as_str()), ("daily", "app"), "not a ceiling for ever");
    stage.spend(7);
    stage.rig.clock.forward(DAY);
    stage.sync().await;
    assert_eq!(stage.units(&late).await, 17, "the next day's worth on top of what was spent");
}
