//! A statement: what a client is shown of a period. Charges only.
//!
//! No type here has a field that could hold a cost, a markup, a price rule or a gateway: what is not in the value can be in
//! none of the files made of it (S0-25, product.md R29). Everything a reader can add up adds up: the same uses make the rows
//! by model and the rows by day, and both are split from one rounded total.

use std::collections::BTreeMap;

use domain::{
    Currency, Date, DocumentLanguage, ExactAmount, Meter, ModelName, Money, MoneyError, Quantities, Timestamp, Zone,
};

use crate::apportion::apportioned;
use crate::ledger::Movements;
use crate::{Party, Seller, ServicePeriod, Standing};

/// What is kept about a client's usage, in a sentence for it (S3-19).
pub const DATA_NOTE: &str = "Of each request only metadata are kept: its time, key and model, what was counted, and \
                             whether it was served. Prompts and answers are not. What the providers of the models keep is \
                             up to their own terms.";

/// What a client is shown of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The agency.
    pub seller: Seller,
    /// The client.
    pub buyer: Party,
    /// The client's local dates it is about.
    pub period: ServicePeriod,
    /// The zone of these dates.
    pub zone: Zone,
    /// When it was drawn up.
    pub drawn_up: Timestamp,
    /// When usage was last read to its end; `None` before it ever was.
    pub as_of: Option<Timestamp>,
    /// The last UTC day whose single requests were erased at the client's wish.
    pub erased_through: Option<Date>,
    /// The currency of the charges.
    pub currency: Currency,
    /// The language of its words, dates and numbers for people.
    pub language: DocumentLanguage,
    /// What was used, by day and model.
    pub usage: Vec<StatementUse>,
    /// What each key used. Without a charge: prices are by model, and usage is not kept by key and model.
    pub keys: Vec<StatementKey>,
    /// How credit that is paid in advance moved; `None` for a client that never did.
    pub credit: Option<Movements>,
    /// Final invoices of the period, by number.
    pub invoices: Vec<StatementInvoice>,
}

/// What was used of a model on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementUse {
    /// The local date.
    pub day: Date,
    /// The model as the client called it.
    pub model: ModelName,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// What the client pays; `None` where no price was agreed on.
    pub charge: Option<ExactAmount>,
    /// Whether it ran on hardware of the client's or the agency's own, for nothing (S0-14).
    pub private: bool,
}

/// What a key used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementKey {
    /// Its name; empty for usage without a key.
    pub name: String,
    /// The end of its secret, as the client sees it; empty where unknown.
    pub label: String,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
}

/// A final invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementInvoice {
    /// Its number as printed.
    pub number: String,
    /// Date of issue.
    pub issued: Date,
    /// Last date to pay.
    pub due: Date,
    /// First and last local date it is for.
    pub period: (Date, Date),
    /// What it comes to, tax included.
    pub total: Money,
    /// What was paid of it.
    pub paid: Money,
    /// Where it stands.
    pub state: Standing,
}

/// Uses together, by something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementSum<T> {
    /// What they have in common.
    pub of: T,
    /// What was consumed.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// Requests that ran privately.
    pub private_requests: u64,
    /// Whether some of it has no price.
    pub unpriced: bool,
    /// What the client pays, before rounding.
    pub exact: ExactAmount,
    /// Its part of the rounded total.
    pub charge: Money,
}

impl Statement {
    /// Everything together.
    ///
    /// # Errors
    /// A sum has more digits than can be kept, or two currencies met.
    pub fn total(&self) -> Result<StatementSum<()>, MoneyError> {
        let mut sums = self.sums(|_| ())?;
        Ok(sums.pop().unwrap_or_else(|| StatementSum::none((), self.currency)))
    }

    /// By model, dearest first.
    ///
    /// # Errors
    /// As for [`Statement::total`].
    pub fn by_model(&self) -> Result<Vec<StatementSum<ModelName>>, MoneyError> {
        let mut sums = self.sums(|one| one.model.clone())?;
        sums.sort_by_key(|sum| std::cmp::Reverse(sum.exact.amount()));
        Ok(sums)
    }

    /// By something of the uses, in its order.
    ///
    /// # Errors
    /// As for [`Statement::total`].
    pub fn sums<T: Ord + Clone>(&self, of: impl Fn(&StatementUse) -> T) -> Result<Vec<StatementSum<T>>, MoneyError> {
        let mut sums: BTreeMap<T, StatementSum<T>> = BTreeMap::new();
        for one in &self.usage {
            let of = of(one);
            let none = || StatementSum::none(of.clone(), self.currency);
            sums.entry(of.clone()).or_insert_with(none).add(one)?;
        }
        let mut sums: Vec<_> = sums.into_values().collect();
        let parts: Vec<ExactAmount> = sums.iter().map(|sum| sum.exact).collect();
        let (charges, _) = apportioned(&parts, self.currency)?;
        for (sum, charge) in sums.iter_mut().zip(charges) {
            sum.charge = charge;
        }
        Ok(sums)
    }
}

impl<T> StatementSum<T> {
    fn none(of: T, currency: Currency) -> Self {
        Self {
            of,
            quantities: Quantities::NONE,
            failed_requests: 0,
            private_requests: 0,
            unpriced: false,
            exact: ExactAmount::zero(currency),
            charge: Money::from_minor(0, currency),
        }
    }

    fn add(&mut self, one: &StatementUse) -> Result<(), MoneyError> {
        self.quantities = self.quantities.plus(&one.quantities);
        self.failed_requests = self.failed_requests.saturating_add(one.failed_requests);
        if one.private {
            self.private_requests = self.private_requests.saturating_add(one.quantities.get(Meter::Requests));
        }
        match one.charge {
            Some(charge) => self.exact = self.exact.checked_add(charge)?,
            None => self.unpriced = true,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
