//! Ledgers of clients. Balances of different kinds are fields of their own, and no field adds them up (S4-11).

use super::{AmountView, NoticeView, choice, view};

choice! {
    /// What an entry records.
    pub enum LedgerKind {
        /// The client paid in.
        Deposit,
        /// Credit was given.
        Promotion,
        /// Usage was charged.
        Charge,
        /// A charge was given back, or paid credit paid out.
        Refund,
        /// A person corrected a balance.
        Adjustment,
        /// What is owed was carried into the next month.
        CarryForward,
        /// Credit ended.
        Expiry,
        /// A charge was taken back because its usage was restated.
        Reversal,
        /// What is owed went on an invoice, or came back with its credit note.
        Invoice,
    }

    /// Where credit comes from.
    pub enum CreditKind {
        /// The client paid it in.
        Paid,
        /// Given on top of a deposit.
        Bonus,
        /// Given without one.
        Free,
    }

    /// How long credit lasts at the present pace (S0-13).
    pub enum RunwayState {
        /// There is none.
        UsedUp,
        /// Too few full days are known.
        Unknown,
        /// Nothing was spent in the days that are known.
        NothingSpent,
        /// So many days.
        Days,
        /// More than 365.
        MoreThanAYear,
    }
}

view! {
    /// Credit that came in one piece.
    pub struct LotView {
        /// Its number in the ledger.
        pub number: u32,
        /// Where it comes from.
        pub kind: CreditKind,
        /// Models it may be spent on; empty is all.
        pub models: Vec<String>,
        /// What it was opened with.
        pub amount: AmountView,
        /// What is left.
        pub left: AmountView,
        /// Since when, RFC 3339.
        pub credited_at: String,
        /// Until when, RFC 3339; absent without an end.
        pub expires_at: Option<String>,
    }

    /// A part of an entry that touches what the client has or owes.
    pub struct LedgerPart {
        /// The lot; absent for what is owed.
        pub lot: Option<u32>,
        /// Its name for people: `paid credit (lot 1)`, `owed`.
        pub text: String,
        /// Above zero in the client's favour.
        pub amount: AmountView,
    }

    /// What a charge is for, and every entry about it.
    pub struct ReceiptView {
        /// Local day, ISO date.
        pub day: String,
        /// Gateway.
        pub gateway_id: String,
        /// Its name.
        pub gateway: String,
        /// Model as the client called it.
        pub model: String,
        /// Price version.
        pub version: String,
        /// Rule of that version.
        pub rule: String,
        /// What was consumed as far as this entry knew, for people.
        pub quantities: Vec<String>,
        /// What it comes to now, refunds not taken off.
        pub charge: AmountView,
        /// Numbers of every entry about it.
        pub entries: Vec<u32>,
    }

    /// An entry of a ledger.
    pub struct LedgerEntryView {
        /// Its number.
        pub number: u32,
        /// When it was posted, RFC 3339.
        pub at: String,
        /// What it records.
        pub kind: LedgerKind,
        /// Why, where a person said so.
        pub reason: String,
        /// How it changed what the client has less what it owes; for a carry-forward, what was carried.
        pub amount: AmountView,
        /// Which credit and debt it touched.
        pub parts: Vec<LedgerPart>,
        /// What it is for, for charges and what was given back of them.
        pub receipt: Option<ReceiptView>,
        /// The invoice that took over what was owed, or that was taken back.
        pub invoice_id: Option<String>,
    }

    /// How long credit lasts at the pace of the last full local days.
    pub struct RunwayView {
        /// What can be said.
        pub state: RunwayState,
        /// Whole days that it lasts, where that can be said; 0 is less than a day.
        pub days: u32,
        /// Credit that is good for any model, now.
        pub spendable: AmountView,
        /// What was charged in the days looked at.
        pub spent: AmountView,
        /// How many full days these are, at most 7.
        pub of_days: u32,
        /// The last of them, ISO date; absent where there is none.
        pub through: Option<String>,
    }

    /// A client's ledger.
    pub struct LedgerView {
        /// The client.
        pub client_id: String,
        /// Its name.
        pub client: String,
        /// First local day that is paid in advance, ISO date; absent for a client that is invoiced.
        pub prepaid_from: Option<String>,
        /// Last such day, once it ended.
        pub prepaid_through: Option<String>,
        /// Credit that was paid in; good for every model, without an end.
        pub paid: AmountView,
        /// Credit given on top of deposits.
        pub bonus: AmountView,
        /// Credit given without one.
        pub free: AmountView,
        /// Charges that no credit covered.
        pub owed: AmountView,
        /// The same from earlier months, carried forward.
        pub carried: AmountView,
        /// What should be known: what is due for an invoice, models that have no price.
        pub notices: Vec<String>,
        /// Thresholds that the credit fell below and is still below, newest first.
        pub alerts: Vec<NoticeView>,
        /// How long the credit lasts; absent for a client that is invoiced.
        pub runway: Option<RunwayView>,
        /// Credit that is left, in the order in which it ends; what never ends last.
        pub lots: Vec<LotView>,
        /// Entries, newest first.
        pub entries: Vec<LedgerEntryView>,
        /// How many entries there are in all.
        pub entry_count: u32,
    }

    /// A deposit as typed.
    pub struct DepositInput {
        /// Decimal text in the client's currency.
        pub amount: String,
        /// The payment's own number, so that it is noted once; may be empty.
        pub reference: String,
        /// A remark; may be empty.
        pub note: String,
    }

    /// A refund as typed.
    pub struct RefundInput {
        /// Decimal text in the client's currency.
        pub amount: String,
        /// Why.
        pub reason: String,
        /// Number of the charge that is given back; absent pays paid credit out.
        pub entry: Option<u32>,
    }

    /// An adjustment as typed.
    pub struct AdjustInput {
        /// Decimal text in the client's currency; below zero against the client.
        pub amount: String,
        /// Which credit.
        pub kind: CreditKind,
        /// Why.
        pub reason: String,
    }

    /// What an entry would change: a piece of credit, or what is owed.
    pub struct LedgerChange {
        /// The lot; absent for what is owed.
        pub lot: Option<u32>,
        /// Where its credit comes from; absent for what is owed.
        pub kind: Option<CreditKind>,
        /// Its name for people: `paid credit (lot 1)`, `owed`.
        pub text: String,
        /// Before.
        pub before: AmountView,
        /// After.
        pub after: AmountView,
    }

    /// What would be posted and what that would change. Nothing is.
    pub struct LedgerPreview {
        /// The entries, in their order.
        pub kinds: Vec<LedgerKind>,
        /// What they change, credit first.
        pub changes: Vec<LedgerChange>,
    }

    /// The agency's rules of credit. Amounts are decimal text in each client's currency; empty is off.
    pub struct LedgerRules {
        /// Smallest deposit.
        pub minimum_deposit: String,
        /// Free credit for a client that begins to pay in advance.
        pub sign_up_credit: String,
        /// Per cent on top of a first deposit.
        pub first_deposit_percent: String,
        /// Models that credit may be spent on, separated by commas; empty is every model.
        pub first_deposit_models: String,
        /// Days until it ends.
        pub first_deposit_days: u16,
        /// What is owed below this is carried into the next month instead of invoiced.
        pub carry_below: String,
        /// Thresholds of which a notice is given once credit for any model falls below them, separated by commas; that of 0
        /// when nothing is left.
        pub low_balance: String,
    }
}

/// An entry by hand, as typed.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LedgerAct {
    /// The client paid in.
    Deposit(DepositInput),
    /// A charge is given back, or paid credit paid out.
    Refund(RefundInput),
    /// A balance is corrected.
    Adjust(AdjustInput),
}
