//! The look of documents: colour, texts, logo. Each is checked, and tried on the sample, before it is kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use render::{Logo, PdfOptions, brand};
use store::Origin;

use super::input;
use super::setting::note;
use crate::branding;
use crate::query::branding as view;
use crate::wire::{BrandingInput, BrandingView};
use crate::{App, AppError};

/// Keeps colour and texts. Invoices that are final keep theirs.
///
/// # Errors
/// `Invalid` naming the field: a colour that is none or too pale, a character that no font has.
pub async fn settings_branding(app: &App, origin: Origin, typed: BrandingInput) -> Result<BrandingView, AppError> {
    let checked = checked(typed)?;
    view::trial(app, &checked).await?;
    let mut writer = app.store().begin(origin).await?;
    branding::write(&mut writer, &checked).await?;
    note(app, &mut writer, origin, "settings_branding", "colour and texts of documents").await?;
    app.emit(writer.commit().await?);
    view::branding(app).await
}

/// Keeps a logo, a file as base64; none takes it off. Invoices that are final keep theirs.
///
/// # Errors
/// `Invalid`: too large, neither SVG nor PNG, damaged, or not self-contained.
pub async fn settings_logo(app: &App, origin: Origin, file: Option<String>) -> Result<BrandingView, AppError> {
    let logo = match file {
        Some(text) => Some(tried(app, &text).await?),
        None => None,
    };
    let mut writer = app.store().begin(origin).await?;
    branding::logo_set(&mut writer, logo.as_ref(), app.now()).await?;
    let what = if logo.is_some() { "logo set" } else { "logo taken off" };
    note(app, &mut writer, origin, "settings_logo", what).await?;
    app.emit(writer.commit().await?);
    view::branding(app).await
}

/// A logo that was drawn once: a damaged bitmap is found out here, not at the end of a month.
async fn tried(app: &App, text: &str) -> Result<Logo, AppError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| AppError::invalid("logo", "the file did not arrive whole"))?;
    let logo = Logo::new(&bytes).map_err(|error| AppError::invalid("logo", error))?;
    let mut reader = app.store().reader().await?;
    let branding = branding::read(&mut reader).await?;
    let document = view::sample(app, &mut reader, &branding, domain::DocumentLanguage::English).await?;
    drop(reader);
    let options = PdfOptions { logo: Some(logo.clone()), ..PdfOptions::default() };
    view::page(document, options).await.map_err(|error| AppError::invalid("logo", error.message))?;
    Ok(logo)
}

pub(crate) fn checked(typed: BrandingInput) -> Result<BrandingInput, AppError> {
    Ok(BrandingInput {
        accent: brand::accent(&typed.accent).map_err(|error| AppError::invalid("accent", error))?,
        greeting_en: input::lines("greetingEn", &typed.greeting_en)?,
        closing_en: input::lines("closingEn", &typed.closing_en)?,
        payment_en: input::lines("paymentEn", &typed.payment_en)?,
        footer_en: input::lines("footerEn", &typed.footer_en)?,
        greeting_de: input::lines("greetingDe", &typed.greeting_de)?,
        closing_de: input::lines("closingDe", &typed.closing_de)?,
        payment_de: input::lines("paymentDe", &typed.payment_de)?,
        footer_de: input::lines("footerDe", &typed.footer_de)?,
        greeting_zh: input::lines("greetingZh", &typed.greeting_zh)?,
        closing_zh: input::lines("closingZh", &typed.closing_zh)?,
        payment_zh: input::lines("paymentZh", &typed.payment_zh)?,
        footer_zh: input::lines("footerZh", &typed.footer_zh)?,
    })
}
