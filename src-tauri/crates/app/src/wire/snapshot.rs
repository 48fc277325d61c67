//! A frozen invoice as it is stored: everything its documents were made from, and what only the agency knows. Versioned,
//! so that a book kept for ten years can still be read.

use billing::{
    AgencyLine, Correction, DayCharge, Invoice, InvoiceBody, InvoiceDocument, InvoiceLine, InvoiceNumber, InvoiceParts,
    LineDetail, LineSubject, ModelSelector, Party, Seller, ServicePeriod, TaxCategory, TaxFacts, TaxRate, Totals,
};
use domain::{
    BillingAddress, ClientId, Currency, Date, EInvoice, ExactAmount, GatewayId, Meter, ModelName, Money, PaymentTerms,
    PriceVersionId, Quantities, TaxTreatment,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use self::frozen::{KeySnapshot, LookSnapshot};
use super::AdjustmentInput;
use crate::AppError;
use crate::rating::broken;

/// What a draft keeps: only what a person typed. Everything else is rated afresh each time, so late usage is in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DraftSnapshot {
    /// Manual lines.
    pub adjustments: Vec<AdjustmentInput>,
    /// Note printed on it.
    pub note: String,
}

/// Version of [`InvoiceSnapshot`] written today.
const VERSION: u8 = 1;

/// Kinds of fees.
const FLAT_FEE: &str = "flat_fee";
/// See [`FLAT_FEE`].
const MINIMUM: &str = "minimum";

/// A final invoice.
#[derive(Debug, Serialize, Deserialize)]
struct InvoiceSnapshot {
    version: u8,
    series: String,
    number: u32,
    issued: String,
    due: String,
    seller: PartySnapshot,
    iban: String,
    payment_text: String,
    footer: String,
    client: i64,
    buyer: PartySnapshot,
    first_day: String,
    last_day: String,
    zone: String,
    currency: String,
    terms_days: u16,
    note: String,
    tax: Option<(String, DecimalText)>,
    /// Category and reason; absent where a rate, or nothing, was charged, as in every invoice of before there were others.
    #[serde(default)]
    tax_category: Option<(String, String)>,
    #[serde(default)]
    e_invoice: Option<String>,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    phone: String,
    lines: Vec<LineSnapshot>,
    /// Number, date and reason of what a credit note takes back; absent in an invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    corrects: Option<(String, String, String)>,
    /// Invoices of before there were languages read as English, in the plain look.
    #[serde(default)]
    look: LookSnapshot,
    /// Invoices of before had no table by key.
    #[serde(default)]
    keys: Option<Vec<KeySnapshot>>,
}

/// A decimal as text.
type DecimalText = String;

