//! `purser client`.

use app::wire::{ClientInput, ClientRow, ClientView};
use app::{App, command, query};

use super::{ORIGIN, as_of, budget_input, client_id, done, gateway_id};
use crate::args::{Client, NewClient};
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Client, out: &Out) -> Result<(), Fault> {
    match verb {
        Client::List => out.answer(&query::client::client_list(app).await?, |rows| list(rows)),
        Client::Show { client } => {
            let id = client_id(app, &client).await?;
            out.answer(&query::client::client_get(app, &id).await?, page)
        }
        Client::Create(new) => create(app, &new, out).await,
        Client::Pause { client } => {
            let id = client_id(app, &client).await?;
            done(out, &command::client::client_pause(app, ORIGIN, &id).await?)
        }
        Client::Resume { client } => {
            let id = client_id(app, &client).await?;
            done(out, &command::client::client_resume(app, ORIGIN, &id).await?)
        }
        Client::Close { client } => {
            let id = client_id(app, &client).await?;
            done(out, &command::client::client_close(app, ORIGIN, &id).await?)
        }
    }
}

async fn create(app: &App, new: &NewClient, out: &Out) -> Result<(), Fault> {
    let agency = app.agency().await?;
    let mut gateways = Vec::new();
    for gateway in &new.gateways {
        gateways.push(gateway_id(app, gateway).await?);
    }
    let empty = String::new;
    let input = ClientInput {
        name: new.name.clone(),
        currency: new.currency.clone().unwrap_or(agency.currency),
        zone: new.zone.clone().unwrap_or(agency.zone),
        legal_name: empty(),
        street: empty(),
        postal_code: empty(),
        city: empty(),
        country: empty(),
        tax_id: empty(),
        email: empty(),
        terms_days: new.terms,
        gateways,
        budget: budget_input(&new.budget),
        models: new.models.clone(),
    };
    let row = command::client::client_create(app, ORIGIN, input).await?;
    out.answer(&row, |row| format!("{} is client {}.", row.name, row.id))
}

fn list(rows: &[ClientRow]) -> String {
    if rows.is_empty() {
        return "There are no clients yet: run `purser client create NAME --gateway …`.".to_owned();
    }
    let row = |row: &ClientRow| {
        let budget =
            row.budget.as_ref().map_or_else(|| "–".to_owned(), |b| format!("{} % of {}", b.percent, b.limit.text));
        vec![
            row.id.clone(),
            row.name.clone(),
            format!("{:?}", row.status).to_lowercase(),
            row.keys.to_string(),
            row.requests.text.clone(),
            row.month.cost.text.clone(),
            row.month.charge.text.clone(),
            row.month.margin.text.clone(),
            budget,
        ]
    };
    let headers = ["id", "name", "status", ">keys", ">requests", ">cost", ">charge", ">margin", ">budget"];
    let oldest = rows.iter().min_by_key(|row| row.freshness.as_of.clone()).map(|row| as_of(&row.freshness));
    format!("{}\n\nThis month. {}", table(&headers, rows.iter().map(row)), oldest.unwrap_or_default())
}

fn page(view: &ClientView) -> String {
    let accounts = view.accounts.iter().map(|account| {
        let budget =
            account.budget.as_ref().map_or_else(|| "none".to_owned(), |b| format!("{} {}", b.limit.text, b.period));
        vec![account.id.clone(), account.gateway.clone(), account.name.clone(), budget]
    });
    let keys = view.keys.iter().map(|key| {
        vec![
            key.id.clone(),
            key.name.clone(),
            key.label.clone(),
            format!("{:?}", key.status),
            key.month_cost.text.clone(),
        ]
    });
    let rules = view.rules.iter().map(|rule| {
        vec![rule.selector.clone(), rule.text.clone(), rule.client.clone().unwrap_or_else(|| "everyone".to_owned())]
    });
    format!(
        "{} ({}), {}\nThis month: cost {}, charge {}, margin {}. {}\n\n{}\n\n{}\n\n{}",
        view.row.name,
        view.row.id,
        view.row.zone,
        view.row.month.cost.text,
        view.row.month.charge.text,
        view.row.month.margin.text,
        as_of(&view.row.freshness),
        table(&["account", "gateway", "name", ">budget"], accounts),
        table(&["key", "name", "label", "status", ">cost this month"], keys),
        table(&["rule", "charges", "for"], rules),
    )
}
