//! `/v1`: what a client's software speaks to.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Held;
use axum::http::HeaderMap;
use domain::Scope;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Desk;
use super::caller::bearer;
use super::reply::{self, Fault, rate_headers};
use crate::state::{Holder, Question, Served};
use crate::wire::{Amount, Stamp};

/// A chat request, as far as it is looked at.
#[derive(Deserialize)]
struct ChatBody {
    model: String,
    messages: Vec<Message>,
    #[serde(alias = "max_completion_tokens")]
    max_tokens: Option<u64>,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Value,
}

impl Message {
    /// Its length in characters; parts that are no text count nothing.
    fn length(&self) -> usize {
        match &self.content {
            Value::String(text) => text.chars().count(),
            Value::Array(parts) => {
                parts.iter().filter_map(|part| part["text"].as_str()).map(|t| t.chars().count()).sum()
            }
            _ => 0,
        }
    }
}

pub(super) async fn chat(
    Held(desk): Held<Desk>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(HeaderMap, Json<Value>), Fault> {
    let secret = bearer(&headers);
    let (mut state, now) = desk.open();
    // Who may not call learns nothing about the form of a body.
    state.authenticate(secret.as_ref(), now)?;
    let body: ChatBody = reply::read(&bytes)?;
    if body.stream {
        return Err(Fault::new(400, "no_streaming", "the sandbox does not stream: leave out `stream`"));
    }
    let lengths = body.messages.iter().map(Message::length).collect();
    let question = Question { model: body.model, lengths, max_tokens: body.max_tokens };
    let served = state.chat(secret.as_ref(), &question, now)?;
    Ok((rate_headers(served.allowance), Json(completion(&question.model, served, now.as_millis() / 1000))))
}

fn completion(model: &str, served: Served, created: i64) -> Value {
    let Served { id, tokens, text, cut, .. } = served;
    let prompt = tokens.input + tokens.cache_read;
    json!({
        "id": format!("req_{id:016x}"),
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": text },
            "finish_reason": if cut { "length" } else { "stop" },
        }],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": tokens.output,
            "total_tokens": prompt + tokens.output,
            "prompt_tokens_details": { "cached_tokens": tokens.cache_read },
        },
    })
}

pub(super) async fn models(Held(desk): Held<Desk>, headers: HeaderMap) -> Result<Json<Value>, Fault> {
    let (state, now) = desk.open();
    let key = state.authenticate(bearer(&headers).as_ref(), now)?;
    let models = state.models_of(key).into_iter();
    let data: Vec<Value> =
        models.map(|model| json!({ "id": model.name, "object": "model", "owned_by": "sandbox" })).collect();
    Ok(Json(json!({ "object": "list", "data": data })))
}

pub(super) async fn usage(Held(desk): Held<Desk>, headers: HeaderMap) -> Result<Json<Value>, Fault> {
    let (mut state, now) = desk.open();
    let key = state.authenticate(bearer(&headers).as_ref(), now)?;
    state.require(key, Scope::ReadOnly)?;
    let budget = state.budget(Holder::Key(key)).map(|budget| Amount(budget.amount()));
    let spent = state.spent(Holder::Key(key), now);
    let resets_at = spent.and_then(|(_, reset)| reset).map(Stamp);
    Ok(Json(json!({ "budget": budget, "spent": spent.map(|(spent, _)| Amount(spent)), "resets_at": resets_at })))
}
