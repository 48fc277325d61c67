//! What a gateway shows of an account or a key once a change is made, as one line of text to compare by. Left out is
//! what lives in Purser only: environment, scope, and where a budget warns.

use domain::{AccountSpec, Budget, KeySpec, Limit, ModelScope, RateLimit};

pub(super) fn of_account(spec: &AccountSpec) -> String {
    let (models, budget, speed) = (models(&spec.models), of_budget(&spec.budget), speed(&spec.rate_limit));
    format!("{models}; {budget}; {speed}; name {}", spec.name)
}

pub(super) fn of_key(spec: &KeySpec) -> String {
    let (models, budget, speed) = (models(&spec.models), of_budget(&spec.budget), speed(&spec.rate_limit));
    let expiry = spec.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    format!("{models}; {budget}; {speed}; expires {expiry}; name {}", spec.name)
}

pub(super) fn of_budget(budget: &Limit<Budget>) -> String {
    match budget {
        Limit::Unlimited => "no budget".to_owned(),
        Limit::Limited(budget) => {
            format!("budget {} {} {}", budget.amount(), budget.currency(), budget.period().code())
        }
    }
}

fn models(scope: &ModelScope) -> String {
    match scope {
        ModelScope::All => "all models".to_owned(),
        ModelScope::Only(models) => {
            let mut names: Vec<String> = models.iter().map(|model| format!("{:?}", model.as_str())).collect();
            names.sort_unstable();
            names.dedup();
            format!("models {}", names.join(" "))
        }
    }
}

fn speed(limit: &RateLimit) -> String {
    let ceiling = |ceiling: Option<u64>| ceiling.map_or_else(|| "any".to_owned(), |ceiling| ceiling.to_string());
    let requests = ceiling(limit.requests_per_minute.map(u64::from));
    let parallel = ceiling(limit.parallel.map(u64::from));
    format!("requests {requests}, tokens {}, parallel {parallel}", ceiling(limit.tokens_per_minute))
}
