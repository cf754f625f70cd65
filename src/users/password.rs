//! Which passwords are accepted.

use super::email::Email;

/// A password that may be set: 12 to 256 characters that are not easy to guess. It has no `Debug`.
pub struct NewPassword(String);

/// The fewest characters of a password, and the most.
const MIN_CHARACTERS: usize = 12;
const MAX_CHARACTERS: usize = 256;

/// A text that repeats so many characters, or fewer, is easy to guess.
const MAX_REPEATED: usize = 6;

/// Passwords of at least 12 characters that many people use, in lower case, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

/// Why a password may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It has too few characters.
    #[error("fewer than {MIN_CHARACTERS} characters")]
    TooShort,
    /// It has too many characters.
    #[error("more than {MAX_CHARACTERS} characters")]
    TooLong,
    /// Many people use it.
    #[error("a password that many people use")]
    Common,
    /// It repeats a few characters, is a sequence such as `abcdefghijkl`, or repeats the email address.
    #[error("a password that is easy to guess")]
    Guessable,
}

impl NewPassword {
    /// Checks the password that the user with this address chose. Nothing is asked of which characters it has (NIST SP 800-63B,
    /// section 3.1.1.2).
    pub fn check(text: &str, email: &Email) -> Result<Self, WeakPassword> {
        let count = text.chars().count();
        if count < MIN_CHARACTERS {
            return Err(WeakPassword::TooShort);
        }
        if count > MAX_CHARACTERS {
            return Err(WeakPassword::TooLong);
        }
        let folded = text.to_lowercase();
        if COMMON.lines().any(|common| common == folded) {
            return Err(WeakPassword::Common);
        }
        let characters: Vec<_> = folded.chars().collect();
        let unit = repeated(&characters);
        if unit.len() <= MAX_REPEATED || is_sequence(&characters) || is_address(unit, email) {
            return Err(WeakPassword::Guessable);
        }
        Ok(Self(text.to_owned()))
    }

    /// The password, to be hashed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The shortest start of a text that gives all of it when repeated, the last time perhaps in part.
fn repeated(characters: &[char]) -> &[char] {
    let is_period =
        |length: usize| characters.iter().zip(characters.iter().skip(length)).all(|(a, b)| a == b);
    let length = (1..characters.len()).find(|length| is_period(*length)).unwrap_or(characters.len());
    characters.get(..length).unwrap_or(characters)
}

/// Whether each character follows the one before it, up or down; `0` follows `9`, and `a` follows `z`.
fn is_sequence(characters: &[char]) -> bool {
    let follows = |a: char, b: char| {
        matches!((a, b), ('9', '0') | ('z', 'a')) || u32::from(a).checked_add(1) == Some(u32::from(b))
    };
    let pairs = || characters.iter().zip(characters.iter().skip(1));
    pairs().all(|(a, b)| follows(*a, *b)) || pairs().all(|(a, b)| follows(*b, *a))
}

/// Whether a text is the address of the user, or the part before the `@`, which alone may be repeated.
fn is_address(unit: &[char], email: &Email) -> bool {
    let unit: String = unit.iter().collect();
    let local = email.as_str().split('@').next().unwrap_or_default();
    unit == local || unit == email.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<WeakPassword> {
        NewPassword::check(text, &Email::try_from("ada.lovelace@example.com").unwrap()).err()
    }

    #[test]
    fn a_password_has_12_to_256_characters_of_any_kind() {
        let (longest, too_long) = ("aö".repeat(127) + "xy", "aö".repeat(127) + "xyz");
        for (text, weak) in [
            ("horse staple", None),
            ("nurkleinbuchstaben", None),
            ("482915036174", None),
            ("пароль-для-входа", None),
            ("🐎🔋📎✅🐎🔋📎🐎🔋📎📎✅", None),
            ("with\0a nul in it", None),
            ("            x", None),
            (&*longest, None),
            (&*too_long, Some(WeakPassword::TooLong)),
            ("", Some(WeakPassword::TooShort)),
            ("elevencharä", Some(WeakPassword::TooShort)),
            ("ääääääääääb", Some(WeakPassword::TooShort)),
        ] {
            assert_eq!(check(text), weak, "{text:.40}");
        }
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for (text, weak) in [
            ("Password1234", WeakPassword::Common),
            ("PASSWORT2026!", WeakPassword::Common),
            ("correcthorsebatterystaple", WeakPassword::Common),
            ("1qaz2wsx3edc", WeakPassword::Common),
            ("aaaaaaaaaaaa", WeakPassword::Guessable),
            ("            ", WeakPassword::Guessable),
            ("AaAaAaAaAaAa", WeakPassword::Guessable),
            ("abcabcabcabcab", WeakPassword::Guessable),
            ("secretsecret", WeakPassword::Guessable),
            ("123456789012", WeakPassword::Guessable),
            ("987654321098", WeakPassword::Guessable),
            ("abcdefghijklm", WeakPassword::Guessable),
            ("ZYXWVUTSRQPONM", WeakPassword::Guessable),
            ("uvwxyzabcdef", WeakPassword::Guessable),
            ("ada.lovelace", WeakPassword::Guessable),
            ("Ada.LovelaceAda.Lovelace", WeakPassword::Guessable),
            ("ada.lovelaceada.love", WeakPassword::Guessable),
            ("ada.lovelace@example.com", WeakPassword::Guessable),
        ] {
            assert_eq!(check(text), Some(weak), "{text}");
        }
        for text in ["ada.lovelace was here", "password-of-the-castle", "123456789013", "abcdefghijkm"] {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn the_list_has_what_no_other_rule_refuses() {
        for line in COMMON.lines() {
            let characters: Vec<_> = line.chars().collect();
            assert_eq!(line, line.to_lowercase());
            assert!(characters.len() >= MIN_CHARACTERS && !is_sequence(&characters), "{line}");
            assert!(repeated(&characters).len() > MAX_REPEATED, "{line}");
        }
        let mut lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.len() > 300, "{}", lines.len());
        lines.dedup();
        assert_eq!(lines.len(), COMMON.lines().count());
    }
}
