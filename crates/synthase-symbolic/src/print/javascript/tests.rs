//! Snapshots of printed programs.

use expect_test::{Expect, expect};

use crate::core::Program;
use crate::print::Target;

fn check(program: &str, expected: Expect) {
    let program: Program = program.parse().unwrap_or_else(|e| panic!("{program}: {e}"));
    expected.assert_eq(&program.print(Target::JavaScript).expect("a printed program"));
}

#[test]
fn numbers_are_written_into_templates() {
    check(
        r#"duration(seconds: int) -> str = concat(text(div(seconds, 60)), concat(":", pad_left(text(mod(seconds, 60)), 2, "0")))"#,
        expect![[r#"
            /**
             * @param {number} seconds
             * @returns {string}
             */
            function duration(seconds) {
              const text = String(((seconds % 60) + 60) % 60);
              return `${Math.floor(seconds / 60)}:${text.padStart(2, "0")}`;
            }
        "#]],
    );
}

#[test]
fn parity_needs_no_remainder_of_one_sign() {
    check(
        r#"odd(xs: list[int]) -> list[int] = filter(xs, |x| eq(mod(x, 2), 1))"#,
        expect![[r#"
        /**
         * @param {number[]} xs
         * @returns {number[]}
         */
        function odd(xs) {
          return xs.filter((x) => x % 2 !== 0);
        }
    "#]],
    );
}

#[test]
fn branches_answer_early() {
    check(
        r#"grade(points: int) -> str = if(lt(points, 50), "F", if(lt(points, 75), "B", "A"))"#,
        expect![[r#"
        /**
         * @param {number} points
         * @returns {string}
         */
        function grade(points) {
          if (points < 50) return "F";
          if (points < 75) return "B";
          return "A";
        }
    "#]],
    );
}

#[test]
fn short_conditionals_are_one_expression() {
    check(
        r#"shop(open: bool, day: date) -> str = if(and(open, not(eq(weekday(day), 7))), "open", "closed")"#,
        expect![[r#"
            /**
             * @param {boolean} open
             * @param {Date} day
             * @returns {string}
             */
            function shop(open, day) {
              return open && day.getUTCDay() !== 0 ? "open" : "closed";
            }
        "#]],
    );
}

#[test]
fn characters_are_no_units() {
    check(
        r#"middle(s: str) -> str = concat(take(drop(s, 1), -1), at(s, -1))"#,
        expect![[r#"
        /**
         * @param {string} s
         * @returns {string}
         */
        function middle(s) {
          return [...s].slice(1, -1).join("") + [...s].at(-1);
        }
    "#]],
    );
    check(
        r#"digits(n: int) -> int = len(text(n))"#,
        expect![[r#"
        /**
         * @param {number} n
         * @returns {number}
         */
        function digits(n) {
          return String(n).length;
        }
    "#]],
    );
}

#[test]
fn helpers_come_along_where_they_are_called() {
    check(
        r#"title(text: str) -> str = join(map(words(text), |x| capitalize(x)), " ")"#,
        expect![[r#"
        /** The first character in upper case, the rest in lower case. */
        function capitalize(text) {
          const [first = "", ...rest] = text;
          return first.toUpperCase() + rest.join("").toLowerCase();
        }

        /**
         * @param {string} text
         * @returns {string}
         */
        function title(text) {
          return text.split(/\s+/).filter(Boolean).map(capitalize).join(" ");
        }
    "#]],
    );
    check(
        r#"fixed(x: float) -> str = fixed(x, 2)"#,
        expect![[r#"
        /** The number with so many decimals; unlike `toFixed`, halves go to the even digit. */
        function toFixedEven(x, decimals) {
          const text = x.toFixed(decimals);
          const isHalf = Math.abs(x * 2 ** (decimals + 1)) % 2 === 1;
          return isHalf && /[13579]$/.test(text) ? (x * (1 - Number.EPSILON)).toFixed(decimals) : text;
        }

        /**
         * @param {number} x
         * @returns {string}
         */
        function fixed(x) {
          return toFixedEven(x, 2);
        }
    "#]],
    );
}

#[test]
fn parameters_make_way_for_helpers() {
    check(
        r#"f(beforeLast: str) -> str = before_last(beforeLast, ", ")"#,
        expect![[r#"
        /** What stands before the last separator; the whole text if there is none. */
        function beforeLast(text, separator) {
          const at = text.lastIndexOf(separator);
          return at < 0 ? text : text.slice(0, at);
        }

        /**
         * @param {string} beforeLast_
         * @returns {string}
         */
        function f(beforeLast_) {
          return beforeLast(beforeLast_, ", ");
        }
    "#]],
    );
}

#[test]
fn classes_of_characters_are_patterns() {
    check(
        r#"f(s: str) -> str = join(filter(chars(s), |x| not(contains("aeiou", x))), "")"#,
        expect![[r#"
        /**
         * @param {string} s
         * @returns {string}
         */
        function f(s) {
          return s.replace(/[aeiou]/g, "");
        }
    "#]],
    );
    check(
        r#"f(s: str) -> tuple[bool, str] = (any(chars(s), |x| is_digit(x)), at(digit_runs(s), 0))"#,
        expect![[r#"
        /**
         * @param {string} s
         * @returns {[boolean, string]}
         */
        function f(s) {
          return [/\d/.test(s), s.match(/\d+/)[0]];
        }
    "#]],
    );
}

#[test]
fn replacements_are_taken_as_they_are() {
    check(
        r#"price(s: str) -> str = replace(s, "EUR", "$&")"#,
        expect![[r#"
        /**
         * @param {string} s
         * @returns {string}
         */
        function price(s) {
          return s.replaceAll("EUR", () => "$&");
        }
    "#]],
    );
}

#[test]
fn lists_in_step_are_looked_up_by_position() {
    check(
        r#"steps(xs: list[int]) -> list[int] = zip_with(xs, drop(xs, 1), |x, y| sub(y, x))"#,
        expect![[r#"
        /**
         * @param {number[]} xs
         * @returns {number[]}
         */
        function steps(xs) {
          return xs.slice(1).map((y, i) => y - xs[i]);
        }
    "#]],
    );
    check(
        r#"total(counts: list[int], prices: list[int]) -> int = sum(zip_with(counts, prices, |x, y| mul(x, y)))"#,
        expect![[r#"
            /**
             * @param {number[]} counts
             * @param {number[]} prices
             * @returns {number}
             */
            function total(counts, prices) {
              return counts.slice(0, prices.length).reduce((sum, count, i) => sum + count * prices[i], 0);
            }
        "#]],
    );
}

#[test]
fn lists_are_equal_by_their_elements() {
    check(
        r#"f(xs: list[int]) -> bool = eq(xs, reverse(xs))"#,
        expect![[r#"
        /**
         * @param {number[]} xs
         * @returns {boolean}
         */
        function f(xs) {
          return JSON.stringify(xs) === JSON.stringify(xs.toReversed());
        }
    "#]],
    );
    check(
        r#"f(rows: list[list[int]]) -> list[list[int]] = unique(rows)"#,
        expect![[r#"
        /**
         * @param {number[][]} rows
         * @returns {number[][]}
         */
        function f(rows) {
          return [...new Map(rows.map((x) => [JSON.stringify(x), x])).values()];
        }
    "#]],
    );
}

#[test]
fn order_is_told_by_keys() {
    check(
        r#"f(words: list[str]) -> tuple[list[str], str] = (sort_by(words, |x| neg(len(x))), max_by(words, |x| len(x)))"#,
        expect![[r#"
            /**
             * @param {string[]} words
             * @returns {[string[], string]}
             */
            function f(words) {
              const ordered = words.toSorted((a, b) => [...b].length - [...a].length);
              const largest = words.reduce((best, word) => ([...word].length > [...best].length ? word : best));
              return [ordered, largest];
            }
        "#]],
    );
    check(
        r#"f(names: list[str]) -> list[str] = sort_by(names, |x| lower(x))"#,
        expect![[r#"
        /** Orders two values as `sort` expects it. */
        function compare(a, b) {
          return a < b ? -1 : a > b ? 1 : 0;
        }

        /**
         * @param {string[]} names
         * @returns {string[]}
         */
        function f(names) {
          return names.toSorted((a, b) => compare(a.toLowerCase(), b.toLowerCase()));
        }
    "#]],
    );
}

#[test]
fn ranges_are_made_by_position() {
    check(
        r#"f(n: int) -> list[int] = map(range(1, add(n, 1)), |x| mul(x, x))"#,
        expect![[r#"
            /**
             * @param {number} n
             * @returns {number[]}
             */
            function f(n) {
              return Array.from({ length: n }, (_, i) => i + 1).map((m) => m * m);
            }
        "#]],
    );
    check(
        r#"f(n: int) -> list[str] = map(range(1, add(n, 1)), |x| repeat("*", x))"#,
        expect![[r#"
        /**
         * @param {number} n
         * @returns {string[]}
         */
        function f(n) {
          return Array.from({ length: n }, (_, i) => "*".repeat(i + 1));
        }
    "#]],
    );
}

#[test]
fn days_are_dates_at_midnight() {
    check(
        r#"f(d: date, n: int) -> date = add_days(date(year(d), add(month(d), 1), 1), n)"#,
        expect![[r#"
        /** Midnight in UTC; unlike `Date.UTC`, it takes years below 100 as they are. */
        function utcDate(year, month, day) {
          return new Date(new Date(0).setUTCFullYear(year, month - 1, day));
        }

        /**
         * @param {Date} d
         * @param {number} n
         * @returns {Date}
         */
        function f(d, n) {
          const day = utcDate(d.getUTCFullYear(), d.getUTCMonth() + 2, 1);
          return new Date(day.getTime() + n * 86_400_000);
        }
    "#]],
    );
}

#[test]
fn what_numbers_cannot_hold_is_told() {
    let program: Program = "f(n: int) -> int = mul(n, 9007199254740993)".parse().unwrap();
    let why = program.print(Target::JavaScript).unwrap_err().to_string();
    assert_eq!(why, "javascript cannot say this: the constant 9007199254740993");
}
