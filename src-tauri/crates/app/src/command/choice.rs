//! How invoices are made out, between the wire and the books.

use domain::{DocumentLanguage, EInvoice, TaxTreatment};

use crate::wire::{EInvoiceChoice, LanguageChoice, TaxChoice};

/// A treatment as chosen.
#[must_use]
pub fn tax(choice: TaxChoice) -> TaxTreatment {
    match choice {
        TaxChoice::Agency => TaxTreatment::Agency,
        TaxChoice::None => TaxTreatment::None,
        TaxChoice::Zero => TaxTreatment::Zero,
        TaxChoice::Exempt => TaxTreatment::Exempt,
        TaxChoice::ReverseCharge => TaxTreatment::ReverseCharge,
        TaxChoice::IntraCommunity => TaxTreatment::IntraCommunity,
        TaxChoice::Export => TaxTreatment::Export,
        TaxChoice::OutOfScope => TaxTreatment::OutOfScope,
    }
}

/// A treatment as shown.
#[must_use]
pub fn tax_shown(treatment: TaxTreatment) -> TaxChoice {
    match treatment {
        TaxTreatment::Agency => TaxChoice::Agency,
        TaxTreatment::None => TaxChoice::None,
        TaxTreatment::Zero => TaxChoice::Zero,
        TaxTreatment::Exempt => TaxChoice::Exempt,
        TaxTreatment::ReverseCharge => TaxChoice::ReverseCharge,
        TaxTreatment::IntraCommunity => TaxChoice::IntraCommunity,
        TaxTreatment::Export => TaxChoice::Export,
        TaxTreatment::OutOfScope => TaxChoice::OutOfScope,
    }
}

/// An e-invoice as chosen.
#[must_use]
pub fn e_invoice(choice: EInvoiceChoice) -> EInvoice {
    match choice {
        EInvoiceChoice::Automatic => EInvoice::Automatic,
        EInvoiceChoice::None => EInvoice::None,
        EInvoiceChoice::FacturX => EInvoice::FacturX,
        EInvoiceChoice::XRechnung => EInvoice::XRechnung,
        EInvoiceChoice::Peppol => EInvoice::Peppol,
    }
}

/// An e-invoice as shown.
#[must_use]
pub fn e_invoice_shown(choice: EInvoice) -> EInvoiceChoice {
    match choice {
        EInvoice::Automatic => EInvoiceChoice::Automatic,
        EInvoice::None => EInvoiceChoice::None,
        EInvoice::FacturX => EInvoiceChoice::FacturX,
        EInvoice::XRechnung => EInvoiceChoice::XRechnung,
        EInvoice::Peppol => EInvoiceChoice::Peppol,
    }
}

/// A language as chosen; `None` is the agency's.
#[must_use]
pub fn language(choice: LanguageChoice) -> Option<DocumentLanguage> {
    match choice {
        LanguageChoice::Agency => None,
        LanguageChoice::English => Some(DocumentLanguage::English),
        LanguageChoice::German => Some(DocumentLanguage::German),
        LanguageChoice::Chinese => Some(DocumentLanguage::Chinese),
    }
}

/// A language as shown.
#[must_use]
pub fn language_shown(choice: Option<DocumentLanguage>) -> LanguageChoice {
    match choice {
        None => LanguageChoice::Agency,
        Some(DocumentLanguage::English) => LanguageChoice::English,
        Some(DocumentLanguage::German) => LanguageChoice::German,
        Some(DocumentLanguage::Chinese) => LanguageChoice::Chinese,
    }
}
