//! Who an invoice is from, who it is to, and for which days. Copied into the document, so that a later change of address
//! changes no invoice.

use domain::{BillingAddress, Client, Date, Month, PaymentTerms};

use super::InvoiceError;

/// A name and address as printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// The name for the document. Supersedes `address.legal_name`.
    pub name: String,
    /// Where it is, its tax number and its e-mail address.
    pub address: BillingAddress,
}

impl Party {
    /// The buyer: a client under its legal name, or its plain name where it has no other.
    #[must_use]
    pub fn buyer(client: &Client) -> Self {
        let legal = client.address.legal_name.trim();
        let name = if legal.is_empty() { client.name.as_str() } else { legal };
        Self { name: name.to_owned(), address: client.address.clone() }
    }
}

/// The agency, as its invoices print it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seller {
    /// Name and address.
    pub party: Party,
    /// International bank account number; may be empty when `payment_text` says how to pay.
    pub iban: String,
    /// How to pay, in words.
    pub payment_text: String,
    /// Who answers questions about invoices (BT-41); may be empty.
    pub contact: String,
    /// That person's telephone number (BT-42); may be empty.
    pub phone: String,
    /// Small print at the foot of each page.
    pub footer: String,
}

/// The local dates an invoice is for, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServicePeriod {
    first: Date,
    last: Date,
}

impl ServicePeriod {
    /// From one date to another.
    ///
    /// # Errors
    /// The last date is before the first.
    pub fn new(first: Date, last: Date) -> Result<Self, InvoiceError> {
        if first <= last { Ok(Self { first, last }) } else { Err(InvoiceError::EmptyPeriod { first, last }) }
    }

    /// First date.
    #[must_use]
    pub fn first(&self) -> Date {
        self.first
    }

    /// Last date.
    #[must_use]
    pub fn last(&self) -> Date {
        self.last
    }

    /// Whether a date lies inside.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

impl From<Month> for ServicePeriod {
    fn from(month: Month) -> Self {
        Self { first: month.first(), last: month.last() }
    }
}

/// The day by which an invoice is to be paid.
pub(super) fn due(issued: Date, terms: PaymentTerms) -> Date {
    issued.plus_days(i32::from(terms.0))
}
