//! The grammar of `purser usage` and `purser requests`.

use clap::{Args, ValueEnum};

/// Which usage.
#[derive(Debug, Args)]
pub struct Usage {
    /// First day; 30 days back when left out.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day; today when left out.
    #[arg(long)]
    pub to: Option<String>,
    /// Group by.
    #[arg(long, value_enum, default_value_t = GroupName::Client)]
    pub by: GroupName,
    /// Only this client; may be repeated.
    #[arg(long = "client")]
    pub clients: Vec<String>,
    /// Only this model; may be repeated.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// Draw the charge instead of the cost.
    #[arg(long)]
    pub charge: bool,
    /// Write a file instead: the table as csv or jsonl, or the chart as svg.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<FileFormat>,
}

/// Which requests.
#[derive(Debug, Args)]
pub struct Requests {
    /// First day; 30 days back when left out.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day; today when left out.
    #[arg(long)]
    pub to: Option<String>,
    /// Only this client; may be repeated.
    #[arg(long = "client")]
    pub clients: Vec<String>,
    /// Only this model; may be repeated.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// How many to show.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// Groups.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum GroupName {
    /// By client.
    Client,
    /// By model.
    Model,
    /// By key.
    Key,
    /// By gateway.
    Gateway,
}

/// File formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// JSON Lines.
    Jsonl,
    /// The chart.
    Svg,
}
