//! Clients: the agency's customers, buyers on its invoices.

use crate::{Currency, DocumentLanguage, Name, Zone};

/// Whether we do business with a client at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientStatus {
    /// Served as usual.
    Active,
    /// All its accounts were paused by us; undone by resuming.
    Paused,
    /// No longer served; kept for its books.
    Closed,
}

impl ClientStatus {
    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }

    /// The status with this [`ClientStatus::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Closed].into_iter().find(|status| status.code() == code)
    }
}

/// Where a client's invoices go, as printed. Every line may be empty until the first invoice is finalised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BillingAddress {
    /// Legal name; the client's name when empty.
    pub legal_name: String,
    /// Street and number, or further address lines separated by line breaks.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2 country code.
    pub country: String,
    /// Tax number, as the client writes it.
    pub tax_id: String,
    /// Address for the invoice e-mail.
    pub email: String,
    /// VAT identifier with its country (BT-31, BT-48); empty where there is none.
    pub vat_id: String,
    /// Number in a public register of companies (BT-30, BT-47).
    pub registration: String,
    /// Electronic address as `scheme:identifier`, for example `0204:991-01234-56` (BT-34, BT-49).
    pub endpoint: String,
    /// What the buyer asks to be quoted: a Leitweg-ID, an order number (BT-10).
    pub reference: String,
}

/// How VAT is to apply to a client's invoices, as chosen for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TaxTreatment {
    /// As the agency's settings say: its rate, its exemption, or nothing.
    #[default]
    Agency,
    /// No tax, and none named.
    None,
    /// Zero per cent (category Z).
    Zero,
    /// Exempt, with a reason (E).
    Exempt,
    /// The client accounts for it (AE).
    ReverseCharge,
    /// Goods to another EU country (K).
    IntraCommunity,
    /// Goods out of the EU (G).
    Export,
    /// Outside the scope of VAT (O).
    OutOfScope,
}

impl TaxTreatment {
    /// Every treatment.
    pub const ALL: [Self; 8] = [
        Self::Agency,
        Self::None,
        Self::Zero,
        Self::Exempt,
        Self::ReverseCharge,
        Self::IntraCommunity,
        Self::Export,
        Self::OutOfScope,
    ];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::None => "none",
            Self::Zero => "zero",
            Self::Exempt => "exempt",
            Self::ReverseCharge => "reverse_charge",
            Self::IntraCommunity => "intra_community",
            Self::Export => "export",
            Self::OutOfScope => "out_of_scope",
        }
    }

    /// The treatment with this [`TaxTreatment::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|treatment| treatment.code() == code)
    }
}

/// Which e-invoice a client wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum EInvoice {
    /// One in the PDF and beside it, whenever enough is filled in; else the plain PDF.
    #[default]
    Automatic,
    /// The plain PDF only.
    None,
    /// Factur-X: XML in the PDF. Missing data keeps the invoice from being final.
    FacturX,
    /// XRechnung, for German authorities.
    XRechnung,
    /// Peppol BIS Billing 3.0.
    Peppol,
}

impl EInvoice {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Automatic, Self::None, Self::FacturX, Self::XRechnung, Self::Peppol];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::None => "none",
            Self::FacturX => "factur_x",
            Self::XRechnung => "x_rechnung",
            Self::Peppol => "peppol",
        }
    }

    /// The choice with this [`EInvoice::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }
}

/// How long a client has to pay, in days after the issue date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentTerms(pub u16);

impl Default for PaymentTerms {
    fn default() -> Self {
        Self(14)
    }
}

/// How a client's invoices are made out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invoicing {
    /// How VAT applies.
    pub tax: TaxTreatment,
    /// The reason for it, as printed; needed where the client is exempt, may be empty else.
    pub tax_reason: String,
    /// Which e-invoice it wants.
    pub e_invoice: EInvoice,
    /// The language of its documents; the agency's where none was chosen.
    pub language: Option<DocumentLanguage>,
}

/// A client of the agency.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Name used everywhere in the app.
    pub name: Name,
    /// Currency of its invoices.
    pub currency: Currency,
    /// Zone of its calendar days and of its invoice periods.
    pub zone: Zone,
    /// Whether it is served.
    pub status: ClientStatus,
    /// Where its invoices go.
    pub address: BillingAddress,
    /// How long it has to pay.
    pub terms: PaymentTerms,
    /// How its invoices are made out.
    pub invoicing: Invoicing,
}
