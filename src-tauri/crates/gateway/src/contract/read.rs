//! Listings: complete, stable, and honest about what is not there.

use std::collections::BTreeSet;

use domain::ExternalId;

use super::{Report, Suite, ensure, no_secret, told};
use crate::{ErrorKind, Item, Resource};

pub(super) async fn check(suite: &Suite<'_>, report: &mut Report) {
    let able = suite.capability.clone();
    let rows = [
        (able.account_list, "accounts are listed once each, in a stable order", Resource::Accounts),
        (able.key_list, "keys are listed once each, in a stable order", Resource::Keys(None)),
        (able.model_list, "models are listed once each, in a stable order", Resource::Models),
        (able.route_list, "routes are listed once each, in a stable order", Resource::Routes),
    ];
    for (applies, promise, what) in rows {
        if applies {
            report.note(promise, listing(suite, &what).await);
        } else {
            report.note(promise, unsupported(suite, &what).await);
        }
    }
    let nobody = ExternalId::new("f".repeat(64));
    if able.account_list {
        let promise = "an unknown account is not found";
        report.note(promise, not_found(suite, &Resource::Account(nobody.clone())).await);
    }
    if able.key_list {
        report.note("an unknown key is not found", not_found(suite, &Resource::Key(nobody)).await);
        let secret = ExternalId::new(suite.world.secret(99).expose());
        report.note("a secret is no identifier", not_found(suite, &Resource::Key(secret)).await);
    }
}

async fn listing(suite: &Suite<'_>, what: &Resource) -> Result<(), String> {
    let first = suite.list(what).await.map_err(|error| told(&error))?;
    let second = suite.list(what).await.map_err(|error| told(&error))?;
    let names: Vec<String> = first.iter().map(name).collect();
    let again: Vec<String> = second.iter().map(name).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    ensure(unique.len() == names.len(), || format!("{} items, {} different ones", names.len(), unique.len()))?;
    ensure(names == again, || "two runs gave different orders".to_owned())?;
    ensure(*what != Resource::Models || !names.is_empty(), || "no model is on offer".to_owned())?;
    no_secret(&format!("{first:?}"), suite.world.credential.as_ref())
}

fn name(item: &Item) -> String {
    match item {
        Item::Account(account) => account.external_id.to_string(),
        Item::Key(key) => key.external_id.to_string(),
        Item::Model(offer) => offer.name.to_string(),
        Item::Route(route) => route.model.to_string(),
    }
}

async fn not_found(suite: &Suite<'_>, what: &Resource) -> Result<(), String> {
    match suite.list(what).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            no_secret(&format!("{error} {error:?}"), Some(&suite.world.secret(99)))
        }
        Err(error) => Err(told(&error)),
        Ok(found) => Err(format!("{} items", found.len())),
    }
}

async fn unsupported(suite: &Suite<'_>, what: &Resource) -> Result<(), String> {
    match suite.list(what).await {
        Err(error) if error.kind == ErrorKind::Unsupported => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(_) => Err("it answers, although it says that it cannot".to_owned()),
    }
}
