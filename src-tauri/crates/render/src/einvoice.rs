//! E-invoices: one frozen invoice as XML, by the European semantic model EN 16931.
//!
//! **Owns:** how an invoice of `billing` becomes the model's terms, and what is said when a rule fails: which field to
//! fill in, with the rule's number. **Does not own:** the rules and the syntaxes (`en16931`, `en16931-formats`), or any
//! figure: every amount is copied from the invoice. The same invoice gives the same bytes.

mod line;
mod model;
mod problem;

use billing::InvoiceDocument;
use domain::EInvoice;
use en16931::Identifier;
use en16931::profiles::{En16931, PeppolBis3, XRechnung};
use en16931::validation::profile::{ProfileMarker, Validated};
use en16931_formats::Syntax;

pub use problem::{EInvoiceError, Problem};

/// The XML of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum XmlFormat {
    /// UN/CEFACT Cross Industry Invoice, EN 16931 profile: what Factur-X attaches to the PDF.
    Cii,
    /// OASIS UBL 2.1, EN 16931.
    Ubl,
    /// XRechnung 3.0 in UBL, for German authorities.
    XRechnung,
    /// Peppol BIS Billing 3.0, in UBL.
    Peppol,
}

impl XmlFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Cii, Self::Ubl, Self::XRechnung, Self::Peppol];

    /// What it is called in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cii => "Factur-X",
            Self::Ubl => "UBL",
            Self::XRechnung => "XRechnung",
            Self::Peppol => "Peppol BIS",
        }
    }

    /// The format a client cannot do without; `None` where a plain PDF will do.
    #[must_use]
    pub const fn wanted(choice: EInvoice) -> Option<Self> {
        match choice {
            EInvoice::Automatic | EInvoice::None => None,
            EInvoice::FacturX => Some(Self::Cii),
            EInvoice::XRechnung => Some(Self::XRechnung),
            EInvoice::Peppol => Some(Self::Peppol),
        }
    }
}

/// The e-invoice in a format. It has passed every rule of the format when it is returned.
///
/// # Errors
/// Something is missing or wrong, each as a sentence with what to fill in.
pub fn xml(invoice: &InvoiceDocument, format: XmlFormat) -> Result<String, EInvoiceError> {
    match format {
        XmlFormat::Cii => written::<En16931>(invoice, format, Syntax::Cii),
        XmlFormat::Ubl => written::<En16931>(invoice, format, Syntax::Ubl),
        XmlFormat::XRechnung => written::<XRechnung>(invoice, format, Syntax::Ubl),
        XmlFormat::Peppol => written::<PeppolBis3>(invoice, format, Syntax::Ubl),
    }
}

fn written<P: ProfileMarker>(
    invoice: &InvoiceDocument,
    format: XmlFormat,
    syntax: Syntax,
) -> Result<String, EInvoiceError> {
    let mut model = model::of(invoice).map_err(|problem| EInvoiceError::new(format, vec![problem]))?;
    model.specification_id = Some(P::PROFILE.specification_id.to_owned());
    let proof: Validated<P> =
        Validated::new(model).map_err(|rejected| EInvoiceError::new(format, problem::told(rejected.report())))?;
    Ok(en16931_formats::write(&proof, syntax).xml)
}

/// Checks an electronic address `scheme:identifier` (BT-34, BT-49) against the list of schemes.
///
/// # Errors
/// No scheme, one that is not on the list, or an identifier that does not fit it.
pub fn endpoint(text: &str) -> Result<(), Problem> {
    identifier(text).map(|_| ())
}

fn identifier(text: &str) -> Result<Identifier, Problem> {
    let refused = |why: String| {
        let sentence = format!(
            "`{text}` is not an electronic address: write scheme:identifier, for example 9930:DE136695976 ({why})"
        );
        Problem { rule: "BR-CL-25".to_owned(), sentence }
    };
    let (scheme, content) = text.trim().split_once(':').ok_or_else(|| refused("there is no colon".to_owned()))?;
    if content.trim().is_empty() {
        return Err(refused("there is nothing after the colon".to_owned()));
    }
    Identifier::eas(content.trim(), scheme.trim()).map_err(|error| refused(error.to_string()))
}
