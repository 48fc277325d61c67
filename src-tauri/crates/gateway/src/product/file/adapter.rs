//! A file as a gateway: it tells usage and nothing else.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use async_trait::async_trait;
use domain::{Grain, Meter, Product, Timestamp, UsageOrigin, UsageRecord};

use super::mapping::ColumnMapping;
use super::read::{RowProblem, columns, read};
use super::source::Format;
use crate::layer::Pace;
use crate::product::{CredentialNeed, Opening, ProductInfo};
use crate::{
    Action, Capability, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource,
    Rights, UsageAsk,
};

/// The registry entry.
pub const PRODUCT: ProductInfo = ProductInfo {
    name: "file",
    title: "File",
    summary: "Usage from a CSV or JSON Lines file, for a gateway without an API or a bill to compare with",
    account_noun: "account",
    key_noun: "key",
    credential: CredentialNeed::Never,
    credential_hint: "",
    needs_url: false,
    address_example: "/home/ada/usage-2026-11.csv",
    pace: Pace::FREE,
    recognise: None,
    open,
};

/// Rows on a page.
const PAGE: usize = 5000;

fn open(opening: Opening) -> Result<Arc<dyn Gateway>, GatewayError> {
    gateway(Path::new(&opening.connection.base_url), None)
}

/// A file as a gateway. Without a mapping, the one that its headings suggest is used.
///
/// # Errors
/// [`ErrorKind::BadAddress`] when the file's name does not say how it is written.
pub fn gateway(path: &Path, mapping: Option<ColumnMapping>) -> Result<Arc<dyn Gateway>, GatewayError> {
    let format = Format::of(path).ok_or_else(|| {
        let message = "the name of the file does not say how it is written: end it with .csv, .tsv or .jsonl";
        GatewayError::new(ErrorKind::BadAddress, "connect", message)
    })?;
    let source = Source { path: path.to_owned(), format, mapping };
    Ok(Arc::new(FileGateway { source: Arc::new(source), cache: Arc::default() }))
}

/// A file, and how to read it.
struct Source {
    path: PathBuf,
    format: Format,
    mapping: Option<ColumnMapping>,
}

/// What a file was when it was read: read again when either changes.
type Edition = (u64, Option<SystemTime>);

/// The records of one edition of the file, in order.
type Cache = RwLock<Option<(Edition, Arc<Vec<UsageRecord>>)>>;

struct FileGateway {
    source: Arc<Source>,
    cache: Arc<Cache>,
}

fn capability() -> Capability {
    Capability { usage_requests: true, usage_meters: Meter::ALL.to_vec(), ..Capability::default() }
}

impl FileGateway {
    /// Every record in order, off the async threads: a file may be large.
    async fn records(&self) -> Result<Arc<Vec<UsageRecord>>, GatewayError> {
        let (source, cache) = (Arc::clone(&self.source), Arc::clone(&self.cache));
        let read = tokio::task::spawn_blocking(move || source.cached(&cache));
        read.await.map_err(|_| fault(ErrorKind::Unavailable, "reading the file was broken off: try again"))?
    }
}

impl Source {
    fn cached(&self, cache: &Cache) -> Result<Arc<Vec<UsageRecord>>, GatewayError> {
        let edition = self.edition()?;
        let kept = cache.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, records)) = kept.filter(|(known, _)| *known == edition) {
            return Ok(records);
        }
        let records = Arc::new(self.read()?);
        *cache.write().unwrap_or_else(PoisonError::into_inner) = Some((edition, Arc::clone(&records)));
        Ok(records)
    }

    fn edition(&self) -> Result<Edition, GatewayError> {
        let about = fs::metadata(&self.path).map_err(|why| self.unreachable(&why))?;
        if !about.is_file() {
            return Err(fault(ErrorKind::BadAddress, "that is a folder: give the path of one file"));
        }
        Ok((about.len(), about.modified().ok()))
    }

    fn file(&self) -> Result<File, GatewayError> {
        File::open(&self.path).map_err(|why| self.unreachable(&why))
    }

    fn read(&self) -> Result<Vec<UsageRecord>, GatewayError> {
        let mapping = self.mapping.clone().map_or_else(|| self.guess(), Ok)?;
        let mut records = read(self.file()?, self.format, &mapping).map_err(|problems| refused(&problems))?;
        records.sort_by_cached_key(place);
        Ok(records)
    }

    fn guess(&self) -> Result<ColumnMapping, GatewayError> {
        let found = columns(self.file()?, self.format);
        Ok(ColumnMapping::guess(&found))
    }

    fn unreachable(&self, why: &std::io::Error) -> GatewayError {
        let message = format!("the file {} cannot be read ({why}): check that it is there", self.path.display());
        let mut error = fault(ErrorKind::Unreachable, message);
        error.retry = crate::Retry::Permanent;
        error
    }
}

