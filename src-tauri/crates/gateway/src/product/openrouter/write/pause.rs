//! Pausing a key, and pausing a workspace, which OpenRouter has no word for.
//!
//! A paused workspace says so in its description, so that keys made later are born stopped, and every key of it is
//! disabled. A key that a pause of the workspace stopped says `off` in its name: only those wake when it is resumed, and
//! keys that were stopped one by one stay so.

use domain::{ExternalId, KeyStatus};

use super::super::api::Fields;
use super::super::config::PAUSE_BOUND_SECONDS;
use super::super::tag::Tagged;
use super::super::{error, inventory, list, map, wire};
use super::{Step, Writer, before, step};
use crate::http::Http;
use crate::{GatewayError, Outcome};

impl Writer<'_> {
    /// Stops or resumes a workspace. Asked again after it was cut off, it goes on where it was.
    pub(super) async fn account_pause(&self, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
        let workspace = step!(before(self.api.workspace(id.as_str()).await)).value;
        if paused {
            step!(self.mark_paused(&workspace, true).await);
        }
        let keys = step!(before(list::keys(self.api, &workspace.id).await)).value;
        let wanted: Vec<wire::Key> = keys.into_iter().filter(|key| is_concerned(key, paused)).collect();
        for (done, key) in wanted.iter().enumerate() {
            if let Step::End(outcome) = self.stop(key, paused, paused).await? {
                return Ok(cut_off(outcome, done, wanted.len()));
            }
        }
        if !paused {
            step!(self.mark_paused(&workspace, false).await);
        }
        let account = inventory::account(self.api, &self.learned, id).await?;
        let what = if paused { "pause" } else { "resumption" };
        match account.paused == paused {
            true => Ok(Outcome::done_account(account, PAUSE_BOUND_SECONDS)),
            false => Ok(error::not_saved("change", &[what])),
        }
    }

    async fn mark_paused(&self, workspace: &wire::Workspace, paused: bool) -> Result<Step<()>, GatewayError> {
        if map::is_marked_paused(workspace) == paused {
            return Ok(Step::On(()));
        }
        let Some(description) = map::description(workspace, paused) else {
            let message =
                "the workspace's description on OpenRouter is too long to note the pause in it: shorten it there";
            return Ok(Step::End(Outcome::refused(message, None)));
        };
        let mut fields = Fields::default();
        fields.set("description", &description);
        let call = self.api.workspace_call(&workspace.id, Http::patch, "")?;
        Ok(match self.send(call, &fields).await? {
            Step::On(_) => Step::On(()),
            Step::End(outcome) => Step::End(outcome),
        })
    }

    /// Stops or resumes a key, and notes in its name whether a pause of the workspace did it.
    pub(super) async fn stop(&self, key: &wire::Key, disabled: bool, off: bool) -> Result<Step<()>, GatewayError> {
        let mut tagged = Tagged::read(&key.name);
        let mut fields = Fields::default();
        fields.set("disabled", &disabled);
        if tagged.off != off {
            tagged.off = off;
            fields.set("name", &tagged.write());
        }
        Ok(match self.send(self.api.key_call(&key.hash, Http::patch)?, &fields).await? {
            Step::On(_) => Step::On(()),
            Step::End(outcome) => Step::End(outcome),
        })
    }

    /// Stops or resumes one key; it is then no business of a pause of the workspace.
    pub(super) async fn key_pause(&self, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
        let found = step!(before(self.api.key(id.as_str()).await)).value;
        step!(self.stop(&found, paused, false).await);
        let key = inventory::key(self.api, &self.learned, id).await?;
        // An expired key stays expired whether it is disabled or not.
        let as_asked = match key.status {
            KeyStatus::Paused => paused,
            KeyStatus::Active => !paused,
            KeyStatus::Expired => true,
            KeyStatus::Revoked => false,
        };
        let what = if paused { "pause" } else { "resumption" };
        Ok(if as_asked { Outcome::done_key(key, PAUSE_BOUND_SECONDS) } else { error::not_saved("change", &[what]) })
    }
}

fn is_concerned(key: &wire::Key, paused: bool) -> bool {
    if paused { !key.disabled } else { key.disabled && Tagged::read(&key.name).off }
}

fn cut_off(outcome: Outcome, done: usize, all: usize) -> Outcome {
    let Outcome::Refused(mut reason) = outcome else { return outcome };
    reason.message = format!("{done} of {all} keys were changed, then OpenRouter refused: {}", reason.message);
    Outcome::Refused(reason)
}
