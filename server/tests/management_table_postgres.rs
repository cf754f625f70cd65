//! The table of the management API's behaviour on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod cluster;
mod support;

use cluster::Postgres;
use support::database::POSTGRES;
use support::table::Table;

#[test]
fn each_case_of_the_table() {
    let Some(postgres) = Postgres::start_fast("table") else { return };
    POSTGRES.set(postgres.url()).unwrap();
    let table = Table::read();
    for case in &table.cases {
        table.run(case);
    }
}
