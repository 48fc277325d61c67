//! Keys: rows, forms, and the ticket for a secret shown once.

use super::{AmountView, BudgetInput, BudgetView, choice, view};

choice! {
    /// Whether a key works.
    pub enum KeyStatusView {
        /// Works.
        Active,
        /// Stopped, can be resumed.
        Paused,
        /// Its account is stopped, and it with it.
        AccountPaused,
        /// Past its expiry.
        Expired,
        /// Gone for good.
        Revoked,
    }
}

view! {
    /// Which keys.
    pub struct KeyFilterInput {
        /// Of this client.
        pub client_id: Option<String>,
        /// On this gateway.
        pub gateway_id: Option<String>,
        /// Name, label or fingerprint holds this.
        pub search: String,
        /// Revoked ones too.
        pub with_revoked: bool,
        /// Go on after this page's `next`.
        pub after: Option<String>,
    }

    /// A page of keys.
    pub struct KeyPage {
        /// The rows.
        pub rows: Vec<KeyRow>,
        /// Go on here.
        pub next: Option<String>,
    }

    /// A key in a table.
    pub struct KeyRow {
        /// Which.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Prefix and last four.
        pub label: String,
        /// First eight digits of its fingerprint.
        pub fingerprint: Option<String>,
        /// `prod`, `staging`, `dev` or `other`.
        pub environment: String,
        /// `inference`, `read_only` or `full`.
        pub scope: String,
        /// Its client.
        pub client_id: Option<String>,
        /// Its client's name.
        pub client: Option<String>,
        /// Its gateway.
        pub gateway_id: String,
        /// Its gateway's name.
        pub gateway: String,
        /// Its status.
        pub status: KeyStatusView,
        /// Models it may call; empty is all of its account.
        pub models: Vec<String>,
        /// Requests per minute.
        pub requests_per_minute: Option<u32>,
        /// Tokens per minute, all digits.
        pub tokens_per_minute: Option<String>,
        /// Requests at the same time.
        pub parallel: Option<u32>,
        /// Its own budget.
        pub budget: Option<BudgetView>,
        /// Cost this month.
        pub month_cost: AmountView,
        /// Expiry, RFC 3339.
        pub expires_at: Option<String>,
        /// When made, RFC 3339.
        pub created_at: Option<String>,
        /// Whether its gateway can pause it.
        pub can_pause: bool,
        /// Whether its gateway keeps the secret and shows it again.
        pub can_reveal: bool,
        /// Seconds a pause may take to bite.
        pub pause_bound_seconds: u32,
    }

    /// A key as typed.
    pub struct KeyInput {
        /// The account it is for; the client's only account on the gateway when empty.
        pub account_id: String,
        /// Name; proposed as client-environment.
        pub name: String,
        /// `prod`, `staging`, `dev` or `other`.
        pub environment: String,
        /// `inference`, `read_only` or `full`.
        pub scope: String,
        /// Models; empty is all of the account.
        pub models: Vec<String>,
        /// Requests per minute.
        pub requests_per_minute: Option<u32>,
        /// Tokens per minute, digits.
        pub tokens_per_minute: Option<String>,
        /// Requests at the same time.
        pub parallel: Option<u32>,
        /// Its own budget.
        pub budget: Option<BudgetInput>,
        /// Days until it expires.
        pub expires_in_days: Option<u32>,
    }

    /// A new key. The secret is fetched once with the ticket and is gone from Purser when the dialog closes.
    pub struct CreatedKey {
        /// The key.
        pub key: KeyRow,
        /// Ticket for `secret_reveal`; absent while the gateway does not tell the secret yet.
        pub ticket: Option<String>,
        /// Seconds until the gateway tells the secret (`key_reveal`), where there is no ticket.
        pub secret_after_seconds: Option<u32>,
        /// Base URL the client's software calls.
        pub base_url: String,
    }

    /// A key whose gateway shows its secret later.
    pub struct WaitingSecret {
        /// The key.
        pub key_id: String,
        /// Its name.
        pub name: String,
        /// Its label, as its gateway shows it.
        pub label: String,
        /// Whose it is.
        pub client_id: Option<String>,
        /// The client's name.
        pub client: Option<String>,
        /// Its gateway's name.
        pub gateway: String,
        /// The gateway shows it no earlier; asked then, it may want to be left alone for longer. An instant and not
        /// seconds, so that an answer read a while ago still counts down to the same moment.
        pub not_before: String,
    }

    /// A change that can be undone.
    pub struct Done {
        /// What was done, as a sentence.
        pub message: String,
        /// Ticket for `undo`, for changes that can be undone.
        pub undo: Option<String>,
        /// Seconds until it bites everywhere.
        pub effective_within_seconds: u32,
    }
}
