//! Deciding on a request that another proxy forwards.

use edge_authorizer::header_rules::{fold, misleads};
use edge_authorizer::{Decision, ErrorCode, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use service::NotForwarded;

use super::super::answer::Answer;
use super::super::client::{Client, Sender};
use super::super::exchange::Exchange;
use super::super::forward::{ASSERTION, prepare, provenance};
use super::super::host::ProxyHost;
use super::super::origin_headers::to_origin;
use super::super::request_head::{RequestHead, screen};
use super::super::state::Proxy;

/// Who asks, and so what can be done with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A proxy that forwards the request or passes the answer on. It drops no header of the client's that it is not configured to.
    Forwarding,
    /// One that was refused already, and passes on what it gets.
    Refusing,
    /// Envoy, which does all that the answer says.
    Envoy,
}

const PREFLIGHT: &str = "a preflight, which the gateway answers itself; send it there";
const PERMITTED: &str = "refused a moment ago, and permitted now; try again";
const MISLEADING: &str = "a header that origins could take for the caller, the method or the path, such as `X-Auth-Roles` or `X-HTTP-Method-Override`";

/// What a permitted request is like when it reaches its origin.
pub struct Permitted {
    /// Its headers, as the gateway itself would send them.
    pub headers: HeaderMap,
    /// Those of them that the gateway adds.
    pub added: Vec<(HeaderName, HeaderValue)>,
    /// The names of the client's headers that could mislead the origin: the gateway would drop them, and the proxy would not.
    pub misleading: Vec<HeaderName>,
    /// The id of the request.
    pub id: HeaderValue,
}

/// Decides on the request of a client that sent it by `sender`. The error is the answer to the client.
pub async fn check<H: ProxyHost>(
    proxy: &Proxy<H>,
    client: &Client,
    asker: Asker,
    sender: Sender,
    request: Request<()>,
) -> Result<Permitted, Response<Answer>> {
    let exchange = Exchange::new(proxy, client, sender.address, RequestHead::new(&request, sender.scheme));
    screen(&request).map_err(|unacceptable| exchange.refuse_undecided(unacceptable))?;
    let headers = request.into_parts().0.headers;
    let decision = exchange.evaluate(&headers).await;
    proxy.host.plane().remember(&decision);
    if matches!(decision.verdict, Verdict::Preflight) && asker != Asker::Forwarding {
        return Err(exchange.answer_preflight(&decision));
    }
    let navigates = decision.login_redirect.is_some() && exchange.is_navigation(&headers);
    let permitted = permitted(&exchange, asker, &decision, headers).await;
    permitted.map_err(|refusal| exchange.refuse(&decision, &refusal, navigates))
}

/// What the origin gets of a permitted request.
async fn permitted<H: ProxyHost>(
    exchange: &Exchange<'_, H>,
    asker: Asker,
    decision: &Decision,
    mut headers: HeaderMap,
) -> Result<Permitted, NotForwarded> {
    let permit = exchange.permit(decision)?.ok_or(because(PREFLIGHT))?;
    let assertion = exchange.assertion(decision).await?;
    let prepared = prepare(exchange.proxy, decision, permit, exchange.head.method.as_str())?;
    let rules = &prepared.rules;
    let could_mislead = |name: &&HeaderName| {
        misleads(name.as_str()) || rules.secret_name.as_ref().is_some_and(|own| *own == fold(name.as_str()))
    };
    let misleading: Vec<_> = headers.keys().filter(could_mislead).cloned().collect();
    if asker != Asker::Envoy && !misleading.is_empty() {
        return Err(because(MISLEADING));
    }
    if asker == Asker::Refusing {
        return Err(NotForwarded { reason: Some(PERMITTED), ..ErrorCode::ConfigUnavailable.into() });
    }
    to_origin(&mut headers, rules, &mut exchange.proxy.names.borrow_mut(), provenance(exchange))?;
    let mut added = rules.added.clone();
    added.extend(assertion.and_then(|text| Some((ASSERTION, HeaderValue::from_str(&text).ok()?))));
    exchange.write_line((&prepared.log, prepared.is_known), None, None);
    Ok(Permitted { headers, added, misleading, id: exchange.id_header() })
}

fn because(reason: &'static str) -> NotForwarded {
    NotForwarded { reason: Some(reason), ..ErrorCode::RequestInvalid.into() }
}
