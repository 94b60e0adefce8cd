use expect_test::{Expect, expect};

use crate::{Program, Target};

fn check(program: &str, expected: Expect) {
    let program: Program = program.parse().unwrap_or_else(|e| panic!("{program}: {e}"));
    expected.assert_eq(&program.print(Target::Python).unwrap());
}

#[test]
fn texts_are_formatted_where_that_reads_better() {
    check(
        r#"label(item: str, price: float, count: int) -> str = concat(pad_right(item, 12, "."), concat(" ", concat(fixed(price, 2), concat(" x ", pad_left(text(abs(count)), 3, "0")))))"#,
        expect![[r#"
            def label(item: str, price: float, count: int) -> str:
                return f"{item:.<12} {price:.2f} x {abs(count):03}"
        "#]],
    );
    check(
        r#"f(s: str) -> str = concat(upper(at(s, 0)), drop(s, 1))"#,
        expect![[r#"
        def f(s: str) -> str:
            return s[0].upper() + s[1:]
    "#]],
    );
    check(
        r#"f(s: str) -> str = concat("\"", concat(s, concat("\"", after(s, "'"))))"#,
        expect![[r#"
        def f(s: str) -> str:
            return '"' + s + '"' + s.split("'", 1)[-1]
    "#]],
    );
}

#[test]
fn lists_are_comprehensions_without_detours() {
    check(
        r#"initials(name: str) -> str = join(map(words(name), |x| concat(upper(at(x, 0)), ".")), "")"#,
        expect![[r#"
            def initials(name: str) -> str:
                return "".join(word[0].upper() + "." for word in name.split())
        "#]],
    );
    check(
        "f(xs: list[int]) -> list[int] = map(filter(xs, |x| lt(0, x)), |x| mul(x, 2))",
        expect![[r#"
        def f(xs: list[int]) -> list[int]:
            return [x * 2 for x in xs if x > 0]
    "#]],
    );
    check(
        "f(xs: list[int]) -> int = len(unique(xs))",
        expect![[r#"
        def f(xs: list[int]) -> int:
            return len(set(xs))
    "#]],
    );
    check(
        "f(rows: list[list[int]]) -> list[int] = sort(unique(flatten(rows)))",
        expect![[r#"
        def f(rows: list[list[int]]) -> list[int]:
            return sorted({x for row in rows for x in row})
    "#]],
    );
    check(
        "pair_up(names: list[str], rooms: list[int]) -> list[tuple[str, int]] = zip_with(names, rooms, |x, y| (x, y))",
        expect![[r#"
            def pair_up(names: list[str], rooms: list[int]) -> list[tuple[str, int]]:
                return list(zip(names, rooms))
        "#]],
    );
    check(
        "f(xs: list[int], ys: list[int]) -> list[int] = flatten(zip_with(xs, ys, |x, y| concat(single(x), single(y))))",
        expect![[r#"
            def f(xs: list[int], ys: list[int]) -> list[int]:
                return [x for pair in zip(xs, ys) for x in pair]
        "#]],
    );
}

#[test]
fn runs_are_groups() {
    check(
        r#"encode(text: str) -> str = join(map(runs(text), |x| concat(at(x, 0), text(len(x)))), "")"#,
        expect![[r#"
        import itertools


        def encode(text: str) -> str:
            return "".join(f"{c}{len(list(run))}" for c, run in itertools.groupby(text))
    "#]],
    );
    check(
        "f(xs: list[int]) -> list[int] = map(runs(sort(xs)), |x| len(x))",
        expect![[r#"
        import itertools


        def f(xs: list[int]) -> list[int]:
            return [len(list(run)) for _, run in itertools.groupby(sorted(xs))]
    "#]],
    );
}

#[test]
fn orders_are_told_to_sorted() {
    check(
        "f(xs: list[int]) -> list[int] = take(reverse(sort(xs)), 3)",
        expect![[r#"
        def f(xs: list[int]) -> list[int]:
            return sorted(xs, reverse=True)[:3]
    "#]],
    );
    check(
        "f(xs: list[int], n: int) -> list[int] = sort_by(xs, |x| neg(abs(sub(x, n))))",
        expect![[r#"
        def f(xs: list[int], n: int) -> list[int]:
            return sorted(xs, key=lambda x: abs(x - n), reverse=True)
    "#]],
    );
    check(
        "longest(words: list[str]) -> str = max_by(words, |x| len(x))",
        expect![[r#"
        def longest(words: list[str]) -> str:
            return max(words, key=len)
    "#]],
    );
}

#[test]
fn cases_are_a_dictionary() {
    check(
        r#"turn(direction: str) -> str = if(eq(direction, "N"), "E", if(eq(direction, "E"), "S", if(eq(direction, "S"), "W", "N")))"#,
        expect![[r#"
            def turn(direction: str) -> str:
                return {"N": "E", "E": "S", "S": "W"}.get(direction, "N")
        "#]],
    );
}

#[test]
fn conditions_answer_early() {
    check(
        r#"grade(points: int) -> str = if(lt(points, 45), "F", if(and(le(45, points), lt(points, 60)), "D", "A"))"#,
        expect![[r#"
            def grade(points: int) -> str:
                if points < 45:
                    return "F"
                if 45 <= points < 60:
                    return "D"
                return "A"
        "#]],
    );
    check(
        r#"f(n: int) -> str = if(eq(mod(n, 2), 0), "even", "odd")"#,
        expect![[r#"
        def f(n: int) -> str:
            return "even" if n % 2 == 0 else "odd"
    "#]],
    );
    check(
        "f(xs: list[int]) -> int = if(lt(0, len(xs)), at(xs, 0), 0)",
        expect![[r#"
        def f(xs: list[int]) -> int:
            return xs[0] if xs else 0
    "#]],
    );
    check(
        r#"f(s: str) -> bool = not(or(eq(s, "a"), or(eq(s, "b"), eq(s, "c"))))"#,
        expect![[r#"
        def f(s: str) -> bool:
            return s not in ("a", "b", "c")
    "#]],
    );
}

#[test]
fn what_is_shared_has_a_name() {
    check(
        r#"f(text: str) -> bool = eq(filter(chars(lower(text)), |x| is_letter(x)), reverse(filter(chars(lower(text)), |x| is_letter(x))))"#,
        expect![[r#"
            def f(text: str) -> bool:
                chars = [c for c in text.lower() if c.isalpha()]
                return chars == chars[::-1]
        "#]],
    );
    check(
        r#"f(n: int) -> str = reverse(join(chunks(reverse(text(n)), 3), ","))"#,
        expect![[r#"
        def f(n: int) -> str:
            ordered = str(n)[::-1]
            return ",".join(ordered[i:i + 3] for i in range(0, len(ordered), 3))[::-1]
    "#]],
    );
}

#[test]
fn a_fold_that_ends_a_program_is_a_loop() {
    check(
        "f(digits: list[int]) -> int = fold(digits, 0, |x, y| add(mul(x, 10), y))",
        expect![[r#"
        def f(digits: list[int]) -> int:
            result = 0
            for digit in digits:
                result = result * 10 + digit
            return result
    "#]],
    );
}

#[test]
fn modules_are_imported_and_nothing_is_hidden() {
    check(
        "due(day: date, weeks: int) -> date = add_days(day, mul(weeks, 7))",
        expect![[r#"
        import datetime


        def due(day: datetime.date, weeks: int) -> datetime.date:
            return day + datetime.timedelta(days=weeks * 7)
    "#]],
    );
    check(
        "re(re: str, sum: list[int]) -> list[int] = map(digit_runs(re), |x| add(to_int(x), product(sum)))",
        expect![[r#"
            import math
            import re as _re


            def re(re_: str, sum_: list[int]) -> list[int]:
                return [int(digits) + math.prod(sum_) for digits in _re.findall(r"[0-9]+", re_)]
        "#]],
    );
    check(
        "max(list: list[int], len: int) -> int = max(maximum(list), len)",
        expect![[r#"
        import builtins


        def max(list_: list[int], len_: int) -> int:
            return builtins.max(builtins.max(list_), len_)
    "#]],
    );
}
