//! What would become of a request whose token said this and that.
//!
//! Claims go the way of a token ([`crate::authorize`]) without its header and signature. They end in an [`Explanation`] and
//! never in a permit: a permit takes a token that was verified.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::authorize::{Clock, Request, Unavailable};
use crate::code::Code;
use crate::decision::Outcome;
use crate::demand::Demand;
use crate::explanation::Explanation;
use crate::gateway::Gateway;
use crate::inquiry::Inquiry;
use crate::project::ProjectId;
use crate::snapshot::Snapshot;
use crate::statement::Statement;
use crate::trace::Step;

/// What comes next.
#[derive(Debug)]
#[must_use]
pub enum Supposed {
    /// Nothing: this is the end.
    Explained(Explanation),
    /// The project's snapshot is needed.
    NeedProject(Supposition),
}

/// Claims that nobody signed, and what is wanted by them.
#[derive(Debug)]
pub struct Supposition {
    inquiry: Inquiry,
    demand: Demand,
    statement: Statement,
}

/// Supposes that `request` has a token that says `claims`, whatever its `authorization` is.
pub fn suppose(
    gateway: &Gateway,
    request: &Request<'_>,
    claims: Map<String, Value>,
    clock: Clock,
) -> Supposed {
    let mut inquiry = Inquiry::default();
    let purpose = match inquiry.enter(gateway, request) {
        Ok(purpose) => purpose,
        Err(verdict) => return Supposed::Explained(inquiry.decide(verdict).into()),
    };
    let statement = match Statement::new(claims, None) {
        Ok(statement) => statement,
        Err(reason) => {
            inquiry.trace.push(Step::Malformed { reason });
            return Supposed::Explained(refuse(inquiry, Code::TokenMalformed));
        }
    };
    inquiry.trace.push(Step::Claims { issuer: statement.issuer().to_owned() });
    match inquiry.admit(statement.times(), purpose, clock) {
        Ok(demand) => Supposed::NeedProject(Supposition { inquiry, demand, statement }),
        Err(code) => Supposed::Explained(refuse(inquiry, code)),
    }
}

fn refuse(inquiry: Inquiry, code: Code) -> Explanation {
    let verdict = inquiry.deny(code);
    inquiry.decide(verdict).into()
}

impl Supposition {
    /// The project that the path names.
    pub fn project(&self) -> &ProjectId {
        &self.demand.project
    }

    /// Goes on with the project's snapshot; `None` if there is no such project.
    pub fn resume(self, snapshot: Result<Option<Arc<Snapshot>>, Unavailable>) -> Explanation {
        let Self { mut inquiry, demand, statement } = self;
        let entry = inquiry.consult(snapshot, &statement);
        match entry.and_then(|(entry, _issuer)| inquiry.recognise(&demand, entry, &statement)) {
            Ok(caller) => Explanation::new(Outcome::Permit, None, Some(caller.identity()), inquiry.trace),
            Err(code) => refuse(inquiry, code),
        }
    }
}
