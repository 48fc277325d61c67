//! Administration: what can be made and changed, saved before it is answered.

use domain::{Mark, Secret, Timestamp};

use super::{Holder, State};
use crate::book::{self, Account, Cause, Key, Stop};
use crate::wire::{AccountPatch, AccountSettings, BadSetting, KeyPatch, KeySettings, Stamp};
use crate::{SandboxError, secret};

/// Shortest secret a caller may choose, in characters.
const SECRET_MIN: usize = 20;
/// Longest secret a caller may choose, in characters.
const SECRET_MAX: usize = 200;

/// Why a change was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// A value makes no sense.
    #[error(transparent)]
    Bad(#[from] BadSetting),
    /// There is no such object.
    #[error("there is no {0} `{1}`: list them to see what there is")]
    NotFound(&'static str, String),
    /// Another object, or the object's state, is in the way.
    #[error("{0}")]
    Conflict(String),
    /// The change could not be saved and did not happen.
    #[error("the change could not be saved and did not happen: {0}")]
    Unsaved(#[from] SandboxError),
}

/// A key about to be made.
pub(crate) struct Making {
    /// Identifier of its account.
    pub(crate) account: String,
    /// Whoever made it finds it again by this.
    pub(crate) mark: Option<String>,
    /// What it is to be.
    pub(crate) settings: KeySettings,
    /// Its secret.
    pub(crate) secret: Secret,
}

impl State {
    /// Makes a change, then saves; a change that cannot be saved is undone.
    fn change<T>(&mut self, make: impl FnOnce(&mut Self) -> Result<T, ChangeError>) -> Result<T, ChangeError> {
        let before = self.book.clone();
        let made = make(self).and_then(|made| self.save().map(|()| made).map_err(ChangeError::from));
        if made.is_err() {
            self.book = before;
            self.tallies.clear();
        }
        made
    }

    /// Makes an account; answers its place.
    pub(crate) fn account_create(
        &mut self,
        mark: Option<String>,
        settings: AccountSettings,
        now: Timestamp,
    ) -> Result<usize, ChangeError> {
        settings.check()?;
        check_mark(mark.as_deref(), self.book.accounts.iter().map(|a| (a.mark.as_deref(), a.id.as_str())))?;
        self.change(|state| {
            let account = Account {
                id: format!("acc_{:016x}", state.book.next_number()),
                mark,
                settings,
                paused: false,
                created_at: Stamp(now),
                company: None,
                budget_told: false,
                stops: Vec::new(),
            };
            state.book.accounts.push(account);
            Ok(state.book.accounts.len() - 1)
        })
    }

    /// Changes what an account is set to.
    pub(crate) fn account_patch(
        &mut self,
        id: &str,
        patch: AccountPatch,
        now: Timestamp,
    ) -> Result<usize, ChangeError> {
        let at = self.find_account(id)?;
        let budget_set = patch.budget.is_some();
        let settings = patch.apply(&self.book.accounts[at].settings);
        settings.check()?;
        self.change(|state| {
            let rebudget = state.book.accounts[at].settings.budget != settings.budget;
            state.book.accounts[at].settings = settings;
            state.book.accounts[at].budget_told &= !budget_set;
            if rebudget {
                state.rebudget(Holder::Account(at), now);
            }
            Ok(at)
        })
    }

    /// Refuses or serves every key of an account.
    pub(crate) fn account_pause(&mut self, id: &str, paused: bool, now: Timestamp) -> Result<usize, ChangeError> {
        let at = self.find_account(id)?;
        self.change(|state| {
            let account = &mut state.book.accounts[at];
            pause(&mut account.paused, paused, &mut account.stops, now);
            Ok(at)
        })
    }

    /// Makes a key; answers its place.
    pub(crate) fn key_create(&mut self, making: Making, now: Timestamp) -> Result<usize, ChangeError> {
        self.find_account(&making.account)?;
        making.settings.check()?;
        check_mark(making.mark.as_deref(), self.book.keys.iter().map(|k| (k.mark.as_deref(), k.id.as_str())))?;
        let fingerprint = self.check_secret(&making.secret)?;
        self.change(|state| {
            let mut key = Key {
                id: format!("key_{:016x}", state.book.next_number()),
                account: making.account,
                mark: making.mark,
                settings: making.settings,
                label: making.secret.label().as_str().to_owned(),
                fingerprint,
                paused: false,
                revoked: false,
                created_at: Stamp(now),
                place: None,
                stops: Vec::new(),
            };
            expire(&mut key, now);
            state.book.keys.push(key);
            Ok(state.book.keys.len() - 1)
        })
    }

    fn check_secret(&self, secret: &Secret) -> Result<String, ChangeError> {
        let clear = secret.expose();
        if !(SECRET_MIN..=SECRET_MAX).contains(&clear.len()) || !clear.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("a secret has {SECRET_MIN} to {SECRET_MAX} visible ASCII characters: choose another");
            return Err(BadSetting(message).into());
        }
        let fingerprint = secret::fingerprint(secret);
        match self.book.keys.iter().find(|key| key.fingerprint == fingerprint) {
            Some(key) => Err(ChangeError::Conflict(format!("{} has this secret already: choose another", key.id))),
            None => Ok(fingerprint),
        }
    }

    /// Changes what a key is set to; the secret stays.
    pub(crate) fn key_patch(&mut self, id: &str, patch: KeyPatch, now: Timestamp) -> Result<usize, ChangeError> {
        let at = self.find_living_key(id)?;
        let settings = patch.apply(&self.book.keys[at].settings);
        settings.check()?;
        self.change(|state| {
            let rebudget = state.book.keys[at].settings.budget != settings.budget;
            let re_expire = state.book.keys[at].settings.expires_at != settings.expires_at;
            state.book.keys[at].settings = settings;
            if rebudget {
                state.rebudget(Holder::Key(at), now);
            }
            if re_expire {
                expire(&mut state.book.keys[at], now);
            }
            Ok(at)
        })
    }

    /// Stops or resumes a key; the secret stays the same.
    pub(crate) fn key_pause(&mut self, id: &str, paused: bool, now: Timestamp) -> Result<usize, ChangeError> {
        let at = self.find_living_key(id)?;
        self.change(|state| {
            let key = &mut state.book.keys[at];
            pause(&mut key.paused, paused, &mut key.stops, now);
            Ok(at)
        })
    }

    /// Stops a key for good; doing it twice is doing it once.
    pub(crate) fn key_revoke(&mut self, id: &str, now: Timestamp) -> Result<usize, ChangeError> {
        let at = self.book.key(id).ok_or_else(|| ChangeError::NotFound("key", id.to_owned()))?;
        self.change(|state| {
            let key = &mut state.book.keys[at];
            if !key.revoked {
                key.revoked = true;
                key.stops.push(Stop::open(now.plus_millis(1), Cause::Revoked));
            }
            Ok(at)
        })
    }

    fn find_account(&self, id: &str) -> Result<usize, ChangeError> {
        self.book.account(id).ok_or_else(|| ChangeError::NotFound("account", id.to_owned()))
    }

    fn find_living_key(&self, id: &str) -> Result<usize, ChangeError> {
        let at = self.book.key(id).ok_or_else(|| ChangeError::NotFound("key", id.to_owned()))?;
        if self.book.keys[at].revoked {
            return Err(ChangeError::Conflict(format!("{id} was revoked, which is final: make another key")));
        }
        Ok(at)
    }
}

/// A pause bites from the next millisecond on: what was told up to now stays told.
fn pause(flag: &mut bool, paused: bool, stops: &mut Vec<Stop>, now: Timestamp) {
    let next = now.plus_millis(1);
    if *flag == paused {
        return;
    }
    *flag = paused;
    if paused {
        stops.push(Stop::open(next, Cause::Paused));
    } else {
        book::lift(stops, Cause::Paused, next);
    }
}

/// Holds the expiry of a key against its seeded traffic; an expiry in the past bites from now on.
fn expire(key: &mut Key, now: Timestamp) {
    let next = now.plus_millis(1);
    book::lift(&mut key.stops, Cause::Expired, next);
    if let Some(at) = key.settings.expires_at {
        key.stops.push(Stop::open(at.0.max(next), Cause::Expired));
    }
}

/// Refuses a mark that is no mark, or that another object carries: a create sent twice makes one object.
fn check_mark<'a>(
    mark: Option<&str>,
    mut taken: impl Iterator<Item = (Option<&'a str>, &'a str)>,
) -> Result<(), ChangeError> {
    let Some(mark) = mark else { return Ok(()) };
    mark.parse::<Mark>().map_err(|why| BadSetting(why.to_string()))?;
    match taken.find(|(other, _)| *other == Some(mark)) {
        Some((_, id)) => {
            Err(ChangeError::Conflict(format!("{id} carries this mark already: read it, do not make it again")))
        }
        None => Ok(()),
    }
}
