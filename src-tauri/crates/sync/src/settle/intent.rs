//! What was meant, as plain facts that an audit row can hold, and whether it happened.

use domain::{ExternalId, GatewayId, KeyFingerprint, KeyStatus, Mark};
use gateway::{Action, Item, Resource};
use store::table::AuditRecord;

use super::wanted;

/// Code of [`Action::AccountCreate`].
pub(crate) const ACCOUNT_CREATE: &str = "account_create";
/// Code of [`Action::KeyCreate`].
const KEY_CREATE: &str = "key_create";
/// Code of [`Action::KeyRevoke`].
const KEY_REVOKE: &str = "key_revoke";

/// What was meant: enough to decide later whether it happened. Holds no secret.
///
/// [`Intent::of`] makes it from an action, [`Intent::detail`] spells it for the `detail` of an audit row, and
/// [`Intent::read`] reads it back from that row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The code of the action.
    pub code: String,
    /// The gateway.
    pub gateway: GatewayId,
    /// The account it is about; for a key to be made, the key's account.
    pub account: Option<ExternalId>,
    /// The key it is about.
    pub key: Option<ExternalId>,
    /// The mark carried by what is created.
    pub mark: Option<Mark>,
    /// SHA-256 of the secret of a key to be made.
    pub fingerprint: Option<KeyFingerprint>,
    /// For a pause or a resumption: whether the object is to be paused.
    pub paused: Option<bool>,
    /// For a change: what a gateway shows of the object once it is made.
    pub wanted: Option<String>,
}

/// Whether what was meant happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The gateway shows it.
    Happened,
    /// The gateway shows that it did not.
    NotHappened,
    /// Nobody can tell yet.
    Unknown,
}

impl Intent {
    /// The facts of an action. `fingerprint` is the SHA-256 of the secret of a key to be made.
    #[must_use]
    pub fn of(gateway: GatewayId, action: &Action, fingerprint: Option<KeyFingerprint>) -> Self {
        let none = Self {
            code: action.code().to_owned(),
            gateway,
            account: None,
            key: None,
            mark: None,
            fingerprint: None,
            paused: None,
            wanted: None,
        };
        match action {
            Action::AccountCreate { mark, .. } => Self { mark: Some(*mark), ..none },
            Action::AccountUpdate { account, spec } => {
                Self { account: Some(account.clone()), wanted: Some(wanted::of_account(spec)), ..none }
            }
            Action::AccountPause { account, paused } => {
                Self { account: Some(account.clone()), paused: Some(*paused), ..none }
            }
            Action::KeyCreate { mark, account, .. } => {
                Self { mark: Some(*mark), account: Some(account.clone()), fingerprint, ..none }
            }
            Action::KeyUpdate { key, spec } => {
                Self { key: Some(key.clone()), wanted: Some(wanted::of_key(spec)), ..none }
            }
            Action::KeyBudget { key, budget } => {
                Self { key: Some(key.clone()), wanted: Some(wanted::of_budget(budget)), ..none }
            }
            Action::KeyPause { key, paused } => Self { key: Some(key.clone()), paused: Some(*paused), ..none },
            // Nothing a gateway shows tells whether a secret was shown or entrusted: these are only noted.
            Action::AccountCredential { account, .. } => Self { account: Some(account.clone()), ..none },
            Action::KeyReveal { key } | Action::KeyRevoke { key } => Self { key: Some(key.clone()), ..none },
        }
    }