fn fault(kind: ErrorKind, message: impl Into<String>) -> GatewayError {
    GatewayError::new(kind, "read the file", message)
}

/// Nothing was read: the first reason, and how many more there are.
fn refused(problems: &[RowProblem]) -> GatewayError {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let more = match problems.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    fault(ErrorKind::Rejected, format!("nothing was read from the file: {first}{more}"))
}

/// Where a record stands in the order of all.
fn place(record: &UsageRecord) -> (Timestamp, String) {
    let id = match &record.origin {
        UsageOrigin::Request(id) => id.to_string(),
        UsageOrigin::Day(day) => day.to_string(),
    };
    (record.occurred_at, id)
}

/// A cursor is the place of the last record told, so that rows added to the file shift nothing.
fn after(at: &Cursor) -> Result<Option<(Timestamp, String)>, GatewayError> {
    let foreign = || fault(ErrorKind::Rejected, "the cursor is not one of this file's: start from the first page");
    at.point()
        .map(|point| {
            let (millis, id) = point.split_once('.').ok_or_else(foreign)?;
            Ok((Timestamp::from_millis(millis.parse().map_err(|_| foreign())?), id.to_owned()))
        })
        .transpose()
}

fn page(records: &[UsageRecord], ask: &UsageAsk, after: Option<&(Timestamp, String)>) -> Page<UsageRecord> {
    let start = records.partition_point(|record| record.occurred_at < ask.window.start());
    let end = records.partition_point(|record| record.occurred_at < ask.window.end());
    let window = records.get(start..end).unwrap_or_default();
    let done = after.map_or(0, |after| window.partition_point(|record| place(record) <= *after));
    let mine = |record: &&UsageRecord| ask.account.is_none() || record.account == ask.account;
    let mut items: Vec<UsageRecord> = window[done..].iter().filter(mine).take(PAGE + 1).cloned().collect();
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let last = items.last().filter(|_| more).map(place);
    let reached = last.as_ref().map_or(window.len(), |last| window.partition_point(|record| place(record) <= *last));
    let progress = u16::try_from(reached * 1000 / window.len().max(1)).ok();
    let next = last.map(|(at, id)| Cursor::at(format!("{}.{id}", at.as_millis())));
    Page { items, progress: if next.is_some() { progress } else { Some(1000) }, next }
}

#[async_trait]
impl Gateway for FileGateway {
    fn describe(&self) -> Descriptor {
        Descriptor {
            product: Product::new(PRODUCT.name),
            title: PRODUCT.title,
            account_noun: PRODUCT.account_noun,
            key_noun: PRODUCT.key_noun,
            capability: capability(),
        }
    }

    async fn probe(&self, _now: Timestamp) -> Result<Probe, GatewayError> {
        self.records().await?;
        Ok(Probe {
            version: None,
            capability: capability(),
            rights: Rights::ReadOnly,
            clock_skew_millis: None,
            findings: Vec::new(),
        })
    }

    async fn inventory(&self, _what: &Resource, _at: &Cursor) -> Result<Page<Item>, GatewayError> {
        Err(GatewayError::unsupported("list accounts, keys, models or routes"))
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        if ask.grain != Grain::Request {
            return Err(GatewayError::unsupported("tell usage by day"));
        }
        let after = after(at)?;
        Ok(page(&self.records().await?, ask, after.as_ref()))
    }

    /// Always refused, and surely nothing happened: an error would leave the outcome in doubt.
    async fn apply(&self, _action: &Action, _now: Timestamp) -> Result<Outcome, GatewayError> {
        let message = "a file cannot be administered: make this change where the file comes from".to_owned();
        Ok(Outcome::refused(message, None))
    }
}
