//! How the agency's documents look: settings by name, and the logo by its fingerprint.
//!
//! **Owns:** which text a language gets, and the sample that is shown before anything is invoiced. **Does not own:** what
//! makes a colour or a logo usable (`render::brand`), how a page is set (`render`).

pub(crate) mod sample;

use billing::{Look, Seller};
use domain::DocumentLanguage;
use render::Logo;
use sha2::{Digest as _, Sha256};
use store::table::LogoTable;
use store::{Reader, Writer};

use crate::AppError;
use crate::rating::broken;
use crate::wire::{AgencyInput, BrandingInput};

/// The setting that holds the fingerprint of the logo.
const LOGO: &str = "branding.logo";

/// Everything about the look of documents.
#[derive(Debug, Clone)]
pub(crate) struct Branding {
    /// Colour and texts.
    pub typed: BrandingInput,
    /// Fingerprint of the logo; empty for none.
    pub logo: String,
}

/// Every text field with its setting's name.
fn texts(branding: &mut BrandingInput) -> [(&'static str, &mut String); 13] {
    [
        ("branding.accent", &mut branding.accent),
        ("branding.greeting_en", &mut branding.greeting_en),
        ("branding.closing_en", &mut branding.closing_en),
        ("branding.payment_en", &mut branding.payment_en),
        ("branding.footer_en", &mut branding.footer_en),
        ("branding.greeting_de", &mut branding.greeting_de),
        ("branding.closing_de", &mut branding.closing_de),
        ("branding.payment_de", &mut branding.payment_de),
        ("branding.footer_de", &mut branding.footer_de),
        ("branding.greeting_zh", &mut branding.greeting_zh),
        ("branding.closing_zh", &mut branding.closing_zh),
        ("branding.payment_zh", &mut branding.payment_zh),
        ("branding.footer_zh", &mut branding.footer_zh),
    ]
}

impl BrandingInput {
    /// Nothing but the plain look.
    #[must_use]
    pub fn plain() -> Self {
        let empty = String::new;
        Self {
            accent: empty(),
            greeting_en: empty(),
            closing_en: empty(),
            payment_en: empty(),
            footer_en: empty(),
            greeting_de: empty(),
            closing_de: empty(),
            payment_de: empty(),
            footer_de: empty(),
            greeting_zh: empty(),
            closing_zh: empty(),
            payment_zh: empty(),
            footer_zh: empty(),
        }
    }

    /// Greeting, closing, payment text and footer of a language.
    fn of(&self, language: DocumentLanguage) -> [&str; 4] {
        match language {
            DocumentLanguage::English => [&self.greeting_en, &self.closing_en, &self.payment_en, &self.footer_en],
            DocumentLanguage::German => [&self.greeting_de, &self.closing_de, &self.payment_de, &self.footer_de],
            DocumentLanguage::Chinese => [&self.greeting_zh, &self.closing_zh, &self.payment_zh, &self.footer_zh],
        }
    }
}

impl Branding {
    /// The look of a document in a language; the seller's payment text and footer become those of the language.
    pub fn look(&self, language: DocumentLanguage, seller: &mut Seller) -> Look {
        let [greeting, closing, payment, footer] = self.typed.of(language).map(str::to_owned);
        if !payment.is_empty() {
            seller.payment_text = payment;
        }
        if !footer.is_empty() {
            seller.footer = footer;
        }
        Look { language, accent: self.typed.accent.clone(), logo: self.logo.clone(), greeting, closing }
    }
}

/// The language of a client's documents.
pub(crate) fn language(chosen: Option<DocumentLanguage>, agency: &AgencyInput) -> DocumentLanguage {
    chosen.or_else(|| DocumentLanguage::from_code(&agency.document_language)).unwrap_or_default()
}

/// What was chosen, from the reader the caller holds.
pub(crate) async fn read(reader: &mut Reader) -> Result<Branding, AppError> {
    let mut branding = Branding { typed: BrandingInput::plain(), logo: String::new() };
    for (name, value) in reader.setting().list().await? {
        if name == LOGO {
            branding.logo = value;
        } else if let Some((_, field)) = texts(&mut branding.typed).into_iter().find(|(known, _)| *known == name) {
            *field = value;
        }
    }
    Ok(branding)
}

/// Keeps colour and texts.
pub(crate) async fn write(writer: &mut Writer, branding: &BrandingInput) -> Result<(), AppError> {
    for (name, value) in texts(&mut branding.clone()) {
        writer.setting().set(name, Some(value.as_str()).filter(|value| !value.is_empty())).await?;
    }
    Ok(())
}

/// The logo with a fingerprint; `None` for none.
///
/// # Errors
/// The store cannot be read, or holds something that is no logo.
pub(crate) async fn logo(logos: &mut LogoTable<'_>, fingerprint: &str) -> Result<Option<Logo>, AppError> {
    match logos.get(fingerprint).await? {
        Some(bytes) => Ok(Some(Logo::new(&bytes).map_err(broken)?)),
        None => Ok(None),
    }
}

/// Keeps a logo, or none from now on.
pub(crate) async fn logo_set(writer: &mut Writer, logo: Option<&Logo>, now: domain::Timestamp) -> Result<(), AppError> {
    let Some(logo) = logo else { return Ok(writer.setting().set(LOGO, None).await?) };
    let digest = Sha256::digest(logo.bytes());
    let fingerprint: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    writer.logo().add(&fingerprint, logo.bytes(), now).await?;
    Ok(writer.setting().set(LOGO, Some(&fingerprint)).await?)
}
