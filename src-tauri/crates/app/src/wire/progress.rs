//! What the window hears without asking.

use super::{choice, view};

choice! {
    /// A kind of state the window may hold; named when a change made it stale.
    pub enum TagView {
        /// Gateways and their state.
        Gateways,
        /// Clients.
        Clients,
        /// Accounts.
        Accounts,
        /// Keys.
        Keys,
        /// Usage.
        Usage,
        /// Price book.
        Prices,
        /// Invoices.
        Invoices,
        /// Ledgers.
        Ledgers,
        /// Notices of low balances.
        Notices,
        /// Activity.
        Audit,
        /// Settings.
        Settings,
    }
}

view! {
    /// What a change made stale.
    pub struct Changed {
        /// Every kind touched.
        pub tags: Vec<TagView>,
    }

    /// How far a long piece of work is.
    pub struct Progress {
        /// `sync`, `invoices` or `import`.
        pub work: String,
        /// What is being done, for people.
        pub step: String,
        /// Per mille, where it can be told.
        pub done: Option<u16>,
        /// Rows or documents so far.
        pub count: u32,
        /// Whether this is the last word.
        pub finished: bool,
    }

    /// What a sync did.
    pub struct SyncReportView {
        /// One sentence per gateway.
        pub lines: Vec<SyncLine>,
        /// Whether every gateway answered.
        pub complete: bool,
    }

    /// What a sync did on one gateway.
    pub struct SyncLine {
        /// Gateway's name.
        pub gateway: String,
        /// New rows.
        pub rows: u32,
        /// Why it stopped, as a sentence.
        pub problem: Option<String>,
        /// What to do.
        pub hint: Option<String>,
    }
}
