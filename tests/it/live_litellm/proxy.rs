//! The real proxy, asked directly: what Purser's figures are held against. Floats are read by their JSON text.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use app::App;
use app::command;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::live::{self, BY, Calls, Cast};
use crate::stage::{self, nanos};

/// How long the proxy may take to write what it served.
const PATIENCE: Duration = Duration::from_secs(90);

/// A proxy and its master key.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    key: String,
    pub(crate) http: reqwest::Client,
}

/// A row of the proxy's log.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    team_id: Option<String>,
    api_key: String,
    model_group: Option<String>,
    spend: Option<Box<RawValue>>,
    #[serde(rename = "startTime")]
    start_time: String,
    status: Option<String>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

impl Row {
    fn told(self) -> live::Row {
        live::Row {
            account: self.team_id.unwrap_or_default(),
            key: self.api_key,
            model: self.model_group.unwrap_or_default(),
            at: self.start_time.parse().expect("the proxy tells instants"),
            nanos: self.spend.map_or(0, |spend| if spend.get() == "null" { 0 } else { nanos(spend.get()) }),
            served: self.status.as_deref() != Some("failure"),
            prompt_tokens: self.prompt_tokens.unwrap_or(0),
            completion_tokens: self.completion_tokens.unwrap_or(0),
        }
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Row>,
    total: u64,
}

/// What a key or a team says of itself.
#[derive(Deserialize)]
struct Info {
    spend: Box<RawValue>,
    #[serde(default)]
    key_alias: Option<String>,
    #[serde(default)]
    rpm_limit: Option<u32>,
    #[serde(default)]
    models: Vec<String>,
}

#[derive(Deserialize)]
struct KeyInfo {
    info: Info,
}

#[derive(Deserialize)]
struct TeamInfo {
    team_info: Info,
}

impl Proxy {
    pub(crate) fn of_environment() -> Option<Self> {
        let url = std::env::var("PURSER_LIVE_LITELLM_URL").ok()?;
        let key = std::env::var("PURSER_LIVE_LITELLM_KEY").ok()?;
        Some(Self { url: url.trim_end_matches('/').to_owned(), key, http: stage::http() })
    }

    /// Connects it; its identifier in Purser.
    pub(crate) async fn connect(&self, app: &App) -> String {
        let typed = stage::gateway("litellm", "Live proxy", &self.url);
        let view = command::gateway::gateway_connect(app, BY, typed, self.key.clone()).await.unwrap();
        let probe = view.probe.expect("a probe");
        eprintln!("LiteLLM {}: {:#?}", probe.version.unwrap_or_default(), probe.findings);
        view.id
    }

    async fn told(&self, path: &str) -> String {
        stage::told(&self.http, &format!("{}{path}", self.url), &self.key).await
    }

    /// Every row of a team.
    async fn rows(&self, team: &str) -> Vec<live::Row> {
        let window = "start_date=2020-01-01%2000:00:00&end_date=2099-01-01%2000:00:00";
        let path = format!("/spend/logs/v2?{window}&team_id={team}&page=1&page_size=1000");
        let page: Page = serde_json::from_str(&self.told(&path).await).expect("rows");
        // It counts first and reads then, and may have written in between: more than it counted are all there are.
        assert!(page.data.len() as u64 >= page.total, "one page holds all rows of a team");
        page.data.into_iter().map(Row::told).collect()
    }

    /// What the proxy's own counter of a key says.
    pub(crate) async fn key_spend(&self, hash: &str) -> (String, i128) {
        let told: KeyInfo = serde_json::from_str(&self.told(&format!("/key/info?key={hash}")).await).expect("a key");
        assert_eq!(told.info.rpm_limit, Some(6000), "the ceiling on speed is set");
        assert_eq!(told.info.models, [super::CHEAP, super::DEAR], "the models are set");
        (told.info.key_alias.unwrap_or_default(), nanos(told.info.spend.get()))
    }

    /// What the proxy's own counter of a team says.
    pub(crate) async fn team_spend(&self, team: &str) -> i128 {
        let told: TeamInfo =
            serde_json::from_str(&self.told(&format!("/team/info?team_id={team}")).await).expect("a team");
        nanos(told.team_info.spend.get())
    }

