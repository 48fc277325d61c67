//! What the sandbox remembers: accounts, keys, real calls. The one file it keeps.
//!
//! **Owns:** the form of the file and that it is replaced whole or not at all. **Does not own:** the seeded history,
//! which is computed and never stored; secrets, of which only the SHA-256 is kept.

use std::fs;
use std::io::Write;
use std::path::Path;

use domain::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::SandboxError;
use crate::catalogue::Tokens;
use crate::wire::{AccountSettings, Amount, Day, KeySettings, Stamp};

mod seed;

/// The form of the file; a file of a later form is refused.
const FORMAT: u32 = 1;

/// Everything that is remembered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Book {
    format: u32,
    /// Seed of the invented history.
    pub(crate) seed: u64,
    /// UTC day of the first opening, from which the history counts back.
    pub(crate) epoch: Day,
    /// Until when the seeded traffic has been held against the budgets.
    pub(crate) settled: Stamp,
    /// Number of the last thing made here, from which identifiers come.
    counter: u64,
    /// In order of making; the seeded ones first.
    pub(crate) accounts: Vec<Account>,
    /// In order of making; the seeded ones first.
    pub(crate) keys: Vec<Key>,
    /// Requests really made here, in order.
    pub(crate) calls: Vec<Call>,
}

/// A client of the gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) mark: Option<String>,
    pub(crate) settings: AccountSettings,
    pub(crate) paused: bool,
    pub(crate) created_at: Stamp,
    /// Place of the invented company behind it.
    pub(crate) company: Option<usize>,
    /// Whether its budget still follows its company's story, or was set by somebody.
    pub(crate) budget_told: bool,
    pub(crate) stops: Vec<Stop>,
}

/// A key of an account. Never holds the secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) mark: Option<String>,
    pub(crate) settings: KeySettings,
    /// Prefix and last four.
    pub(crate) label: String,
    /// SHA-256 of the secret, 64 hexadecimal digits.
    pub(crate) fingerprint: String,
    pub(crate) paused: bool,
    pub(crate) revoked: bool,
    pub(crate) created_at: Stamp,
    /// Place among the keys of the invented company.
    pub(crate) place: Option<usize>,
    pub(crate) stops: Vec<Stop>,
}

/// A span in which the seeded traffic of an account or key was refused: `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) from: Stamp,
    pub(crate) until: Option<Stamp>,
    pub(crate) cause: Cause,
}

/// Why traffic was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    Paused,
    Budget,
    Revoked,
    Expired,
}

/// A request really made here and served.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) at: Stamp,
    pub(crate) account: String,
    pub(crate) key: String,
    pub(crate) model: String,
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) cost: Amount,
    pub(crate) duration_millis: u32,
}

impl Call {
    /// What it consumed.
    pub(crate) fn tokens(&self) -> Tokens {
        Tokens { input: self.input, cache_read: 0, output: self.output }
    }
}

impl Stop {
    /// A stop that nothing ends by itself.
    pub(crate) fn open(from: Timestamp, cause: Cause) -> Self {
        Self { from: Stamp(from), until: None, cause }
    }

    /// Whether it refuses at an instant.
    pub(crate) fn covers(&self, at: Timestamp) -> bool {
        self.from.0 <= at && self.until.is_none_or(|until| at < until.0)
    }
}

/// Ends the stops of a cause at an instant; those that had not begun are forgotten.
pub(crate) fn lift(stops: &mut Vec<Stop>, cause: Cause, at: Timestamp) {
    stops.retain(|stop| stop.cause != cause || stop.from.0 < at);
    let ends_later = |stop: &&mut Stop| stop.cause == cause && stop.until.is_none_or(|until| until.0 > at);
    for stop in stops.iter_mut().filter(ends_later) {
        stop.until = Some(Stamp(at));
    }
}

impl Book {
    /// A new book on the day of `now`, with the invented agency in it.
    pub(crate) fn new(seed: u64, now: Timestamp) -> Result<Self, SandboxError> {
        let mut book = Self {
            format: FORMAT,
            seed,
            epoch: Day(Zone::utc().date_of(now)),
            settled: Stamp(now),
            counter: 0,
            accounts: Vec::new(),
            keys: Vec::new(),
            calls: Vec::new(),
        };
        seed::fill(&mut book, now)?;
        Ok(book)
    }

    /// Reads a book; `None` when there is no file yet.
    ///
    /// # Errors
    /// The file cannot be read, is damaged, or is of a later form.
    pub(crate) fn read(file: &Path) -> Result<Option<Self>, SandboxError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(SandboxError::Unreadable { file: file.to_owned(), why }),
        };
        let damaged = |why| SandboxError::Damaged { file: file.to_owned(), why };
        let format: Format = serde_json::from_str(&text).map_err(damaged)?;
        if format.format > FORMAT {
            return Err(SandboxError::Newer { file: file.to_owned() });
        }
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// Replaces the file whole: written beside it, then renamed over it.
    ///
    /// # Errors
    /// The file cannot be written; the old one stays.
    pub(crate) fn write(&self, file: &Path) -> Result<(), SandboxError> {
        let unwritable = |why| SandboxError::Unwritable { file: file.to_owned(), why };
        let text = serde_json::to_vec(self).map_err(|why| SandboxError::Damaged { file: file.to_owned(), why })?;
        let beside = file.with_extension("new");
        let mut new = fs::File::create(&beside).map_err(unwritable)?;
        new.write_all(&text).and_then(|()| new.sync_all()).map_err(unwritable)?;
        drop(new);
        fs::rename(&beside, file).map_err(unwritable)
    }

    /// A number no thing made here has had. The highest bit keeps it apart from the seeded traffic.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        crate::draws::shuffle(1 << 63 | self.counter)
    }

    /// The place of an account.
    pub(crate) fn account(&self, id: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.id == id)
    }

    /// The place of a key.
    pub(crate) fn key(&self, id: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.id == id)
    }
}

/// The part of every form of the file that says which form it is.
#[derive(Deserialize)]
struct Format {
    format: u32,
}
