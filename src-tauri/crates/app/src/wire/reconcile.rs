//! What is reconciled, and what leaks.

use super::{AmountView, ColumnView, CountView, FreshnessView, choice, view};

choice! {
    /// Why what is told differs from the rows of clients.
    pub enum ReconcileCause {
        /// Told, and not among the rows.
        Missing,
        /// Counted more than once on one side.
        Duplicate,
        /// A stream that ended without a final statement of usage.
        Aborted,
        /// Of an account that no client owns, or of a key that the gateway deleted.
        Unattributed,
        /// A counter that disagrees with its rows.
        CounterError,
        /// Less than a nano-unit per row.
        Rounding,
        /// None of these.
        Unexplained,
    }
}

choice! {
    /// Who says otherwise than the rows.
    pub enum ReconcileSide {
        /// The gateway's own day totals.
        Gateway,
        /// An upstream bill.
        Bill,
    }
}

choice! {
    /// What a person could do about a difference. Nothing is done without one.
    pub enum ReconcileStep {
        /// Pull the days again.
        PullAgain,
        /// Say whose the account is.
        Attribute,
        /// Look at the requests of those days.
        Look,
        /// Ask somebody outside.
        Ask,
    }
}

choice! {
    /// Why usage is charged otherwise than it cost.
    pub enum LeakReason {
        /// No price rule covers the model.
        NoRule,
        /// No client owns the account.
        Unattributed,
        /// The model counts as private and cost all the same.
        Private,
        /// The charge is below the cost.
        BelowCost,
        /// The client is closed, and month end leaves it out.
        Closed,
        /// It is charged and cost nothing.
        NoCost,
    }
}

view! {
    /// What to reconcile.
    pub struct ReconcileInput {
        /// The gateway.
        pub gateway_id: String,
        /// First UTC day.
        pub first: String,
        /// Last UTC day.
        pub last: String,
        /// The bill to compare with.
        pub bill_id: Option<String>,
    }

    /// A bill of whoever is behind a gateway.
    pub struct BillView {
        /// Identifier.
        pub id: String,
        /// The gateway whose usage it bills.
        pub gateway_id: String,
        /// Its name.
        pub gateway: String,
        /// Name of the file.
        pub name: String,
        /// Lines.
        pub lines: CountView,
        /// What they come to.
        pub cost: AmountView,
        /// UTC day of its earliest line.
        pub first: String,
        /// UTC day of its latest line.
        pub last: String,
        /// When it was imported, RFC 3339.
        pub imported_at: String,
    }

    /// What importing a bill did.
    pub struct BillDone {
        /// The bill.
        pub bill: BillView,
        /// Whether the same file was imported before; then nothing changed.
        pub known: bool,
    }

    /// A file as a bill.
    pub struct BillInput {
        /// The gateway whose usage it bills.
        pub gateway_id: String,
        /// Where the file is.
        pub path: String,
        /// What its columns are taken for.
        pub columns: Vec<ColumnView>,
    }

    /// One cause's share of a difference.
    pub struct SplitPart {
        /// Why.
        pub cause: ReconcileCause,
        /// Requests.
        pub count: CountView,
        /// Its share; its text has all nine decimals.
        pub amount: AmountView,
    }

    /// A part of a difference in one place.
    pub struct SplitFinding {
        /// Why.
        pub cause: ReconcileCause,
        /// UTC day.
        pub day: Option<String>,
        /// Name of the account.
        pub account: Option<String>,
        /// Identifier of the client that owns it.
        pub client_id: Option<String>,
        /// Its name.
        pub client: Option<String>,
        /// Identifier of the key.
        pub key_id: Option<String>,
        /// Name of the key.
        pub key: Option<String>,
        /// Whether the gateway has deleted the key.
        pub key_gone: bool,
        /// Model.
        pub model: Option<String>,
        /// Requests.
        pub count: CountView,
        /// Share of the difference.
        pub amount: AmountView,
        /// One of the requests, by the identifier its gateway gave.
        pub example: Option<String>,
        /// Whether clients are charged by what the gateway's counter says here, and not by the rows.
        pub charged_as_told: bool,
    }

    /// A difference and its parts.
    pub struct SplitView {
        /// Who says otherwise.
        pub side: ReconcileSide,
        /// What is told; this and what follows with all nine decimals as text.
        pub told: AmountView,
        /// The rows of clients.
        pub rows: AmountView,
        /// Told less rows.
        pub difference: AmountView,
        /// Every cause; the amounts add up to the difference.
        pub parts: Vec<SplitPart>,
        /// Where they lie, greatest first.
        pub findings: Vec<SplitFinding>,
        /// Findings beyond those.
        pub more: u32,
    }

    /// What a person could do.
    pub struct ReconcileProposal {
        /// About which cause.
        pub cause: ReconcileCause,
        /// As a sentence.
        pub sentence: String,
        /// The button that does it.
        pub step: ReconcileStep,
        /// The command that does it.
        pub command: Option<String>,
        /// First UTC day it is about.
        pub first: String,
        /// Last UTC day it is about.
        pub last: String,
    }

    /// A gateway's usage of a period, reconciled.
    pub struct ReconcileView {
        /// The gateway.
        pub gateway_id: String,
        /// Its name.
        pub gateway: String,
        /// First UTC day compared.
        pub first: String,
        /// Last UTC day compared; days that are not over or not settled are left out.
        pub last: String,
        /// Whether there is a day to compare at all.
        pub empty: bool,
        /// What to know about the figures, as sentences.
        pub notes: Vec<String>,
        /// What the gateway's own day totals say; absent where it tells none.
        pub gateway_total: Option<AmountView>,
        /// Rows of clients.
        pub rows: AmountView,
        /// How many requests they are.
        pub requests: CountView,
        /// Rows that no client owns.
        pub nobody: AmountView,
        /// What charges of clients start from: day totals or rows, whichever count.
        pub counted: AmountView,
        /// What clients are charged for their own calendar days of these names.
        pub charged: AmountView,
        /// Models without a price; their charge is missing.
        pub unpriced: Vec<String>,
        /// The bill compared with.
        pub bill: Option<BillView>,
        /// What of it lies in the period.
        pub billed: Option<AmountView>,
        /// The differences.
        pub splits: Vec<SplitView>,
        /// What could be done.
        pub proposals: Vec<ReconcileProposal>,
        /// As of when.
        pub freshness: FreshnessView,
    }

    /// Usage of one client and model that is charged otherwise than it cost.
    pub struct LeakRow {
        /// Identifier of the client.
        pub client_id: Option<String>,
        /// Its name.
        pub client: String,
        /// Identifier of the gateway.
        pub gateway_id: String,
        /// Its name.
        pub gateway: String,
        /// Model.
        pub model: String,
        /// Why.
        pub reason: LeakReason,
        /// Requests.
        pub requests: CountView,
        /// What it cost.
        pub cost: AmountView,
        /// What is charged for it.
        pub charge: AmountView,
        /// What is lost, or charged without a cost.
        pub amount: AmountView,
    }

    /// Where margin leaks in a period, and the reverse.
    pub struct LeakReport {
        /// First day, of each client's own calendar.
        pub first: String,
        /// Last day.
        pub last: String,
        /// What cost and is not charged, worst first.
        pub leaks: Vec<LeakRow>,
        /// Their sum.
        pub leaked: AmountView,
        /// What is charged and cost nothing, greatest first.
        pub costless: Vec<LeakRow>,
        /// Their sum.
        pub costless_total: AmountView,
        /// What everything of the period cost.
        pub cost: AmountView,
        /// As of when.
        pub freshness: FreshnessView,
    }
}
