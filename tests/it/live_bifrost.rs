//! The live story on a real Bifrost.
//!
//! Runs when `PURSER_LIVE_BIFROST_URL` and `PURSER_LIVE_BIFROST_KEY` (`user:password` of the dashboard) name an instance of
//! release 1.5 or later that may be written to and that offers `gpt-4o-mini` and `gpt-4o` of a provider `openai` whose
//! upstream answers with as many completion tokens as the words `out=N` of a message ask for. Customers and virtual keys
//! that it makes stay.

use std::sync::Arc;
use std::time::{Duration, Instant};

use acceptance::Profile;
use app::command::gateway::gateway_connect;
use app::{App, SystemClock};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::live::{self, BY, Calls, Cast, Terms};
use crate::stage::{self, nanos};

/// How long Bifrost may take to write what it served.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bifrost {
    url: String,
    user: String,
    password: String,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Listed {
    logs: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    timestamp: String,
    provider: String,
    model: String,
    status: String,
    customer_id: String,
    virtual_key_id: String,
    cost: Option<Box<RawValue>>,
    #[serde(default)]
    token_usage: Tokens,
}

#[derive(Default, Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

impl Row {
    fn told(self) -> live::Row {
        live::Row {
            account: self.customer_id,
            key: self.virtual_key_id,
            model: format!("{}/{}", self.provider, self.model),
            at: self.timestamp.parse().expect("Bifrost tells instants"),
            nanos: self.cost.map_or(0, |cost| if cost.get() == "null" { 0 } else { nanos(cost.get()) }),
            served: self.status == "success",
            prompt_tokens: self.token_usage.prompt_tokens,
            completion_tokens: self.token_usage.completion_tokens,
        }
    }
}

impl Bifrost {
    fn of_environment() -> Option<Self> {
        let url = std::env::var("PURSER_LIVE_BIFROST_URL").ok()?;
        let key = std::env::var("PURSER_LIVE_BIFROST_KEY").ok()?;
        let (user, password) = key.split_once(':')?;
        let (user, password) = (user.to_owned(), password.to_owned());
        Some(Self { url: url.trim_end_matches('/').to_owned(), user, password, http: stage::http() })
    }

    fn terms(&self) -> Terms {
        Terms {
            http: self.http.clone(),
            cheap: "openai/gpt-4o-mini",
            dear: "openai/gpt-4o",
            dear_words: format!("{} out=200000", stage::WORDS),
            small: ("10.00", "daily"),
            large: ("1000", "monthly"),
            client: Some(("5000", "monthly")),
            account_models: false,
            speed: Some(6000),
            paused: &[403],
        }
    }

    async fn rows(&self, cast: &Cast) -> Vec<live::Row> {
        let mut rows = Vec::new();
        for client in &cast.clients {
            let url = format!("{}/api/logs?customer_ids={}&limit=1000", self.url, client.account);
            let call = self.http.get(url).basic_auth(&self.user, Some(&self.password));
            let text = call.send().await.expect("an answer").text().await.expect("a body");
            let found: Listed = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
            assert!(found.logs.len() < 1000, "one page holds all rows of a customer");
            rows.extend(found.logs.into_iter().map(Row::told));
        }
        rows
    }

    /// As [`Bifrost::rows`], once every call is written, the refused ones included.
    async fn settled_rows(&self, cast: &Cast, calls: &Calls) -> Vec<live::Row> {
        let start = Instant::now();
        let (wanted, mut before) = (calls.served(), 0);
        loop {
            let rows = self.rows(cast).await;
            let served = rows.iter().filter(|row| row.served).count() as u64;
            // What was refused is written last, in steps of two seconds.
            if served == wanted && rows.len() == before {
                return rows;
            }
            before = rows.len();
            assert!(start.elapsed() < PATIENCE, "{served} of {wanted} are written after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_on_a_real_bifrost() {
    let Some(peer) = Bifrost::of_environment() else {
        eprintln!("PURSER_LIVE_BIFROST_URL and PURSER_LIVE_BIFROST_KEY are not set: the live story is not told");
        return;
    };
    let profile = Profile::new().unwrap();
    let app = stage::open(profile.path(), Arc::new(SystemClock)).await;
    story(&app, &peer).await;
    app.close().await;
}

async fn story(app: &App, peer: &Bifrost) {
    let typed = stage::gateway("bifrost", "Live Bifrost", &peer.url);
    let key = format!("{}:{}", peer.user, peer.password);
    let gateway = gateway_connect(app, BY, typed, key).await.unwrap();
    eprintln!("Bifrost: {:#?}", gateway.probe.expect("a probe"));
    let (cast, mut calls) = live::begin(app, &gateway.id, peer.terms()).await;
    live::agree(app, &cast, &peer.settled_rows(&cast, &calls).await, &gateway.id).await;
    live::pause(app, &cast, &mut calls).await;
    let rows = peer.settled_rows(&cast, &calls).await;
    live::agree(app, &cast, &rows, &gateway.id).await;
    live::close_the_month(app, &cast, &rows).await;
    live::nothing_is_open(app).await;
}