#[derive(Debug, Serialize, Deserialize)]
struct PartySnapshot {
    name: String,
    legal_name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
    tax_id: String,
    email: String,
    #[serde(default)]
    vat_id: String,
    #[serde(default)]
    registration: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    reference: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct LineSnapshot {
    reason: Option<String>,
    usage: Option<UsageSnapshot>,
    /// Kind and models of a fee; no line had one before fees were there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fee: Option<(String, String)>,
    exact: DecimalText,
    net_minor: i64,
    price_version: Option<i64>,
    cost: DecimalText,
    trail: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct UsageSnapshot {
    gateway: i64,
    /// Absent in invoices of before names were kept.
    #[serde(default)]
    gateway_name: Option<String>,
    model: String,
    first_day: String,
    last_day: String,
    quantities: Vec<(String, u64)>,
    details: Vec<(String, u64, DecimalText, DecimalText)>,
    days: Vec<(String, DecimalText)>,
}

/// A final invoice as text.
///
/// # Errors
/// None that a person can cause.
pub fn to_text(invoice: &Invoice) -> Result<String, AppError> {
    let InvoiceParts { document, agency } = invoice.parts();
    let body = &document.body;
    let lines = body.lines.iter().zip(agency).map(|(line, agency)| line_snapshot(line, agency)).collect();
    let snapshot = InvoiceSnapshot {
        version: VERSION,
        series: document.number.series().to_owned(),
        number: document.number.number(),
        issued: document.issued.to_string(),
        due: document.due.to_string(),
        seller: party_snapshot(&body.seller.party),
        iban: body.seller.iban.clone(),
        payment_text: body.seller.payment_text.clone(),
        footer: body.seller.footer.clone(),
        client: body.client.0,
        buyer: party_snapshot(&body.buyer),
        first_day: body.period.first().to_string(),
        last_day: body.period.last().to_string(),
        zone: body.zone.clone(),
        currency: body.currency.code().to_owned(),
        terms_days: body.terms.0,
        note: body.note.clone(),
        tax: match &body.tax {
            Some(TaxCategory::Standard(rate)) => Some((rate.label().to_owned(), rate.per_cent().to_string())),
            _ => None,
        },
        tax_category: match &body.tax {
            None | Some(TaxCategory::Standard(_)) => None,
            Some(tax) => Some((tax.code().to_owned(), tax.reason().unwrap_or_default().to_owned())),
        },
        e_invoice: Some(body.e_invoice.code().to_owned()),
        contact: body.seller.contact.clone(),
        phone: body.seller.phone.clone(),
        lines,
        corrects: document.corrects.as_ref().map(|c| (c.number.to_string(), c.issued.to_string(), c.reason.clone())),
        look: frozen::look_snapshot(&body.look),
        keys: body.keys.as_ref().map(frozen::keys_snapshot),
    };
    serde_json::to_string(&snapshot).map_err(broken)
}

/// The invoice a text holds, its arithmetic checked again.
///
/// # Errors
/// The text was changed, or written by a newer Purser.
pub fn from_text(text: &str) -> Result<Invoice, AppError> {
    let snapshot: InvoiceSnapshot = serde_json::from_str(text).map_err(broken)?;
    if snapshot.version != VERSION {
        return Err(broken(format!("an invoice in format {}, which this Purser does not know", snapshot.version)));
    }
    Invoice::restore(parts(snapshot)?).map_err(broken)
}

fn party_snapshot(party: &Party) -> PartySnapshot {
    let address = party.address.clone();
    PartySnapshot {
        name: party.name.clone(),
        legal_name: address.legal_name,
        street: address.street,
        postal_code: address.postal_code,
        city: address.city,
        country: address.country,
        tax_id: address.tax_id,
        email: address.email,
        vat_id: address.vat_id,
        registration: address.registration,
        endpoint: address.endpoint,
        reference: address.reference,
    }
}

fn party(snapshot: PartySnapshot) -> Party {
    Party {
        name: snapshot.name,
        address: BillingAddress {
            legal_name: snapshot.legal_name,
            street: snapshot.street,
            postal_code: snapshot.postal_code,
            city: snapshot.city,
            country: snapshot.country,
            tax_id: snapshot.tax_id,
            email: snapshot.email,
            vat_id: snapshot.vat_id,
            registration: snapshot.registration,
            endpoint: snapshot.endpoint,
            reference: snapshot.reference,
        },
    }
}

fn line_snapshot(line: &InvoiceLine, agency: &AgencyLine) -> LineSnapshot {
    let fee = |kind: &str, models: &ModelSelector| (None, None, Some((kind.to_owned(), models.to_string())));
    let (reason, usage, fee) = match &line.subject {
        LineSubject::FlatFee { models } => fee(FLAT_FEE, models),
        LineSubject::Minimum { models } => fee(MINIMUM, models),
        LineSubject::Adjustment { reason } => (Some(reason.clone()), None, None),
        LineSubject::Usage { gateway, gateway_name, model, first_day, last_day } => {
            let detail = |d: &LineDetail| {
                (d.meter.code().to_owned(), d.quantity, d.price.to_string(), d.amount.amount().to_string())
            };
            let usage = UsageSnapshot {
                gateway: gateway.0,
                gateway_name: gateway_name.clone(),
                model: model.to_string(),
                first_day: first_day.to_string(),
                last_day: last_day.to_string(),
                quantities: line.quantities.iter().map(|(meter, count)| (meter.code().to_owned(), count)).collect(),
                details: line.details.iter().map(detail).collect(),
                days: line.days.iter().map(|day| (day.day.to_string(), day.charge.amount().to_string())).collect(),
            };
            (None, Some(usage), None)
        }
    };
    LineSnapshot {
        reason,
        usage,
        fee,
        exact: line.exact.amount().to_string(),
        net_minor: line.net.minor(),
        price_version: agency.version.map(|id| id.0),
        cost: agency.cost.amount().to_string(),
        trail: agency.trail.clone(),
    }
}

fn parts(snapshot: InvoiceSnapshot) -> Result<InvoiceParts, AppError> {
    let currency: Currency = snapshot.currency.parse().map_err(broken)?;
    let (lines, agency) = snapshot
        .lines
        .into_iter()
        .map(|line| line_parts(line, currency))
        .collect::<Result<(Vec<_>, Vec<_>), AppError>>()?;
    let (seller, buyer) = (party(snapshot.seller), party(snapshot.buyer));
    let tax = tax(snapshot.tax, snapshot.tax_category, &seller, &buyer)?;
    let totals = Totals::of(&lines, currency, tax.as_ref()).map_err(broken)?;
    let body = InvoiceBody {
        seller: Seller {
            party: seller,
            iban: snapshot.iban,
            payment_text: snapshot.payment_text,
            contact: snapshot.contact,
            phone: snapshot.phone,
            footer: snapshot.footer,
        },
        client: ClientId(snapshot.client),
        buyer,
        period: ServicePeriod::new(date(&snapshot.first_day)?, date(&snapshot.last_day)?).map_err(broken)?,
        zone: snapshot.zone,
        currency,
        terms: PaymentTerms(snapshot.terms_days),
        // Invoices of before e-invoices had none.
        e_invoice: snapshot.e_invoice.as_deref().and_then(EInvoice::from_code).unwrap_or(EInvoice::None),
        note: snapshot.note,
        lines,
        tax,
        totals,
        look: frozen::look(snapshot.look),
        keys: snapshot.keys.map(|keys| frozen::keys(keys, currency)).transpose()?,
    };
    let number = InvoiceNumber::new(snapshot.series, snapshot.number).map_err(broken)?;
    let (issued, due) = (date(&snapshot.issued)?, date(&snapshot.due)?);
    let corrects = snapshot.corrects.map(correction).transpose()?;
    let document = InvoiceDocument { number, issued, due, corrects, body };
    Ok(InvoiceParts { document, agency })
}

fn correction((number, issued, reason): (String, String, String)) -> Result<Correction, AppError> {
    Ok(Correction { number: number.parse().map_err(broken)?, issued: date(&issued)?, reason })
}

fn tax(
    rate: Option<(String, DecimalText)>,
    category: Option<(String, String)>,
    seller: &Party,
    buyer: &Party,
) -> Result<Option<TaxCategory>, AppError> {
    let rate = rate.map(|(label, per_cent)| TaxRate::new(&label, decimal(&per_cent)?).map_err(broken)).transpose()?;
    let Some((code, reason)) = category else { return Ok(rate.map(TaxCategory::Standard)) };
    let facts = TaxFacts {
        treatment: TaxTreatment::None,
        reason: &reason,
        rate: None,
        exemption: "",
        seller: &seller.address,
        buyer: &buyer.address,
    };
    TaxCategory::restore(&code, rate, &reason, &facts).map_err(broken)
}

fn line_parts(line: LineSnapshot, currency: Currency) -> Result<(InvoiceLine, AgencyLine), AppError> {
    let agency = AgencyLine {
        version: line.price_version.map(PriceVersionId),
        cost: exact(&line.cost, currency)?,
        trail: line.trail,
    };
    let (exact, net) = (exact(&line.exact, currency)?, Money::from_minor(line.net_minor, currency));
    let Some(usage) = line.usage else {
        let subject = match line.fee {
            Some((kind, models)) => fee_subject(&kind, &models)?,
            None => LineSubject::Adjustment { reason: line.reason.unwrap_or_default() },
        };
        let empty = InvoiceLine { subject, quantities: Quantities::NONE, details: vec![], days: vec![], exact, net };
        return Ok((empty, agency));
    };
    let mut quantities = Quantities::NONE;
    for (code, count) in &usage.quantities {
        quantities = quantities.with(meter(code)?, *count);
    }
    let details = usage.details.iter().map(|detail| self::detail(detail, currency)).collect::<Result<_, _>>()?;
    let days = usage
        .days
        .iter()
        .map(|(day, charge)| Ok(DayCharge { day: date(day)?, charge: self::exact(charge, currency)? }));
    let subject = LineSubject::Usage {
        gateway: GatewayId(usage.gateway),
        gateway_name: usage.gateway_name,
        model: ModelName::new(usage.model),
        first_day: date(&usage.first_day)?,
        last_day: date(&usage.last_day)?,
    };
    let days = days.collect::<Result<_, AppError>>()?;
    Ok((InvoiceLine { subject, quantities, details, days, exact, net }, agency))
}

fn fee_subject(kind: &str, models: &str) -> Result<LineSubject, AppError> {
    let models = models.parse().map_err(broken)?;
    match kind {
        FLAT_FEE => Ok(LineSubject::FlatFee { models }),
        MINIMUM => Ok(LineSubject::Minimum { models }),
        other => Err(broken(format!("an unknown fee `{other}`"))),
    }
}

fn detail(
    (code, quantity, price, amount): &(String, u64, DecimalText, DecimalText),
    currency: Currency,
) -> Result<LineDetail, AppError> {
    Ok(LineDetail {
        meter: meter(code)?,
        quantity: *quantity,
        price: decimal(price)?,
        amount: exact(amount, currency)?,
    })
}

fn meter(code: &str) -> Result<Meter, AppError> {
    Meter::from_code(code).ok_or_else(|| broken(format!("an unknown meter `{code}`")))
}

fn date(text: &str) -> Result<Date, AppError> {
    text.parse().map_err(broken)
}

fn decimal(text: &str) -> Result<Decimal, AppError> {
    Decimal::from_str_exact(text).map_err(broken)
}

fn exact(text: &str, currency: Currency) -> Result<ExactAmount, AppError> {
    Ok(ExactAmount::new(decimal(text)?, currency))
}

mod frozen;
#[cfg(test)]
mod tests;
