//! `purser key`.

use app::wire::{CreatedKey, KeyFilterInput, KeyInput, KeyRow};
use app::{App, command, query};
use serde_json::json;

use super::{ORIGIN, budget_input, done, find, used, word};
use crate::args::{Key, NewKey};
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Key, out: &Out) -> Result<(), Fault> {
    match verb {
        Key::List { client, search, revoked } => {
            let client_id = find::client_if(app, client.as_deref()).await?;
            let filter = KeyFilterInput { client_id, gateway_id: None, search, with_revoked: revoked, after: None };
            out.answer(&find::every_key(app, filter).await?, |rows| list(rows))
        }
        Key::Create(new) => {
            let input = input(app, &new).await?;
            shown_once(app, command::key::key_create(app, ORIGIN, input).await?, out).await
        }
        Key::Rotate { key } => {
            let id = find::key(app, &key).await?;
            shown_once(app, command::key::key_rotate(app, ORIGIN, &id).await?, out).await
        }
        Key::Reveal { key } => {
            let id = find::key(app, &key).await?;
            shown_once(app, command::key::key_reveal(app, ORIGIN, &id).await?, out).await
        }
        Key::Pause { key } => {
            let id = find::key(app, &key).await?;
            done(out, &command::key::key_pause(app, ORIGIN, &id).await?)
        }
        Key::Resume { key } => {
            let id = find::key(app, &key).await?;
            done(out, &command::key::key_resume(app, ORIGIN, &id).await?)
        }
        Key::Revoke { key } => {
            let id = find::key(app, &key).await?;
            done(out, &command::key::key_revoke(app, ORIGIN, &id).await?)
        }
    }
}

/// Prints the secret alone on standard output, where a script can take it, and everything else beside it; as JSON, all of
/// it together. It is kept nowhere.
async fn shown_once(app: &App, created: CreatedKey, out: &Out) -> Result<(), Fault> {
    let Some(ticket) = &created.ticket else { return queued(&created, out) };
    let secret = command::key::secret_reveal(app, ticket).await?;
    let whole = json!({ "key": created.key, "secret": secret, "baseUrl": created.base_url });
    let result = out.answer(&whole, |_| secret.clone());
    command::key::secret_stored(app, ticket).await?;
    out.remark(&format!(
        "{} ({}) is ready at {}.\nThe secret above is shown this once: store it now. A lost one is replaced with `purser key rotate`.",
        created.key.name, created.key.id, created.base_url
    ));
    result
}

/// A key whose gateway does not tell the secret yet.
fn queued(created: &CreatedKey, out: &Out) -> Result<(), Fault> {
    let after = created.secret_after_seconds.unwrap_or_default();
    let whole = json!({ "key": created.key, "secretAfterSeconds": after, "baseUrl": created.base_url });
    out.answer(&whole, |_| {
        let minutes = after.div_ceil(60);
        let (name, id) = (&created.key.name, &created.key.id);
        format!(
            "{name} ({id}): {} shows no more secrets for {minutes} min; then run `purser key reveal {id}`.",
            created.key.gateway
        )
    })
}

async fn input(app: &App, new: &NewKey) -> Result<KeyInput, Fault> {
    let client = query::client::client_get(app, &find::client(app, &new.client).await?).await?;
    let account_id = match (&new.account, client.accounts.as_slice()) {
        (Some(account), _) => find::account(app, account).await?,
        (None, [only]) => only.id.clone(),
        (None, []) => {
            return Err(Fault::missing(
                format!("{} has no account on any gateway yet", client.row.name),
                "Give it one in the window, or attribute one with `purser account attribute`.",
            ));
        }
        (None, several) => {
            let ids: Vec<String> = several.iter().map(|a| format!("{} ({})", a.id, a.gateway)).collect();
            return Err(Fault::usage(format!("choose one of its accounts with --account: {}", ids.join(", "))));
        }
    };
    Ok(KeyInput {
        account_id,
        name: new.name.clone().unwrap_or_else(|| proposed(&client.row.name, &new.env)),
        environment: new.env.clone(),
        scope: new.scope.clone(),
        models: new.models.clone(),
        requests_per_minute: new.rpm,
        tokens_per_minute: new.tpm.map(|tpm| tpm.to_string()),
        parallel: new.parallel,
        budget: budget_input(&new.budget),
        expires_in_days: new.expires,
    })
}

/// A name for a key nobody named: the client's first words and the environment, as in `harborlight-dental-prod`.
fn proposed(client: &str, environment: &str) -> String {
    let lower = client.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(3);
    words.chain([environment]).collect::<Vec<_>>().join("-")
}

fn list(rows: &[KeyRow]) -> String {
    if rows.is_empty() {
        return "There is no such key: `purser key create CLIENT` makes one.".to_owned();
    }
    let row = |key: &KeyRow| {
        vec![
            key.id.clone(),
            key.name.clone(),
            key.label.clone(),
            key.client.clone().unwrap_or_else(|| "nobody".to_owned()),
            key.gateway.clone(),
            word(&key.status),
            used(key.budget.as_ref()),
            key.month_cost.text.clone(),
        ]
    };
    let headers = ["id", "<name", "label", "<client", "gateway", "status", ">budget", ">cost this month"];
    table(&headers, rows.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::proposed;

    #[test]
    fn a_key_without_a_name_is_called_after_its_client() {
        assert_eq!(proposed("Acme Ltd", "prod"), "acme-ltd-prod");
        assert_eq!(proposed("Brandt & Söhne \"Papier\" GmbH", "dev"), "brandt-söhne-papier-dev");
        assert_eq!(proposed("株式会社みなと翻訳", "staging"), "株式会社みなと翻訳-staging");
        assert_eq!(proposed("***", "other"), "other", "never empty");
    }
}
