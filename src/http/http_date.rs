//! Dates in HTTP headers (RFC 9110, section 5.6.7).

/// Seconds since 1970 of an HTTP date in any of its three forms; `None` for anything else.
pub fn parse(text: &str) -> Option<f64> {
    let words: Vec<_> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    // `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, or asctime's `Sun Nov  6 08:49:37 1994`.
    let ([_, day, month, year, time, "GMT"] | [_, month, day, time, year]) = *words else { return None };
    let year = match (number(year)?, year.len()) {
        // Two digits are of the century that keeps the date from lying far ahead.
        (year, 2) => year + if year < 70 { 2000 } else { 1900 },
        (year, 4) => year,
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let days = days_before(year, u32::try_from(month).ok()?) + number(day)?.checked_sub(1)?;
    let mut parts = time.split(':').map(number);
    let mut part = || parts.next().flatten();
    let (hours, minutes, seconds) = (part()?, part()?, part()?);
    let is_time = hours < 24 && minutes < 60 && seconds <= 60;
    is_time.then(|| f64::from(days) * 86_400.0 + f64::from(hours * 3600 + minutes * 60 + seconds))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn number(digits: &str) -> Option<u32> {
    let is_short = digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_short)
}

/// The days from 1970 to the first of a month, which is counted from zero. Years before 1970 are that one.
fn days_before(year: u32, month: u32) -> u32 {
    let years = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 });
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    years.sum::<u32>() + lengths.iter().take(month as usize).sum::<u32>()
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_read() {
        for date in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(parse(date).map(f64::to_bits), Some(784_111_777.0_f64.to_bits()), "{date}");
        }
        let leap = parse("Thu, 29 Feb 2024 23:59:59 GMT").map(f64::to_bits);
        assert_eq!(leap, Some(1_709_251_199.0_f64.to_bits()));
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "0",
            "-1",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 99999 08:49:37 GMT",
            "Sun, 06 Nov 1994 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
