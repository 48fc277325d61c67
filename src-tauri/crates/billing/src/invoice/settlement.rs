//! What became of a final document: open, part paid, paid, overdue or credited. Derived from its payments, its due date and
//! its credit note whenever it is asked for, and kept nowhere.

use domain::{Date, Money, MoneyError};

/// Where a final document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing is paid yet, and there is time.
    Open,
    /// Part of it is paid, and there is time for the rest.
    PartPaid,
    /// All of it is paid; an invoice of nothing is paid as it is issued.
    Paid,
    /// The due date has gone by and some of it is not paid.
    Overdue,
    /// Taken back by a credit note: nothing is due.
    Credited,
    /// It is a credit note.
    CreditNote,
}

/// Why a payment was not noted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Nothing.
    #[error("a payment of nothing is none: leave it out")]
    Zero,
    /// Money in another currency.
    #[error("the payment is in another currency than the invoice ({0}): convert it first")]
    Currency(Money),
    /// More than is open.
    #[error(
        "only {open} is open, {paid} is more: note {open} here, and put the rest on the client's next invoice as credit"
    )]
    TooMuch {
        /// What is open.
        open: Money,
        /// What was to be noted.
        paid: Money,
    },
    /// More given back than was ever paid.
    #[error("only {paid} was paid, so no more than that can be given back")]
    NeverPaid {
        /// What was paid.
        paid: Money,
    },
    /// There is nothing to pay.
    #[error(
        "it was taken back by a credit note: nothing is due, and money that came all the same belongs on another invoice"
    )]
    Credited,
    /// Nobody pays a credit note.
    #[error(
        "a credit note is not paid: note money that you give back on the invoice it corrects, as a negative payment"
    )]
    CreditNote,
    /// Sums beyond what can be kept.
    #[error(transparent)]
    Sum(#[from] MoneyError),
}

/// What decides where a final document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// To pay, with tax.
    pub total: Money,
    /// Sum of the payments, those given back taken off.
    pub paid: Money,
    /// The last day to pay.
    pub due: Date,
    /// Whether a credit note took it back.
    pub credited: bool,
    /// Whether it is a credit note.
    pub credit_note: bool,
}

impl Settlement {
    /// What is still to be paid; nothing where it was taken back, whatever was paid before.
    #[must_use]
    pub fn open(&self) -> Money {
        let open = self.total.minor().saturating_sub(self.paid.minor());
        let due = !self.credited && !self.credit_note;
        Money::from_minor(if due { open.max(0) } else { 0 }, self.total.currency())
    }

    /// What is to be given back: what was paid on an invoice that was taken back.
    #[must_use]
    pub fn to_refund(&self) -> Money {
        Money::from_minor(if self.credited { self.paid.minor() } else { 0 }, self.total.currency())
    }

    /// Where it stands on a day of the agency. The due date itself is in time.
    #[must_use]
    pub fn standing(&self, today: Date) -> Standing {
        if self.credit_note {
            Standing::CreditNote
        } else if self.credited {
            Standing::Credited
        } else if self.open().minor() == 0 {
            Standing::Paid
        } else if self.due < today {
            Standing::Overdue
        } else if self.paid.minor() > 0 {
            Standing::PartPaid
        } else {
            Standing::Open
        }
    }

    /// Whether a payment can be noted. A negative one gives back what was paid: a bounced debit, a refund after a credit.
    ///
    /// # Errors
    /// Each reason why not.
    pub fn accept(&self, payment: Money) -> Result<(), PaymentError> {
        if payment.currency() != self.total.currency() {
            return Err(PaymentError::Currency(self.total));
        }
        if self.credit_note {
            return Err(PaymentError::CreditNote);
        }
        let after = self.paid.checked_add(payment)?;
        match payment.minor() {
            0 => Err(PaymentError::Zero),
            ..0 if after.minor() < 0 => Err(PaymentError::NeverPaid { paid: self.paid }),
            1.. if self.credited => Err(PaymentError::Credited),
            1.. if payment.minor() > self.open().minor() => {
                Err(PaymentError::TooMuch { open: self.open(), paid: payment })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    fn usd(minor: i64) -> Money {
        Money::from_minor(minor, Currency::USD)
    }

    fn of(paid: i64) -> Settlement {
        let due = "2026-12-15".parse().unwrap();
        Settlement { total: usd(1000), paid: usd(paid), due, credited: false, credit_note: false }
    }

    #[test]
    fn where_an_invoice_stands_follows_from_payments_and_days() {
        let rows = [
            (of(0), "2026-12-15", Standing::Open, 1000),
            (of(0), "2026-12-16", Standing::Overdue, 1000),
            (of(400), "2026-12-15", Standing::PartPaid, 600),
            (of(400), "2026-12-16", Standing::Overdue, 600),
            (of(1000), "2027-12-16", Standing::Paid, 0),
            (Settlement { total: usd(0), ..of(0) }, "2027-12-16", Standing::Paid, 0),
            (Settlement { credited: true, ..of(400) }, "2027-12-16", Standing::Credited, 0),
            (Settlement { credit_note: true, ..of(0) }, "2027-12-16", Standing::CreditNote, 0),
        ];
        for (settlement, today, standing, open) in rows {
            let found = (settlement.standing(today.parse().unwrap()), settlement.open().minor());
            assert_eq!(found, (standing, open), "{settlement:?} on {today}");
        }
        assert_eq!(Settlement { credited: true, ..of(400) }.to_refund(), usd(400));
        assert_eq!(of(400).to_refund(), usd(0));
    }

    #[test]
    fn a_payment_is_at_most_what_is_open_and_never_gives_back_what_was_not_paid() {
        let credited = Settlement { credited: true, ..of(400) };
        let rows = [
            (of(0), 1000, None),
            (of(0), 1, None),
            (of(400), 601, Some("only 6.00 USD is open, 6.01 USD is more")),
            (of(400), -400, None),
            (of(400), -401, Some("only 4.00 USD was paid")),
            (of(0), 0, Some("a payment of nothing")),
            (of(1000), 1, Some("only 0.00 USD is open")),
            (credited, 1, Some("taken back by a credit note")),
            (credited, -400, None),
            (Settlement { credit_note: true, ..of(0) }, 1, Some("a credit note is not paid")),
        ];
        for (settlement, amount, refusal) in rows {
            let told = settlement.accept(usd(amount)).err().map(|why| why.to_string());
            match refusal {
                None => assert_eq!(told, None, "{amount} on {settlement:?}"),
                Some(start) => assert!(told.as_deref().is_some_and(|t| t.contains(start)), "{amount}: {told:?}"),
            }
        }
        let euro = Money::from_minor(5, Currency::EUR);
        assert!(matches!(of(0).accept(euro), Err(PaymentError::Currency(_))));
    }
}
