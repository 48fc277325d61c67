//! Lines of an e-invoice.
//!
//! A line sold by one fixed price states its exact quantity and price. Every other line is one piece at its amount, with
//! what was counted as attributes: a markup is on cost, which no client reads, and several prices make no single one.

use billing::{InvoiceBody, InvoiceLine, LineDetail, LineSubject, TaxCategory};
use domain::{Meter, Money};
use en16931::invoice::{Code, Item, ItemAttribute, LineVat, PriceDetails};
use en16931::{InvoiceAmount, Percentage, Quantity, UnitPriceAmount};
use rust_decimal::Decimal;

use super::model::period;
use crate::figures;

/// Rec 20 for one piece.
const PIECE: &str = "C62";

/// How far quantity times price may be from the amount, in currency units: the line was rounded once, to the cent.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Every line, numbered from 1.
pub(super) fn all(body: &InvoiceBody, tax: &TaxCategory) -> Vec<en16931::InvoiceLine> {
    let several = body.has_several_gateways();
    body.lines.iter().zip(1_u32..).map(|(line, place)| one(line, place, tax, several)).collect()
}

fn one(line: &InvoiceLine, place: u32, tax: &TaxCategory, several: bool) -> en16931::InvoiceLine {
    let sold = priced(line).unwrap_or_else(|| piece(line.net));
    let attributes = if sold.unit == PIECE { counted(line) } else { Vec::new() };
    let name = figures::visible(&crate::document::title(line, several));
    let rate = tax.per_cent().map(Percentage::new);
    let new = en16931::InvoiceLine::new(
        place.to_string(),
        name.clone(),
        Quantity::new(sold.quantity),
        sold.unit,
        amount(line.net),
        tax.code(),
        rate,
    );
    let price = PriceDetails { net_price: UnitPriceAmount::new(sold.price), ..PriceDetails::default() };
    let item = Item { name: Some(name), attributes, ..Item::default() };
    let vat = LineVat { category: Code::new(tax.code()), rate };
    let new = en16931::InvoiceLine { vat, ..new.with_price(price).with_item(item) };
    match &line.subject {
        LineSubject::Usage { first_day, last_day, .. } => new.with_period(period((*first_day, *last_day))),
        LineSubject::FlatFee { .. } | LineSubject::Minimum { .. } | LineSubject::Adjustment { .. } => new,
    }
}

/// How much of what, at which price.
struct Sold {
    quantity: Decimal,
    unit: &'static str,
    price: Decimal,
}

/// One piece at the amount; a credit is a piece taken back, since no price is negative (BR-27).
fn piece(net: Money) -> Sold {
    let amount = net.to_decimal().normalize();
    let quantity = if amount.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    Sold { quantity, unit: PIECE, price: amount.abs() }
}

/// The one fixed price of a line, where its quantity can be said exactly and quantity times price gives the amount.
fn priced(line: &InvoiceLine) -> Option<Sold> {
    let [detail] = line.details.as_slice() else { return None };
    let unit = unit(detail.meter)?;
    let quantity = exactly(detail)?;
    let price = detail.price.normalize();
    // Whole yen are further from the product than receivers allow (PEPPOL-EN16931-R120).
    let off = (quantity.checked_mul(price)? - line.net.to_decimal()).abs();
    (off <= ROUNDING && !quantity.is_zero()).then_some(Sold { quantity, unit, price })
}

/// Rec 20 for what a meter is sold by: `MIO` is a million.
fn unit(meter: Meter) -> Option<&'static str> {
    match meter {
        Meter::InputTokens | Meter::OutputTokens | Meter::CacheReadTokens | Meter::CacheWriteTokens => Some("MIO"),
        Meter::VideoMillis => Some("SEC"),
        Meter::AudioMillis => Some("MIN"),
        // Pieces carry their counts as attributes, so that a reader of the XML sees what they are.
        Meter::Requests | Meter::Images | Meter::SpeechChars => None,
    }
}

/// The quantity in sold units, if it has an end.
fn exactly(detail: &LineDetail) -> Option<Decimal> {
    let (count, per) = (Decimal::from(detail.quantity), Decimal::from(detail.meter.per_sold_unit()));
    let quantity = count.checked_div(per)?;
    (quantity.checked_mul(per)? == count).then(|| quantity.normalize())
}

/// What was counted, as name and value (BG-32), with the price where there is one; with steps, how much at each.
fn counted(line: &InvoiceLine) -> Vec<ItemAttribute> {
    let attribute = |(meter, count): (Meter, u64)| {
        let details: Vec<&LineDetail> = line.details.iter().filter(|detail| detail.meter == meter).collect();
        let at = |detail: &LineDetail| format!("at {} {}", detail.price.normalize(), line.net.currency());
        let price = match details.as_slice() {
            [] => None,
            [one] => Some(format!(" {}", at(one))),
            steps => {
                let steps: Vec<String> = steps.iter().map(|step| format!("{} {}", step.quantity, at(step))).collect();
                Some(format!(" ({})", steps.join(", ")))
            }
        };
        let unit = match meter {
            Meter::VideoMillis | Meter::AudioMillis => " ms",
            _ => "",
        };
        let value = format!("{count}{unit}{}", price.unwrap_or_default());
        ItemAttribute { name: Some(figures::meter(meter).to_owned()), value: Some(value) }
    };
    line.quantities.iter().map(attribute).collect()
}

/// An amount with two decimals, whatever the currency has (BR-DEC).
pub(super) fn amount(money: Money) -> InvoiceAmount {
    let scale = 10_i64.pow(2_u32.saturating_sub(money.currency().decimals()));
    InvoiceAmount::from_minor_units(money.minor().saturating_mul(scale))
}
