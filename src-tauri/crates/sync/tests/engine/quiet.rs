//! Gateways that ask for quiet: another process calls them too, and both together are too much.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sync::{Progress, SyncReport};
use tokio_util::sync::CancellationToken;

use crate::fake::Fault;
use crate::world::World;
use crate::{busy, clean, failed};

/// A sync, and every wait it told of; cancelled at the first wait if asked to be.
async fn waits(world: &World, cancelled: bool) -> (SyncReport, Vec<Progress>) {
    let (heard, token) = (Arc::new(Mutex::new(Vec::new())), CancellationToken::new());
    let (sink, stop) = (Arc::clone(&heard), token.clone());
    let progress = Arc::new(move |progress: Progress| {
        if progress.waits.is_some() {
            sink.lock().unwrap().push(progress);
            if cancelled {
                stop.cancel();
            }
        }
    });
    let report = world.told(vec![(world.id, Arc::clone(&world.gateway))], token, progress).await;
    let heard = heard.lock().unwrap().clone();
    (report, heard)
}

#[tokio::test]
async fn quiet_that_a_gateway_asks_for_is_waited_out_and_told() {
    let world = World::with(busy(false)).await;
    world.attribute("alpha", "UTC").await;
    world.gateway.fault(3, Fault::Quiet(1));
    world.gateway.fault(4, Fault::Quiet(0));
    let (report, waits) = waits(&world, false).await;
    assert!(report.is_complete(), "{:?}", failed(&report));
    assert_eq!(world.books().await, clean(false, "UTC").await, "one sync is enough");
    let seconds: Vec<_> = waits.iter().filter_map(|progress| progress.waits).collect();
    assert_eq!(seconds, [Duration::from_secs(1); 2], "and no quiet at all is still a second");
    assert!(waits.iter().all(|progress| progress.pull.is_some() && progress.total > 0), "it says what it waits with");
}

#[tokio::test]
async fn a_wait_can_be_stopped() {
    let world = World::with(busy(false)).await;
    world.gateway.fault(3, Fault::Quiet(590));
    let (report, _) = waits(&world, true).await;
    assert!(!report.is_complete());
    assert_eq!(world.error(world.id).await, None, "stopping is no failure");
}

#[tokio::test]
async fn patience_ends() {
    let world = World::with(busy(false)).await;
    world.gateway.fault(3, Fault::Quiet(601));
    let (report, waits) = waits(&world, false).await;
    assert!(!report.is_complete());
    assert!(waits.is_empty(), "eleven minutes are not waited for");
    assert!(world.error(world.id).await.is_some(), "the gateway says why");
    assert!(world.sync().await.is_complete(), "the next one goes on");
}
