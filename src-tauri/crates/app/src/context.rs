//! The open app: its profile, its clock, its store, and what lives for one run only.
//!
//! **Owns:** where files lie, who tells the time, and the state that is never stored (cached connections, undo and
//! secret tickets, secrets that wait, the running sync). **Does not own:** any decision about them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::{Mark, Timestamp};
use rand::TryRng;
use rand::rngs::SysRng;
use store::Store;
use zeroize::Zeroizing;

use crate::AppError;
use crate::act::{self, Lanes};
use crate::agency;
use crate::command::key::{SecretQueue, TicketBox};
use crate::command::ledger::charging;
use crate::connect::Gateways;
use crate::register;
use crate::turn::Turn;
use crate::undo::UndoBox;
use crate::vault::{Vault, Vaults};
use crate::wire::{self, Code};

/// The environment variable that names a profile folder of its own: everything Purser keeps lies in it.
pub const HOME_VARIABLE: &str = "PURSER_HOME";

/// Where Purser keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Database, logs, the sandbox's state.
    pub data_dir: PathBuf,
    /// Invoices and exports.
    pub documents_dir: PathBuf,
}

impl Profile {
    /// The profile of this user, or the folder that [`HOME_VARIABLE`] names.
    ///
    /// # Errors
    /// The operating system names no home folder.
    pub fn of_environment() -> Result<Self, AppError> {
        if let Some(home) = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
            return Ok(Self::at(Path::new(&home)));
        }
        let nowhere = || {
            AppError::new(Code::Storage, "this system names no home folder, so there is nowhere to keep data")
                .hint(format!("Set {HOME_VARIABLE} to a folder that may be written, then start Purser again."))
        };
        let own = directories::ProjectDirs::from("", "", "Purser").ok_or_else(nowhere)?;
        let user = directories::UserDirs::new().ok_or_else(nowhere)?;
        let documents = user.document_dir().unwrap_or_else(|| user.home_dir()).join("Purser");
        Ok(Self { data_dir: own.data_local_dir().to_owned(), documents_dir: documents })
    }

    /// A profile that lies in one folder.
    #[must_use]
    pub fn at(home: &Path) -> Self {
        Self { data_dir: home.to_owned(), documents_dir: home.join("documents") }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("purser.db")
    }

    /// The folder of the log files.
    #[must_use]
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("logs")
    }

    /// The embedded sandbox's state.
    #[must_use]
    pub fn sandbox_file(&self) -> PathBuf {
        self.data_dir.join("sandbox.json")
    }
}

/// Who tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Where randomness comes from.
pub trait Random: Send + Sync {
    /// Fills a buffer with random bytes fit for secrets.
    ///
    /// # Errors
    /// The operating system gives none.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), AppError>;
}

/// The random numbers of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), AppError> {
        SysRng.try_fill_bytes(bytes).map_err(|why| {
            AppError::new(Code::Internal, format!("the operating system gives no random numbers ({why})"))
                .hint("Restart the machine, then try again: no key can be made safely without them.")
        })
    }
}

/// Who is told what changed and how far long work is.
pub trait EventSink: Send + Sync {
    /// These kinds of rows may have changed.
    fn changed(&self, changed: wire::Changed);
    /// Long work has come this far.
    fn progress(&self, progress: wire::Progress);
}

/// For a consumer that listens to nothing.
impl EventSink for () {
    fn changed(&self, _: wire::Changed) {}
    fn progress(&self, _: wire::Progress) {}
}

/// What an app is opened with.
#[derive(Clone)]
pub struct AppOptions {
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where credentials are kept.
    pub vault: Arc<dyn Vault>,
    /// Where randomness comes from.
    pub random: Arc<dyn Random>,
    /// Who is told what changed.
    pub events: Arc<dyn EventSink>,
}

impl AppOptions {
    /// The machine's clock, keychain and randomness.
    #[must_use]
    pub fn system(events: Arc<dyn EventSink>) -> Self {
        let vault = Arc::new(crate::vault::KeychainVault);
        Self { clock: Arc::new(SystemClock), vault, random: Arc::new(SystemRandom), events }
    }
}

/// An open app. Cheap to clone; every clone is the same app.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    profile: Profile,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    events: Arc<dyn EventSink>,
    vaults: Arc<Vaults>,
    gateways: Gateways,
    lanes: Lanes,
    undo: UndoBox,
    secrets: TicketBox,
    secret_queue: SecretQueue,
    sync: Turn,
    month_end: Turn,
    seal: AuditSeal,
}

/// Whether the chain of hashes over the audit log held when it was last checked.
#[derive(Debug)]
pub(crate) struct AuditSeal(AtomicBool);

impl AuditSeal {
    pub(crate) fn set(&self, holds: bool) {
        self.0.store(holds, Ordering::Relaxed);
    }

