//! Tags whose literals have a form of their own, and when two such literals mean the same.

/// Whether a literal of a known tag is well formed. Literals of other tags may be any text.
pub fn is_well_formed(tag: &str, text: &str) -> bool {
    match tag {
        "date" => date(text).is_some(),
        "time" => time(text).is_some(),
        "datetime" => {
            text.split_once(['T', ' ']).is_some_and(|(day, hour)| date(day).is_some() && time(hour).is_some())
        }
        "decimal" => decimal(text).is_some(),
        _ if is_bit_vector(tag) => text
            .strip_prefix("0x")
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())),
        _ => true,
    }
}

/// The form in which literals of a tag are compared: `1.50` and `1.5` are one decimal, `12:30` and
/// `12:30:00` one time.
pub fn canonical(tag: &str, text: &str) -> String {
    let known = match tag {
        "time" => time(text),
        "datetime" => {
            text.split_once(['T', ' ']).and_then(|(day, hour)| Some(format!("{}T{}", date(day)?, time(hour)?)))
        }
        "decimal" => decimal(text),
        _ if is_bit_vector(tag) => {
            text.strip_prefix("0x").map(|digits| format!("0x{}", digits.trim_start_matches('0').to_ascii_lowercase()))
        }
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

fn is_bit_vector(tag: &str) -> bool {
    tag.strip_prefix("bv").is_some_and(|bits| !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit()))
}

/// A date of the Gregorian calendar, as four, two and two digits.
fn date(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |part: &str, width: usize| {
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (year >= 1 && (1..=days).contains(&day)).then_some(text)
}

/// A time of day with seconds, and a fraction only where it is not zero.
fn time(text: &str) -> Option<String> {
    let (clock, fraction) = text.split_once('.').map_or((text, ""), |(clock, fraction)| (clock, fraction));
    let parts: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] if !text.contains('.') => (hour, minute, &"00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let below = |part: &str, most: u32| {
        part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|n| n < most)
    };
    let fraction_ok = fraction.bytes().all(|b| b.is_ascii_digit()) && text.contains('.') != fraction.is_empty();
    if !below(hour, 24) || !below(minute, 60) || !below(second, 60) || !fraction_ok {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{hour}:{minute}:{second}{point}{fraction}"))
}

/// A decimal number without an exponent and without zeros that say nothing.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = [whole, fraction].concat();
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) || exponent.unsigned_abs() > 10_000 {
        return None;
    }
    // The place of the point, counted from the first digit.
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let padded_left = usize::try_from(-point).unwrap_or(0);
    let digits = format!("{}{all}", "0".repeat(padded_left));
    let point = usize::try_from(point).unwrap_or(0);
    let digits = format!("{digits:0<point$}");
    let (whole, fraction) = digits.split_at(point);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_that_mean_the_same_have_one_form() {
        for (tag, a, b) in [
            ("decimal", "1.50", "1.5"),
            ("decimal", "15e-1", "+01.5"),
            ("decimal", "-0.0", "0"),
            ("decimal", "1e3", "1000"),
            ("time", "12:30", "12:30:00.000"),
            ("datetime", "2026-01-31 12:30", "2026-01-31T12:30:00"),
            ("bv8", "0x0F", "0xf"),
        ] {
            assert_eq!(canonical(tag, a), canonical(tag, b), "{tag} {a} {b}");
        }
        assert_ne!(canonical("decimal", "1.05"), canonical("decimal", "1.5"));
    }

    #[test]
    fn malformed_literals_are_refused() {
        for (tag, text) in [
            ("date", "2026-1-1"),
            ("date", "2025-02-29"),
            ("date", "2026-13-01"),
            ("time", "24:00"),
            ("time", "12:30:00."),
            ("datetime", "2026-01-31"),
            ("decimal", "1.5.0"),
            ("decimal", "e5"),
            ("bv8", "15"),
        ] {
            assert!(!is_well_formed(tag, text), "{tag} {text}");
        }
        assert!(is_well_formed("date", "2024-02-29") && is_well_formed("uuid", "anything"));
    }
}
