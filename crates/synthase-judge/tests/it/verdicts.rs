//! Whole tasks, judged.

use synthase_judge::Judge;
use synthase_run::{Runner, RunnerOptions};
use synthase_types::task::read::read_document;
use synthase_types::{Candidate, Judgement, NotJudged, Origin, Provenance, UnknownCause, Verdict};

fn judged(document: &str, language: &str, source: &str) -> Judgement {
    let task = read_document(document, "task").unwrap();
    let runner = Runner::new(RunnerOptions::default()).unwrap();
    let candidate = Candidate { language: language.into(), source: source.into(), provenance: Provenance::default() };
    Judge::new(&task).judge(&candidate, &mut runner.lane())
}

const DOUBLE: &str = "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | → |\n|--|--|\n| 1 | 2 |\n| 4 | 8 |\n";

#[test]
fn a_judgement_has_a_verdict_for_each_row() {
    let judgement = judged(DOUBLE, "python", "def f(x): return x + 1");
    assert_eq!(judgement.probes.len(), 2);
    assert_eq!(judgement.verdict.to_string(), "fails: f(4) is 5, expected 8");
    assert_eq!(judgement.held(), 1);
    assert_eq!(judged(DOUBLE, "python", "def f(x): return 2 * x").verdict.to_string(), "holds on 2 examples");
}

#[test]
fn a_program_on_standard_input_is_judged_by_what_it_prints() {
    let document = "+++\nentry = \"stdio\"\n+++\n| in | → |\n|--|--|\n| \"3 4\" | \"7\" |\n";
    let holds = judged(document, "python", "print(sum(map(int, input().split())))");
    assert_eq!(holds.verdict.to_string(), "holds on 1 example");
    let fails = judged(document, "python", "print(12)");
    assert_eq!(fails.verdict.to_string(), "fails: stdin \"3 4\" printed \"12\\n\", expected prints \"7\"");
}

#[test]
fn tests_are_judged_assert_by_assert_where_they_are_data() {
    let document = "+++\nentry = \"f(x: int) -> int\"\n+++\n\n```python tests\nassert f(1) == 2\nassert f(2) == 5\nassert f(3) > 0\n```\n";
    let judgement = judged(document, "python", "def f(x): return 2 * x");
    let held: Vec<bool> = judgement.probes.iter().map(|p| matches!(p.verdict, Verdict::Holds(_))).collect();
    assert_eq!(held, [true, false, true]);
    assert_eq!(judgement.probes[1].origin, Origin::Test { block: 1, line: 7 });
}

#[test]
fn python_tests_judge_programs_of_other_languages() {
    let document =
        "+++\nentry = \"f(x: int) -> int\"\n+++\n\n```python tests\nassert f(1) == 2\nassert f(2) in (4, 5)\n```\n";
    let judgement = judged(document, "javascript", "function f(x) { return 2 * x; }");
    match &judgement.verdict {
        Verdict::NotJudged(NotJudged::MissingTool(why)) => synthase_testkit::not_run("judging JavaScript", why),
        verdict => assert_eq!(verdict.to_string(), "holds on 2 examples"),
    }
}

#[test]
fn what_cannot_be_judged_is_neither_right_nor_wrong() {
    let unknown = judged("+++\nentry = \"f(x: int) -> int\"\n+++\n", "python", "def f(x): return x");
    assert_eq!(unknown.verdict, Verdict::Unknown(UnknownCause::NoEvidence));
    let missing = judged(DOUBLE, "cobol", "STOP RUN.");
    assert!(matches!(missing.verdict, Verdict::NotJudged(NotJudged::MissingTool(_))), "{}", missing.verdict);
    let document = "+++\nentry = \"f(x: int) -> int\"\n+++\n\n```rust tests\nassert!(f(1) == 2);\n```\n";
    let unsupported = judged(document, "python", "def f(x): return 2 * x");
    assert!(matches!(unsupported.verdict, Verdict::NotJudged(NotJudged::Unsupported(_))), "{}", unsupported.verdict);
}

#[test]
fn the_prelude_stands_before_the_program() {
    let document =
        "+++\nentry = \"f(x: float) -> float\"\nprelude = \"import math\"\n+++\n| x | → |\n|--|--|\n| 4.0 | 2.0 |\n";
    assert!(judged(document, "python", "def f(x): return math.sqrt(x)").holds());
}

#[test]
fn one_kind_of_number_is_read_as_the_expected_kind() {
    let document = "+++\nentry = \"f(x: float) -> any\"\n+++\n| x | → |\n|--|--|\n| 4.0 | [2.0, 4] |\n";
    let judgement = judged(document, "javascript", "function f(x) { return [x / 2, x]; }");
    match &judgement.verdict {
        Verdict::NotJudged(NotJudged::MissingTool(why)) => synthase_testkit::not_run("numbers of JavaScript", why),
        verdict => assert_eq!(verdict.to_string(), "holds on 1 example"),
    }
}
