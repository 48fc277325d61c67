//! Notices that a client's credit runs low.

use super::{AmountView, view};

view! {
    /// A client's credit fell below a threshold.
    pub struct NoticeView {
        /// Which notice.
        pub notice_id: String,
        /// Whose credit.
        pub client_id: String,
        /// Its name.
        pub client: String,
        /// What it fell below.
        pub threshold: AmountView,
        /// Nothing was left: the threshold is zero.
        pub used_up: bool,
        /// What could be spent on any model then.
        pub spendable: AmountView,
        /// When it was told, RFC 3339.
        pub at: String,
        /// When a person marked it as seen, RFC 3339.
        pub seen_at: Option<String>,
        /// A top-up has lifted the credit above it since.
        pub over: bool,
    }

    /// What a client could be sent. In the language of its documents; holds nothing but its own credit.
    pub struct NoticeMessage {
        /// For which notice.
        pub notice_id: String,
        /// Where to; may be empty.
        pub email: String,
        /// Subject.
        pub subject: String,
        /// Text, plain, with line breaks.
        pub text: String,
    }
}
