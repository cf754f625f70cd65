//! A connection to a mail server, for one mail.

use std::sync::Arc;
use std::time::Duration;

use edge_authorizer::NumericDate;
use lettre::Message;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use service::host::{Failure, OutgoingMail};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::bounded_stream::BoundedStream;
use super::failure::failure;
use super::message::message;
use super::sender::Sender;
use super::server::{Security, SmtpServer};

/// How long handing a mail over may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Sends mails by a mail server, each on its own connection.
pub struct SmtpMailer {
    server: SmtpServer,
    sender: Sender,
    tls: Tls,
}

/// How connections are secured.
enum Tls {
    FromTheBeginning(Arc<ClientConfig>, ServerName<'static>),
    /// lettre makes its own settings, by the same authorities.
    Later(TlsParameters),
    Never,
}

impl SmtpMailer {
    /// A mailer that secures connections as `tls` says.
    pub fn new(server: SmtpServer, sender: Sender, tls: &Arc<ClientConfig>) -> Result<Self, Failure> {
        let tls = match server.security {
            Security::Tls => {
                let name = ServerName::try_from(server.host.clone()).map_err(Failure::new)?;
                Tls::FromTheBeginning(tls.clone(), name)
            }
            Security::StartTls => Tls::Later(TlsParameters::new(server.host.clone()).map_err(Failure::new)?),
            Security::None => Tls::Never,
        };
        Ok(Self { server, sender, tls })
    }

    /// Hands a mail over at `now`.
    pub async fn send(&self, mail: &OutgoingMail, now: NumericDate) -> Result<(), Failure> {
        let message = message(mail, &self.sender, now)?;
        let end = Instant::now() + LIMIT;
        let sent = timeout_at(end, self.hand_over(&message)).await;
        let mut connection =
            sent.map_err(|_| Failure(format!("the mail server takes longer than {} s", LIMIT.as_secs())))??;
        // It has the mail, whatever it answers now.
        let _farewell = timeout_at(end, connection.quit()).await;
        Ok(())
    }

    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, Failure> {
        let mut connection = self.connect().await?;
        if let Some(credentials) = &self.server.credentials {
            let accepted = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            accepted.map_err(|error| failure("the mail server refuses the credentials", &error))?;
        }
        let accepted = connection.send(message.envelope(), &message.formatted()).await;
        accepted.map_err(|error| failure("the mail server refuses the mail", &error))?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let unreachable = |error| Failure(format!("cannot connect to the mail server: {error}"));
        let stream = TcpStream::connect((&*self.server.host, self.server.port)).await.map_err(unreachable)?;
        let peer = stream.peer_addr().map_err(unreachable)?;
        match &self.tls {
            Tls::FromTheBeginning(config, name) => {
                let secured = TlsConnector::from(config.clone()).connect(name.clone(), stream).await;
                let secured = secured.map_err(|error| Failure(format!("{NO_TLS}: {error}")))?;
                self.greet(BoundedStream::new(secured, peer)).await
            }
            Tls::Later(parameters) => {
                let mut connection = self.greet(BoundedStream::before_tls(stream, peer)).await?;
                if !connection.can_starttls() {
                    return Err(Failure(format!("{NO_TLS}: it does not offer STARTTLS")));
                }
                let secured = connection.starttls(parameters.clone(), &self.name()).await;
                secured.map_err(|error| failure(NO_TLS, &error))?;
                Ok(connection)
            }
            Tls::Never => self.greet(BoundedStream::new(stream, peer)).await,
        }
    }

    async fn greet(&self, stream: impl AsyncTokioStream + 'static) -> Result<AsyncSmtpConnection, Failure> {
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.name()).await;
        greeted.map_err(|error| failure("the mail server refuses the connection", &error))
    }

    /// How the node presents itself.
    fn name(&self) -> ClientId {
        ClientId::Domain(self.sender.domain().to_owned())
    }
}

const NO_TLS: &str = "the connection to the mail server cannot be secured";
