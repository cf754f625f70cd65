//! The sender that `MAIL_FROM` names.

use std::fmt;

use edge_authorizer::users::Email;
use lettre::Address;
use lettre::message::Mailbox;

/// From whom mails are.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

/// A text is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSender;

impl fmt::Display for InvalidSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a name and one address in ASCII, such as `Example <noreply@example.com>`")
    }
}

impl Sender {
    /// Reads `Name <address>` or an address alone.
    pub fn parse(text: &str) -> Result<Self, InvalidSender> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            Some(text) => text.rsplit_once('<').ok_or(InvalidSender)?,
            None => ("", text),
        };
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        let email = Email::try_from(address).map_err(|_| InvalidSender)?;
        if name.contains(|character: char| character.is_control() || "<>\"".contains(character)) {
            return Err(InvalidSender);
        }
        let address = address_of(&email).ok_or(InvalidSender)?;
        Ok(Self(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    /// Name and address.
    pub fn mailbox(&self) -> &Mailbox {
        &self.0
    }

    /// The domain of the address.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// An address as SMTP takes it.
pub fn address_of(email: &Email) -> Option<Address> {
    email.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_an_address_and_perhaps_a_name() {
        for (text, name, address) in [
            ("noreply@example.com", None, "noreply@example.com"),
            (" Example <noreply@Example.com> ", Some("Example"), "noreply@example.com"),
            ("\"Müller, Inc.\" <no-reply@localhost>", Some("Müller, Inc."), "no-reply@localhost"),
            ("<noreply@example.com>", None, "noreply@example.com"),
        ] {
            let sender = Sender::parse(text).unwrap();
            assert_eq!((sender.0.name.as_deref(), sender.0.email.as_ref()), (name, address), "{text}");
        }
    }

    #[test]
    fn what_is_no_sender_is_refused() {
        for text in [
            "",
            "Example",
            "Example <noreply>",
            "a@example.com, b@example.com",
            "A <a@example.com>, B <b@example.com>",
            "A\r\nBcc: eve@example.com\r\nX: <a@example.com>",
            "A <a@example.com\r\nBcc: eve@example.com>",
            "ä@example.com",
        ] {
            assert_eq!(Sender::parse(text).err(), Some(InvalidSender), "{text}");
        }
    }

    #[test]
    fn an_address_of_a_user_is_one_of_smtp() {
        for text in [
            "ada@example.com",
            "o'brien_1+x@xn--mnchen-3ya.example",
            "admin@localhost",
            "{a|b}~!#$%&*/=?^`@a.b",
        ] {
            assert_eq!(address_of(&Email::try_from(text).unwrap()).unwrap().to_string(), text);
        }
    }
}
