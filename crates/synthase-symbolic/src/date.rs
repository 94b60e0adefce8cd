//! Days of the proleptic Gregorian calendar, counted from 1970-01-01.
//!
//! The conversions follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013):
//! the year is taken to begin in March, so that the leap day is its last.

use synthase_types::Value;

/// The first day of the year 1 and the last of the year 9999: what every target language can hold.
const FIRST: i64 = -719_162;
const LAST: i64 = 2_932_896;

/// The day, if it lies in the years 1 to 9999.
pub(crate) fn in_range(days: i64) -> Option<i32> {
    (FIRST..=LAST).contains(&days).then_some(days as i32)
}

/// The number of a day; none if there is no such day.
pub(crate) fn from_parts(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a day's number.
pub(crate) fn parts(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// How many days a month has.
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether a year has a 29th of February.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The day of the week, from 1 for Monday to 7 for Sunday.
pub(crate) fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// How many days of its year have begun on a day.
pub(crate) fn day_of_year(days: i64) -> i64 {
    let (year, _, _) = parts(days);
    days - from_parts(year, 1, 1).unwrap_or(days) + 1
}

/// Reads `2026-01-31`: four digits, two and two, nothing else.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        bytes[from..to].iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    from_parts(number(0, 4)?, number(5, 7)?, number(8, 10)?)
}

/// Writes `2026-01-31`.
pub(crate) fn format(days: i64) -> String {
    let (year, month, day) = parts(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day as a value of the vocabulary.
pub(crate) fn value(days: i64) -> Value {
    Value::tagged("date", format(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_comes_back() {
        let mut next = (1, 1, 1);
        for days in FIRST..=LAST {
            let (year, month, day) = parts(days);
            assert_eq!((year, month, day), next);
            assert_eq!(from_parts(year, month, day), Some(days));
            next = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, last) if last == days_in_month(year, month) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(next, (10_000, 1, 1));
    }

    #[test]
    fn weekdays_and_days_of_the_year_are_right() {
        // 2026-01-31 was announced as a Saturday by every calendar at hand.
        assert_eq!(weekday(parse("2026-01-31").unwrap()), 6);
        assert_eq!(day_of_year(parse("2024-12-31").unwrap()), 366);
    }

    #[test]
    fn only_real_days_are_read() {
        for text in ["2025-02-29", "0000-01-01", "2025-13-01", "2025-1-01", "2025-01-011", "é025-01-0"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(format(parse("0987-06-05").unwrap()), "0987-06-05");
    }
}
