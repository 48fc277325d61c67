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
        /// Days after a month's end before its invoices should be finalised.
        pub grace_days: u16,
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
