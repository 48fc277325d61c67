//! New API's JSON, as far as we read it. Every field may be missing: releases differ. Amounts of quota are integers;
//! ratios are read from their text.

mod channel;

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::Secret;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

pub use channel::{Channel, OtherInfo};

/// A value that is dropped, not refused, when it has another shape than ours.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default())
}

/// A number of any form, read from its text and never through a float.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio(pub Decimal);

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        let number = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text));
        number.map(Self).map_err(serde::de::Error::custom)
    }
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub struct Envelope {
    pub success: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub message: Option<String>,
    pub data: Option<Box<RawValue>>,
}

/// `/api/status`, which needs no credential.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Status {
    #[serde(default, deserialize_with = "lenient")]
    pub version: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub quota_per_unit: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub quota_display_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub turnstile_check: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub enable_batch_update: bool,
}

/// One page of any list.
#[derive(Debug, Deserialize)]
pub struct Listed<T> {
    #[serde(default)]
    pub total: u64,
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
}

/// A user. Older releases list every user's access token beside: it is not even read.
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub username: String,
    #[serde(default, deserialize_with = "lenient")]
    pub display_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub role: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub status: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub group: String,
    /// What is left in the wallet.
    #[serde(default, deserialize_with = "lenient")]
    pub quota: i64,
    /// What was consumed over the user's life.
    #[serde(default, deserialize_with = "lenient")]
    pub used_quota: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub remark: String,
    #[serde(default, rename = "DeletedAt", deserialize_with = "lenient")]
    pub deleted_at: Option<String>,
}

/// What a new user is made from.
#[derive(Serialize)]
pub struct NewUser<'a> {
    pub username: &'a str,
    pub password: &'a str,
    pub display_name: &'a str,
    pub role: u32,
}

/// A change of a user: New API overwrites all of it. Releases before v0.12.7 overwrite the wallet too, so it goes along
/// as it was read; later ones ignore it.
#[derive(Serialize)]
pub struct UserEdit<'a> {
    pub id: u64,
    pub username: &'a str,
    pub display_name: &'a str,
    pub group: &'a str,
    pub remark: &'a str,
    pub quota: i64,
}

/// A change of state or wallet of a user.
#[derive(Serialize)]
pub struct Manage<'a> {
    pub id: u64,
    pub action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
}

/// Name and password; only ever sent.
#[derive(Serialize)]
pub struct LoginAsk<'a> {
    pub username: &'a str,
    pub password: &'a str,
}

/// The answer to a login; holds a credential, so it has no `Debug`.
#[derive(Default, Deserialize)]
pub struct Login {
    #[serde(default, deserialize_with = "lenient")]
    pub access_token: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub require_2fa: bool,
}

/// A key: masked since v0.11.4, in clear before.
#[derive(Debug, Clone, Default)]
pub struct ShownKey {
    /// What may be shown.
    pub label: String,
    /// The whole key, where the release tells it to everyone who lists.
    pub clear: Option<Secret>,
}

impl<'de> Deserialize<'de> for ShownKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: String = lenient(deserializer)?;
        if text.is_empty() || text.contains('*') {
            let (head, tail) =
                (text.split('*').next().unwrap_or_default(), text.rsplit('*').next().unwrap_or_default());
            return Ok(Self { label: format!("sk-{head}…{tail}"), clear: None });
        }
        let clear = full_key(&text);
        Ok(Self { label: clear.label().as_str().to_owned(), clear: Some(clear) })
    }
}

/// A key as clients send it: New API tells it without its prefix.
pub fn full_key(told: &str) -> Secret {
    let bare = told.trim();
    Secret::new(&format!("sk-{}", bare.strip_prefix("sk-").unwrap_or(bare)))
}

