//! The text of programs: any text is read or refused, and what is written is read back.

use proptest::prelude::*;
use synthase_symbolic::Program;

use crate::generate;
use crate::inputs;
use crate::programs::PROGRAMS;
use crate::rng::Rng;

/// What programs are written with, and what it is mistaken for.
const PARTS: &[&str] = &[
    "f(x: int) -> int = ",
    "f(xs: list[str], p: tuple[int, date]) -> str = ",
    "add(",
    "map(xs, |x, y| ",
    "fold(xs, \"\", |x| ",
    "if(",
    "x",
    "xs",
    "p.0",
    ".1",
    ".99999999999",
    "list[int][",
    "list[",
    "tuple[float](",
    "[",
    "]",
    "(",
    ")",
    ",",
    "|",
    "=",
    "\"",
    "\\",
    "\"é\\u{1F600}\"",
    "date\"2026-02-30\"",
    "-1",
    "1e999",
    "1.5",
    "true",
    "null",
    "{",
    "ß",
    "\u{3000}",
    "\n",
];

/// Reads a text; where it is a program, its text is that of the same program.
fn read(text: &str) {
    if let Ok(program) = text.parse::<Program>() {
        let written = program.to_string();
        let again: Program = written.parse().unwrap_or_else(|e| panic!("{written}: {e}"));
        assert_eq!(again.to_string(), written);
    }
}

/// A random program, or one written by hand.
fn some_program(seed: u64) -> String {
    let mut rng = Rng(seed);
    if rng.percent(20) { (*rng.pick(PROGRAMS)).to_owned() } else { generate::program(&mut rng) }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), program in "\\PC{0,9}=\\PC{0,60}") {
        read(&text);
        read(&program);
        read(&format!("f(x: int, s: str) -> int = {text}"));
    }

    #[test]
    fn any_parts_are_read_or_refused(parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..16)) {
        read(&parts.concat());
        read(&format!("f(x: int, xs: list[str]) -> str = {}", parts.concat()));
    }

    #[test]
    fn a_program_with_a_slip_is_read_or_refused(
        seed in any::<u64>(),
        at in any::<prop::sample::Index>(),
        cut in 0usize..6,
        part in proptest::sample::select(PARTS),
    ) {
        let chars: Vec<char> = some_program(seed).chars().collect();
        let at = at.index(chars.len() + 1);
        let rest = chars.iter().skip(at + cut);
        let text: String = chars[..at].iter().copied().chain(part.chars()).chain(rest.copied()).collect();
        read(&text);
    }

    #[test]
    fn programs_are_read_back_as_they_were(seed in any::<u64>()) {
        let program: Program = some_program(seed).parse().expect("a program");
        let again: Program = program.to_string().parse().expect("the same program");
        prop_assert_eq!(&again, &program);
        prop_assert_eq!(again.components(), program.components());
        let types: Vec<_> = program.signature().params.iter().map(|param| param.ty.clone()).collect();
        for row in inputs::rows(&types) {
            let answer = |program: &Program| {
                let mut left: u64 = 100_000;
                program.eval_while(&row.args, &mut |steps| {
                    left = left.saturating_sub(steps);
                    left > 0
                })
            };
            prop_assert_eq!(answer(&again), answer(&program));
        }
    }
}

#[test]
fn nothing_is_too_deep_to_be_refused() {
    for part in PARTS.iter().chain(&["neg(", "((", "list[list[", "x.0", "|x| "]) {
        read(&format!("f(x: int) -> int = {}", part.repeat(5_000)));
        read(&format!("f(x: {}", part.repeat(5_000)));
    }
}
