//! Secrets that a gateway shows one at a time: who waits, not before when, and who waits no longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Secret, Timestamp, UsageRecord};
use gateway::{
    Action, Capability, Cursor, Descriptor, Gateway, GatewayError, Item, KeySecret, Outcome, Page, Probe, Receipt,
    RefusalReason, Resource, UsageAsk,
};

use super::rig::{Rig, WINDOW, key};
use crate::App;
use crate::command::key::{key_create, key_reveal, key_revoke, key_rotate, secret_dequeue, secret_reveal};
use crate::query::audit::audit_list;
use crate::query::key::secret_queue;
use crate::wire::{AuditFilterInput, AuditOutcomeView, Code, CreatedKey};

/// Between two secrets, in milliseconds.
const APART: i64 = 600_000;
const SHOWN: &str = "sk-made-by-the-gateway";

/// A gateway that makes its own secrets and shows one in ten minutes.
struct NarrowDoor {
    inner: Arc<dyn Gateway>,
    /// Milliseconds since 1970.
    open_at: AtomicI64,
}

fn narrow(mut can: Capability) -> Capability {
    can.key_reveal = true;
    can
}

impl NarrowDoor {
    fn enter(&self, now: Timestamp) -> Result<Secret, Duration> {
        let left = self.open_at.load(Ordering::SeqCst) - now.as_millis();
        if let Ok(left @ 1..) = u64::try_from(left) {
            return Err(Duration::from_millis(left));
        }
        self.open_at.store(now.as_millis() + APART, Ordering::SeqCst);
        Ok(Secret::new(SHOWN))
    }

    fn reveal(&self, now: Timestamp) -> Outcome {
        match self.enter(now) {
            Ok(secret) => Outcome::Done(Receipt { secret: KeySecret::Told(secret), ..Receipt::default() }),
            Err(wait) => Outcome::Refused(RefusalReason {
                message: "one secret in ten minutes".to_owned(),
                status: Some(429),
                accepted_but_not_saved: false,
                after: Some(wait),
            }),
        }
    }
}

