use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::Sandbox;

mod enforcement;
mod rig;

use rig::Rig;

#[test]
fn the_openapi_document_describes_exactly_what_is_served() {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |m| (path.clone(), m.clone())))
        .collect();
    let served: BTreeSet<(String, String)> = routes()
        .iter()
        .flat_map(|(path, methods, _)| methods.iter().map(move |m| ((*path).to_owned(), (*m).to_owned())))
        .collect();
    assert_eq!(described, served);
}

#[test]
fn every_reference_in_the_openapi_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_method_that_is_named_is_really_served_and_no_other() {
    let rig = Rig::new().await;
    for (path, methods, _) in routes() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let status = rig.call(method, path, None, None).await.status;
            assert_eq!(status != 405, methods.contains(&method), "{method} {path} answered {status}");
        }
    }
    assert_eq!(rig.call("get", "/nowhere", None, None).await.status, 404);
}

#[tokio::test]
async fn the_admin_api_wants_its_token_and_the_read_only_one_changes_nothing() {
    let rig = Rig::new().await;
    assert_eq!(rig.call("get", "/admin/v1/accounts", None, None).await.status, 401);
    assert_eq!(rig.call("get", "/admin/v1/accounts", Some("sbx-admin-wrong"), None).await.status, 401);
    let read_only = rig.server.read_only_token.expose().to_owned();
    assert_eq!(rig.call("get", "/admin/v1/accounts", Some(&read_only), None).await.status, 200);
    let refused = rig.call("post", "/admin/v1/accounts", Some(&read_only), Some(json!({ "name": "X" }))).await;
    assert_eq!((refused.status, refused.code()), (403, "read_only_token".to_owned()));
    assert_eq!(rig.call("get", "/admin/v1/me", Some(&read_only), None).await.body["rights"], "read_only");
}

#[tokio::test]
async fn lists_are_paged_by_key_and_found_by_mark() {
    let rig = Rig::new().await;
    let mut seen = Vec::new();
    let mut path = "/admin/v1/keys?limit=25".to_owned();
    loop {
        let page = rig.admin("get", &path, None).await.body;
        seen.extend(page["items"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/admin/v1/keys?limit=25&after={next}");
    }
    assert_eq!(seen.len(), 60);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 60, "no key twice");
    let mark = "ab".repeat(16);
    let made = rig.admin("post", "/admin/v1/accounts", Some(json!({ "name": "Acme", "mark": mark }))).await;
    assert_eq!(made.status, 201);
    let found = rig.admin("get", &format!("/admin/v1/accounts?mark={mark}"), None).await.body;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["id"], made.body["id"]);
    let again = rig.admin("post", "/admin/v1/accounts", Some(json!({ "name": "Acme", "mark": mark }))).await;
    assert_eq!(again.status, 409, "a create sent twice makes one account");
}

#[tokio::test]
async fn nonsense_is_refused_with_a_sentence_and_changes_nothing() {
    let rig = Rig::new().await;
    let (account, key, _) = rig.client(json!({ "name": "acme-prod" })).await;
    let budget = |amount: &str, period: &str| json!({ "amount": amount, "currency": "USD", "period": period });
    let rows = [
        json!({ "budget": budget("-1", "daily") }),
        json!({ "budget": budget("1000000001", "daily") }),
        json!({ "budget": budget("1", "yearly") }),
        json!({ "budget": { "amount": "1", "currency": "EUR", "period": "daily" } }),
        json!({ "name": "a\u{202e}b" }),
        json!({ "name": "x".repeat(10_240) }),
        json!({ "models": ["gpt-9"] }),
        json!({ "scope": "root" }),
        json!({ "environment": "moon" }),
        json!({ "rate_limit": { "requests_per_minute": 0 } }),
        json!({ "colour": "blue" }),
    ];
    let path = format!("/admin/v1/keys/{key}");
    let before = rig.admin("get", &path, None).await.body;
    for row in rows {
        let reply = rig.admin("patch", &path, Some(row.clone())).await;
        assert_eq!(reply.status, 422, "{row}");
        assert!(reply.message().contains(' '), "{row}: a sentence, not {}", reply.message());
    }
    assert_eq!(rig.admin("get", &path, None).await.body, before);
    assert_eq!(rig.admin("patch", &format!("/admin/v1/accounts/{account}x"), Some(json!({}))).await.status, 404);
}

#[tokio::test]
async fn usage_pages_lose_and_repeat_nothing_and_days_agree_with_requests() {
    let rig = Rig::new().await;
    let window = "start=2026-11-10T00:00:00Z&end=2026-11-13T00:00:00Z";
    let whole = rig.admin("get", &format!("/admin/v1/usage/requests?{window}&limit=5000"), None).await.body;
    let whole = whole["items"].as_array().unwrap().clone();
    assert!(whole.len() > 300, "three days of a busy agency, not {}", whole.len());
    let mut pages = Vec::new();
    let mut path = format!("/admin/v1/usage/requests?{window}&limit=97");
    loop {
        let page = rig.admin("get", &path, None).await.body;
        pages.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/admin/v1/usage/requests?{window}&limit=97&after={next}");
    }
    assert_eq!(pages, whole);
    let days = rig.admin("get", "/admin/v1/usage/days?first=2026-11-10&last=2026-11-12&limit=5000", None).await.body;
    let days = days["items"].as_array().unwrap().clone();
    assert_eq!(rig::cost(&days), rig::cost(&whole));
    let served = |rows: &[Value]| rows.iter().map(|row| row["requests"].as_u64().unwrap()).sum::<u64>();
    let succeeded = whole.iter().filter(|row| row["status"] == "succeeded").count();
    assert_eq!(served(&days), succeeded as u64);
    let account = whole[0]["account"].as_str().unwrap();
    let of_one =
        rig.admin("get", &format!("/admin/v1/usage/requests?{window}&limit=5000&account={account}"), None).await;
    let mine: Vec<Value> = whole.iter().filter(|row| row["account"] == account).cloned().collect();
    assert_eq!(*of_one.body["items"].as_array().unwrap(), mine);
    let first = rig.admin("get", "/admin/v1/usage/days?first=2026-11-10&last=2026-11-12&limit=1", None).await.body;
    assert_eq!(first["next"], "2026-11-10", "a page holds whole days");
}

#[tokio::test]
async fn s0_15_s4_05_routes_tell_primary_backups_health_and_the_last_switch() {
    let rig = Rig::new().await;
    let routes = rig.admin("get", "/admin/v1/routes", None).await.body;
    let routes = routes["items"].as_array().unwrap();
    let named = |model: &str| routes.iter().find(|route| route["model"] == model).unwrap();
    let switched = named("claude-sonnet-4-5");
    assert_eq!(switched["primary"][0]["health"], "unhealthy");
    assert_eq!(switched["backups"][0]["health"], "healthy");
    assert_eq!(switched["last_switch"], "2026-11-21T06:00:00Z");
    assert_eq!(named("gpt-4.1")["last_switch"], Value::Null);
    assert_eq!(named("private-llama")["price"], "private");
    assert_eq!(named("gpt-4.1-nano")["backups"], json!([]));
    assert_eq!(named("deepseek-chat")["backups"][0]["checked_at"], Value::Null);
}
