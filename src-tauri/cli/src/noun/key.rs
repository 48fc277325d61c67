//! `purser key`.

use app::wire::{CreatedKey, KeyFilterInput, KeyInput, KeyRow};
use app::{App, command, query};

use super::{ORIGIN, budget_input, client_id, done};
use crate::args::{Key, NewKey};
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Key, out: &Out) -> Result<(), Fault> {
    match verb {
        Key::List { client, search, revoked } => {
            let client_id = match client {
                Some(client) => Some(client_id(app, &client).await?),
                None => None,
            };
            let filter = KeyFilterInput { client_id, gateway_id: None, search, with_revoked: revoked, after: None };
            out.answer(&all(app, filter).await?, |rows| list(rows))
        }
        Key::Create(new) => {
            let input = input(app, &new).await?;
            shown_once(app, command::key::key_create(app, ORIGIN, input).await?, out).await
        }
        Key::Rotate { key } => shown_once(app, command::key::key_rotate(app, ORIGIN, &key).await?, out).await,
        Key::Pause { key } => done(out, &command::key::key_pause(app, ORIGIN, &key).await?),
        Key::Resume { key } => done(out, &command::key::key_resume(app, ORIGIN, &key).await?),
        Key::Revoke { key } => done(out, &command::key::key_revoke(app, ORIGIN, &key).await?),
    }
}

async fn all(app: &App, mut filter: KeyFilterInput) -> Result<Vec<KeyRow>, Fault> {
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

/// Prints the secret alone on standard output, where a script can take it, and everything else beside it. It is kept
/// nowhere.
async fn shown_once(app: &App, created: CreatedKey, out: &Out) -> Result<(), Fault> {
    let secret = command::key::secret_reveal(app, &created.ticket).await?;
    let result = out.line(&secret);
    command::key::secret_stored(app, &created.ticket).await?;
    out.remark(&format!(
        "{} ({}) is ready at {}.\nThe key above is shown this once: store it now. Lost keys are replaced with `purser key rotate`.",
        created.key.name, created.key.id, created.base_url
    ));
    result
}

async fn input(app: &App, new: &NewKey) -> Result<KeyInput, Fault> {
    let client = query::client::client_get(app, &client_id(app, &new.client).await?).await?;
    let account_id = match (&new.account, client.accounts.as_slice()) {
        (Some(account), _) => account.clone(),
        (None, [only]) => only.id.clone(),
        (None, []) => return Err(Fault::usage(format!("{} has no account on any gateway yet", client.row.name))),
        (None, several) => {
            let ids: Vec<String> = several.iter().map(|a| format!("{} ({})", a.id, a.gateway)).collect();
            return Err(Fault::usage(format!("choose one of its accounts with --account: {}", ids.join(", "))));
        }
    };
    Ok(KeyInput {
        account_id,
        name: new.name.clone().unwrap_or_default(),
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

fn list(rows: &[KeyRow]) -> String {
    if rows.is_empty() {
        return "No key matches.".to_owned();
    }
    let row = |key: &KeyRow| {
        let budget =
            key.budget.as_ref().map_or_else(|| "–".to_owned(), |b| format!("{} % of {}", b.percent, b.limit.text));
        vec![
            key.id.clone(),
            key.name.clone(),
            key.label.clone(),
            key.client.clone().unwrap_or_else(|| "nobody".to_owned()),
            key.gateway.clone(),
            format!("{:?}", key.status).to_lowercase(),
            budget,
            key.month_cost.text.clone(),
        ]
    };
    let headers = ["id", "name", "label", "client", "gateway", "status", ">budget", ">cost this month"];
    table(&headers, rows.iter().map(row))
}
