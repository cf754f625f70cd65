//! Points in time, as tokens write them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z with their fraction: the `NumericDate` of RFC 7519 (section 2).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct NumericDate(f64);

impl NumericDate {
    /// A point in time, in seconds since the epoch.
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn as_seconds(self) -> f64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn whole_seconds(self) -> u64 {
        Duration::try_from_secs_f64(self.0).map_or(0, |since| since.as_secs())
    }

    /// The point `seconds` later.
    pub fn plus(self, seconds: f64) -> Self {
        Self(self.0 + seconds)
    }

    /// The point as RFC 3339 writes it, to the millisecond and in UTC: `2027-01-15T08:00:00.000Z`. What lies outside the years
    /// 1970 to 9999, which four digits cannot tell, is the nearest point within.
    pub fn to_rfc3339(self) -> String {
        // A number that is too large or none saturates.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` saturates, then `min`"
        )]
        let milliseconds = ((self.0 * 1000.0).round() as u64).min(LAST_MILLISECOND);
        let (days, rest) = (milliseconds / DAY, milliseconds % DAY);
        let (year, month, day) = civil_date(days);
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
        let fraction = rest % 1000;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
    }
}

/// A day in milliseconds.
const DAY: u64 = 86_400_000;

/// 9999-12-31T23:59:59.999Z.
const LAST_MILLISECOND: u64 = 253_402_300_799_999;

/// Year, month and day of the Gregorian calendar, so many days after 1970-01-01. Years are counted from March, so that a leap
/// day is the last of its year.
fn civil_date(days: u64) -> (u64, u64, u64) {
    // Days since 0000-03-01, of an era of 400 years, and of a year.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * era + year_of_era + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_is_written_to_the_millisecond() {
        for (seconds, text) in [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (784_111_777.0, "1994-11-06T08:49:37.000Z"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199.999, "2024-02-29T23:59:59.999Z"),
            (1_709_251_200.0, "2024-03-01T00:00:00.000Z"),
            (1_800_000_000.5, "2027-01-15T08:00:00.500Z"),
            (4_107_542_399.0, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
            (253_402_300_800.0, "9999-12-31T23:59:59.999Z"),
            (1e300, "9999-12-31T23:59:59.999Z"),
            (f64::INFINITY, "9999-12-31T23:59:59.999Z"),
            (-1.0, "1970-01-01T00:00:00.000Z"),
            (f64::NAN, "1970-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(NumericDate::from_seconds(seconds).to_rfc3339(), text, "{seconds}");
        }
    }

    #[test]
    fn the_days_of_eight_centuries_follow_each_other() {
        let mut before = (1969, 12, 31);
        for day in 0..292_194 {
            let (year, month, day_of_month) = civil_date(day);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let next = match before {
                (year, 12, 31) => (year + 1, 1, 1),
                (year, 2, 28) if !is_leap => (year, 3, 1),
                (year, month @ (4 | 6 | 9 | 11), 30) | (year, month @ 2, 29) | (year, month, 31) => {
                    (year, month + 1, 1)
                }
                (year, month, day) => (year, month, day + 1),
            };
            assert_eq!((year, month, day_of_month), next);
            before = next;
        }
    }
}
