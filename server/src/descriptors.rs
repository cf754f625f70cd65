//! How many files and connections the process may have open.

use std::num::NonZeroUsize;

use crate::proxy::FOR_EACH_CLIENT;

/// What is kept for other than clients and origins: the database, listeners, requests to issuers.
const OWN: usize = 128;

/// Raises the limit of open files to the highest that the process may have, and returns what applies then; `None` where the system does
/// not say.
pub fn raise_limit() -> Option<usize> {
    let limit = rlimit::increase_nofile_limit(rlimit::INFINITY)
        .or_else(|_| rlimit::getrlimit(rlimit::Resource::NOFILE).map(|(soft, _)| soft));
    limit.ok().map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// How many clients' connections each of so many threads can have with a limit of open files, so that those to
/// origins, which are bounded by it, are left.
pub fn connections(limit: usize, threads: NonZeroUsize) -> usize {
    let room = limit.saturating_sub(OWN) / (1 + FOR_EACH_CLIENT) / threads;
    room.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_a_share_and_at_least_one() {
        let two = NonZeroUsize::new(2).unwrap();
        for (limit, expected) in [(OWN + 6144, 1024), (OWN, 1), (0, 1)] {
            assert_eq!(connections(limit, two), expected, "{limit}");
        }
    }
}
