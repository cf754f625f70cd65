//! People and their browsers: users in the directory, and requests to the pages of the login.

use edge_authorizer::accounts::AuthEndpoint;
use edge_authorizer::users::{
    Email, LinkPurpose, LinkSecret, MailLink, StoredPassword, User, UserSettings, hash_password,
};
use serde_json::{Value, json};
use service::host::{Directory, Entropy, Kind, NewRow, RowChange, RowKey, Term, TermName};
use service::http::{Request, Response};

use super::executor::Task;
use super::world::{Node, PUBLIC_URL, START, World};

/// The address from which browsers send by default.
pub const HOME: &str = "203.0.113.7";

/// A field of a form.
pub type Field<'f> = (&'f str, &'f str);

/// A form as browsers send it.
pub fn encoded(fields: &[Field<'_>]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A browser's request to a page of the login. `target` follows `/auth/`.
pub fn visit(world: &World, method: &str, target: &str) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut request = world.request(method, "", None);
    request.path = format!("/auth/{path}");
    query.clone_into(&mut request.query);
    request.address = Some(HOME.to_owned());
    request.headers = vec![header("sec-fetch-site", "same-origin"), header("origin", PUBLIC_URL)];
    request
}

/// The answers to requests that are sent at once.
pub fn browse_all(world: &World, requests: Vec<(Request, String)>) -> Vec<Response> {
    let tasks = requests.into_iter().zip(world.nodes.iter().cycle()).map(|((request, body), node)| {
        let Node { host, plane } = node.clone();
        let task: Task<'_, Response> = Box::pin(async move {
            let Some(AuthEndpoint::Login(endpoint)) = AuthEndpoint::of(&request.path) else {
                panic!("{}", request.path)
            };
            let body = (!body.is_empty()).then(|| body.into_bytes());
            plane.log_in(&*host, &endpoint, &request, body).await
        });
        task
    });
    world.run(tasks.collect())
}

/// The answer to a `GET`.
pub fn open(world: &World, target: &str) -> Response {
    browse_all(world, vec![(visit(world, "GET", target), String::new())]).remove(0)
}

/// The answer to a form.
pub fn submit(world: &World, target: &str, fields: &[Field<'_>]) -> Response {
    browse_all(world, vec![(visit(world, "POST", target), encoded(fields))]).remove(0)
}

/// The answer to the login page's form, sent from an address.
pub fn log_in_from(world: &World, address: &str, email: &str, password: &str) -> Response {
    let mut request = visit(world, "POST", "login");
    request.address = Some(address.to_owned());
    let form = encoded(&[("email", email), ("password", password), ("return_to", "/a?b=1")]);
    browse_all(world, vec![(request, form)]).remove(0)
}

/// The answer to the login page's form.
pub fn log_in(world: &World, email: &str, password: &str) -> Response {
    log_in_from(world, HOME, email, password)
}

/// The session cookie that an answer sets.
pub fn cookie(response: &Response) -> Option<String> {
    response.header("set-cookie").map(|cookie| cookie.split(';').next().unwrap().to_owned())
}

/// Whether a cookie is that of a session.
pub fn has_session(world: &World, cookie: &str) -> bool {
    let mut request = visit(world, "GET", "session");
    request.headers.push(("cookie".to_owned(), cookie.to_owned()));
    browse_all(world, vec![(request, String::new())]).remove(0).status == 200
}

/// Writes rows that are not there, or replaces what is.
pub fn store(world: &World, kind: Kind, id: &str, row: NewRow) {
    let (host, key) = (world.nodes[0].host.clone(), RowKey::new(kind, id));
    world.run(vec![Box::pin(async move {
        let expected = host.row(&key).await.unwrap().map(|row| row.revision);
        host.commit_rows(&[RowChange::put(key, expected, row)]).await.unwrap();
    })]);
}

/// What is stored of a user.
pub fn user(world: &World, id: &str) -> User {
    let (host, key) = (world.nodes[0].host.clone(), RowKey::new(Kind::User, id));
    let task: Task<'_, User> =
        Box::pin(async move { User::read(&host.row(&key).await.unwrap().unwrap().value).unwrap() });
    world.run(vec![task]).remove(0)
}

/// Stores a user, with a password if one is given.
pub fn declare(world: &World, id: &str, document: &Value, password: Option<&str>) {
    let mut settings = UserSettings::read_new(document).unwrap();
    settings.disabled = document.get("name") == Some(&json!("Disabled"));
    let mut user = User::new(settings, START as u64);
    user.password = password.map(|password| StoredPassword {
        hash: hash_password(password, &[7; 16]).unwrap(),
        set_at: START as u64,
    });
    let terms = vec![Term::new(TermName::Email, user.email().as_str())];
    store(world, Kind::User, id, NewRow { value: user.write(), terms, expires_at: None });
}

/// Stores a link for a user, as an invitation does, and gives its secret.
pub fn link(world: &World, purpose: LinkPurpose, user: &str, email: &str) -> String {
    let mut random = [0; 32];
    world.nodes[0].host.fill(&mut random);
    let (secret, email) = (LinkSecret::new(&random), Email::try_from(email).unwrap());
    let link = MailLink::new(purpose, user, &email, world.now() as u64);
    let terms = vec![Term::new(TermName::User, user)];
    let row = NewRow { value: link.write(), terms, expires_at: Some(link.expires_at as f64) };
    store(world, Kind::Link, &secret.digest(), row);
    secret.expose().to_owned()
}

/// Stores a federation.
pub fn federate(world: &World, is_active: bool) {
    let endpoint = |name: &str| format!("https://op.example/{name}");
    let row = json!({
        "format": 1, "draft": "d1",
        "federation": {
            "issuer": "https://op.example", "clientId": "gateway", "secret": "sealed", "active": is_active,
            "sessionHours": 12,
        },
        "provider": {
            "issuer": "https://op.example", "authorization_endpoint": endpoint("auth"),
            "token_endpoint": endpoint("token"), "jwks_uri": endpoint("keys"),
            "end_session_endpoint": endpoint("end"), "id_token_signing_alg_values_supported": ["RS256"],
        },
    });
    let row = NewRow { value: row.to_string(), terms: Vec::new(), expires_at: None };
    store(world, Kind::Federation, "current", row);
}

/// Sends the mails that are due.
pub fn send_mails(world: &World) {
    let Node { host, plane } = world.nodes[0].clone();
    let task: Task<'_, ()> = Box::pin(async move { plane.send_mails(&*host).await.unwrap() });
    world.run(vec![task]);
}

/// The texts of the mails that were sent so far, with what they were sent to.
pub fn mails(world: &World) -> Vec<(String, String)> {
    let mails = world.shared.mails.lock().unwrap();
    mails.iter().map(|mail| (mail.to.as_str().to_owned(), mail.text.clone())).collect()
}

/// What is secret in the link of a mail.
pub fn secret_in(text: &str) -> String {
    let (_, rest) = text.split_once("/auth/activation?link=").unwrap();
    rest.chars().take_while(|character| !character.is_whitespace()).collect()
}

/// The outcomes that the log has, with the event `login` or `mail`.
pub fn outcomes(world: &World, event: &str) -> Vec<String> {
    let lines = world.shared.lines.lock().unwrap();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_event = lines.filter(|line| line["event"] == event);
    of_event.map(|line| line["outcome"].as_str().unwrap().to_owned()).collect()
}
