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
    let place = variables.place_of("MAIL_FROM");
    let Some(sender) = variables.get("MAIL_FROM") else {
        if server.is_some() {
            faults.add(
                place,
                "not set, but `SMTP_URL` needs it: the sender of mails, such as `Example <noreply@example.com>`",
            );
        }
        return;
    };
    if let Err(invalid) = Sender::parse(&sender) {
        faults.add(&place, invalid);
    }
    if server.is_none() && variables.get("MAIL_HOOK_URL").is_none() {
        faults.add(place, "no mails are sent: neither `SMTP_URL` nor `MAIL_HOOK_URL` is set; set one of the two, or unset this");
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
