//! How many files and connections the process may have open.

use std::num::NonZeroUsize;

/// What is kept for other than clients and origins: the database, listeners, requests to issuers.
const OWN: usize = 128;

/// How many clients' connections each of so many threads can have, so that a connection to an origin is left for each; `None` where the
/// system says nothing.
pub fn connections(threads: NonZeroUsize) -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let room = limit(&limits)?.saturating_sub(OWN) / 2 / threads;
    Some(room.max(1))
}

/// The limit that applies, in the words of Linux; `None` if there is none.
fn limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_applies_is_the_soft_one() {
        let limits = |soft| {
            format!("Limit  Soft Limit  Hard Limit  Units\nMax open files            {soft}  4096  files \n")
        };
        assert_eq!(limit(&limits("1024")), Some(1024));
        assert_eq!(limit(&limits("unlimited")), None);
        assert_eq!(limit(""), None);
    }
}
