//! The grammar of `purser gateway`.

use clap::{Args, Subcommand};

use super::help;

/// Verbs of gateways.
#[derive(Debug, Subcommand)]
pub enum Gateway {
    /// List what is connected.
    List,
    /// List what can be connected.
    Products,
    /// Show one: what it can do, and what to know about it.
    Show {
        /// Its identifier or name.
        gateway: String,
    },
    /// Tell which kind of gateway answers at an address. With an admin credential, asked for or read from standard
    /// input, also what it may do there. Stores nothing.
    Probe {
        /// What you paste: the address of the gateway or of its console.
        address: String,
    },
    /// Test a connection without storing anything. Asks for the admin credential, or reads it from standard input.
    Test(Connection),
    /// Connect. Asks for the admin credential, or reads it from standard input, and keeps it in the keychain.
    #[command(after_help = help::CONNECT)]
    Connect(Connection),
    /// Change a gateway's name, address or admin credential.
    Update(GatewayUpdate),
    /// Disconnect. What was synced stays.
    Remove {
        /// Its identifier or name.
        gateway: String,
    },
    /// List the models on offer.
    Models {
        /// Its identifier or name; all when left out.
        gateway: Option<String>,
    },
}

/// Where a gateway is.
#[derive(Debug, Args)]
pub struct Connection {
    /// Kind of gateway, for example `litellm`.
    #[arg(long)]
    pub product: String,
    /// Its base URL, or the file's path.
    #[arg(long, default_value = "")]
    pub url: String,
    /// Its name in Purser; the kind when left out.
    #[arg(long)]
    pub name: Option<String>,
}

/// What to change of a gateway.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true)))]
pub struct GatewayUpdate {
    /// Its identifier or name.
    pub gateway: String,
    /// Its new name.
    #[arg(long, group = "change")]
    pub name: Option<String>,
    /// Its new base URL.
    #[arg(long, group = "change")]
    pub url: Option<String>,
    /// Read a new admin credential from standard input.
    #[arg(long, group = "change")]
    pub credential: bool,
}
