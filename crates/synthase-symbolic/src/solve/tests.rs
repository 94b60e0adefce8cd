use synthase_types::Value;

use super::synthesize;
use crate::problem::{Answer, Options, Problem, Stop};

fn problem(signature: &str, examples: &[(&[Value], Value)]) -> Problem {
    Problem {
        signature: signature.parse().expect("a signature"),
        examples: examples.iter().map(|(input, answer)| (input.to_vec(), answer.clone())).collect(),
        inputs: vec![examples[0].0.to_vec()],
    }
}

fn greetings() -> Problem {
    problem(
        "greet(name: str) -> str",
        &[
            (&["ada lovelace".into()], "Hello Ada!".into()),
            (&["alan turing".into()], "Hello Alan!".into()),
            (&["grace".into()], "Hello Grace!".into()),
        ],
    )
}

/// No short program gives these answers.
fn noise() -> Problem {
    problem(
        "f(xs: list[int], k: int) -> list[int]",
        &[
            (&[vec![3, 1, 4].into(), 1.into()], vec![159, 2].into()),
            (&[vec![2, 7, 1, 8].into(), 2.into()], vec![8, 281].into()),
            (&[vec![1, 6].into(), 1.into()], vec![80, 339, 8].into()),
        ],
    )
}

fn options(terms: u64) -> Options {
    Options { max_terms: Some(terms), ..Options::default() }
}

fn answer(problem: &Problem, terms: u64) -> Answer {
    synthesize(problem, &options(terms), &mut || false).expect("an answer")
}

#[test]
fn equal_searches_give_equal_answers() {
    for problem in [greetings(), noise()] {
        assert_eq!(answer(&problem, 20_000), answer(&problem, 20_000));
    }
    let best = &answer(&greetings(), 20_000).programs[0];
    assert_eq!(best.program.eval(&["kurt g".into()]), Ok("Hello Kurt!".into()));
}

#[test]
fn a_search_that_is_stopped_at_any_time_gives_what_it_has() {
    for problem in [greetings(), noise()] {
        let mut polls = 0usize;
        let whole = synthesize(&problem, &options(20_000), &mut || {
            polls += 1;
            false
        });
        let whole = whole.expect("an answer");
        for stop_at in (0..polls).step_by((polls / 12).max(1)) {
            let mut asked = 0;
            let cancelled = &mut || {
                asked += 1;
                asked > stop_at
            };
            let part = synthesize(&problem, &options(20_000), cancelled).expect("an answer");
            assert!(part.terms <= whole.terms);
            for found in part.programs.iter().filter(|found| !found.look_up_table) {
                assert!(
                    problem.examples.iter().all(|(input, answer)| found.program.eval(input).as_ref() == Ok(answer))
                );
            }
            if part.programs.iter().all(|found| found.look_up_table) {
                assert_eq!(part.stop, Stop::Cancelled);
            }
            let misses = |partial: &crate::problem::Partial| {
                let wrong = |row: &usize| {
                    partial.program.eval(&problem.examples[*row].0).ok() != Some(problem.examples[*row].1.clone())
                };
                (0..problem.examples.len()).filter(wrong).collect::<Vec<_>>()
            };
            assert!(part.partial.iter().all(|partial| partial.misses == misses(partial)));
        }
    }
}

#[test]
fn values_are_carried_along_lists() {
    let level = problem(
        "level(changes: list[int]) -> int",
        &[
            (&[vec![10, -3].into()], 7.into()),
            (&[vec![5, -8, 4].into()], 4.into()),
            (&[vec![-2, 6].into()], 6.into()),
            (&[Value::List(vec![])], 0.into()),
            (&[vec![7, -7, -1, 2, 3].into()], 5.into()),
            (&[vec![20, -5, -30, 8, -2].into()], 6.into()),
        ],
    );
    let best = &answer(&level, 600_000).programs[0].program;
    assert_eq!(best.components().get("fold"), Some(&1), "{best}");
    assert_eq!(best.eval(&[vec![3, -10, 9, -4].into()]), Ok(5.into()));
}

#[test]
fn sums_of_no_floats_are_found_without_a_condition() {
    let total = problem(
        "total(prices: list[float]) -> float",
        &[
            (&[vec![1.5, 2.0].into()], 3.5.into()),
            (&[Value::List(vec![])], 0.0.into()),
            (&[vec![4.0, 0.25, 1.0].into()], 5.25.into()),
        ],
    );
    let best = &answer(&total, 20_000).programs[0].program;
    assert_eq!(best.to_string(), "total(prices: list[float]) -> float = sum(prices)");
}
