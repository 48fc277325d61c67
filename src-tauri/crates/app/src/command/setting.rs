//! Settings of the agency and of the app.

use domain::{DocumentLanguage, Zone};
use store::table::AuditRecord;
use store::{Origin, Writer};

use super::{input, party};
use crate::act::{self, facts};
use crate::agency;
use crate::query::setting::{SYNC_MINUTES, settings};
use crate::rating::price_book;
use crate::wire::{AgencyInput, SettingsView};
use crate::{App, AppError};

/// Longest time between two syncs that can be chosen, in minutes: a day.
const SYNC_MAX: u16 = 24 * 60;
/// Longest grace after a month's end, in days.
const GRACE_MAX: u16 = 28;

/// Keeps the agency's data.
///
/// # Errors
/// `Invalid` naming the field.
pub async fn settings_agency(app: &App, origin: Origin, typed: AgencyInput) -> Result<SettingsView, AppError> {
    let checked = checked(typed)?;
    currency_fits(app, &checked.currency).await?;
    let mut writer = app.store().begin(origin).await?;
    agency::write(app, &mut writer, &checked).await?;
    note(app, &mut writer, origin, "settings_agency", &checked.name).await?;
    app.emit(writer.commit().await?);
    settings(app).await
}

/// Refuses another currency while prices are written in the one there is: they would mean something else.
async fn currency_fits(app: &App, wanted: &str) -> Result<(), AppError> {
    let mut reader = app.store().reader().await?;
    let book = price_book(app, &mut reader).await?;
    let (currency, today) = (book.currency(), Zone::utc().date_of(app.now()));
    let to_come = book.versions().iter().filter(|version| version.effective_from() > today);
    let counting = to_come.chain(book.version_on(today)).flat_map(|version| version.rules().as_slice());
    let mut amounts = counting.filter(|rule| rule.names_amounts());
    match amounts.next() {
        Some(rule) if currency.code() != wanted => {
            let problem = format!("the price book has amounts in {currency}, for example for {}", rule.selector);
            let hint = "Replace its fixed prices, lists, minimums and flat fees by markups first, then set them anew.";
            Err(AppError::invalid("currency", problem).hint(hint))
        }
        _ => Ok(()),
    }
}

fn checked(typed: AgencyInput) -> Result<AgencyInput, AppError> {
    if typed.grace_days > GRACE_MAX {
        return Err(AppError::invalid("graceDays", format!("use at most {GRACE_MAX} days")));
    }
    let currency: domain::Currency =
        typed.currency.trim().parse().map_err(|error: domain::MoneyError| AppError::invalid("currency", error))?;
    let (address, tax_percent) = (address(&typed)?, per_cent(&typed.tax_percent)?);
    let tax_exemption = input::line("taxExemption", &typed.tax_exemption)?;
    if !tax_exemption.is_empty() && !tax_percent.is_empty() {
        let message = "who is exempt from VAT charges none: empty the rate, or the exemption (EN 16931 BR-E-05)";
        return Err(AppError::invalid("taxExemption", message));
    }
    if typed.credit_series.trim() == typed.invoice_series.trim() {
        let message = "invoices have this series: in one series neither would be free of gaps. Write CN- before it";
        return Err(AppError::invalid("creditSeries", message));
    }
    Ok(AgencyInput {
        name: input::name(&typed.name)?.to_string(),
        street: address.street,
        postal_code: address.postal_code,
        city: address.city,
        country: address.country,
        tax_id: address.tax_id,
        vat_id: address.vat_id,
        registration: address.registration,
        endpoint: address.endpoint,
        contact: input::line("contact", &typed.contact)?,
        phone: input::line("phone", &typed.phone)?,
        email: address.email,
        iban: party::iban(&typed.iban)?,
        payment_text: input::lines("paymentText", &typed.payment_text)?,
        footer: input::lines("footer", &typed.footer)?,
        tax_label: input::line("taxLabel", &typed.tax_label)?,
        tax_percent,
        tax_exemption,
        invoice_series: series("invoiceSeries", &typed.invoice_series)?,
        credit_series: series("creditSeries", &typed.credit_series)?,
        currency: currency.code().to_owned(),
        zone: input::zone(&typed.zone)?.name().to_owned(),
        document_language: language(&typed.document_language)?.code().to_owned(),
        grace_days: typed.grace_days,
    })
}

fn address(typed: &AgencyInput) -> Result<domain::BillingAddress, AppError> {
    party::address(&party::Typed {
        legal_name: "",
        street: &typed.street,
        postal_code: &typed.postal_code,
        city: &typed.city,
        country: &typed.country,
        tax_id: &typed.tax_id,
        email: &typed.email,
        vat_id: &typed.vat_id,
        registration: &typed.registration,
        endpoint: &typed.endpoint,
        reference: "",
    })
}

/// A language of documents; English where none was said.
pub(super) fn language(text: &str) -> Result<DocumentLanguage, AppError> {
    if text.trim().is_empty() {
        return Ok(DocumentLanguage::default());
    }
    text.parse().map_err(|error| AppError::invalid("documentLanguage", error))
}

/// A tax rate in per cent, which may be empty.
fn per_cent(text: &str) -> Result<String, AppError> {
    let text = text.trim().trim_end_matches('%').trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let refused = || AppError::invalid("taxPercent", "a tax rate is a number from 0 to 100, for example 19 or 8.1");
    let rate: rust_decimal::Decimal = text.parse().map_err(|_| refused())?;
    if rate < rust_decimal::Decimal::ZERO || rate > rust_decimal::Decimal::ONE_HUNDRED {
        return Err(refused());
    }
    Ok(rate.normalize().to_string())
}

/// A series of numbers: letters, digits and dashes.
fn series(field: &str, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (1..=16).contains(&text.len()) && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(AppError::invalid(field, "a series has 1 to 16 letters, digits and dashes, for example 2026"))
}

/// How many minutes lie between two syncs while the window is open; 0 is off.
///
/// # Errors
/// `Invalid` for more than a day.
pub async fn settings_sync(app: &App, origin: Origin, minutes: u16) -> Result<SettingsView, AppError> {
    if minutes > SYNC_MAX {
        return Err(AppError::invalid("syncMinutes", format!("use at most {SYNC_MAX} minutes, or 0 for never")));
    }
    let mut writer = app.store().begin(origin).await?;
    writer.setting().set(SYNC_MINUTES, Some(&minutes.to_string())).await?;
    note(app, &mut writer, origin, "settings_sync", &format!("{minutes} minutes")).await?;
    app.emit(writer.commit().await?);
    settings(app).await
}

/// Keeps credentials in memory until Purser closes: the explicit choice where there is no keychain. It is not
/// remembered, so that it is made with open eyes each time.
///
/// # Errors
/// The store cannot be written.
pub async fn vault_session(app: &App, origin: Origin) -> Result<SettingsView, AppError> {
    app.vaults().use_session();
    let mut writer = app.store().begin(origin).await?;
    note(app, &mut writer, origin, "vault_session", "credentials in memory until Purser closes").await?;
    app.emit(writer.commit().await?);
    settings(app).await
}

pub(super) async fn note(
    app: &App,
    writer: &mut Writer,
    origin: Origin,
    action: &str,
    subject: &str,
) -> Result<(), AppError> {
    let record = AuditRecord {
        at: app.now(),
        actor: act::actor(origin).to_owned(),
        action: action.to_owned(),
        mark: None,
        gateway: None,
        client: None,
        account: None,
        key: None,
        subject: subject.to_owned(),
        detail: facts::local(None),
    };
    writer.audit().done(&record).await?;
    Ok(())
}
