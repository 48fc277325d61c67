//! How VAT applies to an invoice: EN 16931's categories, each with what its rules demand, so that a document that breaks
//! them cannot be put together. One invoice has one category, so `O` is never mixed with another (BR-O-11).

use domain::{AddressError, BillingAddress, Country, TaxTreatment, VatId, VatIdError};
use rust_decimal::Decimal;

use super::InvoiceError;

/// A tax rate with its name, for example `VAT` at 19 per cent (EN 16931 category S).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    label: String,
    per_cent: Decimal,
}

impl TaxRate {
    /// A rate. No tax at all is no `TaxRate`, not one of zero.
    ///
    /// # Errors
    /// No label, or a rate that is not above 0, is above 100, or has more than 4 decimals (BR-S-05).
    pub fn new(label: &str, per_cent: Decimal) -> Result<Self, InvoiceError> {
        let (label, per_cent) = (label.trim(), per_cent.normalize());
        if label.is_empty() || label.chars().count() > 40 || label.chars().any(char::is_control) {
            return Err(InvoiceError::TaxLabel);
        }
        if per_cent <= Decimal::ZERO || per_cent > Decimal::ONE_HUNDRED || per_cent.scale() > 4 {
            return Err(InvoiceError::TaxRange(per_cent));
        }
        Ok(Self { label: label.to_owned(), per_cent })
    }

    /// The name on the invoice.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Per cent of the base.
    #[must_use]
    pub fn per_cent(&self) -> Decimal {
        self.per_cent
    }
}

/// Why a client cannot be taxed as chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// The seller's VAT identifier is missing.
    #[error("{what} needs your own VAT ID: fill it in under Settings (EN 16931 {rule})")]
    NoSellerVatId {
        /// The treatment.
        what: &'static str,
        /// The rule that asks for it.
        rule: &'static str,
    },
    /// The buyer's VAT identifier is missing.
    #[error("{what} needs the client's VAT ID: fill it in with the client's address (EN 16931 {rule})")]
    NoBuyerVatId {
        /// The treatment.
        what: &'static str,
        /// The rule that asks for it.
        rule: &'static str,
    },
    /// An exemption without its reason.
    #[error(
        "an exemption from VAT needs its reason, for example the article of the law: write it with the client (EN 16931 BR-E-10)"
    )]
    NoReason,
    /// Goods within the EU that do not go from one member state to another.
    #[error(
        "an intra-Community supply is of goods, from one EU country to another: {found}; a service to a business there is a reverse charge (EN 16931 BR-IC-12)"
    )]
    NotBetweenMembers {
        /// What is wrong with the countries.
        found: String,
    },
    /// An export that stays in the EU.
    #[error(
        "an export of goods leaves the EU, but the client is in {0}: choose another treatment (EN 16931 category G)"
    )]
    NotAnExport(Country),
    /// A party's VAT identifier is wrong.
    #[error(transparent)]
    VatId(#[from] VatIdError),
    /// A party's country is wrong or missing.
    #[error(transparent)]
    Country(#[from] AddressError),
}

/// How VAT applies to an invoice, with what proves that it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxCategory {
    /// S: a rate above zero.
    Standard(TaxRate),
    /// Z: taxed at zero per cent.
    Zero,
    /// E: exempt, for a reason.
    Exempt {
        /// The reason, as printed (BR-E-10).
        reason: String,
    },
    /// AE: the buyer accounts for the tax.
    ReverseCharge {
        /// The seller's identifier (BR-AE-02).
        seller: VatId,
        /// The buyer's.
        buyer: VatId,
    },
    /// K: goods to another member state. The invoice's period is the time of delivery (BR-IC-11).
    IntraCommunity {
        /// The seller's identifier (BR-IC-02).
        seller: VatId,
        /// The buyer's.
        buyer: VatId,
        /// Where the goods go (BR-IC-12).
        delivered_to: Country,
    },
    /// G: goods out of the EU.
    Export {
        /// The seller's identifier (BR-G-02).
        seller: VatId,
    },
    /// O: not subject to VAT. Has no rate and names no VAT identifier (BR-O-02, BR-O-05).
    OutOfScope {
        /// The reason, as printed.
        reason: String,
    },
}

