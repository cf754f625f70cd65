//! Forms, the bodies of requests for tokens (RFC 6749, appendix B).

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// The most parameters of a form.
const MAX_PARAMETERS: usize = 64;

/// The parameters of a form in `application/x-www-form-urlencoded`, each once. It has no `Debug`, because it holds secrets.
pub struct Form(BTreeMap<String, String>);

/// The text is not a form whose parameters are unambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedForm {
    /// A byte that has to be percent-encoded.
    Byte,
    /// A percent sign that encodes nothing.
    Percent,
    /// The bytes of a name or a value are not UTF-8.
    Utf8,
    /// A parameter is sent twice (RFC 6749, section 3.2).
    Repeated,
    /// More than `MAX_PARAMETERS`.
    TooMany,
}

impl MalformedForm {
    /// What is wrong, for the client's author.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Byte => "the form has a byte that must be percent-encoded",
            Self::Percent => "the form has a percent sign without two hexadecimal digits after it",
            Self::Utf8 => "the form has a name or a value that is not UTF-8",
            Self::Repeated => "the form has a parameter more than once",
            Self::TooMany => "the form has more than 64 parameters",
        }
    }
}

impl Form {
    /// Reads a form. Names are compared as they are decoded.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedForm> {
        let text = str::from_utf8(bytes).map_err(|_| MalformedForm::Byte)?;
        let mut parameters = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if parameters.len() >= MAX_PARAMETERS {
                return Err(MalformedForm::TooMany);
            }
            if parameters.insert(decode(name)?, decode(value)?).is_some() {
                return Err(MalformedForm::Repeated);
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter. One without a value is treated as omitted (RFC 6749, section 3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The text that a form has as `encoded`.
pub fn decode(encoded: &str) -> Result<String, MalformedForm> {
    if !encoded.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(MalformedForm::Byte);
    }
    let begins_well = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !encoded.split('%').skip(1).all(begins_well) {
        return Err(MalformedForm::Percent);
    }
    let spaced = encoded.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| MalformedForm::Utf8)?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_decoded_parameters() {
        let form =
            Form::parse(b"&a=1+2&b=%2F%C3%A4&&c&d=x=y&e=").map_err(|_| ()).unwrap_or_else(|()| panic!());
        let values = ["a", "b", "c", "d", "e", "f"].map(|name| form.get(name));
        assert_eq!(values, [Some("1 2"), Some("/ä"), None, Some("x=y"), None, None]);
    }

    #[test]
    fn malformed_and_ambiguous_forms_are_rejected() {
        let many = (0..65).map(|number| format!("p{number}=x")).collect::<Vec<_>>().join("&");
        for (text, fault) in [
            ("a=1&a=1", MalformedForm::Repeated),
            ("a=1&%61=2", MalformedForm::Repeated),
            ("a=&a", MalformedForm::Repeated),
            ("a=%", MalformedForm::Percent),
            ("a=%4", MalformedForm::Percent),
            ("a=%zz", MalformedForm::Percent),
            ("a=%%34", MalformedForm::Percent),
            ("a=%C3", MalformedForm::Utf8),
            ("a=%C0%AF", MalformedForm::Utf8),
            ("a=1 2", MalformedForm::Byte),
            ("a=ä", MalformedForm::Byte),
            ("a=1\r\n", MalformedForm::Byte),
            (&many, MalformedForm::TooMany),
        ] {
            assert_eq!(Form::parse(text.as_bytes()).err(), Some(fault), "{text:.20}");
        }
        assert_eq!(Form::parse(&[b'a', 0xff]).err(), Some(MalformedForm::Byte));
    }
}
