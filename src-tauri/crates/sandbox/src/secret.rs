//! Secrets of keys and of the administration: made from random bytes, kept as SHA-256 (S0-26).

use domain::Secret;
use sha2::{Digest, Sha256};

/// A key's secret from 32 bytes.
pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Secret {
    Secret::new(&format!("sk-sbx-{}", hex(bytes)))
}

/// The SHA-256 of a secret, 64 hexadecimal digits.
pub(crate) fn fingerprint(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose().as_bytes()))
}

/// A secret of another purpose from the same random bytes.
pub(crate) fn for_purpose(random: &[u8; 32], purpose: &str) -> Secret {
    let digest = Sha256::new().chain_update(random).chain_update(purpose.as_bytes()).finalize();
    Secret::new(&format!("sbx-{purpose}-{}", hex(&digest)))
}

/// The secret of the `count`th key made by a server that serves with these random bytes.
pub(crate) fn numbered(random: &[u8; 32], count: u64) -> Secret {
    let digest = Sha256::new().chain_update(random).chain_update(b"key").chain_update(count.to_be_bytes()).finalize();
    from_bytes(&digest.into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
