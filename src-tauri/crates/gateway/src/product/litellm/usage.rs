//! Usage, from LiteLLM's two sources: the daily table ([`day`]) and single requests ([`rows`]).

pub mod day;
pub mod rows;

use domain::{Meter, Quantities};

/// Tokens as our meters count them. LiteLLM's prompt tokens include what was read from and written to a cache; where
/// they plainly do not (fewer than the cached ones), they are taken as they are.
fn tokens(prompt: u64, completion: u64, cache_read: u64, cache_write: u64) -> Quantities {
    let fresh = prompt.checked_sub(cache_read.saturating_add(cache_write)).unwrap_or(prompt);
    Quantities::NONE
        .with(Meter::InputTokens, fresh)
        .with(Meter::OutputTokens, completion)
        .with(Meter::CacheReadTokens, cache_read)
        .with(Meter::CacheWriteTokens, cache_write)
}
