//! Diagnosis of a token: its parts, and all flaws of its form, each with its place.

use std::ops::Range;

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_compact::{ParseError, UntrustedToken};
use serde::Serialize;
use serde_json::{Map, Value};

use super::duplicate_member::duplicate_member;
use super::encoding_flaw::encoding_flaw;
use super::flaw::{Flaw, Part, PartName};
use crate::token::algorithm::{Algorithm, UnsupportedAlgorithm};
use crate::token::compact_jws::MAX_TOKEN_LENGTH;
use crate::token::compact_jws::{Extension, Token};
use crate::token::malformed::Malformed;
use crate::token::strict_json;

/// The diagnosis of a token. It has no flaws if and only if [`Token::parse`] accepts the token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Diagnosis {
    /// Its parts, up to three.
    pub parts: Vec<Part>,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// Diagnoses a token.
pub fn diagnose(token: &str) -> Diagnosis {
    let mut diagnosis = Diagnosis { parts: Vec::new(), flaws: Vec::new() };
    if token.len() > MAX_TOKEN_LENGTH {
        let message = format!("is {} bytes long; at most {MAX_TOKEN_LENGTH} are looked at", token.len());
        diagnosis.note(None, MAX_TOKEN_LENGTH..token.len(), message);
        return diagnosis;
    }
    let count = token.split('.').count();
    if count != 3 {
        let hint =
            if count == 5 { "; five are an encrypted token, which only its audience can read" } else { "" };
        diagnosis.note(
            None,
            0..token.len(),
            format!("has to have three parts with dots between, not {count}{hint}"),
        );
    }
    let mut start = 0;
    for (name, encoded) in
        [PartName::Header, PartName::Payload, PartName::Signature].into_iter().zip(token.split('.'))
    {
        diagnosis.read_part(name, start, encoded);
        start += encoded.len() + 1;
    }
    if diagnosis.flaws.is_empty()
        && let Err(reason) = Token::parse(token)
    {
        diagnosis.note_refusal(token, reason);
    }
    diagnosis
}

impl Diagnosis {
    fn note(
        &mut self,
        part: Option<PartName>,
        Range { start, end }: Range<usize>,
        message: impl Into<String>,
    ) {
        let (member, offset, message) = (None, None, message.into());
        self.flaws.push(Flaw { part, member, offset, start, end, message });
    }

    fn note_member(&mut self, part: &Part, member: &str, message: impl Into<String>) {
        let pointer = format!("/{}", member.replace('~', "~0").replace('/', "~1"));
        let (name, start, end) = (Some(part.name), part.start, part.end);
        let message = message.into();
        self.flaws.push(Flaw { part: name, member: Some(pointer), offset: None, start, end, message });
    }

    fn read_part(&mut self, name: PartName, start: usize, encoded: &str) {
        let decoded = Base64UrlUnpadded::decode_vec(encoded).ok();
        if decoded.is_none() {
            let (range, message) = encoding_flaw(encoded);
            self.note(Some(name), start + range.start..start + range.end, message);
        }
        let bytes = decoded.as_ref().map(Vec::len);
        let text = decoded.as_ref().filter(|_| name != PartName::Signature);
        let text = text.and_then(|bytes| String::from_utf8(bytes.clone()).ok());
        let part = Part { name, start, end: start + encoded.len(), bytes, text };
        if let Some(decoded) = decoded.filter(|_| name != PartName::Signature) {
            self.read_json(&part, &decoded);
        }
        self.parts.push(part);
    }

