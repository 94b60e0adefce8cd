//! What telling programs become in Rust.

use expect_test::{Expect, expect};

use crate::core::Program;
use crate::print::Target;

fn check(program: &str, expected: Expect) {
    let program: Program = program.parse().unwrap_or_else(|e| panic!("{program}: {e}"));
    expected.assert_eq(&program.print(Target::Rust).unwrap_or_else(|e| e.to_string()));
}

#[test]
fn characters_are_chars() {
    check(
        r#"initials(name: str) -> str = join(map(words(name), |x| concat(upper(at(x, 0)), ".")), "")"#,
        expect![[r#"
            pub fn initials(name: &str) -> String {
                name.split_whitespace()
                    .map(|word| format!("{}.", word.chars().next().unwrap().to_uppercase()))
                    .collect()
            }
        "#]],
    );
    check(
        r#"palindrome(s: str) -> bool = eq(s, reverse(s))"#,
        expect![[r#"
        pub fn palindrome(s: &str) -> bool {
            s.chars().rev().eq(s.chars())
        }
    "#]],
    );
    check(
        r#"vowels(s: str) -> int = len(filter(chars(s), |x| contains(list[str]["a", "e"], lower(x))))"#,
        expect![[r#"
            pub fn vowels(s: &str) -> i64 {
                s.chars().filter(|c| ["a", "e"].contains(&c.to_lowercase().to_string().as_str())).count() as i64
            }
        "#]],
    );
}

#[test]
fn iterators_stay_lazy() {
    check(
        "evens(xs: list[int]) -> list[int] = filter(xs, |x| eq(mod(x, 2), 0))",
        expect![[r#"
        pub fn evens(xs: &[i64]) -> Vec<i64> {
            xs.iter().copied().filter(|&x| x % 2 == 0).collect()
        }
    "#]],
    );
    check(
        "dot(xs: list[int], ys: list[int]) -> int = sum(zip_with(xs, ys, |x, y| mul(x, y)))",
        expect![[r#"
        pub fn dot(xs: &[i64], ys: &[i64]) -> i64 {
            xs.iter().zip(ys).map(|(&x, &y)| x * y).sum()
        }
    "#]],
    );
    check(
        "total(rows: list[list[int]]) -> int = sum(flatten(rows))",
        expect![[r#"
        pub fn total(rows: &[Vec<i64>]) -> i64 {
            rows.iter().flatten().copied().sum()
        }
    "#]],
    );
    check(
        "pairs(xs: list[int], ys: list[int]) -> list[int] = flatten(map(xs, |x| map(ys, |y| mul(x, y))))",
        expect![[r#"
            pub fn pairs(xs: &[i64], ys: &[i64]) -> Vec<i64> {
                xs.iter().flat_map(|&x| ys.iter().map(move |&y| x * y)).collect()
            }
        "#]],
    );
    check(
        "totals(xs: list[int]) -> list[int] = scan(xs, 0, |x, y| add(x, y))",
        expect![[r#"
            pub fn totals(xs: &[i64]) -> Vec<i64> {
                xs.iter()
                    .scan(0_i64, |so_far, &x| {
                        *so_far += x;
                        Some(*so_far)
                    })
                    .collect()
            }
        "#]],
    );
}

#[test]
fn texts_are_borrowed_as_long_as_can_be() {
    check(
        r#"domain(address: str) -> str = before_last(after(address, "@"), ".")"#,
        expect![[r#"
        pub fn domain(address: &str) -> String {
            address
                .split_once('@')
                .map_or(address, |(_, after)| after)
                .rsplitn(2, '.')
                .last()
                .unwrap_or_default()
                .to_string()
        }
    "#]],
    );
    check(
        r#"longest(words: list[str]) -> str = max_by(words, |x| len(x))"#,
        expect![[r#"
        pub fn longest(words: &[String]) -> String {
            words.iter().rev().max_by_key(|word| word.chars().count()).unwrap().clone()
        }
    "#]],
    );
}

#[test]
fn sorting_takes_statements() {
    check(
        "median(xs: list[int]) -> int = at(sort(xs), div(len(xs), 2))",
        expect![[r#"
        pub fn median(xs: &[i64]) -> i64 {
            let mut ordered = xs.to_vec();
            ordered.sort();
            ordered[xs.len() / 2]
        }
    "#]],
    );
    check(
        "top(xs: list[float], n: int) -> list[float] = take(reverse(sort(xs)), n)",
        expect![[r#"
        pub fn top(xs: &[f64], n: i64) -> Vec<f64> {
            let mut ordered = xs.to_vec();
            ordered.sort_by(f64::total_cmp);
            ordered.reverse();
            take_items(&ordered, n).to_vec()
        }

        /// The first `n` items; for a negative `n` all but the last `-n`.
        fn take_items<T>(items: &[T], n: i64) -> &[T] {
            &items[..clamp_index(n, items.len())]
        }

        /// A position in a sequence of a length; negative ones count from the end.
        fn clamp_index(n: i64, len: usize) -> usize {
            if n < 0 { len.saturating_sub(n.unsigned_abs() as usize) } else { len.min(n as usize) }
        }
    "#]],
    );
}

#[test]
fn choices_are_expressions_and_tables_matches() {
    check(
        r#"size(n: int) -> str = if(lt(n, 10), "small", if(lt(n, 100), "medium", "large"))"#,
        expect![[r#"
        pub fn size(n: i64) -> String {
            if n < 10 {
                "small".to_string()
            } else if n < 100 {
                "medium".to_string()
            } else {
                "large".to_string()
            }
        }
    "#]],
    );
    check(
        r#"code(country: str) -> str = if(eq(country, "DE"), "+49", if(eq(country, "FR"), "+33", "+1"))"#,
        expect![[r#"
            pub fn code(country: &str) -> String {
                match country {
                    "DE" => "+49",
                    "FR" => "+33",
                    _ => "+1",
                }
                .to_string()
            }
        "#]],
    );
}

#[test]
fn helpers_come_with_their_helpers() {
    check(
        r#"capitalize(name: str) -> str = capitalize(name)"#,
        expect![[r#"
        pub fn capitalize(name: &str) -> String {
            capitalize_of(name)
        }

        /// The text with its first character in upper case and the rest in lower case.
        fn capitalize_of(text: &str) -> String {
            let mut chars = text.chars();
            match chars.next() {
                Some(first) => first.to_uppercase().to_string() + &chars.as_str().to_lowercase(),
                None => String::new(),
            }
        }
    "#]],
    );
    check(
        r#"tomorrow(today: str) -> str = iso(add_days(parse_date(today), 1))"#,
        expect![[r#"
        pub fn tomorrow(today: &str) -> String {
            iso(parse_day(today) + 1)
        }

        /// The day that a text writes as 2026-01-31.
        fn parse_day(text: &str) -> i64 {
            let bytes = text.as_bytes();
            assert!(bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-', "no date: {text}");
            let number = |part: &str| {
                assert!(part.bytes().all(|b| b.is_ascii_digit()), "no date: {text}");
                part.parse().unwrap()
            };
            day_number(number(&text[..4]), number(&text[5..7]), number(&text[8..]))
        }

        /// A day written as 2026-01-31.
        fn iso(day: i64) -> String {
            let (year, month, day) = civil(day);
            format!("{year:04}-{month:02}-{day:02}")
        }

        /// The number of days from 1970-01-01 to a day of the Gregorian calendar.
        fn day_number(year: i64, month: i64, day: i64) -> i64 {
            // The year is taken to begin in March, so that the leap day is its last.
            let march_year = if month <= 2 { year - 1 } else { year };
            let year_of_era = march_year.rem_euclid(400);
            let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
            let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
            let number = march_year.div_euclid(400) * 146_097 + day_of_era - 719_468;
            assert!((1..=9999).contains(&year) && civil(number) == (year, month, day), "no such day");
            number
        }

        /// Year, month and day of a day's number.
        fn civil(day: i64) -> (i64, i64, i64) {
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
    "#]],
    );
}

#[test]
fn dates_in_signatures_cannot_be_said() {
    check("year(d: date) -> int = year(d)", expect!["rust cannot say this: values of type date in signatures"]);
}

#[test]
fn other_widths_are_widened_and_narrowed() {
    check(
        "double(n: u8, xs: list[u32]) -> u16 = add(n, sum(xs))",
        expect![[r#"
        pub fn double(n: u8, xs: &[u32]) -> u16 {
            let n = i64::from(n);
            let xs: Vec<i64> = xs.iter().map(|&x| i64::from(x)).collect();
            let xs = xs.as_slice();
            u16::try_from(n + xs.iter().sum::<i64>()).unwrap()
        }
    "#]],
    );
}
