//! Clients: the table and the page.

use super::{AccountView, AuditView, CountView, FreshnessView, InvoiceRow, KeyRow, RuleView, TrioView, choice, view};

choice! {
    /// Whether a client is served.
    pub enum ClientStatusView {
        /// Served.
        Active,
        /// Stopped by us.
        Paused,
        /// No longer served.
        Closed,
    }

    /// How VAT applies to a client's invoices.
    pub enum TaxChoice {
        /// As the agency's settings say.
        Agency,
        /// No tax, and none named.
        None,
        /// Zero per cent.
        Zero,
        /// Exempt, with a reason.
        Exempt,
        /// The client accounts for it.
        ReverseCharge,
        /// Goods to another EU country.
        IntraCommunity,
        /// Goods out of the EU.
        Export,
        /// Outside the scope of VAT.
        OutOfScope,
    }

    /// Which e-invoice a client wants.
    pub enum EInvoiceChoice {
        /// Factur-X whenever enough is filled in.
        Automatic,
        /// Plain PDF.
        None,
        /// Factur-X or nothing.
        FacturX,
        /// XRechnung.
        XRechnung,
        /// Peppol BIS.
        Peppol,
    }

    /// The language of a client's documents.
    pub enum LanguageChoice {
        /// The agency's.
        Agency,
        /// English.
        English,
        /// German.
        German,
        /// Chinese.
        Chinese,
    }
}

view! {
    /// A budget with what was spent of it.
    pub struct BudgetView {
        /// The ceiling.
        pub limit: super::AmountView,
        /// Spent in this period, as Purser counts it from usage.
        pub spent: super::AmountView,
        /// `daily`, `weekly`, `monthly` or `total`.
        pub period: String,
        /// Spent over limit, whole per cent; may exceed 100.
        pub percent: u32,
        /// Warnings in per cent.
        pub warn_at: Vec<u8>,
        /// `gateway`, `app` or `advisory`.
        pub enforcement: String,
        /// HTTP status the caller gets past it, where known.
        pub stop_status: Option<u16>,
        /// When it starts again, RFC 3339.
        pub resets_at: Option<String>,
        /// What the gateway itself says was spent, when it differs from our count.
        pub gateway_says: Option<super::AmountView>,
    }

    /// A budget as typed.
    pub struct BudgetInput {
        /// Decimal text in currency units.
        pub amount: String,
        /// `daily`, `weekly`, `monthly` or `total`.
        pub period: String,
        /// Warnings in per cent; empty for 50, 75, 90.
        pub warn_at: Vec<u8>,
    }

    /// A client in the table.
    pub struct ClientRow {
        /// Which.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Its status.
        pub status: ClientStatusView,
        /// Gateways it has accounts on.
        pub gateways: Vec<String>,
        /// Live keys.
        pub keys: u32,
        /// This month.
        pub month: TrioView,
        /// Requests this month.
        pub requests: CountView,
        /// The tightest budget.
        pub budget: Option<BudgetView>,
        /// Thirty days of cost as a small SVG.
        pub sparkline: String,
        /// Its zone.
        pub zone: String,
        /// As of when.
        pub freshness: FreshnessView,
    }

    /// A client as typed. Empty text where nothing is known.
    pub struct ClientInput {
        /// Name.
        pub name: String,
        /// ISO 4217 code.
        pub currency: String,
        /// IANA zone.
        pub zone: String,
        /// Legal name on invoices.
        pub legal_name: String,
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
        /// Leitweg-ID, order number: what invoices must quote.
        pub reference: String,
        /// How VAT applies.
        pub tax: TaxChoice,
        /// The reason for it, as printed.
        pub tax_reason: String,
        /// Which e-invoice it wants.
        pub e_invoice: EInvoiceChoice,
        /// The language of its documents.
        pub language: LanguageChoice,
        /// E-mail.
        pub email: String,
        /// Days to pay.
        pub terms_days: u16,
        /// Gateways on which to make an account, by id; existing accounts are kept.
        pub gateways: Vec<String>,
        /// Budget of each new account.
        pub budget: Option<BudgetInput>,
        /// Models its accounts may call; empty is all.
        pub models: Vec<String>,
    }

    /// A client's page.
    pub struct ClientView {
        /// Its table row.
        pub row: ClientRow,
        /// Its data, ready to edit.
        pub details: ClientInput,
        /// Its accounts.
        pub accounts: Vec<AccountView>,
        /// Its keys.
        pub keys: Vec<KeyRow>,
        /// Price rules that apply to it, its own first.
        pub rules: Vec<RuleView>,
        /// Its invoices, newest first.
        pub invoices: Vec<InvoiceRow>,
        /// Its latest activity.
        pub activity: Vec<AuditView>,
        /// The whole month before.
        pub previous_month: TrioView,
    }
}
