//! HTTP/1.1 messages as they are on the wire.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;

/// A message: its head and its body as they were sent.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// From the first line to the empty one.
    pub head: String,
    /// All that follows, with the framing of chunks.
    pub body: String,
}

impl Message {
    /// The first line.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// The whole.
    pub fn text(&self) -> String {
        [&*self.head, &*self.body].concat()
    }

    /// The status of an answer.
    pub fn status(&self) -> u16 {
        self.line().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// Reads one; `None` at the end of the connection. `ends_without_length` says whether a body without a length goes on to the end.
    pub fn read(reader: &mut BufReader<TcpStream>, ends_without_length: bool) -> io::Result<Option<Self>> {
        let head = read_head(reader)?;
        if head.is_empty() {
            return Ok(None);
        }
        let mut message = Self { head, body: String::new() };
        let length: Option<usize> = message.header("content-length").and_then(|length| length.parse().ok());
        let is_chunked = message.header("transfer-encoding").is_some();
        let is_bare = matches!(message.status(), 101 | 204 | 304);
        let mut bytes = Vec::new();
        if is_chunked {
            read_chunks(reader, &mut bytes)?;
        } else if let Some(length) = length {
            bytes = vec![0; length];
            reader.read_exact(&mut bytes)?;
        } else if ends_without_length && !is_bare {
            reader.read_to_end(&mut bytes)?;
        }
        message.body = latin1(&bytes);
        Ok(Some(message))
    }
}

fn read_head(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut head = Vec::new();
    while reader.read_until(b'\n', &mut head)? > 0 {
        if head.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    Ok(latin1(&head))
}

fn read_chunks(reader: &mut BufReader<TcpStream>, bytes: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let start = bytes.len();
        reader.read_until(b'\n', bytes)?;
        let size = latin1(bytes.get(start..).unwrap_or_default());
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        if size > 0 {
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            bytes.extend(chunk);
            continue;
        }
        loop {
            let start = bytes.len();
            reader.read_until(b'\n', bytes)?;
            if bytes.get(start..).is_none_or(|line| line == b"\r\n" || line.is_empty()) {
                return Ok(());
            }
        }
    }
}

/// Bytes as characters, one for each.
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes of such a text.
pub fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}
