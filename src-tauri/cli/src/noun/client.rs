//! `purser client`.

mod statement;

use app::wire::{
    AccountView, ClientInput, ClientRow, ClientView, EInvoiceChoice, InvoiceRow, KeyRow, LanguageChoice, RuleView,
    TaxChoice,
};
use app::{App, command, query};

use super::edit::{edited, fields};
use super::{ORIGIN, as_of, budget_input, count, done, find, used, word};
use crate::args::{Client, NewClient};
use crate::fault::Fault;
use crate::out::{Out, heading, table};

pub async fn run(app: &App, verb: Client, out: &Out) -> Result<(), Fault> {
    match verb {
        Client::List => out.answer(&query::client::client_list(app).await?, |rows| list(rows)),
        Client::Create(new) => create(app, &new, out).await,
        Client::Update { client, fields } => update(app, &find::client(app, &client).await?, &fields, out).await,
        Client::Show { client } => {
            let id = find::client(app, &client).await?;
            out.answer(&query::client::client_get(app, &id).await?, page)
        }
        Client::Pause { client } => {
            let id = find::client(app, &client).await?;
            done(out, &command::client::client_pause(app, ORIGIN, &id).await?)
        }
        Client::Resume { client } => {
            let id = find::client(app, &client).await?;
            done(out, &command::client::client_resume(app, ORIGIN, &id).await?)
        }
        Client::Statement(asked) => statement::statement(app, &asked, out).await,
        Client::Metadata { client, export } => statement::metadata(app, &client, export, out).await,
        Client::Erase { client, yes } => statement::erase(app, &client, yes, out).await,
        Client::Close { client } => {
            let id = find::client(app, &client).await?;
            done(out, &command::client::client_close(app, ORIGIN, &id).await?)
        }
    }
}

async fn create(app: &App, new: &NewClient, out: &Out) -> Result<(), Fault> {
    let agency = app.agency().await?;
    let mut gateways = Vec::new();
    for gateway in &new.gateways {
        gateways.push(find::gateway(app, gateway).await?);
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
        vat_id: empty(),
        registration: empty(),
        endpoint: empty(),
        reference: empty(),
        tax: TaxChoice::Agency,
        tax_reason: empty(),
        e_invoice: EInvoiceChoice::Automatic,
        language: LanguageChoice::Agency,
        email: empty(),
        terms_days: new.terms,
        gateways,
        budget: budget_input(&new.budget),
        models: new.models.clone(),
    };
    let row = command::client::client_create(app, ORIGIN, input).await?;
    out.answer(&row, |row| match row.gateways.as_slice() {
        [] => format!("{} is client {}. It has no account on a gateway yet.", row.name, row.id),
        gateways => format!("{} is client {}, with an account on {}.", row.name, row.id, gateways.join(", ")),
    })
}

async fn update(app: &App, id: &str, changes: &[String], out: &Out) -> Result<(), Fault> {
    let details = query::client::client_get(app, id).await?.details;
    let typed = edited(&details, changes, "purser client show")?;
    let row = command::client::client_update(app, ORIGIN, id, typed).await?;
    out.answer(&row, |row| format!("{} ({}) is changed.", row.name, row.id))
}

fn list(rows: &[ClientRow]) -> String {
    if rows.is_empty() {
        return "There are no clients yet: run `purser client create NAME --gateway …`.".to_owned();
    }
    let row = |row: &ClientRow| {
        vec![
            row.id.clone(),
            row.name.clone(),
            word(&row.status),
            row.keys.to_string(),
            count(&row.requests),
            row.month.cost.text.clone(),
            row.month.charge.text.clone(),
            row.month.margin.text.clone(),
            used(row.budget.as_ref()),
        ]
    };
    let headers = ["id", "<name", "status", ">keys", ">requests", ">cost", ">charge", ">margin", ">budget"];
    let oldest = rows.iter().min_by_key(|row| row.freshness.as_of.clone()).map(|row| as_of(&row.freshness));
    format!("{}\n\nThis month. {}", table(&headers, rows.iter().map(row)), oldest.unwrap_or_default())
}

fn page(view: &ClientView) -> String {
    let (row, month) = (&view.row, &view.row.month);
    let told = fields(&view.details).into_iter().filter(|(_, value)| !value.is_empty());
    let parts = [
        format!("{} ({}), {}", heading(&row.name), row.id, word(&row.status)),
        format!(
            "This month: cost {}, charge {}, margin {}. {}",
            month.cost.text,
            month.charge.text,
            month.margin.text,
            as_of(&row.freshness)
        ),
        table(&["field", "~value"], told.map(|(field, value)| vec![field, value])),
        part("Accounts", &["id", "<name", "gateway", ">budget", "period"], view.accounts.iter().map(account)),
        part("Keys", &["id", "<name", "label", "status", ">budget", ">cost this month"], view.keys.iter().map(key)),
        part("Prices", &["rule", "~charges", "for"], view.rules.iter().map(rule)),
        part("Invoices", &["number", "month", "status", ">total"], view.invoices.iter().map(invoice)),
    ];
    parts.join("\n\n")
}

fn part(title: &str, headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    let body = if rows.is_empty() { "none".to_owned() } else { table(headers, rows) };
    format!("{}\n{body}", heading(title))
}

fn account(account: &AccountView) -> Vec<String> {
    let every = account.budget.as_ref().map_or_else(|| "–".to_owned(), |budget| budget.period.clone());
    let (gateway, budget) = (account.gateway.clone(), used(account.budget.as_ref()));
    vec![account.id.clone(), account.name.clone(), gateway, budget, every]
}

fn key(key: &KeyRow) -> Vec<String> {
    let (budget, cost) = (used(key.budget.as_ref()), key.month_cost.text.clone());
    vec![key.id.clone(), key.name.clone(), key.label.clone(), word(&key.status), budget, cost]
}

fn rule(rule: &RuleView) -> Vec<String> {
    let whose = if rule.client_id.is_some() { "this client" } else { "everyone" };
    vec![rule.selector.clone(), rule.text.clone(), whose.to_owned()]
}

fn invoice(row: &InvoiceRow) -> Vec<String> {
    let number = row.number.clone().unwrap_or_else(|| row.id.clone());
    vec![number, row.month.clone(), word(&row.status), row.total.text.clone()]
}
