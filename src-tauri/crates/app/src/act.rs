//! The only door for writes to a gateway: intent → apply → read back → outcome, each step in the audit log.
//!
//! **Owns:** that nothing is sent before it is noted, that what was read back and how it ended are kept in one
//! transaction, and that an unknown outcome is settled by reading. **Does not own:** what is sent ([`gateway::Action`]),
//! or which rows a client consists of.

mod allow;
pub(crate) mod facts;
mod lane;
mod settle;

use domain::{AccountId, AuditId, ClientId, GatewayId, KeyId, KeyStatus, Mark};
use gateway::{Action, ErrorKind, Gateway, GatewayError, Outcome, Receipt, RefusalReason};
use store::table::{AuditOutcome, AuditRecord, Holder};
use store::{Changed, Origin, Writer};
use sync::AllowanceChange;

use crate::allowance;
use crate::connect;
use crate::wire::Code;
use crate::{App, AppError};

pub(crate) use lane::{Lane, Lanes};
pub(crate) use settle::{settle_gateway, settle_in_background};

/// A change to make on a gateway, with whom it concerns.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    /// Where.
    pub(crate) gateway: GatewayId,
    /// What.
    pub(crate) action: Action,
    /// What it is about, in words that outlive the row.
    pub(crate) subject: String,
    /// The client it concerns; a new account is made for this one.
    pub(crate) client: Option<ClientId>,
    /// The account it concerns, where we have a row of it.
    pub(crate) account: Option<AccountId>,
    /// The key it concerns, where we have a row of it.
    pub(crate) key: Option<KeyId>,
    /// The change as a sentence: `budget none → $10.00 daily`.
    pub(crate) change: Option<String>,
}

/// A change that happened and was read back.
#[derive(Debug)]
pub(crate) struct Applied {
    /// What was read back.
    pub(crate) receipt: Receipt,
    /// Our row of the key in the receipt.
    pub(crate) key: Option<KeyId>,
}

/// Makes a change on a gateway, once. Runs to its end even when the caller stops waiting.
///
/// # Errors
/// `GatewayDenied` and `Unsupported` before anything is sent; `GatewayRefused`; `OutcomeUnknown` when it may or may not
/// have happened and reading back did not tell; `Storage` when it cannot be noted (then nothing is sent).
pub(crate) async fn act(app: &App, origin: Origin, deed: Deed) -> Result<Applied, AppError> {
    let app = app.clone();
    let whole = tokio::spawn(async move { in_lane(&app, origin, &deed).await });
    whole.await.unwrap_or_else(|_| Err(AppError::internal("a change to a gateway broke off")))
}

async fn in_lane(app: &App, origin: Origin, deed: &Deed) -> Result<Applied, AppError> {
    let (connected, probe) = connect::writer(app, deed.gateway).await?;
    connect::may_write(&connected.stored, &probe)?;
    allow::allowed(&connected.stored.connection.name, &probe.capability, &deed.action)?;
    let lane = app.lanes().enter(deed.gateway, &lane_of(deed.gateway, &deed.action)).await;
    let (action, allowance) = allowance::translate(app, connected.gateway.as_ref(), &probe.capability, deed).await?;
    let deed = &Deed { action, ..deed.clone() };
    let attempt = Attempt::note(app, origin, deed, allowance).await?;
    match connected.gateway.apply(&deed.action, app.now()).await {
        Ok(Outcome::Done(receipt)) => attempt.done(receipt).await,
        Ok(Outcome::Refused(reason)) => Err(attempt.refused(reason).await),
        Err(error) => attempt.unknown(connected.gateway.as_ref(), error, lane).await,
    }
}

/// The lane of an action: one per account or key; makings of one account's keys queue behind each other.
fn lane_of(gateway: GatewayId, action: &Action) -> String {
    match facts::target(action) {
        Some(target) => format!("{gateway}/{target}"),
        None => format!("{gateway}/new"),
    }
}

fn mark(action: &Action) -> Option<Mark> {
    match action {
        Action::AccountCreate { mark, .. } | Action::KeyCreate { mark, .. } => Some(*mark),
        _ => None,
    }
}

/// Who, as the audit log spells it.
pub(crate) fn actor(origin: Origin) -> &'static str {
    match origin {
        Origin::Window => "window",
        Origin::Cli => "cli",
        Origin::Sync(_) => "sync",
        Origin::Import => "import",
        Origin::System => "system",
    }
}

/// A deed that was noted, and is to be ended.
struct Attempt<'a> {
    app: &'a App,
    origin: Origin,
    deed: &'a Deed,
    /// What becomes of the allowance that the change is about.
    allowance: AllowanceChange,
    intent: AuditId,
}

impl<'a> Attempt<'a> {
    /// Notes what is about to be sent, durably.
    async fn note(app: &'a App, origin: Origin, deed: &'a Deed, allowance: AllowanceChange) -> Result<Self, AppError> {
        let mut attempt = Self { app, origin, deed, allowance, intent: AuditId(0) };
        let mut writer = app.store().begin(origin).await?;
        attempt.intent = writer.audit().intent(&attempt.record(facts::of(deed, &attempt.allowance))).await?;
        app.emit(writer.commit().await?);
        Ok(attempt)
    }

    fn record(&self, detail: String) -> AuditRecord {
        AuditRecord {
            at: self.app.now(),
            actor: actor(self.origin).to_owned(),
            action: self.deed.action.code().to_owned(),
            mark: mark(&self.deed.action),
            gateway: Some(self.deed.gateway),
            client: self.deed.client,
            account: self.deed.account,
            key: self.deed.key,
            subject: self.deed.subject.clone(),
            detail,
        }
    }

