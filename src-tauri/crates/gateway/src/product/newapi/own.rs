//! Clients as groups of tokens of the operator's own user.
//!
//! New API has nothing that groups tokens, so each group has one token that stands for it: disabled, without quota, named
//! for its account. What the account is called in full, whether it is paused, and which of its keys were off before, is
//! kept in that token's list of models, the only long text a token has. The token never serves a call. Keys carry the tag
//! of their account in their names, so a row of the log tells its account by itself.

use domain::{Account, AccountSpec, ExternalId, Key, Limit, Mark, ModelScope, Name, RateLimit};

use super::naming::TAG_DIGITS;
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
        let room = 50 - MARKER.len() - mark::DIGITS;
        let mut shown = String::new();
        self.name
            .chars()
            .take_while(|c| {
                shown.len() + c.len_utf8() <= room && {
                    shown.push(*c);
                    true
                }
            })
            .for_each(drop);
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

/// The tag that keys of an account carry: the first digits of its mark.
pub fn tag(mark: &Mark) -> String {
    mark::digits(mark).chars().take(TAG_DIGITS).collect()
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
