//! From an invoice of `billing` to the document. Reads `billing::InvoiceDocument` and `billing::InvoiceBody` only: what the
//! agency alone knows (`AgencyLine`: cost, price version, trail) is never looked at (S0-25, product.md R29).

use std::collections::BTreeMap;

use billing::{InvoiceBody, InvoiceLine};
use domain::{BillingAddress, Date, Money, MoneyError, Quantities};
use rust_decimal::Decimal;

use super::{
    Corrects, DailyUsage, DocumentLine, InvoiceDocument, LineSubject, Look, MeterPrice, Party, TaxLine, UsageRow,
    UsageTable,
};
use crate::chart::Series;

impl From<&billing::Invoice> for InvoiceDocument {
    fn from(invoice: &billing::Invoice) -> Self {
        Self::from(invoice.document())
    }
}

impl From<&billing::InvoiceDocument> for InvoiceDocument {
    fn from(invoice: &billing::InvoiceDocument) -> Self {
        let mut document = Self::draft(&invoice.body, invoice.issued);
        document.number = Some(invoice.number.to_string());
        // A credit note asks for no payment: no due date, no account to pay to, no word on how.
        document.due = Some(invoice.due).filter(|_| invoice.corrects.is_none());
        document.corrects = invoice.corrects.as_ref().map(corrects);
        if document.corrects.is_some() {
            document.iban.clear();
            document.payment.clear();
            // What greets an invoice does not fit what takes it back.
            document.look.greeting.clear();
            document.look.closing.clear();
        }
        document
    }
}

fn corrects(correction: &billing::Correction) -> Corrects {
    let billing::Correction { number, issued, reason } = correction;
    Corrects { number: number.to_string(), issued: *issued, reason: reason.clone() }
}

impl InvoiceDocument {
    /// A draft as it would be printed, drawn up on a date.
    #[must_use]
    pub fn draft(body: &InvoiceBody, drawn_up: Date) -> Self {
        let tax = |tax: &billing::Tax| TaxLine {
            label: tax.category.label().to_owned(),
            category: tax.category.code().to_owned(),
            per_cent: tax.category.per_cent(),
            note: tax.category.reason().map(str::to_owned),
            amount: tax.amount,
        };
        Self {
            corrects: None,
            number: None,
            issued: drawn_up,
            due: None,
            period: (body.period.first(), body.period.last()),
            zone: body.zone.clone(),
            seller: party(&body.seller.party),
            buyer: party(&body.buyer),
            currency: body.currency,
            lines: body.lines.iter().map(line).collect(),
            net: body.totals.net,
            taxes: body.totals.taxes.iter().map(tax).collect(),
            total: body.totals.total,
            reference: body.buyer.address.reference.clone(),
            iban: body.seller.iban.clone(),
            payment: body.seller.payment_text.clone(),
            note: body.note.clone(),
            footer: body.seller.footer.clone(),
            // A sum beyond what can be kept is impossible here: billing formed the same one. Without it, no usage page.
            usage: usage(body).ok(),
            keys: body.keys.clone(),
            look: Look {
                language: body.look.language,
                accent: body.look.accent.clone(),
                greeting: body.look.greeting.clone(),
                closing: body.look.closing.clone(),
            },
        }
    }
}

/// A party as it is printed.
pub(crate) fn party(party: &billing::Party) -> Party {
    let BillingAddress { street, postal_code, city, country, tax_id, vat_id, email, .. } = &party.address;
    let town = [postal_code.trim(), city.trim()].join(" ");
    let lines = street.lines().chain([town.as_str(), country.as_str()]).map(str::trim).filter(|line| !line.is_empty());
    Party {
        name: party.name.clone(),
        address: lines.map(str::to_owned).collect(),
        tax_id: tax_id.clone(),
        vat_id: vat_id.clone(),
        email: email.clone(),
    }
}

/// What a line is called; `gateways` says whether the one that served it is part of that.
pub(crate) fn title(line: &InvoiceLine, gateways: bool) -> String {
    self::line(line).title(gateways)
}

fn line(line: &InvoiceLine) -> DocumentLine {
    let (subject, via, days) = match &line.subject {
        billing::LineSubject::Usage { model, gateway_name, first_day, last_day, .. } => {
            (LineSubject::Model(model.clone()), gateway_name.clone(), Some((*first_day, *last_day)))
        }
        billing::LineSubject::FlatFee { models } => (LineSubject::FlatFee(named_models(models)), None, None),
        billing::LineSubject::Minimum { models } => (LineSubject::Minimum(named_models(models)), None, None),
        billing::LineSubject::Adjustment { reason } => (LineSubject::Words(reason.clone()), None, None),
    };
    // A meter with tiers or included units has no one price that its whole quantity is sold at.
    let whole = |detail: &&billing::LineDetail| detail.quantity == line.quantities.get(detail.meter);
    let price = |detail: &billing::LineDetail| MeterPrice { meter: detail.meter, price: detail.price };
    DocumentLine {
        subject,
        via,
        days,
        quantities: line.quantities,
        prices: line.details.iter().filter(whole).map(price).collect(),
        exact: line.exact,
        net: line.net,
    }
}

/// The models a fee is for; `None` where it is for all of them.
fn named_models(models: &billing::ModelSelector) -> Option<String> {
    match models {
        billing::ModelSelector::Any => None,
        _ => Some(models.to_string()),
    }
}

/// Everything known about one model of an invoice.
#[derive(Default)]
struct OfModel {
    charge: Option<Money>,
    quantities: Quantities,
    days: BTreeMap<Date, Decimal>,
}

/// The chart and the table, one series and one row per model, dearest first.
fn usage(body: &InvoiceBody) -> Result<(DailyUsage, UsageTable), MoneyError> {
    let mut models: BTreeMap<&str, OfModel> = BTreeMap::new();
    for line in &body.lines {
        if let billing::LineSubject::Usage { model, .. } = &line.subject {
            add(models.entry(model.as_str()).or_default(), line)?;
        }
    }
    let mut models: Vec<_> = models.into_iter().collect();
    models.sort_by_key(|(name, model)| (std::cmp::Reverse(model.charge.map(|charge| charge.minor())), *name));
    let days = days(body.period.first(), body.period.last());
    let series = models.iter().map(|(name, model)| Series {
        name: named(name),
        values: days.iter().map(|day| model.days.get(day).copied().unwrap_or_default()).collect(),
    });
    let rows = models.iter().map(|(name, model)| UsageRow {
        name: named(name),
        quantities: model.quantities,
        charge: model.charge.unwrap_or(Money::from_minor(0, body.currency)),
    });
    let table = UsageTable { rows: rows.collect() };
    Ok((DailyUsage { series: series.collect(), days }, table))
}

fn add(model: &mut OfModel, line: &InvoiceLine) -> Result<(), MoneyError> {
    model.charge = Some(model.charge.map_or(Ok(line.net), |sum| sum.checked_add(line.net))?);
    model.quantities = model.quantities.plus(&line.quantities);
    for one in &line.days {
        let day = model.days.entry(one.day).or_default();
        *day = domain::money::exact_sum(*day, one.charge.amount())?;
    }
    Ok(())
}

/// See [`named`].
pub(crate) const NO_MODEL: &str = "(no model)";

/// What a model is called where the gateway gave no name (a request that failed before one was chosen).
pub(crate) fn named(model: &str) -> String {
    if model.trim().is_empty() { NO_MODEL.to_owned() } else { model.to_owned() }
}

fn days(first: Date, last: Date) -> Vec<Date> {
    (first.epoch_days()..=last.epoch_days()).map(Date::from_epoch_days).collect()
}
