//! The one error that crosses.

use super::{choice, view};

choice! {
    /// What a consumer can act on. Grows only when one does.
    pub enum Code {
        /// Something typed was not accepted; say which and go on editing.
        Invalid,
        /// The thing does not exist any more.
        NotFound,
        /// Another thing is in the way.
        Conflict,
        /// Nothing answers, or not in time.
        GatewayUnreachable,
        /// The gateway does not accept the credential, or not for this.
        GatewayDenied,
        /// The gateway said no.
        GatewayRefused,
        /// It may or may not have happened.
        OutcomeUnknown,
        /// This gateway cannot do that.
        Unsupported,
        /// There is no keychain, or it is locked.
        VaultUnavailable,
        /// The database is locked by another program, full, damaged or newer.
        Storage,
        /// A person stopped it.
        Cancelled,
        /// A fault of ours.
        Internal,
    }
}

view! {
    /// An error for people and machines.
    pub struct ErrorView {
        /// For machines.
        pub code: Code,
        /// What was wrong and where, as a sentence.
        pub message: String,
        /// What the person can do.
        pub hints: Vec<String>,
        /// The input's field it is about.
        pub field: Option<String>,
        /// Whether trying again can help.
        pub retryable: bool,
    }
}