/// What a decision on tax is made from.
#[derive(Debug, Clone, Copy)]
pub struct TaxFacts<'a> {
    /// What was chosen for the client.
    pub treatment: TaxTreatment,
    /// The reason typed for the client; may be empty.
    pub reason: &'a str,
    /// The agency's rate, if it charges one.
    pub rate: Option<&'a TaxRate>,
    /// Why the agency is exempt (a small business, § 19 UStG); empty if it is not.
    pub exemption: &'a str,
    /// Who sells.
    pub seller: &'a BillingAddress,
    /// Who buys.
    pub buyer: &'a BillingAddress,
}

impl TaxCategory {
    /// A category as it was frozen: its code with the rate or the reason that went with it.
    ///
    /// # Errors
    /// No such code, or what the category demands is missing.
    pub fn restore(code: &str, rate: Option<TaxRate>, reason: &str, of: &TaxFacts) -> Result<Option<Self>, TaxError> {
        let treatment = match code {
            "S" => return Ok(rate.map(Self::Standard)),
            "Z" => TaxTreatment::Zero,
            "E" => TaxTreatment::Exempt,
            "AE" => TaxTreatment::ReverseCharge,
            "K" => TaxTreatment::IntraCommunity,
            "G" => TaxTreatment::Export,
            "O" => TaxTreatment::OutOfScope,
            _ => TaxTreatment::None,
        };
        Self::decide(&TaxFacts { treatment, reason, ..*of })
    }

    /// Decides on tax; `None` where none applies and none is named, as for an agency that does not deal with VAT.
    ///
    /// # Errors
    /// What the category's rules demand is missing.
    pub fn decide(facts: &TaxFacts) -> Result<Option<Self>, TaxError> {
        Ok(Some(match facts.treatment {
            TaxTreatment::None => return Ok(None),
            TaxTreatment::Agency if !facts.exemption.trim().is_empty() => Self::exempt(facts.exemption)?,
            TaxTreatment::Agency => match facts.rate {
                Some(rate) => Self::Standard(rate.clone()),
                None => return Ok(None),
            },
            TaxTreatment::Zero => Self::Zero,
            TaxTreatment::Exempt => Self::exempt(facts.reason)?,
            TaxTreatment::ReverseCharge => Self::reverse_charge(facts)?,
            TaxTreatment::IntraCommunity => Self::intra_community(facts)?,
            TaxTreatment::Export => Self::export(facts)?,
            TaxTreatment::OutOfScope => Self::OutOfScope { reason: said(facts.reason, OUT_OF_SCOPE) },
        }))
    }

    fn exempt(reason: &str) -> Result<Self, TaxError> {
        let reason = reason.trim();
        if reason.is_empty() { Err(TaxError::NoReason) } else { Ok(Self::Exempt { reason: reason.to_owned() }) }
    }

    fn reverse_charge(facts: &TaxFacts) -> Result<Self, TaxError> {
        let (seller, buyer) = both(facts, REVERSE, "BR-AE-02")?;
        Ok(Self::ReverseCharge { seller, buyer })
    }

    fn intra_community(facts: &TaxFacts) -> Result<Self, TaxError> {
        let (seller, buyer) = both(facts, INTRA, "BR-IC-02")?;
        let (from, delivered_to): (Country, Country) = (facts.seller.country.parse()?, facts.buyer.country.parse()?);
        if !from.is_eu() || !delivered_to.is_eu() || from == delivered_to {
            return Err(TaxError::NotBetweenMembers { found: format!("this one goes from {from} to {delivered_to}") });
        }
        Ok(Self::IntraCommunity { seller, buyer, delivered_to })
    }

    fn export(facts: &TaxFacts) -> Result<Self, TaxError> {
        let seller = seller_id(facts, "an export", "BR-G-02")?;
        outside(facts.buyer)?;
        Ok(Self::Export { seller })
    }

    /// What can be said of a treatment when only the client is known.
    ///
    /// # Errors
    /// The client's VAT identifier or reason is missing or wrong, or its country does not fit.
    pub fn check_buyer(treatment: TaxTreatment, reason: &str, buyer: &BillingAddress) -> Result<(), TaxError> {
        let missing = |what, rule| match buyer.vat_id.trim().is_empty() {
            true => Err(TaxError::NoBuyerVatId { what, rule }),
            false => Ok(()),
        };
        match treatment {
            TaxTreatment::ReverseCharge => missing(REVERSE, "BR-AE-02"),
            TaxTreatment::IntraCommunity => missing(INTRA, "BR-IC-02"),
            TaxTreatment::Exempt => Self::exempt(reason).map(|_| ()),
            TaxTreatment::Export => outside(buyer),
            TaxTreatment::Agency | TaxTreatment::None | TaxTreatment::Zero | TaxTreatment::OutOfScope => Ok(()),
        }
    }

