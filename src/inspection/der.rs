//! The elements of DER (ITU-T X.690), as far as public keys need them.

/// An element.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    /// Its tag.
    pub tag: u8,
    /// Its content.
    pub content: &'d [u8],
}

/// The tag of a number.
pub const INTEGER: u8 = 0x02;
/// The tag of bits, in bytes, behind the number of bits that the last one lacks.
pub const BIT_STRING: u8 = 0x03;
/// The tag of an identifier.
pub const OBJECT_ID: u8 = 0x06;
/// The tag of a sequence.
pub const SEQUENCE: u8 = 0x30;
/// The tag of an optional field with the number 0.
pub const FIELD_0: u8 = 0xa0;

/// The elements that follow one another in `bytes`, if they fill it.
pub fn elements(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = read(bytes)?;
        elements.push(element);
        bytes = rest;
    }
    Some(elements)
}

/// The elements of a sequence.
pub fn sequence<'d>(element: &Element<'d>) -> Option<Vec<Element<'d>>> {
    (element.tag == SEQUENCE).then(|| elements(element.content))?
}

fn read(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, first], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        // A long length says how many bytes it has; no key has more than 64 KiB.
        let count = usize::from(first & 0x7f);
        let digits;
        (digits, rest) = rest.split_at_checked(count)?;
        length = match digits {
            [low] => usize::from(*low),
            [high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return None,
        };
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Element { tag, content }, rest))
}
