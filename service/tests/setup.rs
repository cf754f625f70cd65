//! The first administrator, by the link that a host prints, against hosts in memory.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use crate::support;

use edge_authorizer::accounts::LoginEndpoint;
use edge_authorizer::users::User;
use serde_json::{Value, json};
use service::host::{Directory, Kind, Row, RowQuery, TermName};
use service::http::Response;
use support::executor::Task;
use support::people::*;
use support::tokens::ADMIN;
use support::world::{Node, PUBLIC_URL, World, body};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "horse staple battery";

/// What a host prints when it starts.
fn printed(world: &World) -> Option<String> {
    let Node { host, plane } = world.nodes[0].clone();
    let task: Task<'_, Option<String>> = Box::pin(async move { plane.setup_link(&*host).await.unwrap() });
    world.run(vec![task]).remove(0)
}

/// The secret of a new link.
fn link(world: &World) -> String {
    let link = printed(world).unwrap();
    link.strip_prefix(&format!("{PUBLIC_URL}/auth/setup?link=")).unwrap().to_owned()
}

fn form(link: &str, email: &str, password: &str) -> String {
    encoded(&[("link", link), ("email", email), ("password", password)])
}

fn set_up(world: &World, link: &str, email: &str, password: &str) -> Response {
    browse_all(world, vec![(visit(world, "POST", "setup"), form(link, email, password))]).remove(0)
}

/// The email addresses of the users, with their roles on the platform.
fn users(world: &World) -> Value {
    let users = body(&world.admin("GET", "/users", None));
    users.as_array().unwrap().iter().map(|user| json!([user["email"], user["roles"]])).collect()
}

/// The email addresses of the users, in the order in which they were committed.
fn in_order_of_commits(world: &World) -> Vec<String> {
    let host = world.nodes[0].host.clone();
    let query = RowQuery { kind: Kind::User, term: TermName::Email, value: None, after: None, limit: 10 };
    let task: Task<'_, Vec<Row>> = Box::pin(async move { host.find(&query).await.unwrap() });
    let mut rows = world.run(vec![task]).remove(0);
    rows.sort_by_key(|row| row.revision);
    rows.iter().map(|row| User::read(&row.value).unwrap().email().as_str().to_owned()).collect()
}

#[test]
fn the_link_makes_an_administrator_once_and_signs_them_in() {
    let world = World::new();
    let link = link(&world);
    let shown = open(&world, &format!("setup?link={link}"));
    assert_eq!((shown.status, shown.header("referrer-policy")), (200, Some("no-referrer")));
    let page = shown.body.unwrap();
    assert!(page.contains(&link) && !page.contains("<script"), "{page}");
    let response = set_up(&world, &link, " Ada@Example.com", PASSWORD);
    assert_eq!((response.status, response.header("location")), (303, Some("/auth/")));
    let session = cookie(&response).unwrap();
    assert!(has_session(&world, &session));
    assert_eq!(users(&world), json!([[EMAIL, ["admin"]]]));
    assert_eq!(outcomes(&world, "login"), ["administrator_set_up"]);
    for status in [
        set_up(&world, &link, "eve@example.com", PASSWORD).status,
        open(&world, &format!("setup?link={link}")).status,
    ] {
        assert_eq!(status, 404, "it was used");
    }
    assert_eq!(printed(&world), None);
    assert_eq!(log_in(&world, EMAIL, PASSWORD).status, 303);
    // The session is an administrator's.
    let mut request = world.request("GET", "/projects", None);
    request.headers = vec![("cookie".to_owned(), session), ("origin".to_owned(), PUBLIC_URL.to_owned())];
    assert_eq!(world.send_all(vec![(request, None)])[0].status, 200);
}

#[test]
fn the_audit_log_has_the_administrator_and_nothing_has_the_secrets() {
    let world = World::new();
    let link = link(&world);
    set_up(&world, &link, EMAIL, PASSWORD);
    let log = body(&world.admin("GET", "/audit-log", None));
    let entry = &log["items"][0];
    assert_eq!(entry["author"]["who"], "setup-link");
    assert_eq!(entry["author"]["address"], HOME);
    assert_eq!(entry["change"]["add_user"]["email"], EMAIL);
    assert_eq!(entry["outcome"]["after"]["roles"], json!(["admin"]));
    let lines = world.shared.lines.lock().unwrap().concat();
    for text in [log.to_string(), lines, world.shared.directory.values().concat()] {
        assert!(!text.contains(&link) && !text.contains(PASSWORD), "{text}");
    }
}

#[test]
fn what_is_wrong_in_the_form_does_not_use_the_link() {
    let world = World::new();
    let link = link(&world);
    for (email, password) in [
        ("", PASSWORD),
        ("ada", PASSWORD),
        ("adä@example.com", PASSWORD),
        (EMAIL, "short"),
        (EMAIL, "Password1234"),
        (EMAIL, EMAIL),
    ] {
        let response = set_up(&world, &link, email, password);
        assert_eq!((response.status, response.header("set-cookie")), (422, None), "{email} {password}");
        let page = response.body.unwrap();
        assert!(page.contains("role=\"alert\"") && page.contains(&format!("value=\"{email}\"")), "{page}");
        assert!(!page.contains(&format!("\"{PASSWORD}\"")), "{page}");
    }
    assert_eq!(users(&world), json!([]));
    assert_eq!(set_up(&world, &link, EMAIL, PASSWORD).status, 303);
}

