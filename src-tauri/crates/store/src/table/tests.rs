mod access;
mod books;
mod ledgers;
mod log;
mod routes;
