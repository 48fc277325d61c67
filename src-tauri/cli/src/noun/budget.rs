//! `purser budget`.

use app::wire::BudgetInput;
use app::{App, command};

use super::{ORIGIN, done, find, period};
use crate::args::Budget;
use crate::fault::Fault;
use crate::out::Out;

pub async fn run(app: &App, verb: Budget, out: &Out) -> Result<(), Fault> {
    match verb {
        Budget::Set { target, amount, period: every, warn } => {
            set(app, &target, Some(BudgetInput { amount, period: period(every), warn_at: warn }), out).await
        }
        Budget::Clear { target } => set(app, &target, None, out).await,
    }
}

async fn set(app: &App, target: &str, budget: Option<BudgetInput>, out: &Out) -> Result<(), Fault> {
    let id = find::key_or_account(app, target).await?;
    let what = if id.starts_with("key_") {
        command::key::key_budget(app, ORIGIN, &id, budget).await?
    } else {
        command::account::account_budget(app, ORIGIN, &id, budget).await?
    };
    done(out, &what)
}
