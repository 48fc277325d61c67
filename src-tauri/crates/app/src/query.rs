//! What is read, one file per noun. A query changes nothing and asks no gateway.

pub mod amount;
pub mod audit;
pub mod bill;
pub mod budget;
pub mod client;
pub mod gateway;
pub mod invoice;
pub mod key;
pub mod leak;
pub mod ledger;
pub mod names;
pub mod overview;
pub mod palette;
pub mod price;
pub mod reconcile;
pub mod route;
pub mod setting;
pub mod usage;
