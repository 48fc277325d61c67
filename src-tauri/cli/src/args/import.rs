//! The grammar of `purser import`.

use std::path::PathBuf;

use clap::Args;

/// A file to import.
#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// The gateway it belongs to, by identifier or name; for usage, one of the kind `file`.
    #[arg(long)]
    pub gateway: String,
    /// What a column holds, as header=field; may be repeated. Guessed from the headers, or as last time. A column taken for
    /// `start_within` tells flexible requests: a duration such as 00h-00m-30s makes the model flex/MODEL, which a
    /// commission rule selects by `flex/*`; default, priority and auto leave it.
    #[arg(long = "column", value_name = "HEADER=FIELD")]
    pub columns: Vec<String>,
    /// Only show what it would do.
    #[arg(long)]
    pub preview: bool,
}
