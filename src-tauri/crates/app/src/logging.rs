//! The log: one file a day, scrubbed of everything that looks like a secret.
