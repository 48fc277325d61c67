mod access;
mod books;
mod later;
mod ledgers;
mod log;
mod routes;
