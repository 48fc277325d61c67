//! Credit that is given away: rules as values, all off until an agency says otherwise.

use domain::ModelScope;
use rust_decimal::Decimal;

/// Credit on top of a client's first deposit (S0-16 to S0-18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDeposit {
    /// Per cent of the deposit; 100 doubles it.
    pub per_cent: Decimal,
    /// The models it may be spent on.
    pub models: ModelScope,
    /// Days until it ends.
    pub days: u32,
}

/// The promotions in force. Amounts are in the currency of each client's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promotions {
    /// Free credit for every client that begins to pay in advance, for every model and without an end (S1-01).
    pub sign_up: Option<Decimal>,
    /// Credit on top of the first deposit.
    pub first_deposit: Option<FirstDeposit>,
}