    /// The facts as lines of `name: value`, for the `detail` of the audit row. Code, gateway and mark have columns of
    /// their own there.
    #[must_use]
    pub fn detail(&self) -> String {
        let paused = self.paused.map(|paused| paused.to_string());
        let facts = [
            ("account", self.account.as_ref().map(ExternalId::as_str)),
            ("key", self.key.as_ref().map(ExternalId::as_str)),
            ("fingerprint", self.fingerprint.as_ref().map(KeyFingerprint::as_str)),
            ("paused", paused.as_deref()),
            ("wanted", self.wanted.as_deref()),
        ];
        let lines =
            facts.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}: {}", escape(value))));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The facts of an audit row whose `detail` was spelled by [`Intent::detail`]; further lines in it are left alone.
    /// `None` when the row names no gateway.
    #[must_use]
    pub fn read(record: &AuditRecord) -> Option<Self> {
        let fact = |name: &str| {
            let mut lines = record.detail.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(found, _)| *found == name).map(|(_, value)| unescape(value))
        };
        Some(Self {
            code: record.action.clone(),
            gateway: record.gateway?,
            account: fact("account").map(ExternalId::new),
            key: fact("key").map(ExternalId::new),
            mark: record.mark,
            fingerprint: fact("fingerprint").as_deref().and_then(KeyFingerprint::new),
            paused: fact("paused").and_then(|text| text.parse().ok()),
            wanted: fact("wanted"),
        })
    }

    /// What to read to decide it; `None` when the facts do not say. The same as [`Action::settled_by`].
    #[must_use]
    pub fn settled_by(&self) -> Option<Resource> {
        match self.code.as_str() {
            ACCOUNT_CREATE => self.mark.map(|_| Resource::Accounts),
            KEY_CREATE => self.account.clone().map(|account| Resource::Keys(Some(account))),
            _ => match (&self.key, &self.account) {
                (Some(key), _) => Some(Resource::Key(key.clone())),
                (None, Some(account)) => Some(Resource::Account(account.clone())),
                (None, None) => None,
            },
        }
    }

    /// Whether an object is the one that was meant. What is created is known by its mark, or by the fingerprint of the
    /// secret that was generated here.
    pub(super) fn is_about(&self, item: &Item) -> bool {
        match item {
            Item::Account(account) if self.code == ACCOUNT_CREATE => self.mark.is_some() && account.mark == self.mark,
            Item::Account(account) => self.key.is_none() && self.account.as_ref() == Some(&account.external_id),
            Item::Key(key) if self.code == KEY_CREATE => {
                let same_mark = self.mark.is_some() && key.mark == self.mark;
                same_mark || (self.fingerprint.is_some() && key.fingerprint == self.fingerprint)
            }
            Item::Key(key) => self.key.as_ref() == Some(&key.external_id),
            Item::Model(_) | Item::Route(_) => false,
        }
    }

    /// What a verdict means for the person who started it.
    pub(super) fn message(&self, verdict: Verdict) -> &'static str {
        match (verdict, self.code.as_str()) {
            (Verdict::Happened, KEY_CREATE) => {
                "the key exists on the gateway; if its secret was not stored when it was shown, revoke it and make another"
            }
            (Verdict::Happened, _) => "the gateway was asked again and shows the change",
            (Verdict::NotHappened, ACCOUNT_CREATE | KEY_CREATE) => {
                "the gateway was asked again and does not hold it: nothing was made, so make it anew if it is still wanted"
            }
            (Verdict::NotHappened, _) => {
                "the gateway was asked again and does not show the change: repeat it if it is still wanted"
            }
            (Verdict::Unknown, _) => "nobody can tell whether it happened: compare the gateway with what was meant",
        }
    }
}

/// Decides an intent by what was read back ([`Intent::settled_by`]); an empty list says that it does not exist.
#[must_use]
pub fn verdict(intent: &Intent, observed: &[Item]) -> Verdict {
    if intent.settled_by().is_none() {
        return Verdict::Unknown;
    }
    let found = observed.iter().find(|item| intent.is_about(item));
    let happened = match (intent.code.as_str(), found) {
        (ACCOUNT_CREATE | KEY_CREATE, found) => found.is_some(),
        (KEY_REVOKE, None) => true,
        (_, None) => false,
        (KEY_REVOKE, Some(Item::Key(key))) => key.status == KeyStatus::Revoked,
        (_, Some(item)) => match shows(intent, item) {
            Some(shown) => shown,
            None => return Verdict::Unknown,
        },
    };
    if happened { Verdict::Happened } else { Verdict::NotHappened }
}

/// Whether an object is as it was to be; `None` when the facts do not say how.
fn shows(intent: &Intent, item: &Item) -> Option<bool> {
    match (intent.paused, &intent.wanted, item) {
        (Some(paused), _, Item::Account(account)) => Some(account.paused == paused),
        (Some(paused), _, Item::Key(key)) if key.status != KeyStatus::Revoked => {
            Some((key.status == KeyStatus::Paused) == paused)
        }
        (Some(_), _, Item::Key(_)) => Some(false),
        (None, Some(wanted), Item::Account(account)) => Some(wanted::of_account(&account.spec) == *wanted),
        (None, Some(wanted), Item::Key(key)) => {
            Some(wanted::of_key(&key.spec) == *wanted || wanted::of_budget(&key.spec.budget) == *wanted)
        }
        _ => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut clear = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let plain = match c {
            '\\' => rest.next().map_or('\\', |c| match c {
                'n' => '\n',
                'r' => '\r',
                other => other,
            }),
            other => other,
        };
        clear.push(plain);
    }
    clear
}