    pub(crate) fn holds(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("profile", &self.0.profile).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the profile: makes its folders, opens (and if need be backs up and migrates) the database, and starts to
    /// settle writes whose outcome was not known when the app last ended. Settling does not hold up the opening; a
    /// command on the same target waits for it.
    ///
    /// # Errors
    /// The folder or the database cannot be used; see [`store::StoreError`].
    pub async fn open(profile: Profile, options: AppOptions) -> Result<Self, AppError> {
        make_folder(&profile.data_dir)?;
        let store = Store::open(&profile.database(), env!("CARGO_PKG_VERSION")).await?;
        let app = Self(Arc::new(Inner {
            profile,
            store,
            clock: options.clock,
            random: options.random,
            events: options.events,
            vaults: Arc::new(Vaults::new(options.vault)),
            gateways: Gateways::default(),
            lanes: Lanes::default(),
            undo: UndoBox::default(),
            secrets: TicketBox::default(),
            secret_queue: SecretQueue::default(),
            sync: Turn::new("a sync is running already"),
            month_end: Turn::new("invoices are being made final already"),
            seal: AuditSeal(AtomicBool::new(true)),
        }));
        act::settle_in_background(&app).await?;
        if let Err(error) = charging::at_start(&app).await {
            tracing::warn!("credit that ended could not be posted: {error}");
        }
        register::at_start(&app).await?;
        Ok(app)
    }

    /// Stops what runs and closes the database. Nothing is lost without it; the next opening is quicker with it.
    pub async fn close(&self) {
        self.0.sync.cancel();
        self.0.month_end.cancel();
        self.0.gateways.close().await;
        self.0.store.close().await;
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Where files lie.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// The agency's data, with defaults for what was never said.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn agency(&self) -> Result<wire::AgencyInput, AppError> {
        agency::read(self, &mut self.store().reader().await?).await
    }

    /// Tells the window what is stale.
    pub fn emit(&self, changed: impl Into<wire::Changed>) {
        let changed = changed.into();
        if !changed.tags.is_empty() {
            self.0.events.changed(changed);
        }
    }

    /// Tells the window how far long work is.
    pub fn progress(&self, progress: wire::Progress) {
        self.0.events.progress(progress);
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    pub(crate) fn vaults(&self) -> &Arc<Vaults> {
        &self.0.vaults
    }

    pub(crate) fn gateways(&self) -> &Gateways {
        &self.0.gateways
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.0.lanes
    }

    pub(crate) fn undo_box(&self) -> &UndoBox {
        &self.0.undo
    }

    pub(crate) fn secrets(&self) -> &TicketBox {
        &self.0.secrets
    }

    pub(crate) fn secret_queue(&self) -> &SecretQueue {
        &self.0.secret_queue
    }

    pub(crate) fn sync_turn(&self) -> &Turn {
        &self.0.sync
    }

    pub(crate) fn month_end(&self) -> &Turn {
        &self.0.month_end
    }

    pub(crate) fn audit_seal(&self) -> &AuditSeal {
        &self.0.seal
    }

    /// A fresh mark.
    pub(crate) fn mark(&self) -> Result<Mark, AppError> {
        let mut bytes = [0; 16];
        self.0.random.fill(&mut bytes)?;
        Ok(Mark::new(bytes))
    }

    /// 32 random bytes, wiped after use.
    pub(crate) fn random_32(&self) -> Result<Zeroizing<[u8; 32]>, AppError> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.0.random.fill(bytes.as_mut_slice())?;
        Ok(bytes)
    }

    /// A fresh ticket: 32 hexadecimal digits that mean nothing outside this run.
    pub(crate) fn ticket(&self) -> Result<String, AppError> {
        Ok(self.mark()?.to_string())
    }
}

impl From<store::Changed> for wire::Changed {
    fn from(changed: store::Changed) -> Self {
        Self { tags: changed.tags.into_iter().map(wire::TagView::from).collect() }
    }
}

impl From<store::Tag> for wire::TagView {
    fn from(tag: store::Tag) -> Self {
        match tag {
            store::Tag::Gateways => Self::Gateways,
            store::Tag::Clients => Self::Clients,
            store::Tag::Accounts => Self::Accounts,
            store::Tag::Keys => Self::Keys,
            store::Tag::Usage => Self::Usage,
            store::Tag::Prices => Self::Prices,
            store::Tag::Invoices => Self::Invoices,
            store::Tag::Ledgers => Self::Ledgers,
            store::Tag::Notices => Self::Notices,
            store::Tag::Audit => Self::Audit,
            store::Tag::Settings => Self::Settings,
        }
    }
}

/// Makes a folder that only this user may read, if it is not there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), AppError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|why| {
        AppError::new(Code::Storage, format!("the folder {} cannot be made ({why})", folder.display()))
            .hint("Check its permissions and the space left on the disk.")
    })
}
