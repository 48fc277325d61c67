//! LiteLLM's calls, one function each: paths and parameters in, wire structs out.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Date, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use super::error;
use super::wire::{
    Activity, CostConfig, Deployments, KeyInfo, KeyList, LatestChecks, ModelGroups, RouterFields, RouterSettings, Rows,
    Team, TeamInfo, TeamList,
};
use crate::GatewayError;
use crate::http::{Call, Http, Reply};

/// Items on a page of teams or keys: the most LiteLLM allows.
pub const LIST_PAGE: u32 = 100;
/// Rows of the daily table on a page; there is no cap, and 1000 are about 3 MB.
pub const ACTIVITY_PAGE: u32 = 1000;
/// Longest time for a page of usage: a thousand rows took 2.7 s on a small machine, an all-teams month 16.7 s.
const USAGE_WITHIN: Duration = Duration::from_secs(90);

/// A JSON object being put together, field by field; amounts keep their text.
#[derive(Default)]
pub struct Fields(BTreeMap<&'static str, Box<RawValue>>);

impl Fields {
    /// Sets a field.
    pub fn set(&mut self, name: &'static str, value: &impl Serialize) -> &mut Self {
        if let Ok(raw) = to_raw_value(value) {
            self.0.insert(name, raw);
        }
        self
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Fields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A span of rows to ask for, in whole seconds, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct RowAsk<'a> {
    pub from: Timestamp,
    pub to: Timestamp,
    pub team: Option<&'a str>,
    pub page: u32,
    pub page_size: u32,
    pub sort: (&'a str, &'a str),
}

/// A span of days to ask for, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct ActivityAsk<'a> {
    pub first: Date,
    pub last: Date,
    pub team: Option<&'a str>,
    pub key: Option<&'a str>,
}

/// One LiteLLM proxy's API.
pub struct Api {
    pub http: Http,
}

/// The body of a successful reply, and the reply's clock.
pub struct Dated<T> {
    pub value: T,
    pub date: Option<Timestamp>,
}

impl Api {
    pub fn new(http: Http) -> Self {
        Self { http }
    }

    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Dated<T>, GatewayError> {
        let reply = call.send().await?;
        if !reply.is_success() || reply.is_html() {
            return Err(error::error(&reply));
        }
        Ok(Dated { value: reply.json()?, date: reply.date })
    }

    /// A write: the reply of whatever status.
    pub async fn write(&self, path: &str, body: &impl Serialize) -> Result<Reply, GatewayError> {
        self.http.post(path).json(body).send().await
    }

    pub async fn teams(&self, page: u32, deleted: bool) -> Result<TeamList, GatewayError> {
        let mut call = self.http.get("/v2/team/list").query("page", page).query("page_size", LIST_PAGE);
        call = call.query("sort_by", "created_at").query("sort_order", "asc");
        if deleted {
            call = call.query("status", "deleted");
        }
        Ok(self.read(call).await?.value)
    }

    /// Every team at once, for releases without pages.
    pub async fn teams_unpaged(&self) -> Result<Vec<Team>, GatewayError> {
        Ok(self.read(self.http.get("/team/list").within(USAGE_WITHIN)).await?.value)
    }

    pub async fn team(&self, id: &str) -> Result<Dated<Team>, GatewayError> {
        let found: Dated<TeamInfo> = self.read(self.http.get("/team/info").query("team_id", id)).await?;
        Ok(Dated { value: found.value.team_info, date: found.date })
    }

    pub async fn keys(&self, page: u32, team: Option<&str>, deleted: bool) -> Result<Dated<KeyList>, GatewayError> {
        let mut call = self.http.get("/key/list").query("page", page).query("size", LIST_PAGE);
        call = call.query("return_full_object", "true").query("sort_by", "created_at").query("sort_order", "asc");
        if let Some(team) = team {
            call = call.query("team_id", team);
        }
        if deleted {
            call = call.query("status", "deleted");
        }
        self.read(call).await
    }

    /// One key by its SHA-256; never by its secret, which would then stand in an address.
    pub async fn key(&self, digest: &str) -> Result<Dated<KeyInfo>, GatewayError> {
        self.read(self.http.get("/key/info").query("key", digest)).await
    }

    pub async fn model_groups(&self) -> Result<ModelGroups, GatewayError> {
        Ok(self.read(self.http.get("/model_group/info")).await?.value)
    }

    pub async fn deployments(&self) -> Result<Deployments, GatewayError> {
        Ok(self.read(self.http.get("/model/info")).await?.value)
    }

    /// Fallbacks among other settings; the rest is not read.
    pub async fn router_settings(&self) -> Result<RouterSettings, GatewayError> {
        Ok(self.read::<RouterFields>(self.http.get("/router/settings")).await?.value.current_values)
    }

    /// What the latest check of each model found. Checks nothing itself.
    pub async fn health_latest(&self) -> Result<LatestChecks, GatewayError> {
        Ok(self.read(self.http.get("/health/latest")).await?.value)
    }

    pub async fn cost_config(&self, which: &str) -> Result<CostConfig, GatewayError> {
        Ok(self.read(self.http.get(which)).await?.value)
    }

    pub async fn rows(&self, ask: RowAsk<'_>) -> Result<Rows, GatewayError> {
        let mut call = self.http.get("/spend/logs/v2").within(USAGE_WITHIN);
        call = call.query("start_date", seconds(ask.from)).query("end_date", seconds(ask.to));
        call = call.query("page", ask.page).query("page_size", ask.page_size);
        call = call.query("sort_by", ask.sort.0).query("sort_order", ask.sort.1);
        if let Some(team) = ask.team {
            call = call.query("team_id", team);
        }
        Ok(self.read(call).await?.value)
    }

    pub async fn activity(&self, ask: ActivityAsk<'_>, page: u32) -> Result<Activity, GatewayError> {
        let mut call = self.http.get("/team/daily/activity").within(USAGE_WITHIN);
        call = call.query("start_date", ask.first).query("end_date", ask.last);
        call = call.query("page", page).query("page_size", ACTIVITY_PAGE);
        if let Some(team) = ask.team {
            call = call.query("team_ids", team);
        }
        if let Some(key) = ask.key {
            call = call.query("api_key", key);
        }
        Ok(self.read(call).await?.value)
    }
}

/// The one form of an instant that every release takes: UTC, whole seconds, no `T`, no `Z` (litellm.md pitfall 3).
fn seconds(at: Timestamp) -> String {
    let text = Timestamp::from_millis(at.as_millis().div_euclid(1000) * 1000).to_string();
    text.trim_end_matches('Z').replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_sent_in_whole_seconds() {
        let at: Timestamp = "2026-11-21T00:19:18.5Z".parse().unwrap();
        assert_eq!(seconds(at), "2026-11-21 00:19:18");
    }
}
