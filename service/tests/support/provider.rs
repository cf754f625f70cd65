//! Logins at a provider that a test makes behave well or badly.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::accounts::{AuthEndpoint, LoginEndpoint};
use edge_authorizer::users::SessionCookie;
use form_urlencoded::parse;
use serde_json::{Value, json};
use service::host::{
    Clock, Directory, FetchFailure, Fetched, Kind, NewRow, RowChange, RowKey, Seal, Sealer, Term, TermName,
};
use service::http::{Request, Response};
use sha2::{Digest, Sha256};

use super::executor::Task;
use super::keys::provider::{ISSUER, TokenVector, metadata, public_keys, tokens};
use super::world::{Node, SEALING_KEY, World};

pub const TOKEN_ENDPOINT: &str = "https://op.example/token";

/// A gateway where `ada@example.com` is declared and logs in at the provider.
pub struct Logins {
    pub world: World,
}

/// A login that is under way: what the browser has, and what the provider was sent.
pub struct Begun {
    pub cookie: String,
    pub state: String,
    pub nonce: String,
}

impl Begun {
    /// The login to whose page at the provider an answer leads.
    pub fn read(response: &Response) -> Self {
        let page = response.body.as_deref().unwrap();
        let url = page.split("href=\"").find(|rest| rest.starts_with("https://op.example/auth?"));
        let url = url.unwrap_or_else(|| panic!("{} {page}", response.status)).split('"').next().unwrap();
        let url = url.replace("&#38;", "&").replace("&amp;", "&");
        let (_, query) = url.split_once('?').unwrap();
        let parameter = |wanted: &str| {
            let found = parse(query.as_bytes()).find(|(name, _)| name == wanted);
            found.unwrap().1.into_owned()
        };
        let cookie = set_cookie(response, "__Host-login").unwrap();
        Self { cookie, state: parameter("state"), nonce: parameter("nonce") }
    }

    /// Where the provider sends the browser with these parameters besides `state`.
    pub fn target(&self, parameters: &str) -> String {
        let state: String = form_urlencoded::byte_serialize(self.state.as_bytes()).collect();
        format!("/auth/federation-callback?state={state}&{parameters}")
    }
}

impl Logins {
    /// A provider that announces these algorithms, and besides what `changes` say.
    pub fn new(announced: &[String], changes: &Value) -> Self {
        Self::on(World::new(), announced, changes)
    }

    /// The same on the nodes of a world.
    pub fn on(world: World, announced: &[String], changes: &Value) -> Self {
        let mut provider = metadata(announced);
        provider.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let logins = Self { world };
        logins.answer(&format!("{ISSUER}/.well-known/openid-configuration"), 200, &provider.to_string());
        let federation = json!({
            "issuer": ISSUER, "clientId": "gateway", "secret": logins.sealed_secret(), "active": true,
            "sessionHours": 12,
        });
        let row = json!({ "format": 1, "draft": "d1", "federation": federation, "provider": provider });
        logins.put(Kind::Federation, "current", &row, Vec::new());
        let user = json!({
            "format": 1, "email": "ada@example.com", "roles": [], "projects": {}, "identities": [], "createdAt": 1,
        });
        let email = Term::new(TermName::Email, "ada@example.com");
        logins.put(Kind::User, "u_AAAAAAAAAAAAAAAAAAAAAA", &user, vec![email]);
        logins.publish(&["rsa-1".to_owned()]);
        logins
    }

