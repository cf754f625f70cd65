//! The keys of an entry's issuer: looking at them, fetching them anew, distrusting one.

use edge_authorizer::management::{Change, IssuerKeys, Project};
use edge_authorizer::{Code, DistrustedKey, Issuer, Unavailable, Want};
use serde_json::Value;

use super::reply::Reply;
use crate::edge::Edge;
use crate::http::now;
use crate::objects::{FromIssuer, ToIssuer, ask_issuer};

/// The keys as the project sees them.
pub async fn describe(edge: &Edge, project: &Project, idp: &str) -> Result<Value, Reply> {
    let issuer = &issuer(project, idp)?;
    let FromIssuer { record, life } = ask(edge, issuer, Want::Due).await?;
    Ok(IssuerKeys { issuer, record: record.as_ref(), life: &life }.describe(&project.distrusted))
}

/// Has the keys fetched anew, and describes them.
pub async fn refresh(edge: &Edge, project: &Project, idp: &str) -> Result<Reply, Reply> {
    let issuer = &issuer(project, idp)?;
    let start = now();
    let FromIssuer { record, life } = ask(edge, issuer, Want::Newer).await?;
    let attempted = life.attempted.unwrap_or(start);
    if attempted < start {
        let again = attempted.plus(edge.settings.keys.cooldown).as_seconds() - start.as_seconds();
        return Err(Reply::too_soon(Code::RefreshTooSoon, again));
    }
    if let Some(reason) = life.error {
        return Err(Reply::issuer_unusable(reason));
    }
    let keys = IssuerKeys { issuer, record: record.as_ref(), life: &life };
    Ok(Reply::representation(&keys.describe(&project.distrusted), None))
}

/// The change by which the key of that id, or with that thumbprint, does not count for the project any more.
pub async fn distrust(edge: &Edge, project: &Project, idp: &str, kid: &str) -> Result<Change, Reply> {
    let issuer = &issuer(project, idp)?;
    let FromIssuer { record, life } = ask(edge, issuer, Want::Due).await?;
    let thumbprint = IssuerKeys { issuer, record: record.as_ref(), life: &life }.thumbprint(kid);
    let (iss, kid) = (issuer.as_str().to_owned(), kid.to_owned());
    Ok(Change::DistrustKey(DistrustedKey { iss, kid, thumbprint }))
}

/// The change by which it counts again.
pub fn trust(project: &Project, idp: &str, kid: &str) -> Result<Change, Reply> {
    Ok(Change::TrustKey { iss: issuer(project, idp)?.as_str().to_owned(), kid: kid.to_owned() })
}

fn issuer(project: &Project, idp: &str) -> Result<Issuer, Reply> {
    let issuer = project.idp(idp).and_then(|entry| entry.get("iss")).and_then(Value::as_str);
    let issuer = issuer.and_then(|issuer| Issuer::try_from(issuer).ok());
    issuer.ok_or_else(|| Reply::refused(Code::NotFound))
}

async fn ask(edge: &Edge, issuer: &Issuer, want: Want) -> Result<FromIssuer, Unavailable> {
    ask_issuer(&edge.env, issuer.as_str(), &ToIssuer::Keys(want)).await
}
