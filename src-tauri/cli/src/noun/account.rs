//! `purser account`.

use app::wire::AccountView;
use app::{App, command, query};

use super::{ORIGIN, done, find, used};
use crate::args::Account;
use crate::ask;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Account, out: &Out) -> Result<(), Fault> {
    match verb {
        Account::List => list(app, out).await,
        Account::Entrust { account } => {
            let account = find::account(app, &account).await?;
            let token = ask::secret("The account's own token: ")?;
            done(out, &command::account::account_entrust(app, ORIGIN, &account, token).await?)
        }
        Account::Attribute { account, client } => {
            let account = find::account(app, &account).await?;
            let client = find::client_if(app, client.as_deref()).await?;
            done(out, &command::account::account_attribute(app, ORIGIN, &account, client.as_deref()).await?)
        }
    }
}

async fn list(app: &App, out: &Out) -> Result<(), Fault> {
    let accounts = query::client::account_list(app).await?;
    let clients = query::client::client_list(app).await?;
    let owner = |account: &AccountView| {
        let client = clients.iter().find(|client| Some(&client.id) == account.client_id.as_ref());
        client.map_or_else(|| "nobody".to_owned(), |client| client.name.clone())
    };
    let row = |a: &AccountView| {
        let state = if a.paused { "paused" } else { "active" }.to_owned();
        vec![a.id.clone(), a.name.clone(), a.gateway.clone(), owner(a), state, used(a.budget.as_ref())]
    };
    out.answer(&accounts, |accounts| {
        if accounts.is_empty() {
            return "There are no accounts yet: connect a gateway, then run `purser sync`.".to_owned();
        }
        table(&["id", "<name", "gateway", "<client", "status", ">budget"], accounts.iter().map(row))
    })
}