#[async_trait]
impl Gateway for NarrowDoor {
    fn describe(&self) -> Descriptor {
        let inner = self.inner.describe();
        Descriptor { capability: narrow(inner.capability.clone()), ..inner }
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let inner = self.inner.probe(now).await?;
        Ok(Probe { capability: narrow(inner.capability.clone()), ..inner })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        self.inner.inventory(what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.inner.usage(ask, at).await
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        if matches!(action, Action::KeyReveal { .. }) {
            return Ok(self.reveal(now));
        }
        let mut outcome = self.inner.apply(action, now).await?;
        if let (Action::KeyCreate { .. }, Outcome::Done(receipt)) = (action, &mut outcome) {
            receipt.secret = self.enter(now).map_or_else(KeySecret::Later, KeySecret::Told);
        }
        Ok(outcome)
    }
}

/// A rig whose gateway shows the next secret in ten minutes, and an account on it.
async fn stage() -> (Rig, String) {
    let rig = Rig::new().await;
    let gateway = rig.connect("Main").await.unwrap();
    let (_, account) = rig.client(gateway, "Harborlight").await;
    let (connected, probe) = crate::connect::writer(&rig.app, gateway).await.unwrap();
    let open_at = AtomicI64::new(rig.app.now().as_millis() + APART);
    let capability = narrow(probe.capability.clone());
    let door = Arc::new(NarrowDoor { inner: connected.gateway, open_at });
    rig.app.gateways().keep(gateway, door, Probe { capability, ..probe }).await;
    (rig, account)
}

/// The keys that wait, and for how many seconds still.
async fn queue(app: &App) -> Vec<(String, i64)> {
    let left = |at: &str| (at.parse::<Timestamp>().unwrap().as_millis() - app.now().as_millis()) / 1000;
    let rows = secret_queue(app).await.unwrap();
    rows.into_iter().map(|row| (row.key_id, left(&row.not_before))).collect()
}

async fn reveal(rig: &Rig, id: &str) -> CreatedKey {
    key_reveal(&rig.app, WINDOW, id).await.unwrap()
}

#[tokio::test]
async fn secrets_that_wait_are_shown_one_after_the_other_and_none_is_lost() {
    let (rig, account) = stage().await;
    let mut made = Vec::new();
    for name in ["first", "second"] {
        let created = key_create(&rig.app, WINDOW, key(&account, name)).await.unwrap();
        assert_eq!((created.ticket, created.secret_after_seconds), (None, Some(600)), "{name}");
        made.push(created.key.id);
    }
    let (first, second) = (&made[0], &made[1]);
    let at = |id: &String, left| (id.clone(), left);
    assert_eq!(queue(&rig.app).await, [at(first, 600), at(second, 600)], "each is in it once");
    let row = secret_queue(&rig.app).await.unwrap().remove(0);
    let told = (row.name.as_str(), row.client.as_deref(), row.gateway.as_str());
    assert_eq!(told, ("first", Some("Harborlight"), "Main"));

    rig.clock.forward(60_000);
    assert_eq!(queue(&rig.app).await, [at(first, 540), at(second, 540)], "it counts down");
    let early = reveal(&rig, first).await;
    assert_eq!((early.ticket, early.secret_after_seconds), (None, Some(540)), "too early is an answer, not an error");
    assert_eq!(queue(&rig.app).await, [at(first, 540), at(second, 540)], "and nothing is lost");

    rig.clock.forward(540_000);
    let shown = reveal(&rig, first).await;
    let secret = secret_reveal(&rig.app, shown.ticket.as_deref().unwrap()).await.unwrap();
    assert_eq!((secret.as_str(), shown.secret_after_seconds), (SHOWN, None));
    assert_eq!(queue(&rig.app).await, [at(second, 0)], "shown, it waits no longer");
    assert_eq!(reveal(&rig, second).await.secret_after_seconds, Some(600), "the first took the place");
    assert_eq!(queue(&rig.app).await, [at(second, 600)], "moved back, not lost");

    rig.clock.forward(APART);
    assert!(reveal(&rig, second).await.ticket.is_some());
    assert_eq!(queue(&rig.app).await, []);
}

#[tokio::test]
async fn what_a_gateway_says_of_one_key_moves_those_behind_it() {
    let (rig, account) = stage().await;
    let first = key_create(&rig.app, WINDOW, key(&account, "first")).await.unwrap().key.id;
    rig.clock.forward(APART);
    assert!(key_create(&rig.app, WINDOW, key(&account, "prompt")).await.unwrap().ticket.is_some(), "the door was open");
    assert_eq!(queue(&rig.app).await, [(first.clone(), 0)]);
    let rotated = key_rotate(&rig.app, WINDOW, &first).await.unwrap().key.id;
    assert_eq!(queue(&rig.app).await, [(first, 600), (rotated, 600)], "neither is told to be ready");
}

#[tokio::test]
async fn a_key_waits_no_longer_when_it_is_revoked_or_nobody_wants_its_secret() {
    let (rig, account) = stage().await;
    let revoked = key_create(&rig.app, WINDOW, key(&account, "revoked")).await.unwrap().key.id;
    let dropped = key_create(&rig.app, WINDOW, key(&account, "dropped")).await.unwrap().key.id;
    key_revoke(&rig.app, WINDOW, &revoked).await.unwrap();
    assert_eq!(queue(&rig.app).await, [(dropped.clone(), 600)]);
    secret_dequeue(&rig.app, &dropped).await.unwrap();
    secret_dequeue(&rig.app, &dropped).await.unwrap();
    assert_eq!(queue(&rig.app).await, []);
    assert_eq!(secret_dequeue(&rig.app, "cl_1").await.unwrap_err().code, Code::Invalid);
    let again = reveal(&rig, &dropped).await;
    assert_eq!(
        (again.secret_after_seconds, queue(&rig.app).await),
        (Some(600), vec![(dropped, 600)]),
        "asked for again"
    );
}

#[tokio::test]
async fn a_reveal_that_came_too_early_is_noted_as_refused() {
    let (rig, account) = stage().await;
    let made = key_create(&rig.app, WINDOW, key(&account, "first")).await.unwrap();
    reveal(&rig, &made.key.id).await;
    let filter = AuditFilterInput { client_id: None, gateway_id: None, after: None };
    let latest = audit_list(&rig.app, &filter).await.unwrap().rows.remove(0);
    assert_eq!((latest.action.as_str(), latest.outcome), ("key_reveal", AuditOutcomeView::Refused));
}
