//! What the audit log of a project says of its clients: the first use of a secret, and attempts to guess one.

use edge_authorizer::management::{AuditOutcome, audit_entry};
use serde_json::{Value, json};

use super::question::TokenQuestion;
use crate::host::AuditNote;

/// The code of refused attempts.
const TOO_MANY_FAILURES: &str = "too_many_failures";

/// A secret was used for the first time.
pub fn first_use(question: &TokenQuestion, secret_id: &str) -> AuditNote {
    let who = json!({ "idp": "accounts", "subject": question.request.client });
    let change =
        json!({ "use_secret": { "account": question.request.client.account, "secretId": secret_id } });
    let outcome = AuditOutcome::Made { before: None, after: None };
    AuditNote { entry: audit_entry(&author(&who, question), &change.to_string(), &outcome), ..note(false) }
}

/// So many attempts failed that more are refused for a while.
pub fn burst(question: &TokenQuestion) -> AuditNote {
    let change = json!({ "request_token": { "client": question.request.client } });
    let outcome = AuditOutcome::Refused(TOO_MANY_FAILURES);
    let author = author(&json!("unauthenticated"), question);
    AuditNote { entry: audit_entry(&author, &change.to_string(), &outcome), ..note(true) }
}

fn note(is_refusal: bool) -> AuditNote {
    AuditNote { entry: String::new(), is_refusal, begins: false }
}

fn author(who: &Value, question: &TokenQuestion) -> String {
    json!({ "who": who, "requestId": question.request_id, "address": question.address }).to_string()
}
