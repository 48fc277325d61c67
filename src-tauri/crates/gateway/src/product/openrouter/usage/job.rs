//! One span of days, key by key, until nothing is left of the totals.

use domain::{Date, ExternalId, Zone};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::list;
use super::super::wire::Key;
use super::totals::Totals;
use super::{Found, Reader};
use crate::{ErrorKind, GatewayError};

/// What is counted.
const METRICS: [&str; 5] = ["request_count", "tokens_prompt", "tokens_completion", "cached_tokens", "total_usage"];
/// Most rows of an answer.
const ROWS_MAX: u32 = 10_000;

/// What is left to do of a span of days.
#[derive(Debug, Clone)]
pub struct Job {
    days: (Date, Date),
    /// What is left of the organisation; `None` when one workspace was asked for.
    rest: Option<Rest>,
    /// Workspaces still to ask, the next one last.
    workspaces: Vec<String>,
    current: Option<Current>,
}

/// A workspace being asked for.
#[derive(Debug, Clone)]
struct Current {
    workspace: String,
    /// Hashes still to ask, the next one last.
    keys: Vec<String>,
    rest: Rest,
}

/// What is left of a total.
#[derive(Debug, Clone)]
struct Rest {
    totals: Totals,
    /// Consumption went on between two questions, so an empty rest does not mean that nothing is missing.
    grown: bool,
}

impl Rest {
    fn of(totals: Totals) -> Self {
        Self { totals, grown: false }
    }

    fn take(&mut self, part: &Totals) {
        self.grown |= self.totals.take(part);
    }

    fn is_explained(&self) -> bool {
        !self.grown && self.totals.is_nothing()
    }
}

impl Job {
    /// Asks for the whole, and says which days it is of: fewer, where the answer would have been cut off.
    pub async fn begin(
        reader: &Reader<'_>,
        account: Option<&ExternalId>,
        (from, mut to): (Date, Date),
    ) -> Result<(Self, Date), GatewayError> {
        let only = match account {
            Some(id) => Some(reader.api.workspace(id.as_str()).await?.value.id),
            None => None,
        };
        let whole = loop {
            if let Some(whole) = reader.totals((from, to), only.as_deref(), None).await? {
                break whole;
            }
            if from == to {
                let message = "OpenRouter cannot list one very busy day completely: try again later";
                return Err(GatewayError::new(ErrorKind::Unavailable, "POST /analytics/query", message));
            }
            to = from.plus_days((to.epoch_days() - from.epoch_days()) / 2);
        };
        let mut job = Self { days: (from, to), rest: None, workspaces: Vec::new(), current: None };
        match only {
            Some(workspace) => job.enter(reader, workspace, whole).await?,
            None if whole.is_nothing() => {}
            None => {
                let all = list::workspaces(reader.api).await?;
                job.workspaces = all.into_iter().rev().map(|one| one.id).collect();
                job.rest = Some(Rest::of(whole));
            }
        }
        Ok((job, to))
    }

    /// Whether everything was told.
    pub fn is_done(&self) -> bool {
        self.current.is_none() && self.rest.is_none()
    }

    /// Asks at most `queries` questions.
    pub async fn go_on(
        &mut self,
        reader: &Reader<'_>,
        queries: u32,
        mut tell: impl FnMut(Found),
    ) -> Result<(), GatewayError> {
        for _ in 0..queries {
            if self.is_done() {
                break;
            }
            if let Some(found) = self.step(reader).await? {
                tell(found);
            }
        }
        Ok(())
    }

    async fn step(&mut self, reader: &Reader<'_>) -> Result<Option<Found>, GatewayError> {
        match self.current.take() {
            Some(current) => self.key(reader, current).await,
            None => self.workspace(reader).await,
        }
    }

    /// The next workspace, or what is left when there is none.
    async fn workspace(&mut self, reader: &Reader<'_>) -> Result<Option<Found>, GatewayError> {
        let Some(rest) = self.rest.as_mut() else { return Ok(None) };
        let next = if rest.is_explained() { None } else { self.workspaces.pop() };
        let Some(workspace) = next else {
            let left = self.rest.take();
            return Ok(left.map(|rest| Found { account: None, key: None, totals: rest.totals }));
        };
        let Some(whole) = reader.totals(self.days, Some(&workspace), None).await? else { return Err(cut_off()) };
        rest.take(&whole);
        self.enter(reader, workspace, whole).await?;
        Ok(None)
    }

