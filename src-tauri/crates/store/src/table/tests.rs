mod access;
mod books;
mod log;
