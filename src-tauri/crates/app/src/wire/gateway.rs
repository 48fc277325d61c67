//! Gateways: connecting, probing, their state.

use super::{FreshnessView, choice, view};

choice! {
    /// How much a finding matters.
    pub enum FindingLevelView {
        /// Good to know.
        Note,
        /// Should be put right.
        Warning,
        /// Money or access is at risk.
        Danger,
    }
}

choice! {
    /// Whether a kind of gateway is administered with a credential.
    pub enum CredentialNeedView {
        /// It has none.
        Never,
        /// An instance may be set up without.
        Optional,
        /// Always.
        Required,
    }
}

view! {
    /// A kind of gateway that can be connected.
    pub struct ProductView {
        /// Stable name.
        pub product: String,
        /// Name for people.
        pub title: String,
        /// Whether connecting asks for an address.
        pub needs_url: bool,
        /// One sentence for the list of choices.
        pub summary: String,
        /// An example of what to type as the address.
        pub address_example: String,
        /// Whether connecting asks for a credential.
        pub credential: CredentialNeedView,
        /// What the credential is and how it is typed; empty where none is asked for.
        pub credential_hint: String,
    }

    /// A kind of gateway that was recognised at an address.
    pub struct DetectedProductView {
        /// The kind.
        pub product: ProductView,
        /// Its release, where it is told to strangers.
        pub version: Option<String>,
    }

    /// What was found at an address.
    pub struct DetectedView {
        /// The address to connect to.
        pub base_url: String,
        /// What it may be, best first.
        pub products: Vec<DetectedProductView>,
    }

    /// What connecting asks for. The credential travels beside it as a bare argument and is dropped into the keychain.
    pub struct GatewayInput {
        /// Kind.
        pub product: String,
        /// Name in Purser.
        pub name: String,
        /// Base URL.
        pub base_url: String,
    }

    /// One yes or no of the capability table.
    pub struct CapabilityRow {
        /// Stable name.
        pub code: String,
        /// Whether this instance can.
        pub supported: bool,
    }

    /// Something an operator should know.
    pub struct FindingView {
        /// How much it matters.
        pub level: FindingLevelView,
        /// Stable name.
        pub code: String,
        /// A sentence.
        pub message: String,
    }

    /// The answer of a connection test.
    pub struct ProbeView {
        /// Release, where told.
        pub version: Option<String>,
        /// Whether the credential can only read.
        pub read_only: bool,
        /// The capability table.
        pub capabilities: Vec<CapabilityRow>,
        /// Budget periods with who enforces each: `monthly: gateway`.
        pub budget_periods: Vec<BudgetPeriodView>,
        /// Budget periods an account can have; empty where an account has no budget of its own.
        pub account_budget_periods: Vec<BudgetPeriodView>,
        /// Longest time a pause takes to bite, in seconds.
        pub pause_bound_seconds: u32,
        /// The instance's clock minus ours, in seconds.
        pub clock_skew_seconds: Option<i32>,
        /// Findings, worst first.
        pub findings: Vec<FindingView>,
    }

    /// A budget period an instance offers.
    pub struct BudgetPeriodView {
        /// `daily`, `weekly`, `monthly` or `total`.
        pub period: String,
        /// `gateway`, `app` or `advisory`.
        pub enforcement: String,
    }

    /// A connected gateway.
    pub struct GatewayView {
        /// Which.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Kind, for people.
        pub product: String,
        /// Where it is.
        pub base_url: String,
        /// As of when.
        pub freshness: FreshnessView,
        /// Why it is failing, as a sentence.
        pub problem: Option<String>,
        /// What to do about it.
        pub hint: Option<String>,
        /// Whether a credential is in the keychain.
        pub has_credential: bool,
        /// What the last connection test told.
        pub probe: Option<ProbeView>,
        /// Accounts known.
        pub accounts: u32,
        /// Accounts that belong to no client.
        pub unattributed: u32,
        /// Keys known.
        pub keys: u32,
    }

    /// An account on a gateway, for attribution.
    pub struct AccountView {
        /// Which.
        pub id: String,
        /// Its gateway.
        pub gateway_id: String,
        /// Its gateway's name.
        pub gateway: String,
        /// Its name there.
        pub name: String,
        /// Its identifier there.
        pub external_id: String,
        /// The client it belongs to.
        pub client_id: Option<String>,
        /// Whether the gateway refuses it.
        pub paused: bool,
        /// Whether its gateway no longer has it; what it used stays.
        pub gone: bool,
        /// Whether its keys are managed with a credential of its own, which can be entrusted to Purser.
        pub takes_credential: bool,
        /// Whether its gateway gives accounts budgets of their own.
        pub takes_budget: bool,
        /// Its own budget.
        pub budget: Option<super::BudgetView>,
    }
}
