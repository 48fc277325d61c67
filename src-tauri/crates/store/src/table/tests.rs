mod access;
mod bills;
mod books;
mod later;
mod ledgers;
mod log;
mod notices;
mod routes;
