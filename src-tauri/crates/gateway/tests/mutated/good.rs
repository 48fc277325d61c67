//! The good servers that replies are recorded from, with a little history in each.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;

use domain::Timestamp;
use serde_json::{Value, json};

use super::{bifrost, litellm, newapi, openrouter};

/// A good server of one product.
pub struct Good {
    pub address: SocketAddr,
    pub credential: String,
    /// Kept alive while it is asked.
    _server: Box<dyn Any + Send>,
}

/// The present of every round.
pub fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// A server of this product; releases are counted from 0, `None` behind the last.
pub async fn start(product: &str, release: usize) -> Option<Good> {
    match (product, release) {
        ("litellm", 0 | 1) => Some(litellm_of(release).await),
        ("newapi" | "newapi-own", 0) => Some(newapi_of(newapi::fake::NEWEST).await),
        ("newapi" | "newapi-own", 1) => Some(newapi_of(newapi::fake::OLD_AUTH).await),
        ("openrouter", 0 | 1) => Some(openrouter_of(release).await),
        ("bifrost", _) => Some(bifrost_of(bifrost::fake::RELEASES.get(release)?).await),
        ("sandbox", 0) => Some(sandbox_of().await),
        _ => None,
    }
}

/// The second is one that shows few rows on a page, as releases before 1.95.
async fn litellm_of(release: usize) -> Good {
    let fake = litellm::fake::Fake::start().await;
    let row = |n: usize| {
        let at = format!("2026-11-19T{:02}:{:02}:00Z", n % 24, n);
        litellm::fake_usage::row(n, &at, ("team-a", "key-1"), ("openai/gpt-4o-mini", "atlas-chat"))
    };
    fake.change(|memory| {
        memory.rows = (0..30).map(row).collect();
        memory.rows_max = if release == 0 { 1000 } else { 100 };
    });
    Good { address: fake.address, credential: litellm::fake::ADMIN.to_owned(), _server: Box::new(fake) }
}

async fn newapi_of(release: &'static str) -> Good {
    let fake = newapi::fake::Fake::release(release).await;
    let start = "2026-11-19T00:00:00Z".parse::<Timestamp>().unwrap().as_millis() / 1000;
    let row = |n: i64| {
        let who = [(2, 7, "k"), (1, 8, "prod~pAbC-_9AAAAAAAAAAAAAAAAAAAAAA"), (1, 9, "other")];
        let id = u64::try_from(n).unwrap() + 1;
        newapi::fake_log::row(id, start + n * 60, n % 4, who[usize::try_from(n % 3).unwrap()], 8 + n)
    };
    // More than a page holds.
    fake.change(|memory| memory.rows = (0..120).map(row).collect());
    Good { address: fake.address, credential: newapi::fake::ADMIN.to_owned(), _server: Box::new(fake) }
}

/// The second is an organisation without plans.
async fn openrouter_of(release: usize) -> Good {
    let fake = openrouter::fake::Fake::start().await;
    fake.change(|memory| {
        let workspace = memory.workspace("Harborlight Dental", "harborlight");
        for (n, day) in (1_u64..).zip(["2026-11-18", "2026-11-19", "2026-11-20"]) {
            let key = memory.key(&workspace, "prod");
            let (model, variant) = ("openai/gpt-4.1-2025-04-14", "standard");
            let (workspace, prompt) = (workspace.clone(), n * 100);
            let row =
                openrouter::fake_usage::Row { day, workspace, key, model, variant, requests: n, prompt, cost: 0.25 };
            memory.saved.rows.push(row);
        }
        if release == 1 {
            memory.budgets_read = false;
            memory.variants = false;
            memory.day_name = "created_at__day";
            memory.key_page = 2;
            memory.hash_is_digest = false;
        }
    });
    Good { address: fake.address, credential: openrouter::fake::ADMIN.to_owned(), _server: Box::new(fake) }
}

async fn bifrost_of(release: &'static str) -> Good {
    let fake = bifrost::fake::Fake::start(release).await;
    let row = |n: usize| {
        let who = [("cust-a", "vk-a"), ("", "vk-team"), ("", "")];
        bifrost::fake_logs::row(release, n, &format!("2026-11-19T{:02}:30:00.5Z", n % 24), who[n % 3], "gpt-4o-mini")
    };
    fake.change(|memory| {
        memory.rows = (0..24).map(row).collect();
        let mut customer = memory.recorded("customer_create_plain").1["customer"].clone();
        customer["id"] = json!("cust-a");
        memory.customers.push(customer);
        let team = json!({ "id": "team-b", "customer_id": "cust-a" });
        memory.teams.push(team.clone());
        for (id, customer, team) in [("vk-a", json!("cust-a"), Value::Null), ("vk-team", Value::Null, team)] {
            let mut key = memory.recorded("vk_create_no_provider_configs").1["virtual_key"].clone();
            (key["id"], key["name"], key["customer_id"]) = (json!(id), json!(id), customer);
            (key["team_id"], key["team"]) = (team["id"].clone(), team);
            memory.keys.push(key);
        }
    });
    Good { address: fake.address, credential: bifrost::fake::ADMIN.to_owned(), _server: Box::new(fake) }
}

async fn sandbox_of() -> Good {
    let opened = ::sandbox::Sandbox::open(None, 1, Arc::new(now)).unwrap();
    let server = opened.serve([9; 32]).await.unwrap();
    Good {
        address: server.base_url.trim_start_matches("http://").parse().unwrap(),
        credential: server.admin_token.expose().to_owned(),
        _server: Box::new(server),
    }
}
