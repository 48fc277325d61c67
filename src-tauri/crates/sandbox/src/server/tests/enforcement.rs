//! What a client's software is refused, and what it is told.

use super::rig::cost;
use super::*;

const CHEAP: &str = "gpt-4.1-nano";

#[tokio::test]
async fn a_served_request_is_metered_and_told_to_the_nano_unit() {
    let rig = Rig::new().await;
    let (account, key, secret) = rig.client(json!({ "name": "acme-prod" })).await;
    let reply = rig.chat(&secret, CHEAP).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let usage = &reply.body["usage"];
    let (input, output) = (usage["prompt_tokens"].as_i64().unwrap(), usage["completion_tokens"].as_i64().unwrap());
    let path =
        format!("/admin/v1/usage/requests?start=2026-11-21T00:00:00Z&end=2026-11-22T00:00:00Z&account={account}");
    let rows = rig.admin("get", &path, None).await.body["items"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["id"], reply.body["id"]);
    assert_eq!(rows[0]["key"], key);
    assert_eq!(cost(&rows), input * 100 + output * 400);
    let days = format!("/admin/v1/usage/days?first=2026-11-21&last=2026-11-21&account={account}");
    assert_eq!(rig.admin("get", &days, None).await.body["items"][0]["requests"], 1);
}

#[tokio::test]
async fn s3_14_every_key_that_does_not_work_is_answered_401() {
    let rig = Rig::new().await;
    let (account, key, secret) = rig.client(json!({ "name": "acme-prod" })).await;
    let refused = |reply: rig::Reply, why: &str| {
        assert_eq!((reply.status, reply.code()), (401, "invalid_api_key".to_owned()), "{why}");
        assert!(reply.message().contains(why), "`{}` says {why}", reply.message());
    };
    refused(rig.call("post", "/v1/chat/completions", None, Some(json!({}))).await, "no API key");
    refused(rig.chat("sk-sbx-unknown", CHEAP).await, "not known");
    let pause = |on: bool| Some(json!({ "paused": on }));
    rig.admin("put", &format!("/admin/v1/keys/{key}/pause"), pause(true)).await;
    refused(rig.chat(&secret, CHEAP).await, "paused");
    rig.admin("put", &format!("/admin/v1/keys/{key}/pause"), pause(false)).await;
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200, "S1-14: the same secret works again");
    rig.admin("put", &format!("/admin/v1/accounts/{account}/pause"), pause(true)).await;
    refused(rig.chat(&secret, CHEAP).await, "account");
    rig.admin("put", &format!("/admin/v1/accounts/{account}/pause"), pause(false)).await;
    let expiry = json!({ "expires_at": "2026-11-21T11:00:00Z" });
    rig.admin("patch", &format!("/admin/v1/keys/{key}"), Some(expiry)).await;
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200, "not yet");
    rig.at("2026-11-21T11:00:00Z");
    refused(rig.chat(&secret, CHEAP).await, "expired");
    rig.admin("patch", &format!("/admin/v1/keys/{key}"), Some(json!({ "expires_at": null }))).await;
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200);
    assert_eq!(rig.admin("delete", &format!("/admin/v1/keys/{key}"), None).await.body["status"], "revoked");
    refused(rig.chat(&secret, CHEAP).await, "revoked");
    let late = rig.admin("patch", &format!("/admin/v1/keys/{key}"), Some(json!({ "name": "again" }))).await;
    assert_eq!(late.status, 409, "revoking is final");
}

