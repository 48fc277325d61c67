//! A statement, and usage by day and model, as JSON. Amounts are decimal text, dates are ISO dates, times are in UTC.

use billing::ledger::Balances;
use billing::statement::DATA_NOTE;
use billing::{Statement, StatementInvoice, StatementKey, StatementSum, StatementUse};
use serde_json::{Map, Value, json};

use super::page::state_code;
use crate::RenderError;
use crate::document::{named, party};
use crate::json::{decimal, party as party_value, quantities};

/// Writes a statement; the same statement gives the same bytes.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn json(statement: &Statement) -> Result<String, RenderError> {
    let model = |sum: &StatementSum<_>| summed("model", named(domain::ModelName::as_str(&sum.of)), sum);
    let value = json!({
        "period": {
            "first": statement.period.first().to_string(),
            "last": statement.period.last().to_string(),
            "zone": statement.zone.name(),
        },
        "drawnUp": statement.drawn_up.to_string(),
        "asOf": statement.as_of.map(|at| at.to_string()),
        "erasedThrough": statement.erased_through.map(|day| day.to_string()),
        "seller": party_value(&party(&statement.seller.party)),
        "buyer": party_value(&party(&statement.buyer)),
        "currency": statement.currency.code(),
        "total": summed("of", "total".to_owned(), &statement.total()?),
        "models": statement.by_model()?.iter().map(model).collect::<Vec<_>>(),
        "days": statement.sums(|one| one.day)?.iter().map(|sum| summed("day", sum.of.to_string(), sum)).collect::<Vec<_>>(),
        "keys": statement.keys.iter().map(key).collect::<Vec<_>>(),
        "credit": statement.credit.as_ref().map(|credit| json!({
            "currency": credit.opening.paid.currency().code(),
            "opening": balances(&credit.opening),
            "movements": credit.lines.iter().map(|(kind, line)| json!({ "kind": kind.code(), "change": balances(line) })).collect::<Vec<_>>(),
            "closing": balances(&credit.closing),
        })),
        "invoices": statement.invoices.iter().map(invoice).collect::<Vec<_>>(),
        "data": DATA_NOTE,
    });
    Ok(format!("{value:#}\n"))
}

/// Usage by day and model, an object per line.
#[must_use]
pub fn usage_lines(statement: &Statement) -> String {
    let line = |one: &StatementUse| {
        let value = json!({
            "date": one.day.to_string(),
            "model": one.model.as_str(),
            "quantities": quantities(&one.quantities),
            "failedRequests": one.failed_requests,
            "private": one.private,
            "currency": statement.currency.code(),
            "charge": one.charge.map(|charge| decimal(charge.amount())),
        });
        format!("{value}\n")
    };
    statement.usage.iter().map(line).collect()
}

fn summed<T>(name: &str, of: String, sum: &StatementSum<T>) -> Value {
    let priced = !(sum.unpriced && sum.exact.amount().is_zero());
    let mut value = Map::new();
    value.insert(name.to_owned(), Value::from(of));
    value.insert("quantities".to_owned(), quantities(&sum.quantities));
    value.insert("failedRequests".to_owned(), Value::from(sum.failed_requests));
    value.insert("privateRequests".to_owned(), Value::from(sum.private_requests));
    value.insert("priced".to_owned(), Value::from(!sum.unpriced));
    value.insert("exact".to_owned(), if priced { decimal(sum.exact.amount()) } else { Value::Null });
    value.insert(
        "charge".to_owned(),
        if priced { Value::from(sum.charge.to_decimal().to_string()) } else { Value::Null },
    );
    Value::Object(value)
}

fn key(key: &StatementKey) -> Value {
    json!({
        "name": key.name,
        "label": key.label,
        "quantities": quantities(&key.quantities),
        "failedRequests": key.failed_requests,
    })
}

fn balances(sums: &Balances) -> Value {
    json!({
        "paid": decimal(sums.paid.amount()),
        "bonus": decimal(sums.bonus.amount()),
        "free": decimal(sums.free.amount()),
        "owed": decimal(sums.owed.amount()),
        "carried": decimal(sums.carried.amount()),
    })
}

fn invoice(invoice: &StatementInvoice) -> Value {
    json!({
        "number": invoice.number,
        "issued": invoice.issued.to_string(),
        "due": invoice.due.to_string(),
        "first": invoice.period.0.to_string(),
        "last": invoice.period.1.to_string(),
        "currency": invoice.total.currency().code(),
        "total": invoice.total.to_decimal().to_string(),
        "paid": invoice.paid.to_decimal().to_string(),
        "state": state_code(invoice.state),
    })
}
