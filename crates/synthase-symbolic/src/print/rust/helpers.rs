//! Functions that printed programs call, written below them.

/// What stands before the name of a helper where it is called, until the whole text is made.
pub(super) const MARK: char = '\u{e000}';

/// The helpers in the order in which they are written: name, source.
pub(super) const HELPERS: &[(&str, &str)] = &[
    (
        "capitalize",
        "/// The text with its first character in upper case and the rest in lower case.
fn @capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().to_string() + &chars.as_str().to_lowercase(),
        None => String::new(),
    }
}
",
    ),
    (
        "floor_div",
        "/// The quotient rounded down.
fn @floor_div(a: i64, b: i64) -> i64 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}
",
    ),
    (
        "floor_mod",
        "/// The remainder with the sign of the divisor.
fn @floor_mod(a: i64, b: i64) -> i64 {
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
}
",
    ),
    (
        "char_at",
        "/// The character at a position; negative ones count from the end.
fn @char_at(text: &str, index: i64) -> char {
    if index < 0 {
        text.chars().nth_back((-1 - index) as usize).unwrap()
    } else {
        text.chars().nth(index as usize).unwrap()
    }
}
",
    ),
    (
        "item_at",
        "/// The item at a position; negative ones count from the end.
fn @item_at<T>(items: &[T], index: i64) -> &T {
    if index < 0 { &items[(items.len() as i64 + index) as usize] } else { &items[index as usize] }
}
",
    ),
    (
        "take_chars",
        "/// The first `n` characters; for a negative `n` all but the last `-n`.
fn @take_chars(text: &str, n: i64) -> &str {
    &text[..@offset(text, n)]
}
",
    ),
    (
        "skip_chars",
        "/// All but the first `n` characters; for a negative `n` the last `-n`.
fn @skip_chars(text: &str, n: i64) -> &str {
    &text[@offset(text, n)..]
}
",
    ),
    (
        "offset",
        "/// Where the character at a position begins, in bytes; negative positions count from the end.
fn @offset(text: &str, n: i64) -> usize {
    let mut offsets = text.char_indices().map(|(at, _)| at);
    if n < 0 {
        offsets.nth_back((-1 - n) as usize).unwrap_or(0)
    } else {
        offsets.nth(n as usize).unwrap_or(text.len())
    }
}
",
    ),
    (
        "take_items",
        "/// The first `n` items; for a negative `n` all but the last `-n`.
fn @take_items<T>(items: &[T], n: i64) -> &[T] {
    &items[..@clamp_index(n, items.len())]
}
",
    ),
    (
        "skip_items",
        "/// All but the first `n` items; for a negative `n` the last `-n`.
fn @skip_items<T>(items: &[T], n: i64) -> &[T] {
    &items[@clamp_index(n, items.len())..]
}
",
    ),
    (
        "clamp_index",
        "/// A position in a sequence of a length; negative ones count from the end.
fn @clamp_index(n: i64, len: usize) -> usize {
    if n < 0 { len.saturating_sub(n.unsigned_abs() as usize) } else { len.min(n as usize) }
}
",
    ),
    (
        "drop_last",
        "/// The text without its last `n` characters.
fn @drop_last(text: &str, n: usize) -> &str {
    text.char_indices().nth_back(n - 1).map_or(\"\", |(at, _)| &text[..at])
}
",
    ),
    (
        "last_chars",
        "/// The last `n` characters of a text.
fn @last_chars(text: &str, n: usize) -> &str {
    text.char_indices().nth_back(n - 1).map_or(text, |(at, _)| &text[at..])
}
",
    ),
    (
        "pad_left",
        "/// The text brought to a width by a character before it.
fn @pad_left(text: &str, width: i64, fill: char) -> String {
    let missing = (width.max(0) as usize).saturating_sub(text.chars().count());
    format!(\"{}{text}\", fill.to_string().repeat(missing))
}
",
    ),
    (
        "pad_right",
        "/// The text brought to a width by a character behind it.
fn @pad_right(text: &str, width: i64, fill: char) -> String {
    let missing = (width.max(0) as usize).saturating_sub(text.chars().count());
    format!(\"{text}{}\", fill.to_string().repeat(missing))
}
",
    ),
    (
        "text_runs",
        "/// The longest parts of equal neighbours.
fn @text_runs(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunk_by(|a, b| a == b).map(String::from_iter).collect()
}
",
    ),
    (
        "text_chunks",
        "/// Parts of `size` characters, the last may be shorter.
fn @text_chunks(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(String::from_iter).collect()
}
",
    ),
    (
        "is_all",
        "/// Whether all characters of a text are of a kind, and there is one.
fn @is_all(text: &str, kind: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(kind)
}
",
    ),
    (
        "is_upper",
        "/// Whether a text has letters in upper case and none in lower case.
fn @is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}
",
    ),
    (
        "is_lower",
        "/// Whether a text has letters in lower case and none in upper case.
fn @is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)
}
",
    ),
    (
        "find_char",
        "/// The position of the first occurrence of a part in characters, -1 if there is none.
fn @find_char(text: &str, part: &str) -> i64 {
    text.find(part).map_or(-1, |at| text[..at].chars().count() as i64)
}
",
    ),
    (
        "to_base",
        "/// An integer written in base 2, 8 or 16.
fn @to_base(n: i64, base: i64) -> String {
    let (sign, size) = (if n < 0 { \"-\" } else { \"\" }, n.unsigned_abs());
    match base {
        2 => format!(\"{sign}{size:b}\"),
        8 => format!(\"{sign}{size:o}\"),
        16 => format!(\"{sign}{size:x}\"),
        _ => panic!(\"base {base}\"),
    }
}
",
    ),
    (
        "sorted",
        "/// The items from least to greatest.
fn @sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}
",
    ),
    (
        "sorted_floats",
        "/// The numbers from least to greatest.
fn @sorted_floats(mut items: Vec<f64>) -> Vec<f64> {
    items.sort_by(f64::total_cmp);
    items
}
",
    ),
    (
        "sorted_by_key",
        "/// The items from least to greatest by a key, equals in their old order.
fn @sorted_by_key<T, K: Ord>(mut items: Vec<T>, key: impl FnMut(&T) -> K) -> Vec<T> {
    items.sort_by_key(key);
    items
}
",
    ),
    (
        "sorted_by_float",
        "/// The items from least to greatest by a number, equals in their old order.
fn @sorted_by_float<T>(mut items: Vec<T>, key: impl Fn(&T) -> f64) -> Vec<T> {
    items.sort_by(|a, b| key(a).total_cmp(&key(b)));
    items
}
",
    ),
    (
        "unique",
        "/// The items without repeats, in the order of their first appearance.
fn @unique<T: Clone + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
",
    ),
    (
        "unique_by_eq",
        "/// The items without repeats, in the order of their first appearance.
fn @unique_by_eq<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
",
    ),
    (
        "day_of_year",
        "/// How many days of its year have begun on a day.
fn @day_of_year(day: i64) -> i64 {
    day - @day_number(@civil(day).0, 1, 1) + 1
}
",
    ),
    (
        "parse_day",
        "/// The day that a text writes as 2026-01-31.
fn @parse_day(text: &str) -> i64 {
    let bytes = text.as_bytes();
    assert!(bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-', \"no date: {text}\");
    let number = |part: &str| {
        assert!(part.bytes().all(|b| b.is_ascii_digit()), \"no date: {text}\");
        part.parse().unwrap()
    };
    @day_number(number(&text[..4]), number(&text[5..7]), number(&text[8..]))
}
",
    ),
    (
        "iso",
        "/// A day written as 2026-01-31.
fn @iso(day: i64) -> String {
    let (year, month, day) = @civil(day);
    format!(\"{year:04}-{month:02}-{day:02}\")
}
",
    ),
    (
        "day_number",
        "/// The number of days from 1970-01-01 to a day of the Gregorian calendar.
fn @day_number(year: i64, month: i64, day: i64) -> i64 {
    // The year is taken to begin in March, so that the leap day is its last.
    let march_year = if month <= 2 { year - 1 } else { year };
    let year_of_era = march_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let number = march_year.div_euclid(400) * 146_097 + day_of_era - 719_468;
    assert!((1..=9999).contains(&year) && @civil(number) == (year, month, day), \"no such day\");
    number
}
",
    ),
    (
        "civil",
        "/// Year, month and day of a day's number.
fn @civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + z.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day)
}
",
    ),
];

/// The helpers' names.
pub(super) fn names() -> Vec<&'static str> {
    HELPERS.iter().map(|(name, _)| *name).collect()
}

/// The text with the helpers that it calls behind it. A helper called like the function itself gets
/// another name.
pub(super) fn append(text: &str, function: &str) -> String {
    let mut needed = vec![false; HELPERS.len()];
    let calls = |text: &str, mark: char, name: &str| {
        text.match_indices(&format!("{mark}{name}"))
            .any(|(at, found)| !text[at + found.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    for (i, (name, _)) in HELPERS.iter().enumerate() {
        needed[i] = calls(text, MARK, name);
    }
    while let Some(i) = (0..HELPERS.len()).find(|i| {
        let called = |by: usize| needed[by] && by != *i && calls(HELPERS[by].1, '@', HELPERS[*i].0);
        !needed[*i] && (0..HELPERS.len()).any(called)
    }) {
        needed[i] = true;
    }
    let mut out = text.to_owned();
    for ((_, source), _) in HELPERS.iter().zip(&needed).filter(|(_, needed)| **needed) {
        out.push('\n');
        out.push_str(&source.replace('@', &MARK.to_string()));
    }
    let mut parts = out.split(MARK);
    let mut plain = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
        plain.push_str(&part[..end]);
        if &part[..end] == function {
            plain.push_str("_of");
        }
        plain.push_str(&part[end..]);
    }
    plain
}
