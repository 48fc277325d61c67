//! The Monday screen.

use super::{AmountView, BudgetView, CountView, InvoiceStatus, NoticeView, TrioView, choice, view};

choice! {
    /// How much a gateway's figures can be trusted at present.
    pub enum FreshnessState {
        /// Synced within the last fifteen minutes.
        Fresh,
        /// Older than fifteen minutes (U19).
        Stale,
        /// The last sync failed.
        Failing,
        /// Never synced.
        Never,
    }
}

view! {
    /// As of when figures are complete.
    pub struct FreshnessView {
        /// State of the worst gateway concerned.
        pub state: FreshnessState,
        /// When the oldest of the gateways concerned was last synced, RFC 3339.
        pub as_of: Option<String>,
    }

    /// One gateway on the overview.
    pub struct GatewayHealth {
        /// Which.
        pub gateway_id: String,
        /// Its name.
        pub name: String,
        /// Its state.
        pub freshness: FreshnessView,
        /// Why it is failing, as a sentence.
        pub problem: Option<String>,
        /// What to do about it.
        pub hint: Option<String>,
    }

    /// One client on the overview.
    pub struct TopClient {
        /// Which; absent for usage of no client.
        pub client_id: Option<String>,
        /// Its name.
        pub name: String,
        /// This month.
        pub month: TrioView,
        /// Its part of this month's cost, per mille.
        pub share: u32,
        /// Thirty days of cost as a small SVG.
        pub sparkline: String,
    }

    /// A budget near or past its cap.
    pub struct BudgetAlert {
        /// Whose: a client's name.
        pub client: String,
        /// Which client.
        pub client_id: Option<String>,
        /// The key, when it is the key's own budget.
        pub key: Option<String>,
        /// The budget.
        pub budget: BudgetView,
    }

    /// An invoice that needs a hand.
    pub struct DueInvoice {
        /// Which.
        pub invoice_id: String,
        /// Its number, once final.
        pub number: Option<String>,
        /// Whose.
        pub client: String,
        /// Amount to pay.
        pub total: AmountView,
        /// Its state.
        pub status: InvoiceStatus,
        /// When it is due, ISO date.
        pub due: Option<String>,
    }

    /// The overview.
    pub struct OverviewView {
        /// No gateway is connected yet.
        pub first_run: bool,
        /// As of when.
        pub freshness: FreshnessView,
        /// Name of the current month, `2026-11`.
        pub month_name: String,
        /// Today in the agency's zone.
        pub today: TrioView,
        /// This month so far.
        pub month: TrioView,
        /// This month at its present pace.
        pub run_rate: TrioView,
        /// The whole month before.
        pub previous_month: TrioView,
        /// Requests this month.
        pub requests: CountView,
        /// Clients by cost this month.
        pub top_clients: Vec<TopClient>,
        /// Budgets at 75 % or more, worst first.
        pub budgets: Vec<BudgetAlert>,
        /// Every gateway.
        pub gateways: Vec<GatewayHealth>,
        /// Overdue invoices and open drafts.
        pub invoices: Vec<DueInvoice>,
        /// Clients whose credit runs low, newest first; what was seen, or was topped up since, is left out.
        pub notices: Vec<NoticeView>,
        /// Cost this month of accounts that belong to no client.
        pub unattributed: Option<AmountView>,
    }
}
