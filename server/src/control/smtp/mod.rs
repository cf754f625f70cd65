//! Mails by SMTP (RFC 5321): over TLS, or to a server on this machine.

mod bounded_stream;
mod failure;
mod message;
mod sender;
mod server;
mod session;

pub use sender::Sender;
pub use server::SmtpServer;
pub use session::SmtpMailer;
