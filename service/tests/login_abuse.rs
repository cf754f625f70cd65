//! Attacks on the login: what takes up the room of others, and what tells who is a user.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod support;

use serde_json::{Value, json};
use service::host::{Directory, Kind, NewRow, RowChange, RowKey, Term, TermName};
use support::executor::Task;
use support::people::{browse_all, declare, encoded, log_in, submit, visit};
use support::world::World;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "horse staple battery";

/// Fills the rows of a kind, as so many attackers would.
fn fill(world: &World, kind: Kind, value: &Value) {
    let host = world.nodes[0].host.clone();
    let until = world.now() + 3000.0;
    let value = value.to_string();
    let task: Task<'_, ()> = Box::pin(async move {
        let mut number = 0;
        loop {
            let terms = vec![Term::new(TermName::Time, format!("{until:012}"))];
            let row = NewRow { value: value.clone(), terms, expires_at: Some(until) };
            let changes: Vec<_> = (0..1000)
                .map(|index| {
                    RowChange::put(RowKey::new(kind, format!("{}", number + index)), None, row.clone())
                })
                .collect();
            if host.commit_rows(&changes).await.is_err() {
                return;
            }
            number += 1000;
        }
    });
    world.run(vec![task]);
}

#[test]
fn counted_failures_of_others_lock_nobody_out() {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA }), Some(PASSWORD));
    let now = 1_800_000_000_u64;
    fill(&world, Kind::Failure, &json!({ "began": now, "last": now, "count": 1 }));
    assert_eq!(log_in(&world, ADA, PASSWORD).status, 303);
}

#[test]
fn a_full_queue_of_mails_does_not_tell_who_is_a_user() {
    let world = World::new();
    declare(&world, "u_ada", &json!({ "email": ADA }), Some(PASSWORD));
    fill(&world, Kind::Mail, &json!({}));
    let ask = |email: &str| submit(&world, "recovery", &[("email", email)]).status;
    assert_eq!(ask(ADA), ask("nobody@example.com"));
}

#[test]
fn a_network_of_48_bits_has_a_limit_however_many_it_has_of_64() {
    let world = World::new();
    let ask = |number: u32| {
        let mut request = visit(&world, "POST", "recovery");
        request.address = Some(format!("2001:db8:1:{number:x}::1"));
        browse_all(&world, vec![(request, encoded(&[("email", "nobody@example.com")]))]).remove(0).status
    };
    assert_eq!((0..300).filter(|number| ask(*number) == 200).count(), 200);
}
