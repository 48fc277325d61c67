//! The look of documents, and a sample of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::DocumentLanguage;
use render::{InvoiceDocument, PdfOptions};
use store::Reader;

use crate::branding::{self, Branding};
use crate::command::branding::checked;
use crate::command::invoice::seller;
use crate::rating::broken;
use crate::wire::{BrandingInput, BrandingView};
use crate::{App, AppError, agency};

/// Colour, texts and logo.
///
/// # Errors
/// The store cannot be read.
pub async fn branding(app: &App) -> Result<BrandingView, AppError> {
    let mut reader = app.store().reader().await?;
    let Branding { typed, logo } = branding::read(&mut reader).await?;
    let logo = branding::logo(&mut reader.logo(), &logo).await?;
    let uri =
        |logo: &render::Logo| format!("data:{};base64,{}", logo.format().media_type(), STANDARD.encode(logo.bytes()));
    let bytes = logo.as_ref().map_or(0, |logo| logo.bytes().len());
    Ok(BrandingView {
        branding: typed,
        logo: logo.as_ref().map(uri),
        logo_bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
    })
}

/// The first page of a sample invoice as SVG, with what was typed and not yet kept, in a language: `en`, `de`, `zh-CN`.
///
/// # Errors
/// As for keeping it.
pub async fn branding_preview(app: &App, typed: BrandingInput, language: &str) -> Result<String, AppError> {
    let language: DocumentLanguage = language.parse().map_err(|error| AppError::invalid("language", error))?;
    drawn(app, &checked(typed)?, language).await
}

/// Tries what was typed in every language.
///
/// # Errors
/// A character that no font has.
pub(crate) async fn trial(app: &App, typed: &BrandingInput) -> Result<(), AppError> {
    for language in DocumentLanguage::ALL {
        drawn(app, typed, language).await?;
    }
    Ok(())
}

async fn drawn(app: &App, typed: &BrandingInput, language: DocumentLanguage) -> Result<String, AppError> {
    let mut reader = app.store().reader().await?;
    let branding = Branding { typed: typed.clone(), ..branding::read(&mut reader).await? };
    let logo = branding::logo(&mut reader.logo(), &branding.logo).await?;
    let document = sample(app, &mut reader, &branding, language).await?;
    drop(reader);
    page(document, PdfOptions { logo, ..PdfOptions::default() }).await
}

/// The sample in a language.
pub(crate) async fn sample(
    app: &App,
    reader: &mut Reader,
    branding: &Branding,
    language: DocumentLanguage,
) -> Result<InvoiceDocument, AppError> {
    let agency = agency::read(app, reader).await?;
    let today = agency::today(app, reader).await?;
    Ok(branding::sample::document(seller(&agency), branding, language, today))
}

/// A document's first page. Typesetting takes tens of milliseconds of one core: not on a thread that serves the window.
pub(crate) async fn page(document: InvoiceDocument, options: PdfOptions) -> Result<String, AppError> {
    let page = tokio::task::spawn_blocking(move || render::pdf::preview(&document, &options));
    Ok(page.await.map_err(broken)??)
}
