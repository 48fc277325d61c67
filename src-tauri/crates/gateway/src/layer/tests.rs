use std::sync::Mutex;

use async_trait::async_trait;
use domain::{Product, Timestamp, UsageRecord};
use tokio::time::Instant;

use super::*;
use crate::{
    Action, Capability, Cursor, Descriptor, ErrorKind, GatewayError, Item, Outcome, Page, Probe, Resource, Retry,
    UsageAsk,
};

/// A gateway that fails as it is told, then answers; it notes when it was called, from the start of the test.
struct Scripted {
    failures: Mutex<Vec<GatewayError>>,
    calls: Mutex<Vec<Duration>>,
    start: Instant,
    takes: Duration,
}

impl Scripted {
    fn new(failures: Vec<GatewayError>) -> Arc<Self> {
        Self::slow(failures, Duration::ZERO)
    }

    fn slow(failures: Vec<GatewayError>, takes: Duration) -> Arc<Self> {
        let failures = Mutex::new(failures);
        Arc::new(Self { failures, calls: Mutex::default(), start: Instant::now(), takes })
    }

    fn wrapped(self: &Arc<Self>, pace: Pace) -> Arc<dyn Gateway> {
        wrap(Arc::clone(self) as Arc<dyn Gateway>, pace, Some(Secret::new("sk-canary-000001")))
    }

    fn millis(&self) -> Vec<u128> {
        self.calls.lock().unwrap().iter().map(Duration::as_millis).collect()
    }

    async fn next(&self) -> Result<(), GatewayError> {
        self.calls.lock().unwrap().push(self.start.elapsed());
        tokio::time::sleep(self.takes).await;
        let mut failures = self.failures.lock().unwrap();
        if failures.is_empty() { Ok(()) } else { Err(failures.remove(0)) }
    }
}

#[async_trait]
impl Gateway for Scripted {
    fn describe(&self) -> Descriptor {
        let capability = Capability::default();
        Descriptor { product: Product::new("scripted"), title: "", account_noun: "", key_noun: "", capability }
    }

    async fn probe(&self, _: Timestamp) -> Result<Probe, GatewayError> {
        self.next().await?;
        Err(GatewayError::unsupported("probe"))
    }

    async fn inventory(&self, _: &Resource, _: &Cursor) -> Result<Page<Item>, GatewayError> {
        self.next().await.map(|()| Page::only(vec![]))
    }

    async fn usage(&self, _: &UsageAsk, _: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        self.next().await.map(|()| Page::only(vec![]))
    }

    async fn apply(&self, _: &Action, _: Timestamp) -> Result<Outcome, GatewayError> {
        self.next().await?;
        Err(GatewayError::unsupported("apply"))
    }
}

fn limited(seconds: Option<u64>) -> GatewayError {
    let error = GatewayError::new(ErrorKind::RateLimited, "GET /x", "slow down, sk-canary-000001");
    match seconds {
        Some(seconds) => error.retry_after(Duration::from_secs(seconds)),
        None => error,
    }
}

fn broken() -> GatewayError {
    GatewayError::new(ErrorKind::Unavailable, "GET /x", "broken")
}

async fn list(gateway: &dyn Gateway) -> Result<Page<Item>, GatewayError> {
    gateway.inventory(&Resource::Accounts, &Cursor::start()).await
}

