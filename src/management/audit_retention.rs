//! How long and how much an audit log keeps, and how much of it one page shows.

/// How long entries are kept, in seconds.
pub const AUDIT_RETENTION: f64 = 400.0 * 86_400.0;

/// How many entries one page has, of at most 16 KiB each.
pub const AUDIT_PAGE: u32 = 20;

/// What the entries of one kind may cost. Each costs its bytes and at least `least`, so that one sum bounds both their
/// number and their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditQuota {
    entries: u64,
    least: u64,
}

impl AuditQuota {
    /// The quota of changes, 10 000 entries and 16 MB, or of refused attempts, 1 000 entries and 4 MB. They have separate
    /// quotas, so that refused attempts push no change out of the log.
    pub const fn of(is_refusal: bool) -> Self {
        if is_refusal { Self { entries: 1000, least: 4000 } } else { Self { entries: 10_000, least: 1600 } }
    }

    /// What an entry costs.
    pub fn cost(self, entry: &str) -> u64 {
        (entry.len() as u64).max(self.least)
    }

    /// What all entries of the kind may cost; the oldest ones beyond it are dropped.
    pub const fn total(self) -> u64 {
        self.entries * self.least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sum_bounds_number_and_bytes() {
        for (is_refusal, entries, bytes) in [(false, 10_000, 16_000_000), (true, 1000, 4_000_000)] {
            let quota = AuditQuota::of(is_refusal);
            assert_eq!((quota.total(), quota.total() / quota.cost("x")), (bytes, entries));
            assert_eq!(quota.cost(&"x".repeat(16_384)), 16_384);
        }
    }
}
