//! Clients: the agency's customers, buyers on its invoices.

use crate::{Currency, Name, Zone};

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
}

/// How long a client has to pay, in days after the issue date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentTerms(pub u16);

impl Default for PaymentTerms {
    fn default() -> Self {
        Self(14)
    }
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
}