    async fn enter(&mut self, reader: &Reader<'_>, workspace: String, whole: Totals) -> Result<(), GatewayError> {
        if !whole.is_nothing() {
            let mut keys = list::keys(reader.api, &workspace).await?.value;
            keys.sort_by(|a, b| (spent(a), &a.hash).cmp(&(spent(b), &b.hash)));
            let keys = keys.into_iter().map(|key| key.hash).collect();
            self.current = Some(Current { workspace, keys, rest: Rest::of(whole) });
        }
        Ok(())
    }

    /// The next key of a workspace, or what is left when there is none: consumed by keys that are gone.
    async fn key(&mut self, reader: &Reader<'_>, mut current: Current) -> Result<Option<Found>, GatewayError> {
        let account = Some(ExternalId::new(&current.workspace));
        let next = if current.rest.is_explained() { None } else { current.keys.pop() };
        let Some(hash) = next else {
            return Ok(Some(Found { account, key: None, totals: current.rest.totals }));
        };
        let asked = reader.totals(self.days, Some(&current.workspace), Some(&hash)).await;
        let Some(totals) = asked? else { return Err(cut_off()) };
        current.rest.take(&totals);
        self.current = Some(current);
        Ok(Some(Found { account, key: Some(ExternalId::new(hash)), totals }))
    }
}

/// What a key cost in its whole life: the ones that consumed most are asked first.
fn spent(key: &Key) -> i64 {
    let of = |amount: Option<crate::json::JsonNanos>| amount.map_or(0, |amount| amount.0.0);
    of(key.usage).saturating_add(of(key.byok_usage))
}

fn cut_off() -> GatewayError {
    let message = "OpenRouter cut off a part of what it told whole a moment before: try again";
    GatewayError::new(ErrorKind::Unavailable, "POST /analytics/query", message)
}

impl Reader<'_> {
    /// Totals by day and model of everybody, of a workspace, or of a key in it; `None` when the answer was cut off.
    pub async fn totals(
        &self,
        days: (Date, Date),
        workspace: Option<&str>,
        key: Option<&str>,
    ) -> Result<Option<Totals>, GatewayError> {
        let found = self.api.query(&question(self.variant, days, workspace, key)).await?;
        if found.metadata.truncated {
            return Ok(None);
        }
        if !found.warnings.is_empty() {
            // A key that was removed a moment ago cannot be asked for any more: what it consumed is in the rest.
            return match key {
                Some(_) => Ok(Some(Totals::default())),
                None => Err(unresolved(&found.warnings)),
            };
        }
        Totals::read(&found, days.0, days.1).map(Some)
    }
}

fn unresolved(warnings: &[String]) -> GatewayError {
    let said: String = warnings.join("; ").chars().take(200).collect();
    let message = format!("OpenRouter's statistics leave something out ({said}): try again");
    GatewayError::new(ErrorKind::Unavailable, "POST /analytics/query", message)
}

/// A query: whole UTC days, by model.
fn question(variant: bool, (from, to): (Date, Date), workspace: Option<&str>, key: Option<&str>) -> impl Serialize {
    let utc = Zone::utc();
    let dimensions: &[&str] = if variant { &["model", "variant"] } else { &["model"] };
    let filter = |field: &str, value: &str| json!({ "field": field, "operator": "eq", "value": value });
    let filters: Vec<Value> = workspace
        .map(|id| filter("workspace", id))
        .into_iter()
        .chain(key.map(|hash| filter("api_key_id", hash)))
        .collect();
    json!({
        "metrics": METRICS,
        "dimensions": dimensions,
        "granularity": "day",
        "time_range": {
            "start": utc.start_of(from).to_string(),
            "end": utc.start_of(to.plus_days(1)).to_string(),
        },
        "filters": filters,
        "limit": ROWS_MAX,
    })
}
