mod access;
mod books;
mod log;
mod routes;
