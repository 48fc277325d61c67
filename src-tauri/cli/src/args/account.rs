//! The grammar of `purser account`.

use clap::Subcommand;

/// Verbs of accounts.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// List accounts, those of nobody first.
    List,
    /// Say whose an account is; of nobody when the client is left out.
    Attribute {
        /// The account's identifier or name.
        account: String,
        /// The client's identifier or name.
        client: Option<String>,
    },
    /// Entrust Purser with the account's own token, where only the account may manage its keys. Asks for it, or reads it
    /// from standard input, and keeps it in the keychain.
    Entrust {
        /// The account's identifier or name.
        account: String,
    },
}
