//! The source of truth: Durable Objects with SQLite storage, one for each project, one for each issuer, one for
//! each set of signing keys, and one, the registry, for the routes and the list of projects.

mod classes;
mod object;
