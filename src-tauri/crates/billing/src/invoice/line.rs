//! Invoice lines: the only place where an exact charge becomes an amount of money.

use std::collections::BTreeMap;

use domain::{Date, ExactAmount, GatewayId, Meter, ModelName, Money, PriceVersionId, Quantities};

use super::InvoiceError;
use crate::price_book::{ModelSelector, UnitPrice};
use crate::rating::{FeeKind, PrivateLine, RatedFee, RatedLine, Term};

/// Longest reason of an adjustment, in characters.
pub const REASON_MAX: usize = 300;

/// What a line is for, as data; `render` puts it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineSubject {
    /// Use of a model.
    Usage {
        /// The gateway that served it.
        gateway: GatewayId,
        /// Its name when the invoice was put together, as the client reads it; invoices of before names were kept have none.
        gateway_name: Option<String>,
        /// The model as the client called it.
        model: ModelName,
        /// First local day with usage.
        first_day: Date,
        /// Last local day with usage.
        last_day: Date,
    },
    /// The flat fee of a rule for the period.
    FlatFee {
        /// The models the rule is for.
        models: ModelSelector,
    },
    /// What the use of a rule's models lacks of the minimum agreed on for the period.
    Minimum {
        /// The models the rule is for.
        models: ModelSelector,
    },
    /// An amount the operator put in by hand.
    Adjustment {
        /// Why, as the client reads it.
        reason: String,
    },
}

/// How one meter adds to a line that is sold at fixed prices. Explains the line; never added to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDetail {
    /// What was counted.
    pub meter: Meter,
    /// How much, in counted units.
    pub quantity: u64,
    /// The client's price per sold unit ([`Meter::per_sold_unit`]), never rounded.
    pub price: UnitPrice,
    /// Their exact product.
    pub amount: ExactAmount,
}

/// The exact charge of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCharge {
    /// The day in the client's zone.
    pub day: Date,
    /// What it adds to the line.
    pub charge: ExactAmount,
}

/// One line of an invoice. Holds nothing that would tell the client a cost or a markup (S0-25).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// What it is for.
    pub subject: LineSubject,
    /// What was consumed; only on a line of usage.
    pub quantities: Quantities,
    /// Prices per meter where the line is sold by the unit, several per meter where there are tiers; empty else. They add
    /// up to `exact`.
    pub details: Vec<LineDetail>,
    /// The exact charge per day, ascending; adds up to `exact`. Empty but on a line of charged usage.
    pub days: Vec<DayCharge>,
    /// The charge before rounding.
    pub exact: ExactAmount,
    /// The charge rounded once, half away from zero (BT-131).
    pub net: Money,
}

/// What the agency knows about a line and the client does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyLine {
    /// The price version it was rated by; `None` on an adjustment and on private usage.
    pub version: Option<PriceVersionId>,
    /// What it cost the agency.
    pub cost: ExactAmount,
    /// How the charge came about.
    pub trail: String,
}

/// A reason that can stand on a document: 1 to [`REASON_MAX`] characters on one line, blanks around it taken off.
pub(super) fn printable_reason(reason: &str) -> Option<&str> {
    let reason = reason.trim();
    let printable = !reason.is_empty() && reason.chars().count() <= REASON_MAX && !reason.chars().any(char::is_control);
    printable.then_some(reason)
}

/// An amount the operator puts on an invoice by hand, with the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    reason: String,
    amount: Money,
}

impl Adjustment {
    /// An extra charge, or a credit when negative.
    ///
    /// # Errors
    /// No reason, one above [`REASON_MAX`] characters or with control characters, or an amount of zero.
    pub fn new(reason: &str, amount: Money) -> Result<Self, InvoiceError> {
        let Some(reason) = printable_reason(reason) else { return Err(InvoiceError::Reason { amount }) };
        if amount.minor() == 0 {
            return Err(InvoiceError::ZeroAdjustment { reason: reason.to_owned() });
        }
        Ok(Self { reason: reason.to_owned(), amount })
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The line and what the agency knows about it.
    pub(super) fn line(self) -> (InvoiceLine, AgencyLine) {
        let trail = format!("{} by hand: {}", self.amount, self.reason);
        let line = InvoiceLine {
            subject: LineSubject::Adjustment { reason: self.reason },
            quantities: Quantities::NONE,
            details: Vec::new(),
            days: Vec::new(),
            exact: ExactAmount::new(self.amount.to_decimal(), self.amount.currency()),
            net: self.amount,
        };
        let cost = ExactAmount::zero(self.amount.currency());
        (line, AgencyLine { version: None, cost, trail })
    }
}

/// The invoice line of a rated line: rounded here and nowhere else.
pub(super) fn of_usage(
    rated: &RatedLine,
    gateways: &BTreeMap<GatewayId, String>,
) -> Result<(InvoiceLine, AgencyLine), InvoiceError> {
    let line = InvoiceLine {
        subject: LineSubject::Usage {
            gateway: rated.gateway,
            gateway_name: gateways.get(&rated.gateway).cloned(),
            model: rated.model.clone(),
            first_day: rated.first_day,
            last_day: rated.last_day,
        },
        quantities: rated.quantities,
        details: rated.trail.terms.iter().filter_map(detail).collect(),
        days: rated.days.iter().map(|(day, charge)| DayCharge { day: *day, charge: *charge }).collect(),
        exact: rated.charge,
        net: rated.charge.round()?,
    };
    let agency = AgencyLine { version: Some(rated.trail.version), cost: rated.cost, trail: rated.trail.to_string() };
    Ok((line, agency))
}

/// The invoice line of private usage: what was used, at nothing (S0-14).
pub(super) fn of_private(
    private: &PrivateLine,
    gateways: &BTreeMap<GatewayId, String>,
) -> Result<(InvoiceLine, AgencyLine), InvoiceError> {
    let exact = ExactAmount::zero(private.cost.currency());
    let line = InvoiceLine {
        subject: LineSubject::Usage {
            gateway: private.gateway,
            gateway_name: gateways.get(&private.gateway).cloned(),
            model: private.model.clone(),
            first_day: private.first_day,
            last_day: private.last_day,
        },
        quantities: private.quantities,
        details: Vec::new(),
        days: Vec::new(),
        exact,
        net: exact.round()?,
    };
    let agency = AgencyLine { version: None, cost: private.cost, trail: "private node: no charge".to_owned() };
    Ok((line, agency))
}

/// The invoice line of a fee.
pub(super) fn of_fee(fee: &RatedFee) -> Result<(InvoiceLine, AgencyLine), InvoiceError> {
    let models = fee.trail.rule.selector.clone();
    let line = InvoiceLine {
        subject: match fee.kind {
            FeeKind::FlatFee => LineSubject::FlatFee { models },
            FeeKind::Minimum => LineSubject::Minimum { models },
        },
        quantities: Quantities::NONE,
        details: Vec::new(),
        days: Vec::new(),
        exact: fee.charge,
        net: fee.charge.round()?,
    };
    let cost = ExactAmount::zero(fee.charge.currency());
    Ok((line, AgencyLine { version: Some(fee.trail.version), cost, trail: fee.trail.to_string() }))
}

fn detail(term: &Term) -> Option<LineDetail> {
    match term {
        Term::Priced { meter, quantity, price, amount } | Term::Listed { meter, quantity, price, amount, .. } => {
            Some(LineDetail { meter: *meter, quantity: *quantity, price: *price, amount: *amount })
        }
        _ => None,
    }
}