#[tokio::test]
async fn s0_08_s1_13_the_crossing_request_completes_and_the_next_is_answered_402() {
    let rig = Rig::new().await;
    let budget = json!({ "amount": "0.00003", "currency": "USD", "period": "daily" });
    let (account, key, secret) = rig.client(json!({ "name": "acme-prod", "budget": budget })).await;
    let path = format!("/admin/v1/keys/{key}");
    let mut served = 0;
    let refused = loop {
        let reply = rig.chat(&secret, CHEAP).await;
        match reply.status {
            200 => served += 1,
            _ => break reply,
        }
    };
    assert!(served > 1);
    let error = refused.body["error"].as_object().unwrap();
    assert_eq!(refused.status, 402);
    assert_eq!(error.keys().collect::<Vec<_>>(), ["code", "message", "type"]);
    assert_eq!((&error["type"], &error["code"]), (&json!("insufficient_quota"), &json!("402")));
    let spent = domain::Nanos::parse(rig.admin("get", &path, None).await.body["spent"].as_str().unwrap()).unwrap();
    assert!(spent > domain::Nanos(30_000) && spent < domain::Nanos(60_000), "over by less than one request: {spent}");
    // S0-10: the budget starts again at the start of the next period.
    rig.at("2026-11-22T00:00:00Z");
    assert_eq!(rig.admin("get", &path, None).await.body["spent"], "0");
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200, "a new day");
    // S0-12: the account's own budget binds too, and raising it is effective at once.
    let path = format!("/admin/v1/accounts/{account}");
    let budget = |amount: &str| Some(json!({ "budget": { "amount": amount, "currency": "USD", "period": "total" } }));
    rig.admin("patch", &path, budget("0.00001")).await;
    let refused = rig.chat(&secret, CHEAP).await;
    assert_eq!(refused.status, 402);
    assert!(refused.message().contains("account"), "which of the two is said (S3-16): {}", refused.message());
    rig.admin("patch", &path, budget("5")).await;
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200);
}

#[tokio::test]
async fn every_budget_period_starts_again_when_it_says() {
    let rig = Rig::new().await;
    let rows =
        [("daily", "2026-11-22T00:00:00Z"), ("weekly", "2026-11-23T00:00:00Z"), ("monthly", "2026-12-01T00:00:00Z")];
    let mut clients = Vec::new();
    for (period, reset) in rows {
        let budget = json!({ "amount": "0.000001", "currency": "USD", "period": period });
        let (_, key, secret) = rig.client(json!({ "name": period, "budget": budget })).await;
        assert_eq!(rig.chat(&secret, CHEAP).await.status, 200);
        assert_eq!(rig.chat(&secret, CHEAP).await.status, 402, "{period}");
        assert_eq!(rig.admin("get", &format!("/admin/v1/keys/{key}"), None).await.body["resets_at"], reset);
        clients.push((secret, reset));
    }
    for (secret, reset) in clients {
        rig.at(reset);
        assert_eq!(rig.chat(&secret, CHEAP).await.status, 200, "after {reset}");
    }
}

#[tokio::test]
async fn s0_27_scopes_and_model_lists_are_answered_403_and_unknown_models_404() {
    let rig = Rig::new().await;
    let (account, _, reader) = rig.client(json!({ "name": "acme-read", "scope": "read_only" })).await;
    let (_, caller) = rig.key(&account, json!({ "name": "acme-call", "scope": "inference", "models": [CHEAP] })).await;
    let refused = rig.chat(&reader, CHEAP).await;
    assert_eq!((refused.status, refused.code()), (403, "scope_not_allowed".to_owned()));
    assert_eq!(rig.call("get", "/v1/usage", Some(&reader), None).await.status, 200);
    assert_eq!(rig.call("get", "/v1/usage", Some(&caller), None).await.status, 403);
    let refused = rig.chat(&caller, "gpt-4.1").await;
    assert_eq!((refused.status, refused.code()), (403, "model_not_allowed".to_owned()));
    let refused = rig.chat(&caller, "gpt-9").await;
    assert_eq!((refused.status, refused.code()), (404, "model_not_found".to_owned()));
    let models = rig.call("get", "/v1/models", Some(&caller), None).await.body;
    assert_eq!(models["data"].as_array().unwrap().len(), 1, "a key sees the models it may call");
    rig.admin("patch", &format!("/admin/v1/accounts/{account}"), Some(json!({ "models": [] }))).await;
    assert_eq!(rig.chat(&caller, CHEAP).await.status, 403, "an empty list refuses everything");
}

