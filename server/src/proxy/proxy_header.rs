//! The header by which a load balancer says whose connection it forwards: version 2 of the PROXY protocol, section 2.2 of its
//! [specification](https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// The bytes that each header has.
pub const FIXED_BYTES: usize = 16;

/// The most that may follow them: addresses, and what load balancers add in TLVs.
const MAX_BYTES: usize = 4 * 1024;

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// The first bytes of a header.
#[derive(Debug)]
pub struct HeaderStart {
    kind: Kind,
    /// How many bytes follow.
    pub length: usize,
}

/// What a header says.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The connection is the load balancer's own.
    Local,
    /// The source has an address of IPv4.
    Tcp4,
    /// The source has one of IPv6.
    Tcp6,
}

/// Bytes are no header, or not one that says who the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidHeader {
    /// Something else is sent.
    #[error("the connection does not begin with a header of version 2 of the PROXY protocol")]
    Signature,
    /// The version or the command is unknown.
    #[error("unknown version and command {0:#04x} in the PROXY header")]
    Command(u8),
    /// It says no client's address: another family or protocol.
    #[error("family and protocol {0:#04x} in the PROXY header, which are not TCP over IPv4 or IPv6")]
    Family(u8),
    /// It is longer than what is read.
    #[error("the PROXY header has {0} bytes after the first {FIXED_BYTES}; at most {MAX_BYTES} are read")]
    TooLong(usize),
    /// It ends before its addresses do.
    #[error("the PROXY header is too short for its addresses")]
    TooShort,
}

impl HeaderStart {
    /// Reads the first bytes.
    pub fn read(bytes: [u8; FIXED_BYTES]) -> Result<Self, InvalidHeader> {
        let [signature @ .., command, family, high, low] = bytes;
        if signature != *SIGNATURE {
            return Err(InvalidHeader::Signature);
        }
        let kind = match (command, family) {
            (0x20, _) => Kind::Local,
            (0x21, 0x11) => Kind::Tcp4,
            (0x21, 0x21) => Kind::Tcp6,
            (0x21, _) => return Err(InvalidHeader::Family(family)),
            _ => return Err(InvalidHeader::Command(command)),
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_BYTES {
            return Err(InvalidHeader::TooLong(length));
        }
        Ok(Self { kind, length })
    }

    /// The client's address in the bytes that follow, or `None` if the connection is the load balancer's own. What follows the
    /// addresses is ignored.
    pub fn client(&self, rest: &[u8]) -> Result<Option<IpAddr>, InvalidHeader> {
        // Two addresses and two ports.
        let address = match self.kind {
            Kind::Local => return Ok(None),
            Kind::Tcp4 => rest
                .first_chunk::<12>()
                .and_then(|addresses| addresses.first_chunk())
                .map(|source: &[u8; 4]| Ipv4Addr::from(*source).into()),
            Kind::Tcp6 => rest
                .first_chunk::<36>()
                .and_then(|addresses| addresses.first_chunk())
                .map(|source: &[u8; 16]| Ipv6Addr::from(*source).into()),
        };
        address.map(Some).ok_or(InvalidHeader::TooShort)
    }
}
