//! A mail as it is sent (RFC 5322).

use std::time::{Duration, SystemTime};

use edge_authorizer::NumericDate;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use service::host::{Failure, OutgoingMail};

use super::sender::{Sender, address_of};

/// A mail from a sender at `now`. What is sent again has the same `Message-ID`.
pub fn message(mail: &OutgoingMail, sender: &Sender, now: NumericDate) -> Result<Message, Failure> {
    let to = address_of(&mail.to).ok_or_else(|| Failure::new("the address cannot be sent to by SMTP"))?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(now.whole_seconds());
    // Keeps automatic replies away (RFC 3834, section 5).
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let built = Message::builder()
        .from(sender.mailbox().clone())
        .to(Mailbox::new(None, to))
        .subject(&mail.subject)
        .date(date)
        .message_id(Some(format!("<{}@{}>", mail.id, sender.domain())))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .singlepart(SinglePart::plain(mail.text.clone()));
    built.map_err(|_| Failure::new("the mail cannot be written as a message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_authorizer::users::Email;

    fn written(subject: &str, text: &str, sender: &str) -> String {
        let mail = OutgoingMail {
            id: "6f1c".to_owned(),
            to: Email::try_from("ada@example.com").unwrap(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        };
        let now = NumericDate::from_seconds(1_800_000_000.5);
        let message = message(&mail, &Sender::parse(sender).unwrap(), now).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_message_is_plain_text_with_an_id() {
        let written =
            written("Your access", "Open this:\n\nhttps://a.example/x?link=abc\n", "Example <no@a.example>");
        assert_eq!(
            written,
            "From: Example <no@a.example>\r\n\
             To: ada@example.com\r\n\
             Subject: Your access\r\n\
             Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n\
             Message-ID: <6f1c@a.example>\r\n\
             Auto-Submitted: auto-generated\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 7bit\r\n\r\n\
             Open this:\r\n\r\nhttps://a.example/x?link=abc\r\n\r\n"
        );
    }

    #[test]
    fn other_characters_are_encoded() {
        let written = written(
            "Ihr Zugang für Zoë",
            "Öffnen Sie:\nhttps://a.example/x?link=abc",
            "Müller <no@a.example>",
        );
        assert!(written.is_ascii(), "{written}");
        assert!(written.lines().all(|line| line.len() <= 78), "{written}");
        assert!(written.contains("Content-Type: text/plain; charset=utf-8\r\n"), "{written}");
    }

    #[test]
    fn no_text_adds_a_header() {
        for text in [
            "a\r\nBcc: eve@example.com",
            "a\nBcc: eve@example.com",
            "a\rBcc: eve@example.com",
            "a\r\n\r\nBcc: x",
        ] {
            let written = written(text, text, "no@a.example");
            let head = written.split("\r\n\r\n").next().unwrap();
            let names: Vec<_> =
                head.split("\r\n").filter_map(|line| line.split_once(": ").map(|(name, _)| name)).collect();
            assert_eq!(
                names,
                [
                    "From",
                    "To",
                    "Subject",
                    "Date",
                    "Message-ID",
                    "Auto-Submitted",
                    "MIME-Version",
                    "Content-Type",
                    "Content-Transfer-Encoding"
                ],
                "{written}"
            );
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{written}");
        }
    }
}
