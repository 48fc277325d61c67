//! Activity.

use super::{choice, view};

choice! {
    /// How an action ended.
    pub enum AuditOutcomeView {
        /// Sent, no answer yet.
        Pending,
        /// Happened.
        Done,
        /// Refused.
        Refused,
        /// May or may not have happened; settled at the next start.
        Unknown,
    }
}

view! {
    /// Which activity.
    pub struct AuditFilterInput {
        /// About this client.
        pub client_id: Option<String>,
        /// On this gateway.
        pub gateway_id: Option<String>,
        /// Go on after this.
        pub after: Option<String>,
    }

    /// A row of the audit log.
    pub struct AuditView {
        /// Which.
        pub id: String,
        /// When, RFC 3339.
        pub at: String,
        /// Who: `window`, `cli`, `sync`, `import`, `system`.
        pub origin: String,
        /// What, noun first: `key_pause`.
        pub action: String,
        /// What it was about, for people.
        pub target: String,
        /// Change as a sentence: `budget $10.00 daily → $12.00 daily`.
        pub change: Option<String>,
        /// How it ended.
        pub outcome: AuditOutcomeView,
        /// The gateway's words, when it refused.
        pub detail: Option<String>,
    }

    /// A page of activity, newest first.
    pub struct AuditPage {
        /// The rows.
        pub rows: Vec<AuditView>,
        /// Go on here.
        pub next: Option<String>,
        /// Whether the chain of hashes holds.
        pub intact: bool,
    }
}