async fn pause(gateway: &dyn Gateway) -> Result<Outcome, GatewayError> {
    let action = Action::KeyPause { key: domain::ExternalId::new("k"), paused: true };
    gateway.apply(&action, Timestamp::from_millis(0)).await
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_to_the_second() {
    let scripted = Scripted::new(vec![limited(Some(30))]);
    list(&*scripted.wrapped(Pace::FREE)).await.unwrap();
    let calls = scripted.millis();
    assert_eq!(calls.len(), 2);
    assert!((30_000..30_100).contains(&calls[1]), "no request before the deadline: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_back_every_caller() {
    let scripted = Scripted::new(vec![limited(Some(20))]);
    let gateway = scripted.wrapped(Pace::FREE);
    let second = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        list(&*gateway).await
    };
    let (first, second) = tokio::join!(list(&*gateway), second);
    first.and(second).unwrap();
    assert!(scripted.millis()[1..].iter().all(|at| *at >= 20_000), "{:?}", scripted.millis());
}

#[tokio::test(start_paused = true)]
async fn a_429_without_retry_after_waits_and_gives_up_after_three() {
    let scripted = Scripted::new(vec![limited(None), limited(None), limited(None), limited(None)]);
    let error = list(&*scripted.wrapped(Pace::FREE)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::RateLimited, Retry::Exhausted));
    assert!(!error.message.contains("canary"), "scrubbed on the way out: {error}");
    let calls = scripted.millis();
    assert_eq!(calls.len(), 3);
    assert!(calls.windows(2).all(|pair| pair[1] - pair[0] >= 400), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_kept_waiting_for_an_hour() {
    let scripted = Scripted::new(vec![limited(Some(3600))]);
    let gateway = scripted.wrapped(Pace::FREE);
    let error = list(&*gateway).await.unwrap_err();
    assert_eq!(error.after, Some(Duration::from_secs(3600)), "the caller is told when");
    let error = list(&*gateway).await.unwrap_err();
    assert_eq!((error.kind, scripted.millis().len()), (ErrorKind::RateLimited, 1), "and the gateway is left alone");
    let Ok(Outcome::Refused(reason)) = pause(&*gateway).await else { panic!("a write that was not sent is refused") };
    assert!(reason.message.contains("nothing was changed"), "{}", reason.message);
    assert_eq!(scripted.millis().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_sent_once_whatever_happens() {
    for failure in [broken(), broken().retry_after(Duration::ZERO), limited(Some(1))] {
        let scripted = Scripted::new(vec![failure]);
        assert!(pause(&*scripted.wrapped(Pace::FREE)).await.is_err());
        assert_eq!(scripted.millis().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_read_again_at_once_and_a_permanent_error_never() {
    let scripted = Scripted::new(vec![broken().retry_after(Duration::ZERO)]);
    list(&*scripted.wrapped(Pace::FREE)).await.unwrap();
    assert!(scripted.millis()[1] < 50, "{:?}", scripted.millis());
    let scripted = Scripted::new(vec![GatewayError::new(ErrorKind::Forbidden, "GET /x", "no")]);
    assert!(list(&*scripted.wrapped(Pace::FREE)).await.is_err());
    assert_eq!(scripted.millis().len(), 1);
    let scripted = Scripted::new(vec![GatewayError::new(ErrorKind::Unreachable, "GET /x", "nobody")]);
    assert!(scripted.wrapped(Pace::FREE).probe(Timestamp::from_millis(0)).await.is_err());
    assert_eq!(scripted.millis().len(), 1, "a person waits for a probe");
}

#[tokio::test(start_paused = true)]
async fn calls_keep_their_distance_and_number() {
    let scripted = Scripted::slow(vec![], Duration::from_secs(1));
    let gateway = scripted.wrapped(Pace { parallel: 2, interval: Duration::from_millis(50) });
    let (a, b, c, d) = tokio::join!(list(&*gateway), list(&*gateway), list(&*gateway), list(&*gateway));
    assert!(a.and(b).and(c).and(d).is_ok());
    let calls = scripted.millis();
    assert!(calls[1] - calls[0] >= 50 && calls[2] >= 1000, "two at a time, 50 ms apart: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_method_that_hangs_ends() {
    let scripted = Scripted::slow(vec![], Duration::from_secs(100_000));
    let error = pause(&*scripted.wrapped(Pace::FREE)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    assert_eq!(scripted.start.elapsed().as_secs(), 90);
}