#[tokio::test]
async fn s0_28_s1_11_s1_12_each_key_has_its_own_pace_and_is_told_when_to_come_back() {
    let rig = Rig::new().await;
    let slow = json!({ "name": "acme-dev", "rate_limit": { "requests_per_minute": 2 } });
    let (account, _, secret) = rig.client(slow.clone()).await;
    let (_, other) = rig.key(&account, slow).await;
    let first = rig.chat(&secret, CHEAP).await;
    assert_eq!(first.header("x-ratelimit-limit-requests"), Some(2));
    assert_eq!(first.header("x-ratelimit-remaining-requests"), Some(1));
    rig.at("2026-11-21T10:00:30.500Z");
    assert_eq!(rig.chat(&secret, CHEAP).await.header("x-ratelimit-remaining-requests"), Some(0));
    let refused = rig.chat(&secret, CHEAP).await;
    assert_eq!((refused.status, refused.code()), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(refused.header("retry-after"), Some(30), "whole seconds, rounded up");
    let reset: Timestamp = "2026-11-21T10:01:00Z".parse().unwrap();
    assert_eq!(refused.header("x-ratelimit-reset-requests"), Some(reset.as_millis() / 1000), "Unix time");
    assert_eq!(rig.chat(&other, CHEAP).await.status, 200, "another key of the same account is not slowed");
    rig.at("2026-11-21T10:01:00Z");
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 200);
}

#[tokio::test]
async fn bodies_that_are_no_chat_are_refused_politely() {
    let rig = Rig::new().await;
    let (_, _, secret) = rig.client(json!({ "name": "acme-prod" })).await;
    let send = |body: Value| rig.call("post", "/v1/chat/completions", Some(&secret), Some(body));
    assert_eq!(send(json!({ "model": CHEAP })).await.status, 422);
    assert_eq!(send(json!({ "model": CHEAP, "messages": [], "stream": true })).await.status, 400);
    let cut = send(json!({ "model": CHEAP, "messages": [], "max_tokens": 3 })).await;
    assert_eq!(cut.body["usage"]["completion_tokens"], 3);
    assert_eq!(cut.body["choices"][0]["finish_reason"], "length");
    let parts = json!([{ "type": "text", "text": "12345678" }, { "type": "image_url" }]);
    let parts = send(json!({ "model": CHEAP, "messages": [{ "role": "user", "content": parts }] })).await;
    assert_eq!(parts.body["usage"]["prompt_tokens"], 6);
}

#[tokio::test]
async fn s0_26_a_secret_is_shown_once_and_kept_nowhere() {
    let folder = std::env::temp_dir().join(format!("purser-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let rig = Rig::open(Some(file.clone()), rig::start()).await;
    let (account, key, secret) = rig.client(json!({ "name": "acme-prod" })).await;
    let chosen = "sk-canary-0123456789-0123456789";
    let body = json!({ "name": "own", "account": account, "secret": chosen });
    let made = rig.admin("post", "/admin/v1/keys", Some(body.clone())).await;
    assert_eq!(made.body["secret"], Value::Null, "a secret the caller chose is not repeated");
    assert_eq!(rig.admin("post", "/admin/v1/keys", Some(body)).await.status, 409, "one secret, one key");
    assert_eq!(rig.chat(chosen, CHEAP).await.status, 200);
    rig.admin("put", &format!("/admin/v1/keys/{key}/pause"), Some(json!({ "paused": true }))).await;
    let listed = rig.admin("get", "/admin/v1/keys?limit=1000", None).await.body.to_string();
    let rows = "/admin/v1/usage/requests?start=2026-11-21T00:00:00Z&end=2026-11-22T00:00:00Z&account=";
    let before = rig.admin("get", &format!("{rows}{account}"), None).await.body;
    let kept = std::fs::read_to_string(&file).unwrap();
    for hidden in [secret.as_str(), chosen, rig.server.admin_token.expose(), rig.server.read_only_token.expose()] {
        assert!(!kept.contains(hidden) && !listed.contains(hidden), "a secret got out");
    }
    let Rig { server, sandbox, .. } = rig;
    server.shutdown().await;
    drop(sandbox);
    // A restart keeps what was done, and the seed it was made with.
    let rig = Rig::open(Some(file), rig::start()).await;
    assert_eq!(rig.chat(&secret, CHEAP).await.status, 401, "still paused");
    assert_eq!(rig.admin("get", &format!("{rows}{account}"), None).await.body, before);
    assert_eq!(rig.chat(chosen, CHEAP).await.status, 200, "still known");
    std::fs::remove_dir_all(folder).unwrap();
}
