//! Changes to customers.

use domain::{Account, AccountSpec, ExternalId, Mark, ModelScope};

use super::super::api::{Fields, customer_path};
use super::super::map::budget::{self, Ceiling, RateBody};
use super::super::map::tag::Tag;
use super::super::wire::{Customer, OneCustomer, VirtualKey};
use super::super::{error, inventory, map};
use super::{Step, Writer, before, budget_checks, differing, drops_one, impossible, key, step};
use crate::{ErrorKind, GatewayError, Outcome};

const CREATE: &str = "POST /api/governance/customers";
const CHANGE: &str = "PUT /api/governance/customers/{id}";

/// Makes a customer whose name ends in our mark. If there is one already, an earlier try made it.
pub async fn create(writer: &Writer<'_>, mark: &Mark, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(spec) {
        return Ok(refused);
    }
    let customers = step!(before(writer.api.customers().await));
    if let Some(known) = customers.iter().find(|customer| Tag::read(&customer.name).mark.as_ref() == Some(mark)) {
        return settled(writer, &known.id, spec, wanted(writer, spec), Some(mark)).await;
    }
    let tag = Tag { text: spec.name.as_str().to_owned(), mark: Some(*mark), ..Tag::default() };
    let mut fields = Fields::default();
    fields.set("name", &tag.write());
    if let Some(ceiling) = wanted(writer, spec) {
        set_budget(writer, &mut fields, Some(ceiling));
    }
    if spec.rate_limit != domain::RateLimit::default() {
        fields.set("rate_limit", &budget::rate_body(&spec.rate_limit));
    }
    let reply = writer.api.write(writer.api.http.post("/api/governance/customers"), CREATE, &fields).await?;
    if !reply.is_success() || reply.is_html() {
        return writer.refusal(&reply);
    }
    let made: OneCustomer = serde_json::from_slice(&reply.body).map_err(|_| {
        let message = format!("the answer to {CREATE} cannot be read: look the customer up by its name");
        reply.error(ErrorKind::Malformed, message)
    })?;
    settled(writer, &made.customer.id, spec, wanted(writer, spec), Some(mark)).await
}

/// Changes what differs; our mark stays behind the name.
pub async fn update(writer: &Writer<'_>, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(spec) {
        return Ok(refused);
    }
    let found = step!(before(writer.api.customer(id.as_str()).await));
    let is = map::account(&found, false).spec;
    let mut fields = Fields::default();
    if is.name != spec.name {
        fields.set("name", &Tag { text: spec.name.as_str().to_owned(), ..Tag::read(&found.name) }.write());
    }
    let ceiling = budget::keep(map::customer_ceiling(&found), wanted(writer, spec));
    if !budget::same(map::customer_ceiling(&found), ceiling) {
        set_budget(writer, &mut fields, ceiling);
    }
    if is.rate_limit != spec.rate_limit {
        if drops_one(&is.rate_limit, &spec.rate_limit) {
            let mut none = Fields::default();
            none.set("rate_limit", &RateBody::default());
            step!(change(writer, id.as_str(), &none).await);
        }
        fields.set("rate_limit", &budget::rate_body(&spec.rate_limit));
    }
    if !fields.is_empty() {
        step!(change(writer, id.as_str(), &fields).await);
    }
    settled(writer, id.as_str(), spec, ceiling, None).await
}

/// Refuses or serves every key. Bifrost has no such switch: each key is stopped, with a note that this pause did it, so
/// that the end of the pause does not wake those that a person stopped. The customer's name holds the pause itself.
pub async fn pause(writer: &Writer<'_>, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let customer = step!(before(writer.api.customer(id.as_str()).await));
    let keys = step!(before(writer.api.keys_of(&customer.id, &customer.teams).await));
    // Stopping begins with the note and ends with the keys, starting the other way round: a change that is cut off
    // half-way shows as "not paused", with the keys that are still stopped, and can be asked for again.
    if paused {
        step!(note(writer, &customer, true).await);
    }
    let (mut done, all) = (0, keys.len());
    for one in keys.iter().filter(|one| is_to_change(one, paused)) {
        if let Step::End(Outcome::Refused(mut reason)) = key::set_held(writer, one, paused).await? {
            reason.message = format!("{} (key `{}`; {done} of {all} were changed before)", reason.message, one.name);
            return Ok(Outcome::Refused(reason));
        }
        done += 1;
    }
    if !paused {
        step!(note(writer, &customer, false).await);
    }
    let account = inventory::account(writer.api, id).await?;
    let what = if paused { "pause" } else { "resumption" };
    if account.paused == paused {
        Ok(Outcome::done_account(account, 0))
    } else {
        Ok(error::not_saved("change", &[what]))
    }
}

/// Those that work are stopped; those that were stopped with the account are started.
fn is_to_change(key: &VirtualKey, paused: bool) -> bool {
    if paused { inventory::is_active(key) } else { Tag::read(&key.description).paused }
}

async fn note(writer: &Writer<'_>, customer: &Customer, paused: bool) -> Result<Step<()>, GatewayError> {
    let tag = Tag::read(&customer.name);
    if tag.paused == paused {
        return Ok(Step::On(()));
    }
    let mut fields = Fields::default();
    fields.set("name", &Tag { paused, ..tag }.write());
    change(writer, &customer.id, &fields).await
}

async fn change(writer: &Writer<'_>, id: &str, fields: &Fields) -> Result<Step<()>, GatewayError> {
    let reply = writer.api.write(writer.api.http.put(&customer_path(id)?), CHANGE, fields).await?;
    if reply.is_success() && !reply.is_html() { Ok(Step::On(())) } else { writer.refusal(&reply).map(Step::End) }
}

fn wanted(writer: &Writer<'_>, spec: &AccountSpec) -> Option<Ceiling> {
    Ceiling::wanted(&spec.budget, writer.features.customers_aligned)
}

/// Every release takes one `budget`, and those with several make it the only one; `{}` deletes it. Whether it is aligned is
/// said in both places in which a release may look.
fn set_budget(writer: &Writer<'_>, fields: &mut Fields, ceiling: Option<Ceiling>) {
    let Some(ceiling) = ceiling else {
        fields.set("budget", &Fields::default());
        return;
    };
    fields.set("budget", &ceiling.body());
    if writer.features.customers_aligned {
        fields.set("calendar_aligned", &true);
    }
}

fn impossible_account(spec: &AccountSpec) -> Option<Outcome> {
    let message = "Bifrost cannot restrict a customer to models: restrict its keys instead";
    let restricted = (spec.models != ModelScope::All).then(|| Outcome::refused(message, None));
    restricted.or_else(|| impossible(&spec.budget, &spec.rate_limit))
}

/// Reads the customer back and compares it.
async fn settled(
    writer: &Writer<'_>,
    id: &str,
    spec: &AccountSpec,
    ceiling: Option<Ceiling>,
    mark: Option<&Mark>,
) -> Result<Outcome, GatewayError> {
    let customer = writer.api.customer(id).await?;
    let account: Account = inventory::account(writer.api, &ExternalId::new(id)).await?;
    let [amount, alignment] = budget_checks(map::customer_ceiling(&customer), ceiling);
    let fields = differing(&[
        ("name", account.spec.name == spec.name),
        amount,
        alignment,
        ("rate limit", account.spec.rate_limit == spec.rate_limit),
        ("mark", mark.is_none() || account.mark.as_ref() == mark),
    ]);
    if fields.is_empty() { Ok(Outcome::done_account(account, 0)) } else { Ok(error::not_saved("customer", &fields)) }
}
