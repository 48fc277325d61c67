//! `purser past-due`.

use app::wire::PastDueView;
use app::{App, command, query};

use super::{ORIGIN, find};
use crate::args::PastDue;
use crate::fault::Fault;
use crate::out::{Out, heading, table};

pub async fn run(app: &App, verb: PastDue, out: &Out) -> Result<(), Fault> {
    match verb {
        PastDue::List => out.answer(&query::past_due::past_due_list(app).await?, |clients| list(clients)),
        PastDue::Hold { client } => {
            let client = find::client(app, &client).await?;
            out.answer(&command::past_due::past_due_hold(app, ORIGIN, &client).await?, one)
        }
        PastDue::Lift { client } => {
            let client = find::client(app, &client).await?;
            out.answer(&command::past_due::past_due_lift(app, ORIGIN, &client).await?, one)
        }
    }
}

fn list(clients: &[PastDueView]) -> String {
    if clients.is_empty() {
        return "No client is past due.".to_owned();
    }
    clients.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn one(client: &PastDueView) -> String {
    let late = match client.invoices.as_slice() {
        [] => "Nothing is overdue.".to_owned(),
        invoices => format!(
            "{} is overdue, the oldest of it for {} days: {}.",
            client.open.text,
            client.days,
            invoices.join(", ")
        ),
    };
    let rows = client.keys.iter().map(|key| vec![key.name.clone(), key.effect.clone()]);
    let keys =
        if client.keys.is_empty() { "It has no keys that work.".to_owned() } else { table(&["<key", "~"], rows) };
    format!("{}\n{late}\n\n{keys}", heading(&client.client))
}