    /// The client secret `s` as the service seals it.
    fn sealed_secret(&self) -> String {
        let host = self.world.nodes[0].host.clone();
        let key: [u8; 32] = Base64UrlUnpadded::decode_vec(SEALING_KEY).unwrap().try_into().unwrap();
        let task: Task<'_, Vec<u8>> = Box::pin(async move {
            let seal = Seal { key: &key, nonce: &[0; 12], associated: b"client-secret\0current" };
            host.seal(seal, b"s").await.unwrap()
        });
        let sealed = self.world.run(vec![task]).remove(0);
        let id = Sha256::new().chain_update(b"sealing key id\0").chain_update(key).finalize();
        let [id, text] = [&id[..6], &[&[0; 12][..], &sealed].concat()].map(Base64UrlUnpadded::encode_string);
        format!("{id}.{text}")
    }

    fn put(&self, kind: Kind, id: &str, value: &Value, terms: Vec<Term>) {
        let host = self.world.nodes[0].host.clone();
        let row = NewRow { value: value.to_string(), terms, expires_at: None };
        let change = RowChange::put(RowKey::new(kind, id), None, row);
        let task: Task<'_, ()> = Box::pin(async move { host.commit_rows(&[change]).await.unwrap() });
        self.world.run(vec![task]);
    }

    /// Changes the stored configuration of the federation.
    pub fn configure(&self, name: &str, value: Value) {
        let host = self.world.nodes[0].host.clone();
        let (key, name) = (RowKey::new(Kind::Federation, "current"), name.to_owned());
        let task: Task<'_, ()> = Box::pin(async move {
            let row = host.row(&key).await.unwrap().unwrap();
            let mut stored: Value = serde_json::from_str(&row.value).unwrap();
            // As a change of the configuration does.
            if name == "active" {
                stored["switchedAt"] = json!(host.now().whole_seconds());
            } else {
                stored["draft"] = json!("d2");
            }
            stored["federation"][&name] = value;
            let new = NewRow { value: stored.to_string(), terms: Vec::new(), expires_at: None };
            host.commit_rows(&[RowChange::put(key, Some(row.revision), new)]).await.unwrap();
        });
        self.world.run(vec![task]);
    }

    /// Has a test login of the stored configuration passed.
    pub fn test(&self, tested: &Value) {
        let host = self.world.nodes[0].host.clone();
        let (key, tested) = (RowKey::new(Kind::Federation, "current"), tested.clone());
        let task: Task<'_, ()> = Box::pin(async move {
            let row = host.row(&key).await.unwrap().unwrap();
            let mut stored: Value = serde_json::from_str(&row.value).unwrap();
            stored["tested"] = tested;
            let new = NewRow { value: stored.to_string(), terms: Vec::new(), expires_at: None };
            host.commit_rows(&[RowChange::put(key, Some(row.revision), new)]).await.unwrap();
        });
        self.world.run(vec![task]);
    }

    /// What the provider answers at a URL.
    pub fn answer(&self, url: &str, status: u16, body: &str) {
        let fetched = Fetched { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        self.world.shared.network.answers.lock().unwrap().insert(url.to_owned(), Ok(fetched));
    }

    /// No answer in time at a URL.
    pub fn silence(&self, url: &str) {
        let failure = Err(FetchFailure::NoAnswer);
        self.world.shared.network.answers.lock().unwrap().insert(url.to_owned(), failure);
    }

    /// The keys that the provider publishes.
    pub fn publish(&self, names: &[String]) {
        *self.world.shared.network.keys.lock().unwrap() = public_keys(names);
    }

    /// Sends a request to the login.
    pub fn send(&self, method: &str, target: &str, cookie: &str, form: Option<&str>) -> Response {
        self.world.run(vec![self.sending(0, method, target, cookie, form)]).remove(0)
    }

    /// Sends a request to a node's login.
    pub fn sending(
        &self,
        node: usize,
        method: &str,
        target: &str,
        cookie: &str,
        form: Option<&str>,
    ) -> Task<'static, Response> {
        self.sending_with(
            node,
            method,
            target,
            &[("cookie", cookie), ("sec-fetch-site", "same-origin")],
            form,
        )
    }

    /// Sends a request with headers to a node's login.
    pub fn sending_with(
        &self,
        node: usize,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        form: Option<&str>,
    ) -> Task<'static, Response> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = self.request(method);
        path.clone_into(&mut request.path);
        query.clone_into(&mut request.query);
        let headers = headers.iter().copied().chain([("content-type", "application/x-www-form-urlencoded")]);
        request.headers.extend(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let endpoint = endpoint(path);
        let form = form.map(|form| form.as_bytes().to_vec());
        let Node { host, plane } = self.world.nodes[node].clone();
        Box::pin(async move { plane.log_in(&*host, &endpoint, &request, form).await })
    }

    fn request(&self, method: &str) -> Request {
        self.world.request(method, "", None)
    }

    /// Begins a login in a browser that has these cookies.
    pub fn begin(&self, cookie: &str) -> Begun {
        let response = self.send("GET", "/auth/login?return_to=/plant7/api?x=1", cookie, None);
        Begun::read(&response)
    }

    /// Ends a login with a response of the provider that has these parameters besides `state`.
    pub fn end(&self, begun: &Begun, parameters: &str) -> Response {
        self.send("GET", &begun.target(parameters), &begun.cookie, None)
    }

    /// A login whose ID Token is that of a vector.
    pub fn log_in(&self, vector: &TokenVector) -> Response {
        let begun = self.begin("");
        let id_token = vector.id_token(self.world.now(), &begun.nonce);
        self.answer(TOKEN_ENDPOINT, 200, &tokens(Some(&id_token)));
        self.end(&begun, "code=c")
    }

    /// The session of a good login, in the session `s1` of the provider.
    pub fn session(&self) -> String {
        let response = self.log_in(&TokenVector::good(&json!({ "sid": "s1" })));
        set_cookie(&response, "__Host-session").unwrap_or_else(|| panic!("{}", outcome(&response)))
    }

    /// Whether a session is accepted; nothing if that cannot be known.
    pub fn is_live(&self, session: &str) -> Option<bool> {
        self.world.run(vec![self.showing(0, session)]).remove(0)
    }

    /// Shows a session to a node: whether it is accepted; nothing if that cannot be known.
    pub fn showing(&self, node: usize, session: &str) -> Task<'static, Option<bool>> {
        let cookie = SessionCookie::read(session).unwrap().unwrap();
        let request = self.request("GET");
        let Node { host, plane } = self.world.nodes[node].clone();
        Box::pin(async move {
            let token = plane.session_token(&*host, &request, &cookie).await;
            token.ok().map(|token| token.is_some())
        })
    }
}

fn endpoint(path: &str) -> LoginEndpoint {
    match AuthEndpoint::of(path) {
        Some(AuthEndpoint::Login(endpoint)) => endpoint,
        other => panic!("{path}: {other:?}"),
    }
}

/// The value of a header of an answer.
pub fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| &**value)
}

/// The cookie of that name which an answer sets, as the browser sends it.
pub fn set_cookie(response: &Response, name: &str) -> Option<String> {
    let cookies = response.headers.iter().filter(|(header, _)| *header == "set-cookie");
    let mut pairs = cookies.filter_map(|(_, value)| value.split(';').next());
    pairs.find(|pair| pair.split('=').next() == Some(name)).map(str::to_owned)
}

/// How a login ended: `signed_in`, `begun_anew`, or the code of the refusal.
pub fn outcome(response: &Response) -> String {
    if let Some(code) = response.code {
        return code.as_str().to_owned();
    }
    let is_signed_in = set_cookie(response, "__Host-session").is_some();
    if is_signed_in { "signed_in" } else { "begun_anew" }.to_owned()
}
