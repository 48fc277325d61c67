//! `purser budget`.

use app::wire::BudgetInput;
use app::{App, command};

use super::{ORIGIN, done, period};
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
    if target.starts_with("key_") {
        return done(out, &command::key::key_budget(app, ORIGIN, target, budget).await?);
    }
    if target.starts_with("ac_") {
        return done(out, &command::account::account_budget(app, ORIGIN, target, budget).await?);
    }
    Err(Fault::usage(format!("`{target}` is neither a key (key_12) nor an account (ac_12)")))
}