    /// What the proxy's cube of days says of a team.
    pub(crate) async fn cube(&self, team: &str) -> (u64, i128) {
        #[derive(Deserialize)]
        struct Cube {
            metadata: Totals,
        }
        #[derive(Deserialize)]
        struct Totals {
            total_spend: Box<RawValue>,
            total_successful_requests: u64,
        }
        let path =
            format!("/team/daily/activity?team_ids={team}&start_date=2020-01-01&end_date=2099-01-01&page_size=1000");
        let cube: Cube = serde_json::from_str(&self.told(&path).await).expect("a cube");
        (cube.metadata.total_successful_requests, nanos(cube.metadata.total_spend.get()))
    }

    /// Every row of the cast, once the log, the counters and the cube all hold every served call.
    pub(crate) async fn settled_rows(&self, cast: &Cast, calls: &Calls) -> Vec<live::Row> {
        let start = Instant::now();
        loop {
            let (rows, behind) = self.look(cast, calls).await;
            if behind.is_empty() {
                return rows;
            }
            assert!(start.elapsed() < PATIENCE, "not written after {PATIENCE:?}: {behind:?}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// The rows there are, and what does not hold everything yet.
    async fn look(&self, cast: &Cast, calls: &Calls) -> (Vec<live::Row>, Vec<String>) {
        let (mut all, mut behind) = (Vec::new(), Vec::new());
        for (place, client) in cast.clients.iter().enumerate() {
            let rows = self.rows(&client.account).await;
            let served = rows.iter().filter(|row| row.served).count() as u64;
            let cost: i128 = rows.iter().map(|row| row.nanos).sum();
            let wanted = calls.served_of(place);
            let (counted, cube) = self.cube(&client.account).await;
            let team = self.team_spend(&client.account).await;
            if (served, counted) != (wanted, wanted) || cube != cost || team != cost {
                behind.push(format!("{}: {served}/{counted} of {wanted}, {cost}/{cube}/{team}", client.row.name));
            }
            all.extend(rows);
        }
        if behind.is_empty() {
            behind.extend(self.keys_behind(&all).await);
        }
        (all, behind)
    }

    async fn keys_behind(&self, rows: &[live::Row]) -> Vec<String> {
        let mut costs: BTreeMap<&str, i128> = BTreeMap::new();
        for row in rows {
            *costs.entry(&row.key).or_default() += row.nanos;
        }
        let mut behind = Vec::new();
        for (hash, cost) in costs {
            let (alias, counted) = self.key_spend(hash).await;
            if counted != cost {
                behind.push(format!("{alias}: {counted} of {cost}"));
            }
        }
        behind
    }

    /// Removes what a run made; what cannot be removed stays.
    pub(crate) async fn forget(&self, app: &App) {
        let accounts = app::query::client::account_list(app).await.unwrap_or_default();
        let clients = app::query::client::client_list(app).await.unwrap_or_default();
        let own = |name: &str| clients.iter().any(|client| client.name == name);
        let teams: Vec<String> =
            accounts.into_iter().filter(|account| own(&account.name)).map(|account| account.external_id).collect();
        for team in &teams {
            let hashes: Vec<String> = match self.rows_quietly(team).await {
                Some(keys) => keys,
                None => continue,
            };
            self.send("/key/delete", json!({ "keys": hashes })).await;
        }
        self.send("/team/delete", json!({ "team_ids": teams })).await;
    }

    async fn rows_quietly(&self, team: &str) -> Option<Vec<String>> {
        let url = format!("{}/key/list?team_id={team}&size=100", self.url);
        let answer = self.http.get(url).bearer_auth(&self.key).send().await.ok()?;
        let list: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        let hashes = list["keys"].as_array()?.iter().filter_map(Value::as_str);
        Some(hashes.map(str::to_owned).collect())
    }

    async fn send(&self, path: &str, body: Value) {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.key).body(body.to_string());
        let _ = request.header("content-type", "application/json").send().await;
    }
}
