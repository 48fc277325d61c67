//! The agency's data, kept as settings: a row per field, a default for what was never said.
//!
//! **Owns:** the names of these settings and their defaults. **Does not own:** what a valid currency or zone is.

use domain::{Date, DocumentLanguage, Zone};
use store::{Reader, Writer};

use crate::wire::AgencyInput;
use crate::{App, AppError};

/// Name until the operator says one.
const UNNAMED: &str = "Your agency";
/// Days after a month's end before its invoices should be finalised.
const GRACE_DAYS: u16 = 3;

/// Every text field with its setting's name.
fn texts(agency: &mut AgencyInput) -> [(&'static str, &mut String); 23] {
    [
        ("agency.name", &mut agency.name),
        ("agency.street", &mut agency.street),
        ("agency.postal_code", &mut agency.postal_code),
        ("agency.city", &mut agency.city),
        ("agency.country", &mut agency.country),
        ("agency.tax_id", &mut agency.tax_id),
        ("agency.vat_id", &mut agency.vat_id),
        ("agency.registration", &mut agency.registration),
        ("agency.endpoint", &mut agency.endpoint),
        ("agency.contact", &mut agency.contact),
        ("agency.phone", &mut agency.phone),
        ("agency.email", &mut agency.email),
        ("agency.iban", &mut agency.iban),
        ("agency.payment_text", &mut agency.payment_text),
        ("agency.footer", &mut agency.footer),
        ("agency.tax_label", &mut agency.tax_label),
        ("agency.tax_percent", &mut agency.tax_percent),
        ("agency.tax_exemption", &mut agency.tax_exemption),
        ("agency.invoice_series", &mut agency.invoice_series),
        ("agency.credit_series", &mut agency.credit_series),
        ("agency.currency", &mut agency.currency),
        ("agency.zone", &mut agency.zone),
        ("agency.document_language", &mut agency.document_language),
    ]
}

/// The name of the setting for [`AgencyInput::grace_days`].
const GRACE: &str = "agency.grace_days";

fn unsaid(app: &App) -> AgencyInput {
    let (year, _, _) = Zone::utc().date_of(app.now()).parts();
    let empty = String::new;
    AgencyInput {
        name: UNNAMED.to_owned(),
        street: empty(),
        postal_code: empty(),
        city: empty(),
        country: empty(),
        tax_id: empty(),
        vat_id: empty(),
        registration: empty(),
        endpoint: empty(),
        contact: empty(),
        phone: empty(),
        email: empty(),
        iban: empty(),
        payment_text: empty(),
        footer: empty(),
        tax_label: empty(),
        tax_percent: empty(),
        tax_exemption: empty(),
        invoice_series: year.to_string(),
        credit_series: format!("CN-{year}"),
        currency: "USD".to_owned(),
        zone: "UTC".to_owned(),
        document_language: DocumentLanguage::English.code().to_owned(),
        grace_days: GRACE_DAYS,
    }
}

/// The agency's data, from the reader the caller holds: who holds one must not wait for a second.
pub(crate) async fn read(app: &App, reader: &mut Reader) -> Result<AgencyInput, AppError> {
    let mut agency = unsaid(app);
    for (name, value) in reader.setting().list().await? {
        if name == GRACE {
            agency.grace_days = value.parse().unwrap_or(GRACE_DAYS);
        }
        if let Some((_, field)) = texts(&mut agency).into_iter().find(|(known, _)| *known == name) {
            *field = value;
        }
    }
    Ok(agency)
}

/// The agency's time zone.
pub(crate) async fn zone(app: &App, reader: &mut Reader) -> Result<Zone, AppError> {
    Ok(read(app, reader).await?.zone.parse().unwrap_or_else(|_| Zone::utc()))
}

/// Today in the agency's zone.
pub(crate) async fn today(app: &App, reader: &mut Reader) -> Result<Date, AppError> {
    Ok(zone(app, reader).await?.date_of(app.now()))
}

/// Keeps the agency's data; a series that is the default is not kept, so that it goes with the year.
pub(crate) async fn write(app: &App, writer: &mut Writer, agency: &AgencyInput) -> Result<(), AppError> {
    let (mut unsaid, mut agency) = (unsaid(app), agency.clone());
    let days = agency.grace_days.to_string();
    for ((name, value), (_, default)) in texts(&mut agency).into_iter().zip(texts(&mut unsaid)) {
        let kept = (*value != *default).then_some(value.as_str());
        writer.setting().set(name, kept).await?;
    }
    writer.setting().set(GRACE, Some(&days)).await?;
    Ok(())
}
