//! A gateway that tells its usage with faults: it stands before a sandbox, which knows the truth, and edits what that tells
//! of some requests. Everything else passes as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use domain::Nanos;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::stage::nanos;
use crate::stage::parrot::{forward, hear, reply};

/// Upstream model and sums of each day, account, key and model.
type Cells = BTreeMap<(String, String, String, String), (Value, [i128; 6])>;

/// What is told otherwise than it was. Requests by their identifiers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// Not told at all.
    pub(crate) missing: BTreeSet<String>,
    /// Told twice, the second time under another identifier.
    pub(crate) twice: BTreeSet<String>,
    /// Streams that the caller ended: told as failed, and at no cost.
    pub(crate) aborted: BTreeSet<String>,
    /// A key that was deleted together with its log.
    pub(crate) deleted: String,
    /// A key whose counter of each day is twice what its requests come to.
    pub(crate) doubled: String,
    /// Day totals by day, as [`Faults::days`] makes them.
    pub(crate) days: BTreeMap<String, Vec<Value>>,
}

impl Faults {
    /// Requests as they are told.
    pub(crate) fn told(&self, rows: &[Value]) -> Vec<Value> {
        let id = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
        let kept = rows.iter().filter(|row| !self.missing.contains(&id(row)) && row["key"] != self.deleted.as_str());
        let mut told = Vec::new();
        for row in kept {
            let mut row = row.clone();
            if self.aborted.contains(&id(&row)) {
                row["status"] = json!("failed");
                row["cost"] = json!("0");
            }
            told.push(row.clone());
            if self.twice.contains(&id(&row)) {
                row["id"] = json!(format!("{}-again", id(&row)));
                told.push(row);
            }
        }
        told
    }

    /// The day totals of these requests as they are told.
    pub(crate) fn days(&self, rows: &[Value]) -> BTreeMap<String, Vec<Value>> {
        let mut cells = Cells::new();
        for row in self.told(rows) {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let day = text("occurred_at")[..10].to_owned();
            let failed = i128::from(row["status"] == "failed");
            let tokens = |name: &str| i128::from(row[name].as_u64().unwrap_or(0));
            let of = [
                1 - failed,
                failed,
                tokens("input_tokens"),
                tokens("cache_read_tokens"),
                tokens("output_tokens"),
                nanos(&text("cost")),
            ];
            let times = if row["key"] == self.doubled.as_str() { 2 } else { 1 };
            let cell = (day, text("account"), text("key"), text("model"));
            let (_, sums) = cells.entry(cell).or_insert_with(|| (row["upstream_model"].clone(), [0; 6]));
            sums.iter_mut().zip(of).for_each(|(sum, part)| *sum += part * times);
        }
        let mut days: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for ((day, account, key, model), (upstream, sums)) in cells {
            let [requests, failed, input, cached, output, cost] = sums.map(|sum| i64::try_from(sum).expect("small"));
            days.entry(day.clone()).or_default().push(json!({
                "day": day, "account": account, "key": key, "model": model, "upstream_model": upstream,
                "requests": requests, "failed_requests": failed, "input_tokens": input,
                "cache_read_tokens": cached, "output_tokens": output, "cost": Nanos(cost).to_string(),
            }));
        }
        days
    }

    /// A listing of the sandbox with the faults in it.
    fn edited(&self, path: &str, mut listing: Value) -> Value {
        let Some(items) = listing["items"].as_array().cloned() else { return listing };
        let items = if path.starts_with("/admin/v1/usage/requests") {
            self.told(&items)
        } else if path.starts_with("/admin/v1/usage/days") {
            let of = |item: &Value| item["day"].as_str().unwrap_or_default().to_owned();
            let here: BTreeSet<String> = items.iter().map(of).filter(|day| self.days.contains_key(day)).collect();
            let kept = items.into_iter().filter(|item| !here.contains(&of(item)));
            kept.chain(here.iter().flat_map(|day| self.days[day].clone())).collect()
        } else if path.starts_with("/admin/v1/keys") {
            items.into_iter().filter(|item| item["id"] != self.deleted.as_str()).collect()
        } else {
            items
        };
        listing["items"] = json!(items);
        listing
    }
}

/// A gateway with faults, as long as the value lives in a test.
pub(crate) struct Blurred {
    pub(crate) base_url: String,
    faults: Arc<Mutex<Faults>>,
}

impl Blurred {
    /// Stands before a gateway and tells everything as that does.
    pub(crate) async fn before(base_url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let behind = base_url.trim_start_matches("http://").to_owned();
        let faults = Arc::new(Mutex::new(Faults::default()));
        let known = Arc::clone(&faults);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, behind.clone(), Arc::clone(&known)));
            }
        });
        Self { base_url: own, faults }
    }

    /// Has faults from now on.
    pub(crate) fn blur(&self, faults: Faults) {
        *self.faults.lock().expect("faults") = faults;
    }
}

async fn answer(mut stream: TcpStream, behind: String, faults: Arc<Mutex<Faults>>) {
    let Some(request) = hear(&mut stream).await else { return };
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let told = forward(&behind, &request).await;
    let text = String::from_utf8_lossy(&told).into_owned();
    let listing = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
    let answer = match listing {
        Some(listing) if text.starts_with("HTTP/1.1 200") => {
            let edited = faults.lock().expect("faults").edited(&path, listing);
            reply(200, "application/json", &edited.to_string())
        }
        _ => told,
    };
    let _gone = stream.write_all(&answer).await;
    let _gone = stream.shutdown().await;
}
