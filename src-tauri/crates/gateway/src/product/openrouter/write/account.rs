//! Changes to workspaces.

use domain::{Account, AccountSpec, Budget, BudgetPeriod, ExternalId, Limit, Mark, ModelScope, Nanos};

use super::super::api::Fields;
use super::super::config::Lesson;
use super::super::{error, inventory, map};
use super::{Step, Writer, before, differing, impossible_budget, impossible_speed, step};
use crate::http::Http;
use crate::json::JsonNanos;
use crate::{ErrorKind, GatewayError, Outcome};

/// Longest name of a workspace, in characters.
const NAME_MAX: usize = 100;

impl Writer<'_> {
    /// Makes a workspace whose slug carries the mark. One that is there already was made by an earlier try.
    pub(super) async fn account_create(&self, mark: &Mark, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
        if let Some(refused) = self.impossible_account(spec) {
            return Ok(refused);
        }
        let slug = map::slug(mark);
        let made = match self.api.workspace(&slug).await {
            Err(missing) if missing.kind == ErrorKind::NotFound => true,
            found => {
                let _there = step!(before(found));
                false
            }
        };
        if made {
            let mut fields = Fields::default();
            fields.set("name", &spec.name.as_str()).set("slug", &slug);
            let reply = self.api.write(self.api.http.post("/workspaces"), &fields).await?;
            // Somebody else may have sent the same a moment before: then it is there now.
            if !reply.is_success() && self.api.workspace(&slug).await.is_err() {
                return error::refusal(&reply);
            }
        }
        let workspace = self.api.workspace(&slug).await?.value;
        let is = inventory::whole_account(self.api, &self.learned, workspace).await?;
        let id = is.external_id.clone();
        if made && let Step::End(outcome) = self.set_budget(&id, &spec.budget).await? {
            return Ok(made_without_budget(outcome));
        }
        self.settled(&id, spec, Some(mark)).await
    }

    /// Changes what differs.
    pub(super) async fn account_update(&self, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
        if let Some(refused) = self.impossible_account(spec) {
            return Ok(refused);
        }
        let is = step!(before(inventory::account(self.api, &self.learned, id).await));
        if map::ceiling(&is.spec.budget) != map::ceiling(&spec.budget) {
            step!(self.set_budget(id, &spec.budget).await);
        }
        if is.spec.name != spec.name {
            let mut fields = Fields::default();
            fields.set("name", &spec.name.as_str());
            step!(self.send(self.api.workspace_call(id.as_str(), Http::patch, "")?, &fields).await);
        }
        self.settled(id, spec, None).await
    }

    fn impossible_account(&self, spec: &AccountSpec) -> Option<Outcome> {
        let refused = |message: &str| Some(Outcome::refused(message, None));
        if spec.models != ModelScope::All {
            return refused("Purser does not limit a whole workspace to models: give the list to its keys");
        }
        if spec.name.as_str().chars().count() > NAME_MAX {
            return refused("OpenRouter keeps at most 100 characters of a workspace's name: use a shorter one");
        }
        if spec.budget != Limit::Unlimited && !self.learned.account_budgets {
            return refused("budgets of workspaces need OpenRouter's Enterprise plan: give the keys budgets instead");
        }
        impossible_budget(&spec.budget).or_else(|| impossible_speed(&spec.rate_limit))
    }

    /// Sets the one budget of a workspace, or takes it away. Where several were set on OpenRouter itself, one cannot be
    /// changed without touching what the others mean together.
    async fn set_budget(&self, id: &ExternalId, budget: &Limit<Budget>) -> Result<Step<()>, GatewayError> {
        if !self.learned.account_budgets {
            return Ok(Step::On(()));
        }
        let is = match before(self.api.budgets(id.as_str()).await)? {
            Step::On(is) => is,
            Step::End(outcome) => return Ok(Step::End(outcome)),
        };
        let (shown, wanted) = (map::shown(&is), map::ceiling(budget));
        if shown.map(|(period, amount)| (amount, period)) == wanted {
            return Ok(Step::On(()));
        }
        if is.len() > 1 {
            let message =
                "this workspace has budgets for several periods, which were set on OpenRouter: change them there";
            return Ok(Step::End(Outcome::refused(message, None)));
        }
        if let Some((amount, period)) = wanted
            && let end @ Step::End(_) = self.put_budget(id, amount, period).await?
        {
            return Ok(end);
        }
        let left = shown.filter(|(period, _)| wanted.is_none_or(|(_, wanted)| wanted != *period));
        match left {
            Some((period, _)) => self.remove_budget(id, period).await,
            None => Ok(Step::On(())),
        }
    }

    async fn put_budget(&self, id: &ExternalId, amount: Nanos, period: BudgetPeriod) -> Result<Step<()>, GatewayError> {
        let mut fields = Fields::default();
        fields.set("limit_usd", &JsonNanos(amount));
        let call = self.api.workspace_call(id.as_str(), Http::put, below(period))?;
        let reply = self.api.write(call, &fields).await?;
        if matches!(reply.status, 402 | 403) {
            self.teach(Lesson::NoAccountBudgets);
        }
        if reply.is_success() { Ok(Step::On(())) } else { Ok(Step::End(error::refusal(&reply)?)) }
    }

    async fn remove_budget(&self, id: &ExternalId, period: BudgetPeriod) -> Result<Step<()>, GatewayError> {
        let reply = self.api.workspace_call(id.as_str(), Http::delete, below(period))?.send().await?;
        if reply.is_success() || reply.status == 404 {
            return Ok(Step::On(()));
        }
        Ok(Step::End(error::refusal(&reply)?))
    }

    async fn settled(&self, id: &ExternalId, spec: &AccountSpec, mark: Option<&Mark>) -> Result<Outcome, GatewayError> {
        let account = inventory::account(self.api, &self.learned, id).await?;
        let fields = unlike(&account, spec, mark);
        Ok(if fields.is_empty() { Outcome::done_account(account, 0) } else { error::not_saved("workspace", &fields) })
    }
}

const fn below(period: BudgetPeriod) -> &'static str {
    match period {
        BudgetPeriod::Daily => "/budgets/daily",
        BudgetPeriod::Weekly => "/budgets/weekly",
        BudgetPeriod::Monthly => "/budgets/monthly",
        BudgetPeriod::Total => "/budgets/lifetime",
    }
}

fn made_without_budget(outcome: Outcome) -> Outcome {
    let Outcome::Refused(mut reason) = outcome else { return outcome };
    reason.message = format!("the workspace was made, but its budget was not: {}", reason.message);
    Outcome::Refused(reason)
}

fn unlike(account: &Account, spec: &AccountSpec, mark: Option<&Mark>) -> Vec<&'static str> {
    differing(&[
        ("name", account.spec.name == spec.name),
        ("budget", map::ceiling(&account.spec.budget) == map::ceiling(&spec.budget)),
        ("mark", mark.is_none() || account.mark.as_ref() == mark),
    ])
}
