//! The table of the management API's behaviour on the node's store, and what the table does not show of the store.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod support;

use support::table::Table;

#[test]
fn each_case_of_the_table() {
    let table = Table::read();
    for case in &table.cases {
        table.run(case);
    }
}
