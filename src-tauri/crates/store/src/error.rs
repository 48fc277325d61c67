//! What can go wrong with the file, as sentences with a next step.

use std::path::PathBuf;

/// An error of the store. `Display` is a sentence for people; it never holds a stored value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the write lock for longer than we wait.
    #[error("the database is in use by another program: close the other Purser window or command, then try again")]
    Busy,
    /// No room to write.
    #[error("the disk is full, so nothing was saved: free some space, then try again")]
    Full,
    /// The file is damaged.
    #[error("{}", corrupt(.file, .backup.as_ref()))]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// The latest backup beside it, if there is one.
        backup: Option<PathBuf>,
    },
    /// A later release wrote the file.
    #[error(
        "the database was written by a newer Purser (format {file}); this one reads up to format {app}: update Purser, or open another database"
    )]
    TooNew {
        /// Format of the file.
        file: i64,
        /// Newest format that this release knows.
        app: i64,
    },
    /// A rule of the books was about to be broken.
    #[error("{rule}")]
    Rule {
        /// The rule as a sentence.
        rule: String,
    },
    /// The row does not exist.
    #[error("there is no {noun} `{id}` in the database: it may have been removed, reload and try again")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
        /// Its identifier.
        id: String,
    },
    /// A stored value cannot be read back as what it should be.
    #[error("the {noun} {id} in the database cannot be read ({what}): restore the latest backup, or report this")]
    Unreadable {
        /// Which kind of row.
        noun: &'static str,
        /// Which row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// Anything else the operating system or SQLite refused.
    #[error("the database could not be used: {cause}; check that the folder exists and may be written")]
    Io {
        /// The cause in the system's words.
        cause: String,
    },
}

fn corrupt(file: &std::path::Path, backup: Option<&PathBuf>) -> String {
    let file = file.display();
    match backup {
        Some(backup) => format!(
            "the database `{file}` is damaged: close Purser, put the backup `{}` in its place, then sync again",
            backup.display()
        ),
        None => format!(
            "the database `{file}` is damaged and has no backup beside it: restore it from your own backup, or move it away to start anew"
        ),
    }
}
