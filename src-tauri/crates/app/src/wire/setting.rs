//! Settings of the agency and of the app.

use super::{choice, view};

choice! {
    /// Where admin credentials are kept.
    pub enum VaultState {
        /// In the keychain of the operating system.
        Keychain,
        /// In memory until Purser closes, by explicit choice.
        Session,
        /// Nowhere yet: there is no keychain, and no choice was made.
        Unavailable,
    }
}

view! {
    /// The agency: the seller on invoices.
    pub struct AgencyInput {
        /// Legal name.
        pub name: String,
        /// Street lines.
        pub street: String,
        /// Postal code.
        pub postal_code: String,
        /// City.
        pub city: String,
        /// Country code.
        pub country: String,
        /// Tax number.
        pub tax_id: String,
        /// VAT ID with its country.
        pub vat_id: String,
        /// Number in a public register.
        pub registration: String,
        /// Electronic address, `scheme:identifier`.
        pub endpoint: String,
        /// Who answers questions about invoices.
        pub contact: String,
        /// That person's telephone number.
        pub phone: String,
        /// E-mail.
        pub email: String,
        /// IBAN.
        pub iban: String,
        /// How to pay.
        pub payment_text: String,
        /// Small print.
        pub footer: String,
        /// Label of the tax, empty for none.
        pub tax_label: String,
        /// Rate in per cent, empty for none.
        pub tax_percent: String,
        /// Why the agency is exempt from VAT, empty if it is not: § 19 UStG.
        pub tax_exemption: String,
        /// Series of invoice numbers, for example `2026`.
        pub invoice_series: String,
        /// Series of the numbers of credit notes, for example `CN-2026`; another one than invoices have.
        pub credit_series: String,
        /// ISO 4217 code of the price book.
        pub currency: String,
        /// The agency's own zone.
        pub zone: String,
        /// Language of documents for clients without one of their own: `en`, `de` or `zh-CN`.
        pub document_language: String,
        /// Days after a month's end before its invoices should be finalised.
        pub grace_days: u16,
    }

    /// How the agency's documents look. Texts are per language of documents; an empty payment text or footer is the one
    /// of the agency's data.
    pub struct BrandingInput {
        /// Accent colour as `#rrggbb`, empty for none.
        pub accent: String,
        /// Above the lines, in English.
        pub greeting_en: String,
        /// Below the sums, in English.
        pub closing_en: String,
        /// How to pay, in English.
        pub payment_en: String,
        /// Small print, in English.
        pub footer_en: String,
        /// Above the lines, in German.
        pub greeting_de: String,
        /// Below the sums, in German.
        pub closing_de: String,
        /// How to pay, in German.
        pub payment_de: String,
        /// Small print, in German.
        pub footer_de: String,
        /// Above the lines, in Chinese.
        pub greeting_zh: String,
        /// Below the sums, in Chinese.
        pub closing_zh: String,
        /// How to pay, in Chinese.
        pub payment_zh: String,
        /// Small print, in Chinese.
        pub footer_zh: String,
    }

    /// How the agency's documents look, with the logo.
    pub struct BrandingView {
        /// What was typed.
        pub branding: BrandingInput,
        /// The logo as a data URI.
        pub logo: Option<String>,
        /// Its size in bytes.
        pub logo_bytes: u32,
    }

    /// Everything on the settings screen.
    pub struct SettingsView {
        /// The agency.
        pub agency: AgencyInput,
        /// Where credentials are.
        pub vault: VaultState,
        /// Why there is no keychain, as a sentence.
        pub vault_problem: Option<String>,
        /// Where the data is.
        pub data_dir: String,
        /// Where documents go.
        pub documents_dir: String,
        /// Purser's version.
        pub version: String,
        /// Minutes between syncs while the window is open; 0 is off.
        pub sync_minutes: u16,
    }

    /// A hit of the command palette.
    pub struct PaletteHit {
        /// `client`, `key`, `invoice` or `gateway`.
        pub kind: String,
        /// Which.
        pub id: String,
        /// Name.
        pub title: String,
        /// Second line.
        pub detail: String,
    }
}
