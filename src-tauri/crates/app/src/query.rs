//! What is read, one file per noun. A query changes nothing and asks no gateway.
