//! The source of truth: Durable Objects with SQLite storage, one for each project, one for each issuer, one for
//! each set of signing keys, one, the registry, for the routes and the list of projects, and
//! one for the directory.

mod classes;
mod directory_object;
mod object;
