//! Mails by SMTP: a node, and a mail server.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

mod mail_server;
mod process;
#[path = "door/tls.rs"]
mod tls;

use std::io::BufReader;
use std::process::{ChildStdout, Stdio};

use base64ct::{Base64, Encoding};
use mail_server::{MailServer, Manner, Session, lines_until};
use process::{Folder, Node, send};

const USERS: &str = "/project-management-service/v1/users";
const ADDRESS: &str = "ada@example.com";

/// A node that sends mails by a server.
struct Sending {
    node: Node,
    log: BufReader<ChildStdout>,
    _folder: Folder,
}

impl Sending {
    /// Starts one. `url` has the server's port as `$port`.
    fn start(name: &str, server: &MailServer, url: &str, authority: &str) -> Self {
        let folder = Folder::new(name);
        let mut command = Node::command(&folder);
        command.env("SMTP_URL", url.replace("$port", &server.address.port().to_string()));
        command
            .env("MAIL_FROM", "Gäteway <noreply@gateway.example>")
            .env("SSL_CERT_FILE", tls::file(authority));
        let mut node = Node::spawn(command.stdout(Stdio::piped()));
        let log = BufReader::new(node.log());
        Self { node, log, _folder: folder }
    }

    /// Declares a user, to whom a mail is sent.
    fn declare_user(&self) {
        let document = format!(r#"{{"email":"{ADDRESS}"}}"#);
        let (status, text) = send(self.node.address, "POST", USERS, Some(&document)).unwrap();
        assert_eq!(status, 201, "{text}");
    }

    /// What is logged until an attempt to send a mail has this outcome: nothing that is secret.
    fn logged(&mut self, outcome: &str) -> String {
        let lines = lines_until(&mut self.log, &format!(r#""outcome":"{outcome}""#));
        for secret in [ADDRESS, "link=", "geheim", "mail.example"] {
            assert!(!lines.contains(secret), "{lines}");
        }
        lines
    }
}

/// A header of a mail.
fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    let line = mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name}: {mail}"))
}

/// Whether anything was said that is for the server alone.
fn is_discreet(session: &Session) -> bool {
    session.mail.is_none()
        && session
            .commands
            .iter()
            .all(|command| matches!(command.split(' ').next(), Some("EHLO" | "STARTTLS" | "QUIT")))
}

#[test]
fn an_activation_mail_has_a_link_that_opens_the_account() {
    let server = MailServer::start(Manner::Plain, tls::server_config());
    let mut sending = Sending::start("smtp-plain", &server, "smtp://127.0.0.1:$port", "first.pem");
    sending.declare_user();
    let session = server.sessions(1).remove(0);
    let commands: Vec<_> = session.commands.iter().map(String::as_str).collect();
    assert_eq!(
        commands,
        [
            "EHLO gateway.example",
            "MAIL FROM:<noreply@gateway.example>",
            "RCPT TO:<ada@example.com>",
            "DATA",
            "QUIT"
        ]
    );
    let mail = session.mail.unwrap();
    assert_eq!(header(&mail, "To"), ADDRESS);
    assert!(header(&mail, "From").ends_with(" <noreply@gateway.example>"), "{mail}");
    assert_eq!(header(&mail, "Content-Type"), "text/plain; charset=utf-8");
    assert!(
        header(&mail, "Message-ID").ends_with("@gateway.example>")
            && header(&mail, "Date").contains(" +0000")
    );
    let text = decoded(&mail);
    let link = text.split("/auth/activation?link=").nth(1).unwrap().split_whitespace().next().unwrap();
    let (status, page) =
        send(sending.node.address, "GET", &format!("/auth/activation?link={link}"), None).unwrap();
    assert!(status == 200 && page.contains(r#"type="password""#), "{page}");
    sending.logged("sent");
}

#[test]
fn a_refused_mail_is_sent_again_as_the_same() {
    let server = MailServer::start(Manner::RefusesFirst, tls::server_config());
    let mut sending = Sending::start("smtp-refused", &server, "smtp://localhost:$port", "first.pem");
    sending.declare_user();
    let line = sending.logged("failed");
    assert!(line.contains("the mail server refuses the mail: 550 5.1.1\""), "{line}");
    let id = line.split(r#""id":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    sending.logged("sent");
    let sessions = server.sessions(2);
    assert!(sessions[0].mail.is_none());
    let mail = sessions[1].mail.as_ref().unwrap();
    assert_eq!(header(mail, "Message-ID"), format!("<{id}@gateway.example>"));
}

#[test]
fn credentials_and_mail_go_over_tls() {
    for (manner, scheme, query) in [(Manner::Tls, "smtps", ""), (Manner::StartTls, "smtp", "?tls=required")] {
        let server = MailServer::start(manner, tls::server_config());
        let url = format!("{scheme}://us%40er:geheim%2F@localhost:$port{query}");
        let mut sending = Sending::start(&format!("{scheme}-good"), &server, &url, "first.pem");
        sending.declare_user();
        sending.logged("sent");
        let session = server.sessions(1).remove(0);
        assert!(session.is_secured && session.mail.is_some(), "{session:?}");
        let credentials = Base64::encode_string(b"\0us@er\0geheim/");
        let greeting = if manner == Manner::Tls { 1 } else { 3 };
        assert_eq!(session.commands[greeting], format!("AUTH PLAIN {credentials}"), "{session:?}");
    }
}

#[test]
fn a_server_that_cannot_be_trusted_gets_nothing() {
    for (manner, url, authority, reason) in [
        (Manner::Tls, "smtps://u:geheim@localhost:$port", "second.pem", "invalid peer certificate"),
        (
            Manner::StartTls,
            "smtp://u:geheim@localhost:$port?tls=required",
            "second.pem",
            "invalid peer certificate",
        ),
        (
            Manner::Plain,
            "smtp://u:geheim@localhost:$port?tls=required",
            "first.pem",
            "it does not offer STARTTLS",
        ),
        (Manner::Injected, "smtp://u:geheim@localhost:$port?tls=required", "first.pem", "cannot be secured"),
        (
            Manner::Endless,
            "smtp://u:geheim@localhost:$port?tls=required",
            "first.pem",
            "the answers are too long",
        ),
    ] {
        let server = MailServer::start(manner, tls::server_config());
        let mut sending = Sending::start(&format!("smtp-{manner:?}-bad"), &server, url, authority);
        sending.declare_user();
        let line = sending.logged("failed");
        assert!(line.contains(reason), "{manner:?}: {line}");
        let session = server.sessions(1).remove(0);
        assert!(is_discreet(&session), "{session:?}");
    }
}

#[test]
fn without_a_server_the_answer_says_what_is_missing() {
    let folder = Folder::new("smtp-none");
    let node = Node::start(&folder);
    let document = format!(r#"{{"email":"{ADDRESS}"}}"#);
    let (_, user) = send(node.address, "POST", USERS, Some(&document)).unwrap();
    let id = user.split(r#""id":""#).nth(1).unwrap().split('"').next().unwrap();
    let (status, text) = send(node.address, "POST", &format!("{USERS}/{id}/invitation"), None).unwrap();
    assert!(
        status == 503 && text.contains("neither `SMTP_URL` nor `MAIL_HOOK_URL` is set"),
        "{status} {text}"
    );
}

/// The text of a mail, whose transfer encoding is removed.
fn decoded(mail: &str) -> String {
    let (_, body) = mail.split_once("\n\n").unwrap();
    match header(mail, "Content-Transfer-Encoding") {
        "base64" => String::from_utf8(Base64::decode_vec(&body.replace('\n', "")).unwrap()).unwrap(),
        "quoted-printable" => body.replace("=\n", "").replace("=3D", "="),
        _ => body.to_owned(),
    }
}
