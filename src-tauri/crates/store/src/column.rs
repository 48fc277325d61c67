//! How domain values are spelled in columns.
