//! What the audit log keeps of a change: enough to settle it later and to tell it to people, and never a secret.
//!
//! The text is lines of `name: value`, as [`sync::Intent`] spells and reads them.

use domain::{ExternalId, KeyFingerprint, Secret};
use gateway::Action;
use sha2::{Digest, Sha256};
use sync::AllowanceChange;

use super::Deed;

/// What changed, as a sentence.
pub(crate) const CHANGE: &str = "change";
/// The gateway's words, redacted.
pub(crate) const WHY: &str = "why";

/// The object an action changes; for a new key, the account it is made in.
pub(super) fn target(action: &Action) -> Option<&ExternalId> {
    match action {
        Action::AccountCreate { .. } => None,
        Action::AccountUpdate { account, .. }
        | Action::AccountPause { account, .. }
        | Action::AccountCredential { account, .. }
        | Action::KeyCreate { account, .. } => Some(account),
        Action::KeyUpdate { key, .. }
        | Action::KeyBudget { key, .. }
        | Action::KeyPause { key, .. }
        | Action::KeyReveal { key }
        | Action::KeyRevoke { key } => Some(key),
    }
}

/// What is meant, as settling needs it.
pub(super) fn intent(deed: &Deed) -> sync::Intent {
    let fingerprint = match &deed.action {
        Action::KeyCreate { secret, .. } => fingerprint(secret),
        _ => None,
    };
    sync::Intent::of(deed.gateway, &deed.action, fingerprint)
}

/// The SHA-256 of a secret.
pub(crate) fn fingerprint(secret: &Secret) -> Option<KeyFingerprint> {
    let digest = Sha256::digest(secret.expose().as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    KeyFingerprint::new(&hex)
}

/// The facts of an intent.
pub(super) fn of(deed: &Deed, allowance: &AllowanceChange) -> String {
    let lines: Vec<String> = [Some(intent(deed).detail()), allowance.detail()].into_iter().flatten().collect();
    join(lines.join("\n"), &[(CHANGE, deed.change.as_deref())])
}

/// The facts of an outcome; `why` is the gateway's words, already redacted.
pub(super) fn outcome(change: Option<&str>, why: Option<&str>) -> String {
    join(String::new(), &[(CHANGE, change), (WHY, why)])
}

/// The facts of a local act.
pub(crate) fn local(change: Option<&str>) -> String {
    outcome(change, None)
}

/// One fact of a kept text; `None` when it has no such fact.
pub(crate) fn text(detail: &str, name: &str) -> Option<String> {
    let mut facts = detail.lines().filter_map(|line| line.split_once(": "));
    facts.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

fn join(mut text: String, facts: &[(&str, Option<&str>)]) -> String {
    for (name, value) in facts {
        let Some(value) = value else { continue };
        if !text.is_empty() {
            text.push('\n');
        }
        let line = value.replace(['\n', '\r'], " ");
        text.push_str(&format!("{name}: {line}"));
    }
    text
}

/// What a deed does, as part of a sentence: `pausing the key harborlight-prod`.
pub(super) fn sentence(deed: &Deed) -> String {
    let what = match &deed.action {
        Action::AccountCreate { .. } => "making the account",
        Action::AccountUpdate { .. } => "changing the account",
        Action::AccountPause { paused: true, .. } => "pausing the account",
        Action::AccountPause { paused: false, .. } => "resuming the account",
        Action::AccountCredential { .. } => "entrusting the credential of the account",
        Action::KeyCreate { .. } => "making the key",
        Action::KeyUpdate { .. } => "changing the key",
        Action::KeyBudget { .. } => "changing the budget of the key",
        Action::KeyPause { paused: true, .. } => "pausing the key",
        Action::KeyPause { paused: false, .. } => "resuming the key",
        Action::KeyReveal { .. } => "showing the secret of the key",
        Action::KeyRevoke { .. } => "revoking the key",
    };
    format!("{what} {}", deed.subject)
}
