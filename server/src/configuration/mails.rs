//! Checking how mails are handed over.

use service::MailHook;

use super::fault::Faults;
use super::variables::Variables;
use crate::control::{Sender, SmtpServer};

/// Checks the variables of the mail hook and of the mail server, of which one at most is used.
pub fn check(variables: &Variables, faults: &mut Faults) {
    if variables.get("MAIL_HOOK_URL").is_some() {
        check_hook(variables, faults);
    }
    let server = variables.get("SMTP_URL").map(|url| SmtpServer::parse(&url));
    if let Some(Err(invalid)) = &server {
        faults.add(variables.place_of("SMTP_URL"), invalid);
    }
    if server.is_some() && variables.get("MAIL_HOOK_URL").is_some() {
        faults.add(
            variables.place_of("SMTP_URL"),
            "`MAIL_HOOK_URL` is set, too; mails are handed over in one way, so unset one of the two",
        );
    }
    match variables.get("MAIL_FROM").map(|sender| Sender::parse(&sender)) {
        Some(Err(invalid)) => faults.add(variables.place_of("MAIL_FROM"), invalid),
        None if server.is_some() => faults.add(
            variables.place_of("MAIL_FROM"),
            "not set, but `SMTP_URL` needs it: the sender of mails, such as `Example <noreply@example.com>`",
        ),
        _ => {}
    }
}

fn check_hook(variables: &Variables, faults: &mut Faults) {
    let Err(unusable) = MailHook::read(|name| variables.get(name)) else { return };
    let problem = match unusable.expected {
        Some(expected) => format!("expected {expected}"),
        None => "not set, but `MAIL_HOOK_URL` needs it; `edge-authorizer keys` prints a new one".to_owned(),
    };
    faults.add(variables.place_of(unusable.name), problem);
}
