//! The keys that the gateway signs with, for administrators.

use edge_authorizer::accounts::{KeyState, SigningSet};
use edge_authorizer::management::Endpoint;
use edge_authorizer::{ErrorCode, Method};
use serde_json::Value;

use super::author::Author;
use super::call::Call;
use super::reply::Reply;
use crate::host::{ControlHost, Key};
use crate::records::failed;
use crate::signing::{Changed, KeyChange, KeyRefusal};

impl<H: ControlHost> Call<'_, H> {
    /// Answers a request about a set of signing keys.
    pub async fn answer_for_signing_keys(&self, endpoint: &Endpoint, method: Method) -> Result<Reply, Reply> {
        let caller = self.authenticate_admin(endpoint, method).await?;
        let known = self.request.header("if-none-match");
        let what = match endpoint {
            Endpoint::IssuerKeysRotation => KeyChange::Rotate,
            Endpoint::IssuerKey(kid) => KeyChange::Revoke(kid),
            Endpoint::IssuerKeysAuditLog => {
                let page = self.audit_page(&Key::SigningKeys(self.signing_set()), false).await?;
                return Ok(Reply::representation(page.to_string(), known.as_deref()));
            }
            _ => {
                let keys = self.signing_keys()?.describe().await?;
                return Ok(Reply::representation(keys.to_string(), known.as_deref()));
            }
        };
        self.change_signing_keys(what, &Author::new(&caller, self.request).to_json()).await
    }

    /// Makes the change, unless it is refused, which the audit log has too.
    async fn change_signing_keys(&self, what: KeyChange<'_>, author: &str) -> Result<Reply, Reply> {
        let set = self.signing_set();
        let refusal = match self.signing_keys()?.change_by(author, what).await? {
            Ok(changed) => return Ok(Reply::representation(answer(set, what, changed).to_string(), None)),
            Err(KeyRefusal::NotReady(wait)) => Reply::too_soon(ErrorCode::RotationTooSoon, wait.seconds),
            Err(KeyRefusal::NoKey) => Reply::for_reason(ErrorCode::NotFound, no_key(set)),
        };
        if let Reply::Problem { denial, .. } = &refusal {
            let (key, note) = (Key::SigningKeys(set), what.refused(set, author, denial.code));
            let appended = self.host.append(&key, note).await;
            appended.map_err(|failure| failed(self.host, &key, &failure))?;
        }
        Err(refusal)
    }
}

/// The keys, with warnings if one was removed.
fn answer(set: SigningSet, what: KeyChange<'_>, changed: Changed) -> Value {
    let Changed { removed, is_published, mut keys } = changed;
    if let (KeyChange::Revoke(kid), Some(state), Some(members)) = (what, removed, keys.as_object_mut()) {
        let mut warnings = warnings(set, kid, state);
        if !is_published {
            warnings.push(UNPUBLISHED.to_owned());
        }
        members.insert("warnings".to_owned(), warnings.into());
    }
    keys
}

const UNPUBLISHED: &str = "the change is not published yet; that is tried again every two seconds";

/// What follows from the removal of a key.
fn warnings(set: SigningSet, kid: &str, state: KeyState) -> Vec<String> {
    let signed = match set {
        SigningSet::AccessTokens => format!(
            "access tokens that `{kid}` signed are refused as soon as the gateway has read the key set again; their clients have to request new ones"
        ),
        SigningSet::Assertions => format!(
            "assertions that `{kid}` signed are refused by origins that have fetched the key set again; one that keeps it for longer still accepts them"
        ),
    };
    let successor = match set {
        SigningSet::AccessTokens => {
            "another key signs now, which the gateway may not know everywhere yet; it asks for it, at most once in `JWKS_COOLDOWN_SECONDS`"
        }
        SigningSet::Assertions => {
            "another key signs now, which origins may not know yet; until they have fetched the key set again, they refuse its assertions"
        }
    };
    match state {
        KeyState::Current => vec![signed, successor.to_owned()],
        KeyState::Previous => vec![signed],
        KeyState::Next => Vec::new(),
    }
}

fn no_key(set: SigningSet) -> String {
    let other = SigningSet::ALL.into_iter().find(|other| *other != set).unwrap_or_default().name();
    format!("the set `{}` has no key of this id; `?set={other}` names the other one", set.name())
}