#[test]
fn no_other_link_opens_anything() {
    let world = World::new();
    let no_link = set_up(&world, "", EMAIL, PASSWORD);
    assert_eq!(no_link.status, 404);
    let former = link(&world);
    let current = link(&world);
    let wrong = format!("B{}", current.get(1..).unwrap());
    for link in ["", "x", &former, &wrong, &format!("{current}&link={current}")] {
        assert_eq!(open(&world, &format!("setup?link={link}")).status, 404, "{link}");
    }
    for link in [&former, &wrong] {
        assert_eq!(set_up(&world, link, EMAIL, PASSWORD).body, no_link.body);
    }
    world.pass(86_399.0);
    assert_eq!(open(&world, &format!("setup?link={current}")).status, 200);
    world.pass(1.0);
    assert_eq!(set_up(&world, &current, EMAIL, PASSWORD).status, 404);
    assert_eq!(users(&world), json!([]));
    assert_eq!(set_up(&world, &link(&world), EMAIL, PASSWORD).status, 303);
}

#[test]
fn other_sites_set_nothing_up() {
    let world = World::new();
    let link = link(&world);
    let sent = |name: &str, value: &str| {
        let mut request = visit(&world, "POST", "setup");
        request.headers = vec![(name.to_owned(), value.to_owned())];
        browse_all(&world, vec![(request, form(&link, EMAIL, PASSWORD))]).remove(0).status
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("x", "y"),
    ] {
        assert_eq!(sent(name, value), 403, "{name}: {value}");
    }
    assert_eq!(users(&world), json!([]));
    assert_eq!(sent("origin", PUBLIC_URL), 303);
}

#[test]
fn a_user_who_is_declared_voids_the_link() {
    let world = World::new();
    let link = link(&world);
    let user = json!({ "email": "bob@example.com" });
    assert_eq!(world.admin("POST", "/users?dryRun=true", Some(&user)).status, 200);
    assert_eq!(open(&world, &format!("setup?link={link}")).status, 200);
    assert_eq!(world.admin("POST", "/users", Some(&user)).status, 201);
    assert_eq!(open(&world, &format!("setup?link={link}")).status, 404);
    assert_eq!(set_up(&world, &link, EMAIL, PASSWORD).status, 404);
    assert_eq!(printed(&world), None);
}

#[test]
fn there_is_no_link_beside_a_federation_or_without_a_login() {
    let world = World::new();
    let link = link(&world);
    federate(&world, true);
    assert_eq!(printed(&world), None);
    assert_eq!(open(&world, &format!("setup?link={link}")).status, 403);
    assert_eq!(set_up(&world, &link, EMAIL, PASSWORD).status, 403);
    federate(&world, false);
    assert_eq!(set_up(&world, &link, EMAIL, PASSWORD).status, 303);
    let world = World::with(1, &json!({ "PUBLIC_URL": "" }));
    assert_eq!(printed(&world), None);
}

#[test]
fn of_two_uses_at_once_one_makes_a_user() {
    for seed in 0..30 {
        let mut world = World::with(2, &json!({}));
        world.seed = seed;
        let link = link(&world);
        let use_of = |email: &str| (visit(&world, "POST", "setup"), form(&link, email, PASSWORD));
        let responses = browse_all(&world, vec![use_of(EMAIL), use_of("eve@example.com"), use_of(EMAIL)]);
        let mut statuses: Vec<_> = responses.iter().map(|response| response.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404, 404], "seed {seed}");
        assert_eq!(users(&world).as_array().unwrap().len(), 1, "seed {seed}");
    }
}

#[test]
fn a_use_after_a_declaration_under_way_is_refused() {
    let (mut used, mut refused) = (0, 0);
    for seed in 0..60 {
        let mut world = World::new();
        world.seed = seed;
        let link = link(&world);
        let (request, form) = (visit(&world, "POST", "setup"), form(&link, EMAIL, PASSWORD));
        let document = json!({ "email": "bob@example.com" });
        let (declaration, document) =
            world.json("POST", "/users", &format!("Bearer {ADMIN}"), Some(&document));
        let [by_link, by_api] = [world.nodes[0].clone(), world.nodes[0].clone()];
        let tasks: Vec<Task<'_, u16>> = vec![
            Box::pin(async move {
                let form = Some(form.into_bytes());
                by_link.plane.log_in(&*by_link.host, &LoginEndpoint::Setup, &request, form).await.status
            }),
            Box::pin(async move { by_api.plane.handle(&*by_api.host, &declaration, document).await.status }),
        ];
        let statuses = world.run(tasks);
        let emails = in_order_of_commits(&world);
        match *statuses {
            [303, 201] => {
                used += 1;
                assert_eq!(emails, [EMAIL, "bob@example.com"], "seed {seed}");
            }
            [404, 201] => {
                refused += 1;
                assert_eq!(emails, ["bob@example.com"], "seed {seed}");
            }
            _ => panic!("seed {seed}: {statuses:?}"),
        }
    }
    assert!(used > 0 && refused > 0, "{used} {refused}");
}
