//! HTTP/2 as it is on the wire, frame by frame (RFC 9113, section 4.1).

use std::io::{self, Read, Write};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const GOAWAY: u8 = 7;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;

/// A frame.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// What a client says first: that it speaks HTTP/2, and no settings.
pub fn begin(stream: &mut impl Write) {
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
}

/// The bytes of a frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length.get(1..).unwrap().to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A block of header fields, each written out (RFC 7541, section 6.2.2).
pub fn block<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in fields {
        bytes.push(0);
        for text in [name, value] {
            integer(&mut bytes, text.len());
            bytes.extend(text.bytes());
        }
    }
    bytes
}

/// An integer with a prefix of 7 bits (RFC 7541, section 5.1).
fn integer(bytes: &mut Vec<u8>, value: usize) {
    if value < 127 {
        return bytes.push(u8::try_from(value).unwrap());
    }
    bytes.push(127);
    let mut rest = value - 127;
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128 + 128).unwrap());
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap());
}

/// Reads a frame; `None` at the end of the connection.
pub fn read(stream: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut head = [0; 9];
    if let Err(error) = stream.read_exact(&mut head) {
        return if error.kind() == io::ErrorKind::WouldBlock { Err(error) } else { Ok(None) };
    }
    let [a, b, c, kind, flags, id @ ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    stream.read_exact(&mut payload)?;
    Ok(Some(Frame { kind, flags, stream: u32::from_be_bytes(id), payload }))
}

/// The status at the beginning of a block that the server's encoder wrote.
pub fn status(block: &[u8]) -> u16 {
    const INDEXED: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    let start = block.iter().position(|byte| byte & 0xe0 != 0x20).unwrap();
    match *block.get(start..).unwrap() {
        [byte @ 0x88..=0x8e, ..] => *INDEXED.get(usize::from(byte - 0x88)).unwrap(),
        [0x48, length, ref rest @ ..] => digits(rest.get(..usize::from(length & 0x7f)).unwrap()),
        ref other => panic!("{other:?}"),
    }
}

/// Digits in Huffman's code of RFC 7541, appendix B: 0 to 2 have five bits, the others six.
fn digits(bytes: &[u8]) -> u16 {
    let bits: Vec<_> = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let bits = bits.concat();
    let mut rest = &*bits;
    let mut number = 0;
    for _ in 0..3 {
        let short = u16::from_str_radix(rest.get(..5).unwrap(), 2).unwrap();
        let long = u16::from_str_radix(rest.get(..6).unwrap(), 2).unwrap();
        let (digit, length) = if short < 3 { (short, 5) } else { (long - 0b01_1001 + 3, 6) };
        number = number * 10 + digit;
        rest = rest.get(length..).unwrap();
    }
    number
}
