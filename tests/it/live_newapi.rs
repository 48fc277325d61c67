//! The live story on a real New API, with a user per client.
//!
//! Runs when `PURSER_LIVE_NEWAPI_URL` and `PURSER_LIVE_NEWAPI_KEY` (`<user id>:<access token>` of an administrator) name an
//! instance that may be written to, whose group `default` has the ratio 1, and that offers `gpt-4o-mini` and `gpt-4o` from
//! an upstream that answers with as many completion tokens as the words `out=N` of a message ask for. New API lets twenty
//! critical calls through in twenty minutes, and the story needs fifteen: start it on a quiet instance. Users and keys that it
//! makes stay.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acceptance::Profile;
use app::command::gateway::gateway_connect;
use app::{App, SystemClock};
use domain::Timestamp;
use serde::Deserialize;

use crate::live::{self, BY, Calls, Cast, Terms};
use crate::stage;

/// How long New API may take to write what it served.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nano-dollars of a unit of quota: 500,000 units are a dollar.
const NANOS_OF_A_UNIT: i128 = 2000;

struct NewApi {
    url: String,
    key: String,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Envelope {
    data: Page,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Row>,
    total: usize,
}

#[derive(Deserialize)]
struct Row {
    id: u64,
    user_id: u64,
    token_id: u64,
    created_at: i64,
    use_time: i64,
    model_name: String,
    quota: i128,
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Row {
    fn told(&self) -> live::Row {
        live::Row {
            account: self.user_id.to_string(),
            key: format!("{}/{}", self.user_id, self.token_id),
            model: self.model_name.clone(),
            at: Timestamp::from_millis((self.created_at - self.use_time) * 1000),
            nanos: self.quota * NANOS_OF_A_UNIT,
            served: true,
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
        }
    }
}

impl NewApi {
    fn of_environment() -> Option<Self> {
        let url = std::env::var("PURSER_LIVE_NEWAPI_URL").ok()?;
        let key = std::env::var("PURSER_LIVE_NEWAPI_KEY").ok()?;
        Some(Self { url: url.trim_end_matches('/').to_owned(), key, http: stage::http() })
    }

    fn terms(&self) -> Terms {
        Terms {
            http: self.http.clone(),
            cheap: "gpt-4o-mini",
            dear: "gpt-4o",
            dear_words: format!("{} out=200000", stage::WORDS),
            small: ("10.00", "total"),
            large: ("100", "monthly"),
            client: Some(("400", "monthly")),
            account_models: false,
            speed: None,
            paused: &[401, 403],
        }
    }

    /// Every row of the cast that was charged; rows that are written while the pages are read are told twice.
    async fn rows(&self, cast: &Cast) -> Vec<live::Row> {
        let (id, token) = self.key.split_once(':').expect("an id and a token");
        let (mut rows, mut page) = (BTreeMap::new(), 1);
        loop {
            let url = format!("{}/api/log/?type=2&p={page}&page_size=100", self.url);
            let call = self.http.get(url).bearer_auth(token).header("New-Api-User", id);
            let text = call.send().await.expect("an answer").text().await.expect("a body");
            let found: Envelope = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
            let last = found.data.items.len() < 100 || page * 100 >= found.data.total;
            rows.extend(found.data.items.into_iter().map(|row| (row.id, row)));
            if last {
                break;
            }
            page += 1;
        }
        let ours = |row: &live::Row| cast.clients.iter().any(|client| client.account == row.account);
        rows.values().map(Row::told).filter(ours).collect()
    }

    /// As [`NewApi::rows`], once every served call is written.
    async fn settled_rows(&self, cast: &Cast, calls: &Calls) -> Vec<live::Row> {
        let start = Instant::now();
        let wanted = calls.served();
        loop {
            let rows = self.rows(cast).await;
            if rows.len() as u64 == wanted {
                return rows;
            }
            assert!(start.elapsed() < PATIENCE, "{} of {wanted} are written after {PATIENCE:?}", rows.len());
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_on_a_real_new_api() {
    let Some(peer) = NewApi::of_environment() else {
        eprintln!("PURSER_LIVE_NEWAPI_URL and PURSER_LIVE_NEWAPI_KEY are not set: the live story is not told");
        return;
    };
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), Arc::new(SystemClock)).await;
    story(&app, &peer).await;
    app.close().await;
}

async fn story(app: &App, peer: &NewApi) {
    let typed = stage::gateway("newapi", "Live relay", &peer.url);
    let gateway = gateway_connect(app, BY, typed, peer.key.clone()).await.unwrap();
    eprintln!("New API: {:#?}", gateway.probe.expect("a probe"));
    let (cast, mut calls) = live::begin(app, &gateway.id, peer.terms()).await;
    live::agree(app, &cast, &peer.settled_rows(&cast, &calls).await, &gateway.id).await;
    live::pause(app, &cast, &mut calls).await;
    let rows = peer.settled_rows(&cast, &calls).await;
    live::agree(app, &cast, &rows, &gateway.id).await;
    live::close_the_month(app, &cast, &rows).await;
    live::nothing_is_open(app).await;
}
