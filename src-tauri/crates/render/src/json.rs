//! An invoice as JSON: what the PDF says, for programs. Amounts and rates are decimal text, dates are ISO dates.

use domain::{Meter, Quantities};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::document::{Corrects, DocumentLine, MeterPrice, Party};
use crate::{InvoiceDocument, RenderError};

/// Writes an invoice; the same invoice gives the same bytes.
///
/// # Errors
/// The document does not add up.
pub fn invoice(document: &InvoiceDocument) -> Result<String, RenderError> {
    document.check()?;
    let value = json!({
        "type": if document.corrects.is_some() { "credit_note" } else { "invoice" },
        "corrects": document.corrects.as_ref().map(corrects),
        "number": document.number,
        "issued": document.issued.to_string(),
        "due": document.due.map(|due| due.to_string()),
        "period": { "first": document.period.0.to_string(), "last": document.period.1.to_string(), "zone": document.zone },
        "seller": party(&document.seller),
        "buyer": party(&document.buyer),
        "reference": document.reference,
        "currency": document.currency.code(),
        "lines": document.lines.iter().map(line).collect::<Vec<_>>(),
        "net": document.net.to_decimal().to_string(),
        "taxes": document.taxes.iter().map(tax).collect::<Vec<_>>(),
        "total": document.total.to_decimal().to_string(),
        "iban": document.iban,
        "payment": document.payment,
        "note": document.note,
    });
    Ok(format!("{value:#}\n"))
}

fn corrects(corrects: &Corrects) -> Value {
    json!({ "number": corrects.number, "issued": corrects.issued.to_string(), "reason": corrects.reason })
}

pub(crate) fn party(party: &Party) -> Value {
    json!({
        "name": party.name,
        "address": party.address,
        "taxId": party.tax_id,
        "vatId": party.vat_id,
        "email": party.email,
    })
}

fn line(line: &DocumentLine) -> Value {
    json!({
        "title": line.title(false),
        "gateway": line.via,
        "first": line.days.map(|days| days.0.to_string()),
        "last": line.days.map(|days| days.1.to_string()),
        "quantities": quantities(&line.quantities),
        "prices": line.prices.iter().map(price).collect::<Vec<_>>(),
        "exact": decimal(line.exact.amount()),
        "net": line.net.to_decimal().to_string(),
    })
}

/// With steps, a meter has several.
fn price(price: &MeterPrice) -> Value {
    json!({ "meter": price.meter.code(), "price": decimal(price.price) })
}

fn tax(tax: &crate::document::TaxLine) -> Value {
    json!({
        "label": tax.label,
        "category": tax.category,
        "percent": tax.per_cent.map(decimal),
        "note": tax.note,
        "amount": tax.amount.to_decimal().to_string(),
    })
}

pub(crate) fn quantities(quantities: &Quantities) -> Value {
    let one = |(meter, count): (Meter, u64)| (meter.code().to_owned(), Value::from(count));
    Value::Object(quantities.iter().map(one).collect())
}

pub(crate) fn decimal(number: Decimal) -> Value {
    Value::from(number.normalize().to_string())
}