    /// Its UNCL 5305 code (BT-118, BT-151).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Standard(_) => "S",
            Self::Zero => "Z",
            Self::Exempt { .. } => "E",
            Self::ReverseCharge { .. } => "AE",
            Self::IntraCommunity { .. } => "K",
            Self::Export { .. } => "G",
            Self::OutOfScope { .. } => "O",
        }
    }

    /// Per cent of the base (BT-119): `None` outside the scope of VAT, where no rate may stand (BR-O-05).
    #[must_use]
    pub fn per_cent(&self) -> Option<Decimal> {
        match self {
            Self::Standard(rate) => Some(rate.per_cent()),
            Self::OutOfScope { .. } => None,
            _ => Some(Decimal::ZERO),
        }
    }

    /// What the tax is called on the invoice.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Standard(rate) => rate.label(),
            Self::Zero => "VAT",
            Self::Exempt { .. } => "Exempt from VAT",
            Self::ReverseCharge { .. } => "Reverse charge",
            Self::IntraCommunity { .. } => "Intra-Community supply",
            Self::Export { .. } => "Export",
            Self::OutOfScope { .. } => "Not subject to VAT",
        }
    }

    /// Why no tax is charged, as the client reads it (BT-120); `None` where some is, or zero per cent is the rate.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Standard(_) | Self::Zero => None,
            Self::Exempt { reason } | Self::OutOfScope { reason } => Some(reason),
            Self::ReverseCharge { .. } => Some(REVERSE_CHARGE),
            Self::IntraCommunity { .. } => Some(INTRA_COMMUNITY),
            Self::Export { .. } => Some(EXPORT),
        }
    }

    /// The same as a code of the VATEX list (BT-121), where there is one.
    #[must_use]
    pub fn reason_code(&self) -> Option<&'static str> {
        match self {
            Self::Standard(_) | Self::Zero | Self::Exempt { .. } => None,
            Self::ReverseCharge { .. } => Some("VATEX-EU-AE"),
            Self::IntraCommunity { .. } => Some("VATEX-EU-IC"),
            Self::Export { .. } => Some("VATEX-EU-G"),
            Self::OutOfScope { .. } => Some("VATEX-EU-O"),
        }
    }
}

/// The treatments that need identifiers, in the middle of a sentence.
const REVERSE: &str = "a reverse charge";
/// See [`REVERSE`].
const INTRA: &str = "an intra-Community supply";
/// The note of a reverse charge.
const REVERSE_CHARGE: &str =
    "Reverse charge: the recipient accounts for the VAT (Articles 44 and 196 of Directive 2006/112/EC).";
/// The note of an intra-Community supply.
const INTRA_COMMUNITY: &str = "Intra-Community supply, exempt from VAT (Article 138 of Directive 2006/112/EC).";
/// The note of an export.
const EXPORT: &str = "Export of goods, exempt from VAT (Article 146 of Directive 2006/112/EC).";
/// The note of what VAT does not reach, unless another is typed.
const OUT_OF_SCOPE: &str =
    "Not subject to VAT: the place of supply is outside the EU (Article 44 of Directive 2006/112/EC).";

fn outside(buyer: &BillingAddress) -> Result<(), TaxError> {
    let to: Country = buyer.country.parse()?;
    if to.is_eu() { Err(TaxError::NotAnExport(to)) } else { Ok(()) }
}

fn said(typed: &str, unsaid: &str) -> String {
    let typed = typed.trim();
    if typed.is_empty() { unsaid.to_owned() } else { typed.to_owned() }
}

fn both(facts: &TaxFacts, what: &'static str, rule: &'static str) -> Result<(VatId, VatId), TaxError> {
    let seller = seller_id(facts, what, rule)?;
    if facts.buyer.vat_id.trim().is_empty() {
        return Err(TaxError::NoBuyerVatId { what, rule });
    }
    Ok((seller, facts.buyer.vat_id.parse()?))
}

fn seller_id(facts: &TaxFacts, what: &'static str, rule: &'static str) -> Result<VatId, TaxError> {
    if facts.seller.vat_id.trim().is_empty() {
        return Err(TaxError::NoSellerVatId { what, rule });
    }
    Ok(facts.seller.vat_id.parse()?)
}

#[cfg(test)]
mod tests;
