//! The name that someone may have meant by a misspelt one.

/// The longest name that is compared, in bytes.
const MAX_BYTES: usize = 64;

/// The known name that is nearest to `name`, if one is near: about a third of the letters may be wrong, in any case.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (name.len() / 3).max(1);
    let near =
        known.into_iter().filter(|_| name.len() <= MAX_BYTES).map(|other| (distance(name, other), other));
    near.filter(|(distance, _)| *distance <= limit).min().map(|(_, other)| other)
}

/// How many letters have to be added, removed, replaced or swapped with the next one (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let [one, other] = [one, other].map(str::to_ascii_lowercase);
    let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or_default();
    let (mut before, mut above) = (Vec::new(), (0..=other.len()).collect::<Vec<_>>());
    let mut letter_before = None;
    for (line, letter) in one.bytes().enumerate() {
        let mut row = vec![line + 1];
        let mut found_before = None;
        for (place, found) in other.bytes().enumerate() {
            let replaced = at(&above, place) + usize::from(letter != found);
            let mut edits = replaced.min(at(&above, place + 1) + 1).min(at(&row, place) + 1);
            if (letter_before, found_before) == (Some(found), Some(letter)) {
                edits = edits.min(at(&before, place.saturating_sub(1)) + 1);
            }
            row.push(edits);
            found_before = Some(found);
        }
        before = std::mem::replace(&mut above, row);
        letter_before = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_if_one_is_near() {
        let known = ["allowedAlgs", "allowedAud", "allowedAzp", "id", "iss", "url"];
        for (name, expected) in [
            ("allowedAuds", Some("allowedAud")),
            ("allowed_aud", Some("allowedAud")),
            ("AllowedAZP", Some("allowedAzp")),
            ("alowedAlg", Some("allowedAlgs")),
            ("ulr", Some("url")),
            ("ids", Some("id")),
            ("issuer", None),
            ("public", None),
            ("", None),
            (&*"allowedAud".repeat(10), None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }

    #[test]
    fn distance_is_the_number_of_edits() {
        for (one, other, edits) in [
            ("", "", 0),
            ("", "ab", 2),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abcd", "xbd", 2),
            ("ä", "a", 2),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (edits, edits), "{one} {other}");
        }
    }
}
