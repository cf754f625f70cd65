//! The keys of an entry's issuer: looking at them, fetching them anew, distrusting one.

use cloudflare::edge::Edge;
use cloudflare::http::now;
use cloudflare::issuer::FromIssuer;
use edge_authorizer::management::{Change, IssuerKeys, Project};
use edge_authorizer::{
    BlockedKey, ErrorCode, FetchReason, Issuer, MAX_KEY_ID_BYTES, NumericDate, Unavailable,
};
use serde_json::Value;

use super::reply::Reply;
use crate::objects::{ProjectObject, ask_for_keys};

/// The keys as the project sees them.
pub async fn describe(
    object: &ProjectObject,
    edge: &Edge,
    project: Project,
    idp: &str,
) -> Result<Value, Reply> {
    let (issuer, blocked) = &named(project, idp)?;
    let FromIssuer { record, life } = ask(edge, issuer, FetchReason::Due).await?;
    let since = since(object, issuer)?;
    Ok(IssuerKeys { issuer, record: record.as_ref(), schedule: &life, since }.describe(blocked))
}

/// Has the keys fetched anew, once a cooldown, and describes them. Where they were just fetched for another project, they
/// are described as they are: how often others have them fetched is theirs to know.
pub async fn refresh(
    object: &ProjectObject,
    edge: &Edge,
    project: Project,
    idp: &str,
) -> Result<Reply, Reply> {
    let (issuer, blocked) = &named(project, idp)?;
    let start = now();
    let again =
        object.naming(issuer.as_str())?.map(|naming| naming.refreshed.plus(edge.settings.keys.cooldown));
    if let Some(again) = again.filter(|again| start < *again) {
        return Err(Reply::too_soon(ErrorCode::RefreshTooSoon, again.as_seconds() - start.as_seconds()));
    }
    // Before anything is awaited: of two at once, one is too soon.
    object.note_refresh(issuer.as_str(), start)?;
    let FromIssuer { record, life } = ask(edge, issuer, FetchReason::Newer).await?;
    if let Some(attempted) = life.attempted.filter(|attempted| *attempted > start) {
        object.note_refresh(issuer.as_str(), attempted)?;
    }
    if let Some(reason) = life.error {
        return Err(Reply::issuer_unusable(reason));
    }
    let since = since(object, issuer)?;
    let keys = IssuerKeys { issuer, record: record.as_ref(), schedule: &life, since };
    Ok(Reply::representation(&keys.describe(blocked), None))
}

/// The change by which the key of that id, or with that thumbprint, does not count for the project any more.
pub async fn distrust(
    object: &ProjectObject,
    edge: &Edge,
    project: Project,
    idp: &str,
    kid: &str,
) -> Result<Change, Reply> {
    let (issuer, _) = &named(project, idp)?;
    if kid.len() > MAX_KEY_ID_BYTES {
        return Err(Reply::refused(ErrorCode::NotFound));
    }
    let FromIssuer { record, life } = ask(edge, issuer, FetchReason::Due).await?;
    let since = since(object, issuer)?;
    let thumbprint = IssuerKeys { issuer, record: record.as_ref(), schedule: &life, since }.thumbprint(kid);
    let (iss, kid) = (issuer.as_str().to_owned(), kid.to_owned());
    Ok(Change::BlockKey(BlockedKey { iss, kid, thumbprint }))
}

/// Since when the project names an issuer: what is older is not shown.
fn since(object: &ProjectObject, issuer: &Issuer) -> Result<NumericDate, Reply> {
    Ok(object.naming(issuer.as_str())?.map_or_else(now, |naming| naming.since))
}

/// The change by which it counts again.
pub fn trust(project: &Project, idp: &str, kid: &str) -> Result<Change, Reply> {
    Ok(Change::UnblockKey { iss: issuer(project, idp)?.as_str().to_owned(), kid: kid.to_owned() })
}

/// The issuer of an entry, and the keys that the project blocks: no more of a project is kept while its issuer is awaited.
fn named(project: Project, idp: &str) -> Result<(Issuer, Vec<BlockedKey>), Reply> {
    Ok((issuer(&project, idp)?, project.blocked))
}

fn issuer(project: &Project, idp: &str) -> Result<Issuer, Reply> {
    let issuer = project.idp(idp).and_then(|entry| entry.get("iss")).and_then(Value::as_str);
    let issuer = issuer.and_then(|issuer| Issuer::try_from(issuer).ok());
    issuer.ok_or_else(|| Reply::refused(ErrorCode::NotFound))
}

async fn ask(edge: &Edge, issuer: &Issuer, want: FetchReason) -> Result<FromIssuer, Unavailable> {
    ask_for_keys(edge.env.clone(), issuer.clone(), want).await
}
