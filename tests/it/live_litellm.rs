//! The live story on a real LiteLLM proxy.
//!
//! Runs when `PURSER_LIVE_LITELLM_URL` and `PURSER_LIVE_LITELLM_KEY` name a proxy that may be written to and that offers
//! the models `atlas-chat` and `atlas-large` (the latter dear). What it makes there is removed in the end.

mod counters;
mod proxy;

use std::sync::Arc;
use std::time::Instant;

use acceptance::Profile;
use app::{App, SystemClock};

use crate::live::{self, Calls, Cast, Terms};
use crate::stage;
use proxy::Proxy;

const CHEAP: &str = "atlas-chat";
const DEAR: &str = "atlas-large";

fn terms(proxy: &Proxy) -> Terms {
    Terms {
        http: proxy.http.clone(),
        cheap: CHEAP,
        dear: DEAR,
        dear_words: stage::WORDS.repeat(20),
        small: ("10.00", "daily"),
        large: ("1000", "monthly"),
        client: Some(("5000", "monthly")),
        account_models: true,
        speed: Some(6000),
        paused: &[401],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_on_a_real_litellm() {
    let Some(proxy) = Proxy::of_environment() else {
        eprintln!("PURSER_LIVE_LITELLM_URL and PURSER_LIVE_LITELLM_KEY are not set: the live story is not told");
        return;
    };
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), Arc::new(SystemClock)).await;
    let (told, to) = (tokio::spawn(story(app.clone(), proxy.clone())), proxy);
    let ended = told.await;
    to.forget(&app).await;
    app.close().await;
    if let Err(failed) = ended {
        std::panic::resume_unwind(failed.into_panic());
    }
}

async fn story(app: App, proxy: Proxy) {
    let gateway = proxy.connect(&app).await;
    let (cast, mut calls) = live::begin(&app, &gateway, terms(&proxy)).await;
    agree(&app, &proxy, &cast, &calls, &gateway).await;
    live::pause(&app, &cast, &mut calls).await;
    let rows = agree(&app, &proxy, &cast, &calls, &gateway).await;
    live::close_the_month(&app, &cast, &rows).await;
    live::nothing_is_open(&app).await;
}

/// Waits until the proxy has written everything, syncs, and compares every figure.
async fn agree(app: &App, proxy: &Proxy, cast: &Cast, calls: &Calls, gateway: &str) -> Vec<live::Row> {
    let waited = Instant::now();
    let rows = proxy.settled_rows(cast, calls).await;
    eprintln!("the proxy had written {} rows after {:.1} s", rows.len(), waited.elapsed().as_secs_f32());
    live::agree(app, cast, &rows, gateway).await;
    counters::agree_with_totals(proxy, cast, &rows).await;
    rows
}
