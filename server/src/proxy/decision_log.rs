//! The log line of a decision.

use edge_authorizer::{Decision, ErrorCode};
use service::log::{DecisionEnd, decision_line, decision_start};

use super::exchange::Exchange;
use super::host::ProxyHost;

impl<H: ProxyHost> Exchange<'_, H> {
    /// Writes the line of a request that no origin got.
    pub(super) fn write_decision(&self, decision: &Decision, code: Option<ErrorCode>) {
        let known = decision.cached_token.as_ref().is_some_and(|cached| cached.number().is_some());
        self.write_line((&decision_start(decision), known), code, None);
    }

    /// Writes a line whose start is prepared, with whether the token is known.
    pub(super) fn write_line(
        &self,
        start: (&str, bool),
        code: Option<ErrorCode>,
        origin_status: Option<u16>,
    ) {
        let address = self.address.to_string();
        let (received, answered) = (self.received, self.proxy.host.now());
        let end = DecisionEnd {
            code,
            request_id: &self.id,
            method: self.head.method.as_str(),
            path: self.head.target().path,
            address: Some(&address),
            origin_status,
            received,
            answered,
        };
        self.proxy.host.info(&decision_line(start.0, start.1, end));
    }
}