    fn read_json(&mut self, part: &Part, decoded: &[u8]) {
        let object = match strict_json::from_slice(decoded) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return self.note(Some(part.name), part.start..part.end, "has to be a JSON object"),
            Err(error) => return self.note_json(part, decoded, &error),
        };
        if part.name == PartName::Header {
            self.read_header(part, &object);
        } else {
            self.read_claims(part, &object);
        }
    }

    /// A fault of the JSON text: at the byte where parsing stopped, or at the duplicate member.
    fn note_json(&mut self, part: &Part, decoded: &[u8], error: &serde_json::Error) {
        if let Some(name) = duplicate_member(decoded) {
            return self.note_member(part, &name, "stands there twice");
        }
        let lines = decoded.split(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
        let line_start: usize = lines.map(|line| line.len() + 1).sum();
        let offset = (line_start + error.column().saturating_sub(1)).min(decoded.len());
        // Three bytes are four characters of base64url.
        let start = (part.start + offset * 4 / 3).min(part.end);
        self.flaws.push(Flaw {
            part: Some(part.name),
            member: None,
            offset: Some(offset),
            start,
            end: (start + 2).min(part.end),
            message: format!("is not JSON: {error}"),
        });
    }

    fn read_header(&mut self, part: &Part, header: &Map<String, Value>) {
        match header.get("alg") {
            Some(Value::String(name)) if Algorithm::try_from(&**name).is_err() => {
                self.note_member(part, "alg", format!("has to be {UnsupportedAlgorithm}"));
            }
            Some(Value::String(_)) => {}
            Some(_) => self.note_member(part, "alg", "has to be a string"),
            None => self.note_member(part, "alg", "is missing"),
        }
        if header.contains_key("crit") {
            self.note_member(part, "crit", "demands extensions, and there are none here");
        }
        for name in ["kid", "typ", "jku", "x5u"] {
            if header.get(name).is_some_and(|value| !value.is_string() && !value.is_null()) {
                self.note_member(part, name, "has to be a string");
            }
        }
    }

    fn read_claims(&mut self, part: &Part, claims: &Map<String, Value>) {
        match claims.get("iss") {
            Some(Value::String(_)) => {}
            Some(_) => self.note_member(part, "iss", "has to be a string"),
            None => self.note_member(part, "iss", "is missing"),
        }
        for (name, is_required) in [("exp", true), ("iat", true), ("nbf", false)] {
            match claims.get(name) {
                Some(value) if value.as_f64().is_none() => {
                    self.note_member(part, name, "has to be a number: seconds since 1970");
                }
                None if is_required => self.note_member(part, name, "is missing"),
                _ => {}
            }
        }
    }

    /// A flaw that only the parser finds.
    fn note_refusal(&mut self, token: &str, reason: Malformed) {
        let message = match UntrustedToken::<Extension>::try_from(token) {
            Err(ParseError::MalformedHeader(error)) => error.to_string(),
            Err(error) => error.to_string(),
            Ok(_) => reason.to_string(),
        };
        let part = self.parts.first().map(|part| (part.name, part.start..part.end));
        let (name, range) = part.unzip();
        self.note(name, range.unwrap_or_default(), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"alg":"RS256","kid":"k"}"#;
    const PAYLOAD: &str = r#"{"iss":"https://a.example","iat":10,"exp":20}"#;

    fn jws(header: &str, payload: &str) -> String {
        let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        format!("{}.{}.c2ln", encode(header), encode(payload))
    }

    fn places(token: &str) -> Vec<(Option<PartName>, String)> {
        let place = |flaw: Flaw| (flaw.part, flaw.member.unwrap_or(flaw.message));
        diagnose(token).flaws.into_iter().map(place).collect()
    }

    #[test]
    fn token_is_split_into_three_parts() {
        let token = jws(HEADER, PAYLOAD);
        let diagnosis = diagnose(&token);
        assert_eq!(diagnosis.flaws, []);
        let texts: Vec<_> = diagnosis.parts.iter().map(|part| part.text.as_deref()).collect();
        assert_eq!(texts, [Some(HEADER), Some(PAYLOAD), None]);
        let parts: Vec<_> =
            diagnosis.parts.iter().map(|part| token.get(part.start..part.end).unwrap()).collect();
        assert_eq!(parts.join("."), token);
        assert_eq!(diagnosis.parts[2].bytes, Some(3));
    }

    #[test]
    fn all_flawed_members_are_reported_at_once() {
        use PartName::{Header, Payload};
        let token = jws(r#"{"alg":"HS256","crit":[],"kid":7}"#, r#"{"iss":7,"exp":"1","nbf":null}"#);
        let expected = [
            (Header, "/alg"),
            (Header, "/crit"),
            (Header, "/kid"),
            (Payload, "/iss"),
            (Payload, "/exp"),
            (Payload, "/iat"),
            (Payload, "/nbf"),
        ];
        assert_eq!(places(&token), expected.map(|(part, member)| (Some(part), member.to_owned())));
        assert_eq!(places(&jws(HEADER, r#"{"iss":"a","a~/b":1,"a~/b":2}"#)).len(), 1);
        assert_eq!(places(&jws(HEADER, r#"{"a~/b":1,"a~/b":2}"#))[0].1, "/a~0~1b");
    }

    #[test]
    fn invalid_base64url_is_reported_at_the_character() {
        let flaw = |token: &str| {
            let flaw = diagnose(token).flaws.remove(0);
            (flaw.part.unwrap(), token.get(flaw.start..flaw.end).unwrap().to_owned(), flaw.start)
        };
        let token = jws(HEADER, PAYLOAD);
        let start = token.len();
        assert_eq!(flaw(&format!("{token}=")), (PartName::Signature, "=".to_owned(), start));
        assert_eq!(flaw(&format!(" {token}")), (PartName::Header, " ".to_owned(), 0));
        assert_eq!(flaw(&format!("{token}ä+")), (PartName::Signature, "ä".to_owned(), start));
        assert_eq!(flaw(&token.replace("c2ln", "c2l")).0, PartName::Signature);
    }

    #[test]
    fn invalid_json_is_reported_where_parsing_stops() {
        let payload = "{\"iss\": \"a\",\n \"iat\": x}";
        let token = jws(HEADER, payload);
        let flaw = diagnose(&token).flaws.remove(0);
        assert_eq!(flaw.offset, payload.find('x'));
        assert_eq!(flaw.start, token.find('.').unwrap() + 1 + payload.find('x').unwrap() * 4 / 3);
    }

    #[test]
    fn wrong_number_of_parts_is_reported() {
        assert!(diagnose("").flaws[0].message.contains("not 1"));
        assert!(diagnose("a.b.c.d.e").flaws[0].message.contains("encrypted"));
        assert!(diagnose(&"a".repeat(MAX_TOKEN_LENGTH + 1)).flaws[0].message.contains("16385 bytes"));
    }

    #[test]
    fn diagnosis_agrees_with_the_parser() {
        for token in [
            jws(r#"{"alg":"RS256","x5t":"x"}"#, PAYLOAD),
            jws(r#"{"alg":"RS256","cty":"x"}"#, PAYLOAD),
            jws(r#"{"alg":"RS256","cty":7}"#, PAYLOAD),
            jws("7", PAYLOAD),
        ] {
            assert!(Token::parse(&token).is_err());
            assert!(!diagnose(&token).flaws.is_empty(), "{token}");
        }
        let nulls = jws(r#"{"alg":"RS256","kid":null,"typ":null,"jku":null,"x5u":null}"#, PAYLOAD);
        assert_eq!(diagnose(&nulls).flaws.is_empty(), Token::parse(&nulls).is_ok());
    }
}