    fn outcome(&self, why: Option<&str>) -> AuditRecord {
        self.record(facts::outcome(self.deed.change.as_deref(), why))
    }

    async fn done(&self, receipt: Receipt) -> Result<Applied, AppError> {
        match self.keep(&receipt).await {
            Ok((key, changed)) => {
                self.app.emit(changed);
                Ok(Applied { receipt, key })
            }
            Err(error) => {
                let what = facts::sentence(self.deed);
                let message = format!("{what} was done on the gateway and could not be noted here: {}", error.message);
                Err(AppError { message, ..error }.hint("Purser notes it at the next start by asking the gateway."))
            }
        }
    }

    /// Rows and outcome in one transaction.
    async fn keep(&self, receipt: &Receipt) -> Result<(Option<KeyId>, Changed), AppError> {
        let mut writer = self.app.store().begin(self.origin).await?;
        let (account, key) = self.rows(&mut writer, receipt).await?;
        let holder = key.map(Holder::Key).or(account.map(Holder::Account));
        self.allowance.note(&mut writer, holder).await?;
        let mut outcome = self.outcome(None);
        outcome.account = outcome.account.or(account);
        outcome.key = outcome.key.or(key);
        writer.audit().outcome(self.intent, AuditOutcome::Done, &outcome).await?;
        Ok((key, writer.commit().await?))
    }

    /// Keeps what was read back.
    async fn rows(
        &self,
        writer: &mut Writer,
        receipt: &Receipt,
    ) -> Result<(Option<AccountId>, Option<KeyId>), AppError> {
        let (deed, now) = (self.deed, self.app.now());
        let (mut account_id, mut key_id) = (deed.account, deed.key);
        if let Some(account) = &receipt.account {
            let id = writer.account().upsert(deed.gateway, account, now).await?;
            if let (Action::AccountCreate { .. }, Some(client)) = (&deed.action, deed.client) {
                writer.account().attribute(id, Some(client)).await?;
            }
            account_id = Some(id);
        }
        if let Some(key) = &receipt.key {
            key_id = Some(writer.key().upsert(deed.gateway, key, now).await?);
        }
        if let (Action::KeyRevoke { .. }, Some(id)) = (&deed.action, key_id) {
            writer.key().set_status(id, KeyStatus::Revoked).await?;
        }
        Ok((account_id, key_id))
    }

    async fn refused(&self, reason: RefusalReason) -> AppError {
        if let Err(error) = self.end(AuditOutcome::Refused, &reason.message).await {
            tracing::warn!("a refusal could not be noted: {error}");
        }
        let message = format!("{} was refused: {}", facts::sentence(self.deed), reason.message);
        let hint = match (reason.accepted_but_not_saved, reason.status) {
            (true, _) => {
                "The gateway accepted the change and did not keep it: check its version and configuration, then sync."
            }
            (false, Some(401 | 403)) => "Use an admin key that may do this: paste it under Gateways, then try again.",
            (false, Some(429)) => "Wait a minute, then try again.",
            (false, _) => "Change what the gateway names, then try again.",
        };
        // The gateway knows the credential and does not let it do this: another value would be refused as well.
        let refused = match reason.status {
            Some(401 | 403) => Code::GatewayDenied,
            _ => Code::GatewayRefused,
        };
        let code = self.deed.action.code();
        let context = reason.status.map_or_else(|| code.to_owned(), |status| format!("{code} → {status}"));
        AppError { after: reason.after, ..AppError::new(refused, message) }.hint(hint).while_doing(context)
    }

    /// No answer that tells: notes it, then asks the gateway at once what it holds.
    async fn unknown(&self, gateway: &dyn Gateway, error: GatewayError, lane: Lane) -> Result<Applied, AppError> {
        self.end(AuditOutcome::Unknown, &error.message).await?;
        let found = settle::ask(gateway, self.deed, &error).await;
        let ended = match found {
            settle::Found::Happened(receipt) => self.done(*receipt).await,
            settle::Found::DidNotHappen => {
                self.end(AuditOutcome::Abandoned, &error.message).await?;
                let error = AppError::from(error);
                let message = format!("{}. Nothing was changed", error.message.trim_end_matches('.'));
                Err(AppError { message, ..error })
            }
            settle::Found::CannotTell => Err(not_known(self.deed, &error)),
        };
        drop(lane);
        ended
    }

    async fn end(&self, outcome: AuditOutcome, why: &str) -> Result<(), AppError> {
        let mut writer = self.app.store().begin(self.origin).await?;
        writer.audit().outcome(self.intent, outcome, &self.outcome(Some(why))).await?;
        self.app.emit(writer.commit().await?);
        Ok(())
    }
}

fn not_known(deed: &Deed, error: &GatewayError) -> AppError {
    let message = format!(
        "whether {} happened is not known: {}. Purser will check again at the next sync or start, and never sends it twice",
        facts::sentence(deed),
        error.message.trim_end_matches('.')
    );
    let hint = match error.kind {
        ErrorKind::RateLimited => "Wait a minute, then sync to see what the gateway holds.",
        _ => "Check that the gateway is running, then sync to see what it holds before you try again.",
    };
    AppError::new(Code::OutcomeUnknown, message).hint(hint).while_doing(error.call.clone())
}
