//! Clients as groups of tokens of the operator's own user.
//!
//! New API has nothing that groups tokens, so each group has one token that stands for it: disabled, without quota, named
//! for its account. What the account is called in full, whether it is paused, and which of its keys were off before, is
//! kept in that token's list of models, the only long text a token has. The token never serves a call. Keys carry the tag
//! of their account in their names, so a row of the log tells its account by itself.

use domain::{Account, AccountSpec, ExternalId, Key, Limit, Mark, ModelScope, Name, RateLimit};
use sha2::{Digest, Sha256};

use super::naming::{self, TAG_DIGITS};
use super::wire::Token;
use super::{NewApi, error, inventory, map};
use crate::{GatewayError, mark};

/// What the name of a token that stands for an account ends with, before its mark.
const MARKER: &str = "~A";
/// What the text of such a token begins with.
const TEXT_PREFIX: &str = "purser-account";
/// What stands for a comma in the text: the list of models is separated by them.
const COMMA: char = '\u{201a}';

/// What a token that stands for an account says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The account's mark.
    pub mark: Mark,
    /// Its name in full.
    pub name: String,
    /// Whether its keys were stopped together.
    pub paused: bool,
    /// Keys that were off already when they were.
    pub off: Vec<u64>,
}

impl Marker {
    /// Reads a token; `None` for one that stands for no account.
    pub fn read(token: &Token) -> Option<Self> {
        let mark = marker_mark(&token.name)?;
        let mut parts = token.model_limits.splitn(4, ':');
        let ours = parts.next() == Some(TEXT_PREFIX);
        let paused = ours && parts.next() == Some("paused");
        let off = parts.next().filter(|_| ours).unwrap_or_default();
        let name = parts.next().filter(|_| ours).map(|name| name.replace(COMMA, ","));
        let shown = token.name.split(MARKER).next().unwrap_or_default();
        Some(Self {
            mark,
            name: name.unwrap_or_else(|| shown.to_owned()),
            paused,
            off: off.split(' ').filter_map(|id| id.parse().ok()).collect(),
        })
    }

    /// The token's name.
    pub fn token_name(&self) -> String {
        let room = naming::TOKEN_NAME_MAX - MARKER.len() - mark::DIGITS;
        let mut shown = String::new();
        for letter in self.name.chars() {
            if shown.len() + letter.len_utf8() > room {
                break;
            }
            shown.push(letter);
        }
        format!("{shown}{MARKER}{}", mark::digits(&self.mark))
    }

    /// The token's list of models.
    pub fn text(&self) -> String {
        let state = if self.paused { "paused" } else { "active" };
        let off: Vec<String> = self.off.iter().map(u64::to_string).collect();
        format!("{TEXT_PREFIX}:{state}:{}:{}", off.join(" "), self.name.replace(',', &COMMA.to_string()))
    }

    fn account(&self) -> Account {
        Account {
            external_id: account_id(&tag(&self.mark)),
            mark: Some(self.mark),
            spec: AccountSpec {
                name: Name::lossy(&self.name, "group of tokens"),
                models: ModelScope::All,
                budget: Limit::Unlimited,
                rate_limit: RateLimit::default(),
            },
            paused: self.paused,
            spent: None,
            resets_at: None,
        }
    }
}

fn marker_mark(name: &str) -> Option<Mark> {
    let (_, digits) = name.rsplit_once(MARKER)?;
    mark::from_digits(digits)
}

/// Whether a token stands for an account and is no key.
pub fn is_marker(name: &str) -> bool {
    marker_mark(name).is_some()
}

/// The tag that keys of an account carry: digits of its mark's SHA-256, so that marks that are alike have other tags.
pub fn tag(of: &Mark) -> String {
    let digest = Sha256::digest(of.bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    mark::digits(&Mark::new(bytes)).chars().take(TAG_DIGITS).collect()
}

/// The account of a tag.
pub fn account_id(tag: &str) -> ExternalId {
    ExternalId::new(tag)
}

/// Every token that stands for an account, with what it says.
pub async fn markers(newapi: &NewApi) -> Result<Vec<(Token, Marker)>, GatewayError> {
    let tokens = inventory::tokens(&newapi.api).await?.value;
    Ok(tokens.into_iter().filter_map(|token| Some((token.clone(), Marker::read(&token)?))).collect())
}

/// Every account.
pub async fn accounts(newapi: &NewApi) -> Result<Vec<Account>, GatewayError> {
    newapi.known().await?;
    Ok(markers(newapi).await?.iter().map(|(_, marker)| marker.account()).collect())
}

/// The token that stands for an account.
pub async fn marker(newapi: &NewApi, id: &ExternalId) -> Result<(Token, Marker), GatewayError> {
    let found = markers(newapi).await?.into_iter().find(|(_, marker)| tag(&marker.mark) == id.as_str());
    found.ok_or_else(|| error::not_found("GET /api/token/", "a group of tokens of this name"))
}

/// One account.
pub async fn account(newapi: &NewApi, id: &ExternalId) -> Result<Account, GatewayError> {
    Ok(marker(newapi, id).await?.1.account())
}

/// Every key, or every key of one account.
pub async fn keys(newapi: &NewApi, account: Option<&ExternalId>) -> Result<Vec<Key>, GatewayError> {
    newapi.known().await?;
    let found = inventory::tokens(&newapi.api).await?;
    let reading = inventory::reading(newapi, found.date).await?;
    let keys = found.value.iter().filter(|token| !is_marker(&token.name)).map(|token| map::key(token, reading));
    Ok(keys.filter(|key| account.is_none() || key.account.as_ref() == account).collect())
}

#[cfg(test)]
mod tests {
    use super::super::wire::Token;
    use super::*;

    fn token(name: &str, text: &str) -> Token {
        let body = serde_json::json!({ "id": 1, "name": name, "model_limits": text });
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn marks_that_are_alike_have_different_tags() {
        let tags: std::collections::BTreeSet<String> =
            (0..=255).map(|last| tag(&Mark::new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]))).collect();
        assert_eq!(tags.len(), 256);
        assert!(tags.iter().all(|tag| tag.len() == TAG_DIGITS));
    }

    #[test]
    fn what_stands_for_an_account_is_read_back() {
        let mark = Mark::new([0x3c; 16]);
        for (name, off) in [("Harborlight: Dental, Ltd.", vec![]), ("株式会社ハーバーライト歯科 🚀", vec![7, 12])]
        {
            let marker = Marker { mark, name: name.to_owned(), paused: !off.is_empty(), off };
            let (shown, text) = (marker.token_name(), marker.text());
            assert!(shown.len() <= naming::TOKEN_NAME_MAX && is_marker(&shown), "{shown}");
            assert!(!text.contains(','), "New API separates models by commas: {text}");
            assert_eq!(Marker::read(&token(&shown, &text)), Some(marker), "{shown} {text}");
        }
        let damaged = Marker::read(&token(&format!("Acme~A{}", mark::digits(&mark)), "gpt-4o"));
        let expected = Marker { mark, name: "Acme".to_owned(), paused: false, off: Vec::new() };
        assert_eq!(damaged, Some(expected), "its text was overwritten in the console: its name is left");
        for key in ["default", "prod~pAbC-_9AAAAAAAAAAAAAAAAAAAAAA", "a~A", "~Ashort"] {
            assert_eq!(Marker::read(&token(key, "")), None, "{key}");
        }
    }
}
