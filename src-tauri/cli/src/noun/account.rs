//! `purser account`.

use app::{App, command, query};

use super::{ORIGIN, client_id, done};
use crate::args::Account;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Account, out: &Out) -> Result<(), Fault> {
    match verb {
        Account::List => {
            let accounts = query::client::account_list(app).await?;
            let clients = query::client::client_list(app).await?;
            let name = |id: &Option<String>| {
                let client = clients.iter().find(|client| Some(&client.id) == id.as_ref());
                client.map_or_else(|| "nobody".to_owned(), |client| client.name.clone())
            };
            out.answer(&accounts, |accounts| {
                let row = |a: &app::wire::AccountView| {
                    vec![a.id.clone(), a.gateway.clone(), a.name.clone(), a.external_id.clone(), name(&a.client_id)]
                };
                table(&["id", "gateway", "name", "there", "client"], accounts.iter().map(row))
            })
        }
        Account::Attribute { account, client } => {
            let client = match client {
                Some(client) => Some(client_id(app, &client).await?),
                None => None,
            };
            done(out, &command::account::account_attribute(app, ORIGIN, &account, client.as_deref()).await?)
        }
    }
}
