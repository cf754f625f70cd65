//! A mail server that keeps what it gets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The longest wait for a mail: a second attempt comes after 10 s.
const MOST: Duration = Duration::from_secs(40);

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It offers no TLS.
    Plain,
    /// It speaks TLS from the beginning.
    Tls,
    /// It offers `STARTTLS`.
    StartTls,
    /// It does, and another slips in an answer behind that to `STARTTLS`.
    Injected,
    /// Its greeting does not end.
    Endless,
    /// It refuses the first recipient, and accepts others.
    RefusesFirst,
}

/// What was said on a connection.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The commands.
    pub commands: Vec<String>,
    /// The mail, if there was one.
    pub mail: Option<String>,
    /// Whether the mail came by TLS.
    pub is_secured: bool,
}

/// The server.
#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    manner: Manner,
    tls: Arc<ServerConfig>,
    sessions: Arc<(Mutex<Vec<Session>>, Condvar)>,
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

impl MailServer {
    pub fn start(manner: Manner, tls: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), manner, tls, sessions: Arc::default() };
        let started = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut session = Session::default();
                let _what_becomes_of_it = started.serve(stream, &mut session);
                started.sessions.0.lock().unwrap().push(session);
                started.sessions.1.notify_all();
            }
        });
        server
    }

    /// Waits until as many connections have ended, and returns them all.
    pub fn sessions(&self, count: usize) -> Vec<Session> {
        let (sessions, ended) = &*self.sessions;
        let has_fewer = |sessions: &mut Vec<Session>| sessions.len() < count;
        let (sessions, waited) = ended.wait_timeout_while(sessions.lock().unwrap(), MOST, has_fewer).unwrap();
        assert!(!waited.timed_out(), "{} of {count} connections", sessions.len());
        sessions.clone()
    }

    fn serve(&self, stream: TcpStream, session: &mut Session) -> std::io::Result<()> {
        let mut stream: Box<dyn Stream> = Box::new(stream);
        if self.manner == Manner::Tls {
            stream = self.secured(stream);
            session.is_secured = true;
        }
        if self.manner == Manner::Endless {
            loop {
                stream.write_all(&[b'2'; 1024])?;
            }
        }
        stream.write_all(b"220 test ESMTP\r\n")?;
        loop {
            let line = line(&mut stream)?;
            session.commands.push(line.clone());
            let name = line.split([' ', ':']).next().unwrap_or_default();
            match name {
                "EHLO" => {
                    let offers =
                        matches!(self.manner, Manner::StartTls | Manner::Injected) && !session.is_secured;
                    let offer = if offers { "250-STARTTLS\r\n" } else { "" };
                    write!(stream, "250-test\r\n{offer}250 AUTH PLAIN LOGIN\r\n")?;
                }
                "STARTTLS" => {
                    let injected = if self.manner == Manner::Injected { "250 injected\r\n" } else { "" };
                    // In one segment: the answer is read with it.
                    stream.write_all(format!("220 go ahead\r\n{injected}").as_bytes())?;
                    stream = self.secured(stream);
                    session.is_secured = true;
                }
                "AUTH" => stream.write_all(b"235 2.7.0 welcome\r\n")?,
                "RCPT"
                    if self.manner == Manner::RefusesFirst && self.sessions.0.lock().unwrap().is_empty() =>
                {
                    let to = line.split_once(':').unwrap().1;
                    write!(stream, "550 5.1.1 {to} is unknown, as https://mail.example/?x says\r\n")?;
                }
                "DATA" => {
                    stream.write_all(b"354 go ahead\r\n")?;
                    session.mail = Some(data(&mut stream)?);
                    stream.write_all(b"250 2.0.0 queued\r\n")?;
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => stream.write_all(b"250 fine\r\n")?,
            }
        }
    }

    fn secured(&self, stream: Box<dyn Stream>) -> Box<dyn Stream> {
        Box::new(StreamOwned::new(ServerConnection::new(self.tls.clone()).unwrap(), stream))
    }
}

/// A line without its end. It is read byte by byte: TLS may follow.
fn line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.extend(byte);
    }
    Ok(String::from_utf8(line).unwrap().trim_end().to_owned())
}

/// A message up to its end (RFC 5321, section 4.5.2).
fn data(stream: &mut impl Read) -> std::io::Result<String> {
    let mut message = String::new();
    loop {
        let line = line(stream)?;
        match line.strip_prefix('.') {
            Some("") => return Ok(message),
            stuffed => message.extend([stuffed.unwrap_or(&line), "\n"]),
        }
    }
}

/// The lines of a log until one has a text.
pub fn lines_until(log: &mut BufReader<impl Read>, text: &str) -> String {
    let mut lines = String::new();
    while !lines.contains(text) {
        assert!(log.read_line(&mut lines).unwrap() > 0, "no line has {text}: {lines}");
    }
    lines
}
