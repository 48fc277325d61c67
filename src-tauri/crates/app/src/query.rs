//! What is read, one file per noun. A query changes nothing and asks no gateway.

pub mod amount;
pub mod audit;
pub mod bill;
pub mod branding;
pub mod budget;
pub mod client;
pub mod gateway;
pub mod invoice;
pub mod key;
pub mod leak;
pub mod ledger;
pub mod metadata;
pub mod names;
pub mod notice;
pub mod overview;
pub mod palette;
pub mod past_due;
pub mod price;
pub mod reconcile;
pub mod route;
pub mod setting;
pub mod statement;
pub mod usage;
