//! The app's functions over a real store in a folder of its own and a real sandbox server, with a clock that stands
//! still until it is told to move.

mod allowances;
mod charges;
mod closing;
mod documents;
mod e_invoices;
mod faults;
mod gateways;
mod imports;
mod inputs;
mod keychains;
mod keys;
mod owing;
mod past_due;
mod prices;
mod readers;
mod rig;
mod routes;
mod sandboxes;
mod secrets;
mod waiting;
