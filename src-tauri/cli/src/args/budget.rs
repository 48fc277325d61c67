//! The grammar of `purser budget`.

use clap::{Args, Subcommand, ValueEnum};

/// A budget as typed.
#[derive(Debug, Args)]
pub struct BudgetArgs {
    /// Ceiling on cost per period, for example 50 or 12.50.
    #[arg(long = "budget", value_name = "AMOUNT", allow_hyphen_values = true)]
    pub amount: Option<String>,
    /// When the budget starts again.
    #[arg(long, value_enum, default_value_t = PeriodName::Monthly)]
    pub period: PeriodName,
}

/// Budget periods.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PeriodName {
    /// Each day.
    Daily,
    /// Each week, from Monday.
    Weekly,
    /// Each month.
    Monthly,
    /// Never.
    Total,
}

/// Verbs of budgets.
#[derive(Debug, Subcommand)]
pub enum Budget {
    /// Set the budget of a key or an account.
    Set {
        /// The key's or account's identifier or name.
        target: String,
        /// Ceiling on cost per period, for example 50 or 12.50.
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// When it starts again.
        #[arg(long, value_enum, default_value_t = PeriodName::Monthly)]
        period: PeriodName,
        /// Warn at these per cent; may be repeated; 50, 75 and 90 when left out.
        #[arg(long = "warn")]
        warn: Vec<u8>,
    },
    /// Remove the budget of a key or an account.
    Clear {
        /// The key's or account's identifier or name.
        target: String,
    },
}
