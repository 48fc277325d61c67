//! Things by what a person calls them: an identifier, a name, or a key's label.

use app::wire::{AccountView, KeyFilterInput, KeyRow};
use app::{App, query};

use crate::fault::Fault;

/// Names told when none fits; of more, only those like it.
const TOLD: usize = 12;

/// A client's identifier.
///
/// # Errors
/// No such client.
pub async fn client(app: &App, text: &str) -> Result<String, Fault> {
    let rows = query::client::client_list(app).await?;
    one("client", text, &rows.into_iter().map(|row| Candidate::new(row.id, [row.name], "")).collect::<Vec<_>>())
}

/// A client's identifier, where one was named.
///
/// # Errors
/// No such client.
pub async fn client_if(app: &App, text: Option<&str>) -> Result<Option<String>, Fault> {
    match text {
        Some(text) => client(app, text).await.map(Some),
        None => Ok(None),
    }
}

/// A gateway's identifier.
///
/// # Errors
/// No such gateway.
pub async fn gateway(app: &App, text: &str) -> Result<String, Fault> {
    let rows = query::gateway::gateway_list(app).await?;
    one("gateway", text, &rows.into_iter().map(|row| Candidate::new(row.id, [row.name], "")).collect::<Vec<_>>())
}

/// A bill's identifier, where there is one of this identifier or name.
///
/// # Errors
/// No such bill, or several of this name.
pub async fn bill(app: &App, text: &str) -> Result<String, Fault> {
    let rows = query::bill::bill_list(app).await?;
    one("bill", text, &rows.into_iter().map(|row| Candidate::new(row.id, [row.name], &row.gateway)).collect::<Vec<_>>())
}

/// An account's identifier.
///
/// # Errors
/// No such account, or several of this name.
pub async fn account(app: &App, text: &str) -> Result<String, Fault> {
    one("account", text, &accounts(app).await?)
}

/// A key's identifier.
///
/// # Errors
/// No such key, or several of this name.
pub async fn key(app: &App, text: &str) -> Result<String, Fault> {
    one("key", text, &keys(app).await?)
}

/// The identifier of a key or of an account, whichever bears the name.
///
/// # Errors
/// Neither, or several of this name.
pub async fn key_or_account(app: &App, text: &str) -> Result<String, Fault> {
    let mut candidates = keys(app).await?;
    candidates.extend(accounts(app).await?);
    one("key or account", text, &candidates)
}

async fn accounts(app: &App) -> Result<Vec<Candidate>, Fault> {
    let of = |row: AccountView| Candidate::new(row.id, [row.name], &row.gateway);
    Ok(query::client::account_list(app).await?.into_iter().map(of).collect())
}

async fn keys(app: &App) -> Result<Vec<Candidate>, Fault> {
    let filter =
        KeyFilterInput { client_id: None, gateway_id: None, search: String::new(), with_revoked: true, after: None };
    let of = |row: KeyRow| Candidate::new(row.id, [row.name, row.label], &row.client.unwrap_or_default());
    Ok(every_key(app, filter).await?.into_iter().map(of).collect())
}

/// Keys of every page.
///
/// # Errors
/// The store cannot be read.
pub async fn every_key(app: &App, mut filter: KeyFilterInput) -> Result<Vec<KeyRow>, Fault> {
    let mut rows = Vec::new();
    loop {
        let page = query::key::key_list(app, &filter).await?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// Something that can be named.
struct Candidate {
    id: String,
    names: Vec<String>,
    /// Tells it from another of the same name.
    of: String,
}

impl Candidate {
    fn new(id: String, names: impl Into<Vec<String>>, of: &str) -> Self {
        Self { id, names: names.into(), of: of.to_owned() }
    }

    fn told(&self) -> String {
        if self.of.is_empty() { self.id.clone() } else { format!("{} ({})", self.id, self.of) }
    }
}

/// The one thing of this identifier, else the one of this name.
fn one(noun: &str, text: &str, candidates: &[Candidate]) -> Result<String, Fault> {
    let text = text.trim();
    if let Some(found) = candidates.iter().find(|candidate| candidate.id == text) {
        return Ok(found.id.clone());
    }
    let lower = text.to_lowercase();
    let named: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.names.iter().any(|name| name.to_lowercase() == lower)).collect();
    match named.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => Err(none(noun, text, candidates)),
        several => {
            let told: Vec<String> = several.iter().map(|candidate| candidate.told()).collect();
            let message =
                format!("{} are called `{text}`: name one by its identifier, {}", several.len(), told.join(", "));
            Err(Fault::usage(message))
        }
    }
}

fn none(noun: &str, text: &str, candidates: &[Candidate]) -> Fault {
    let names: Vec<&str> =
        candidates.iter().filter_map(|candidate| candidate.names.first()).map(String::as_str).collect();
    let hint = match names.len() {
        0 => format!("There is no {noun} yet."),
        count @ 1..=TOLD => format!("There {} {}.", if count == 1 { "is" } else { "are" }, names.join(", ")),
        count => {
            let lower = text.to_lowercase();
            let near = |name: &&&str| {
                let name = name.to_lowercase();
                name.contains(&lower) || lower.split(|c: char| !c.is_alphanumeric()).any(|word| name.starts_with(word))
            };
            let near: Vec<&str> = names.iter().filter(|_| !lower.is_empty()).filter(near).take(TOLD).copied().collect();
            match near.as_slice() {
                [] => format!("There are {count}: list them to find the right one."),
                near => format!("Like it: {}.", near.join(", ")),
            }
        }
    };
    Fault::missing(format!("there is no {noun} `{text}`"), hint)
}

#[cfg(test)]
mod tests {
    use app::wire::Code;

    use super::*;

    fn candidates() -> Vec<Candidate> {
        vec![
            Candidate::new("key_1".to_owned(), ["Acme prod".to_owned(), "sk-…0001".to_owned()], "Acme"),
            Candidate::new("key_2".to_owned(), ["shared".to_owned()], "Acme"),
            Candidate::new("key_3".to_owned(), ["Shared".to_owned()], "Brandt"),
            Candidate::new("key_4".to_owned(), ["key_1".to_owned()], "Brandt"),
        ]
    }

    #[test]
    fn names_find_one_thing_or_say_why_not() {
        let found = |text: &str| one("key", text, &candidates());
        assert_eq!(found("key_2").unwrap(), "key_2");
        assert_eq!(found(" ACME Prod ").unwrap(), "key_1", "letters' case and blanks do not matter");
        assert_eq!(found("sk-…0001").unwrap(), "key_1", "a label is a name too");
        assert_eq!(found("key_1").unwrap(), "key_1", "an identifier wins over a name that looks like one");
        let several = found("shared").unwrap_err();
        assert_eq!(several.view.code, Code::Invalid);
        assert!(several.view.message.ends_with("key_2 (Acme), key_3 (Brandt)"), "{several:?}");
        let none = found("nobody").unwrap_err();
        assert_eq!((none.view.code, none.exit_code()), (Code::NotFound, 3));
        assert_eq!(none.view.message, "there is no key `nobody`");
        let many: Vec<Candidate> = (0..20)
            .map(|n| Candidate::new(format!("key_{n}"), [format!("acme-{n}")], ""))
            .chain(candidates())
            .collect();
        assert_eq!(one("key", "shar", &many).unwrap_err().view.hints, ["Like it: shared, Shared."]);
        assert_eq!(
            one("key", "zebra", &many).unwrap_err().view.hints,
            ["There are 24: list them to find the right one."]
        );
        assert_eq!(one("client", "x", &[]).unwrap_err().view.hints, ["There is no client yet."]);
    }
}
