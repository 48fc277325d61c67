//! What one address may do at one instance, shared by every connection to it: New API counts by address and not by
//! connection, so a connection that is made anew has no fresh allowance.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::critical::Critical;
use super::flow::Flow;

/// The allowance of this process at one instance.
#[derive(Debug, Default)]
pub struct Allowance {
    /// Calls of any kind.
    pub flow: Flow,
    /// Calls through the narrow door.
    pub critical: Critical,
}

/// The allowance at a base address, whichever connection asks.
pub fn at(base_url: &str) -> Arc<Allowance> {
    static KNOWN: Mutex<BTreeMap<String, Arc<Allowance>>> = Mutex::new(BTreeMap::new());
    let address = base_url.trim().trim_end_matches('/').to_ascii_lowercase();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(known.entry(address).or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_to_one_address_share_what_they_may() {
        let first = at("https://newapi.example/");
        assert!(Arc::ptr_eq(&first, &at(" https://NewAPI.example")), "one instance");
        assert!(!Arc::ptr_eq(&first, &at("https://newapi.example:8443")), "another port, another instance");
    }
}
