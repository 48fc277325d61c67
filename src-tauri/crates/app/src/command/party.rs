//! Addresses, tax numbers and bank accounts as typed: each refusal names its field and its rule.

use domain::{BillingAddress, Country, Iban, LeitwegId, TaxTreatment, VatId};

use super::input::{email, line, lines};
use crate::AppError;

/// A VAT identifier, which may be empty, without blanks.
pub(super) fn vat_id(text: &str) -> Result<String, AppError> {
    optional(text, |text| text.parse::<VatId>().map(|id| id.to_string()).map_err(|e| AppError::invalid("vatId", e)))
}

/// An IBAN, which may be empty, without blanks.
pub(super) fn iban(text: &str) -> Result<String, AppError> {
    optional(text, |text| text.parse::<Iban>().map(|iban| iban.to_string()).map_err(|e| AppError::invalid("iban", e)))
}

/// A country code, which may be empty.
pub(super) fn country(text: &str) -> Result<String, AppError> {
    let refused = |e| AppError::invalid("country", e);
    optional(text, |text| text.parse::<Country>().map(|country| country.to_string()).map_err(refused))
}

/// A post code as its country writes it; any where the country is not known.
pub(super) fn post_code(text: &str, country: &str) -> Result<String, AppError> {
    let code = line("postalCode", text)?;
    if let Ok(country) = country.parse::<Country>() {
        country.check_post_code(&code).map_err(|e| AppError::invalid("postalCode", e))?;
    }
    Ok(code)
}

/// What a buyer asks to be quoted; a Leitweg-ID is checked.
pub(super) fn reference(text: &str) -> Result<String, AppError> {
    let text = line("reference", text)?;
    if LeitwegId::is_meant(&text) {
        return text.parse::<LeitwegId>().map(|id| id.to_string()).map_err(|e| AppError::invalid("reference", e));
    }
    Ok(text)
}

/// Refuses a treatment whose facts about the client are missing.
pub(super) fn taxable(treatment: TaxTreatment, reason: &str, address: &BillingAddress) -> Result<(), AppError> {
    billing::TaxCategory::check_buyer(treatment, reason, address).map_err(|error| {
        let field = match error {
            billing::TaxError::NoReason => "taxReason",
            billing::TaxError::NoBuyerVatId { .. } => "vatId",
            _ => "country",
        };
        AppError::invalid(field, error)
    })
}

/// The texts of an address, as typed.
pub(super) struct Typed<'a> {
    pub legal_name: &'a str,
    pub street: &'a str,
    pub postal_code: &'a str,
    pub city: &'a str,
    pub country: &'a str,
    pub tax_id: &'a str,
    pub email: &'a str,
    pub vat_id: &'a str,
    pub registration: &'a str,
    pub endpoint: &'a str,
    pub reference: &'a str,
}

/// An address, each line of which may be empty.
pub(super) fn address(typed: &Typed) -> Result<BillingAddress, AppError> {
    let country = country(typed.country)?;
    Ok(BillingAddress {
        legal_name: line("legalName", typed.legal_name)?,
        street: lines("street", typed.street)?,
        postal_code: post_code(typed.postal_code, &country)?,
        city: line("city", typed.city)?,
        country,
        tax_id: line("taxId", typed.tax_id)?,
        email: email(typed.email)?,
        vat_id: vat_id(typed.vat_id)?,
        registration: line("registration", typed.registration)?,
        endpoint: endpoint(typed.endpoint)?,
        reference: reference(typed.reference)?,
    })
}

/// An electronic address, which may be empty: `scheme:identifier`.
pub(super) fn endpoint(text: &str) -> Result<String, AppError> {
    let refused = |e| AppError::invalid("endpoint", e);
    optional(text, |text| render::einvoice::endpoint(text).map(|()| text.to_owned()).map_err(refused))
}

fn optional(text: &str, read: impl FnOnce(&str) -> Result<String, AppError>) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() { Ok(String::new()) } else { read(text) }
}
