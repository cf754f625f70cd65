//! Who calls the management API: a platform administrator, or an owner of the project.

use std::cell::{OnceCell, RefCell};

use cloudflare::decide::{Source, drive};
use cloudflare::edge::{Edge, Incoming};
use cloudflare::http::now;
use cloudflare::{log, store};
use edge_authorizer::management::{Endpoint, UnknownProjectLimiter};
use edge_authorizer::{
    BearerCredentials, Clock, Denial, ErrorCode, Identity, OwnerRequirement, ProjectId, Step, authorize_owner,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::id_of;
use super::reply::Reply;
use crate::objects::{Author, ProjectObject};

/// The fewest characters of an administrator's token. A shorter one could be guessed.
const MIN_ADMIN_TOKEN_LENGTH: usize = 32;

/// The most characters of an address that are noted. The longest IPv6 address with a zone has fewer.
const MAX_ADDRESS_LENGTH: usize = 64;

thread_local! {
    /// The digests of the administrator's tokens.
    static ADMIN_TOKENS: OnceCell<Vec<[u8; 32]>> = const { OnceCell::new() };
    static UNKNOWN: RefCell<UnknownProjectLimiter> = RefCell::default();
}

/// Somebody who may use an endpoint.
pub enum Caller {
    /// By the secret `ADMIN_TOKEN`, or `ADMIN_TOKEN_PREVIOUS` while it is being changed.
    PlatformAdmin,
    /// By a token of the project's own identity providers.
    Owner(Identity),
}

impl Caller {
    /// The caller of a request as the audit log names them.
    pub fn author(&self, incoming: &Incoming) -> Author {
        let who = match self {
            Self::PlatformAdmin => json!("platform-admin"),
            Self::Owner(identity) => json!({ "idp": identity.idp, "subject": identity.subject }),
        };
        let address = incoming.header("cf-connecting-ip");
        let address = address.map(|address| address.chars().take(MAX_ADDRESS_LENGTH).collect());
        Author { who, request_id: id_of(incoming), address, began: incoming.began }
    }
}

/// What credentials say by themselves.
enum Claimed<'r> {
    /// They are the administrator's.
    PlatformAdmin,
    /// The project has to say whether its bearer owns it.
    Token(Step<'r, OwnerRequirement>),
}

/// Looks at the credentials of a request. What is missing, ambiguous, malformed or expired is refused, and so is everybody
/// but the administrator where there is no `project` whose owners may.
fn read<'r>(edge: &Edge, incoming: &'r Incoming, project: Option<&ProjectId>) -> Result<Claimed<'r>, Reply> {
    let denied = |code| Err(Reply::denied(&Denial { code, realm: project.cloned() }));
    let authorization = incoming.authorization.as_deref();
    match BearerCredentials::parse(authorization) {
        BearerCredentials::Bearer(token) if is_admin(edge, token) => return Ok(Claimed::PlatformAdmin),
        BearerCredentials::Missing => return denied(ErrorCode::TokenMissing),
        BearerCredentials::Ambiguous => return denied(ErrorCode::RequestInvalid),
        BearerCredentials::Bearer(_) => {}
    }
    let Some(id) = project else { return denied(ErrorCode::TokenUntrusted) };
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    match authorize_owner(id, authorization, clock) {
        Step::Decided(Err(denial)) => Err(Reply::denied(&denial)),
        step => Ok(Claimed::Token(step)),
    }
}

/// Refuses in the worker what needs no object: only a request with credentials that the object could accept wakes it. This
/// is a filter and proves nothing: the object decides by its own state.
pub async fn screen(edge: &Edge, incoming: &Incoming, endpoint: &Endpoint) -> Result<(), Reply> {
    let project = endpoint.owned_project();
    let (Claimed::Token(_), Some(id)) = (read(edge, incoming, project)?, project) else { return Ok(()) };
    let snapshot = store::snapshot(edge, id).await;
    if matches!(snapshot, Ok(Some(_))) || UNKNOWN.with_borrow_mut(|unknown| unknown.admit(id, now())) {
        return Ok(());
    }
    // While KV fails, it is unknown whether there is such a project.
    snapshot?;
    Err(Reply::denied(&Denial { code: ErrorCode::TokenUntrusted, realm: Some(id.clone()) }))
}

/// Who calls, if they may; `project` is the one whose owners may, with the object that knows who they are.
pub async fn authenticate(
    edge: &Edge,
    incoming: &Incoming,
    project: Option<(&ProjectId, &ProjectObject)>,
) -> Result<Caller, Reply> {
    let id = project.map(|(id, _)| id);
    let (step, snapshot) = match (read(edge, incoming, id)?, project) {
        // The truth, not what the edges see of it: who is no owner any more cannot change anything.
        (Claimed::Token(step), Some((_, object))) => (step, object.snapshot()?),
        (Claimed::PlatformAdmin, _) => return Ok(Caller::PlatformAdmin),
        (Claimed::Token(_), None) => return Err(Reply::refused(ErrorCode::TokenUntrusted)),
    };
    match drive(edge, step, Source::Given(snapshot)).await {
        Ok(ownership) => Ok(Caller::Owner(ownership.identity().clone())),
        Err(denial) => Err(Reply::denied(&denial)),
    }
}

/// Compared by their hashes in constant time, so that neither content nor length shows.
fn is_admin(edge: &Edge, token: &str) -> bool {
    let given = Sha256::digest(token.as_bytes());
    ADMIN_TOKENS.with(|tokens| {
        let tokens = tokens.get_or_init(|| admin_tokens(edge));
        tokens.iter().fold(Choice::from(0), |found, token| found | token[..].ct_eq(&given)).into()
    })
}

/// The tokens that are set, as long as they have to be. They are the same for as long as the worker runs.
fn admin_tokens(edge: &Edge) -> Vec<[u8; 32]> {
    let mut tokens = Vec::new();
    for name in ["ADMIN_TOKEN", "ADMIN_TOKEN_PREVIOUS"] {
        let token = edge.env.text(name).unwrap_or_default();
        if token.chars().count() >= MIN_ADMIN_TOKEN_LENGTH {
            tokens.push(Sha256::digest(token.as_bytes()).into());
        } else if !token.is_empty() {
            log::warning(
                "secret_too_short",
                name,
                format_args!(
                    "fewer than {MIN_ADMIN_TOKEN_LENGTH} characters, so it is ignored; set a longer random secret"
                ),
            );
        }
    }
    tokens
}