/// A token: what New API calls a key.
#[derive(Debug, Clone, Deserialize)]
pub struct Token {
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub user_id: u64,
    #[serde(default)]
    pub key: ShownKey,
    #[serde(default, deserialize_with = "lenient")]
    pub status: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub created_time: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub expired_time: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub remain_quota: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub used_quota: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub unlimited_quota: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub model_limits_enabled: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub model_limits: String,
    #[serde(default, deserialize_with = "lenient")]
    pub allow_ips: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub group: String,
    #[serde(default, deserialize_with = "lenient")]
    pub cross_group_retry: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub auto_groups: Option<Vec<String>>,
    #[serde(default, rename = "DeletedAt", deserialize_with = "lenient")]
    pub deleted_at: Option<String>,
}

/// A token as it is written: New API overwrites all of it, so everything that was read goes back.
#[derive(Debug, Clone, Serialize)]
pub struct TokenEdit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub name: String,
    pub expired_time: i64,
    pub remain_quota: i64,
    pub unlimited_quota: bool,
    pub model_limits_enabled: bool,
    pub model_limits: String,
    pub allow_ips: Option<String>,
    pub group: String,
    pub cross_group_retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_groups: Option<Vec<String>>,
}

/// The only partial change of a token.
#[derive(Serialize)]
pub struct TokenStatus {
    pub id: u64,
    pub status: u32,
}

/// The keys of some tokens by token; holds secrets, so it has no `Debug`.
#[derive(Deserialize)]
pub struct Keys {
    pub keys: BTreeMap<String, String>,
}

/// The key of one token; holds a secret, so it has no `Debug`.
#[derive(Deserialize)]
pub struct OneKey {
    pub key: String,
}

/// A row of the log. Its free text and the caller's address are not read.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub user_id: u64,
    /// When it was written, at the end of the request, in seconds.
    pub created_at: i64,
    #[serde(rename = "type")]
    pub kind: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub token_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub token_id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub model_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub quota: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub prompt_tokens: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_tokens: i64,
    /// Seconds from start to end.
    #[serde(default, deserialize_with = "lenient")]
    pub use_time: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub request_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub other: String,
}

/// What a row's `other` holds: JSON in a string.
#[derive(Debug, Default, Deserialize)]
pub struct Other {
    #[serde(default, deserialize_with = "lenient")]
    pub group_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub user_group_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_tokens: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_creation_tokens: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_creation_tokens_5m: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub cache_creation_tokens_1h: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub usage_semantic: String,
    #[serde(default, deserialize_with = "lenient")]
    pub upstream_model_name: Option<String>,
    /// Present on the second row of a task: what it was charged at first, of which this row is the rest.
    #[serde(default, deserialize_with = "lenient")]
    pub pre_consumed_quota: Option<i64>,
}

/// The control total of a window.
#[derive(Debug, Deserialize)]
pub struct Stat {
    #[serde(default, deserialize_with = "lenient")]
    pub quota: i64,
}

/// One setting; only the names that the probe asks for are kept.
#[derive(Deserialize)]
pub struct Setting {
    #[serde(default, deserialize_with = "lenient")]
    pub key: String,
    #[serde(default, deserialize_with = "lenient")]
    pub value: String,
}

/// `/api/pricing`, which puts the list and what belongs to it side by side.
#[derive(Debug, Default, Deserialize)]
pub struct Pricing {
    #[serde(default, deserialize_with = "lenient")]
    pub data: Vec<Priced>,
    #[serde(default, deserialize_with = "lenient")]
    pub group_ratio: BTreeMap<String, Ratio>,
}

/// One model with its ratios.
#[derive(Debug, Default, Deserialize)]
pub struct Priced {
    #[serde(default, deserialize_with = "lenient")]
    pub model_name: String,
    /// 0 is by token, 1 is by request.
    #[serde(default, deserialize_with = "lenient")]
    pub quota_type: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub model_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub model_price: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub completion_ratio: Option<Ratio>,
    #[serde(default, deserialize_with = "lenient")]
    pub billing_mode: String,
}
