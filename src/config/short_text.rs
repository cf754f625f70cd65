//! Short texts.

/// A text of 1 to 256 characters: a value that a claim is compared with.
pub struct ShortText(pub String);

impl TryFrom<&str> for ShortText {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let fits = (1..=256).contains(&text.chars().count());
        if fits { Ok(Self(text.to_owned())) } else { Err("1 to 256 characters") }
    }
}
