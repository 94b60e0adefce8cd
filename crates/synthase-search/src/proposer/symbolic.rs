//! The built-in symbolic synthesizer as a proposer: from examples to printed programs.

use synthase_judge::test_data;
use synthase_symbolic::{
    Answer, Found, Options, Problem, Program, Stop, Target, UnknownTarget, Unprintable, synthesize, variations,
};
use synthase_types::ty::fit::fit;
use synthase_types::{Candidate, Entry, Expect, Provenance, Resource, Spend, Stability, Task, Value};

use super::{Ask, CannotPropose, Halt, Prediction, Proposal, ProposalStop, Proposed, Proposer};

/// Enumerates programs from examples; needs no network.
pub struct Symbolic;

/// On how many inputs that nobody gave a printed program is compared with the term it was printed
/// from.
const TRIALS: usize = 8;

impl Proposer for Symbolic {
    fn name(&self) -> &'static str {
        "symbolic"
    }

    fn propose(&self, ask: &mut Ask<'_>) -> Result<Proposal, CannotPropose> {
        let problem = problem(ask.task)?;
        let target: Target = ask.language.parse().map_err(|unknown: UnknownTarget| {
            CannotPropose(format!("the symbolic proposer writes javascript, python and rust, not {}", unknown.0))
        })?;
        let name = &problem.signature.name;
        if synthase_lang::identifier::to_identifier(target.name(), name) != *name {
            return Err(CannotPropose(format!(
                "`{name}` cannot be the name of a function in {target}; choose another"
            )));
        }
        // More than are asked for: a few may be dropped when they are run.
        let options = Options { max_terms: ask.budget.terms, keep: most(ask), seed: ask.seed, ..Options::default() };
        let mut halt = None;
        let mut cancelled = || {
            halt = halt.or_else(|| (ask.stopped)());
            halt.is_some()
        };
        let answer =
            synthesize(&problem, &options, &mut cancelled).map_err(|cannot| CannotPropose(cannot.to_string()))?;
        Ok(proposal(ask, target, &problem, answer, halt))
    }
}

/// How many programs to ask for. A few may be dropped when they are run; many, where tests ask more than
/// the search can aim at.
fn most(ask: &Ask<'_>) -> usize {
    ask.count.max(if ask.task.tests.is_empty() { 4 } else { 16 }) * 2
}

/// What a task states as plain data, as the engine wants it: its examples, and behind them the asserts
/// on literals of its tests.
fn problem(task: &Task) -> Result<Problem, CannotPropose> {
    let Entry::Function(signature) = &task.entry else {
        return Err(CannotPropose("the symbolic proposer writes functions, not programs on standard input".into()));
    };
    let mut examples = Vec::new();
    for (i, example) in task.examples.iter().enumerate() {
        match &example.expect {
            Expect::Value(value) => examples.push((example.input.clone(), value.clone())),
            other => {
                let row = i + 1;
                return Err(CannotPropose(format!("row {row}: the symbolic proposer cannot aim at `{other}`")));
            }
        }
    }
    for (input, answer) in test_data(task) {
        // A test may ask what the signature does not promise; the judge asks it all the same.
        let input = signature.params.iter().zip(&input).map(|(param, value)| fit(value, &param.ty)).collect();
        if let (Ok(input), Ok(answer)) = (input, fit(&answer, &signature.returns))
            && Vec::len(&input) == signature.params.len()
            && !examples.contains(&(input.clone(), answer.clone()))
        {
            examples.push((input, answer));
        }
    }
    if examples.is_empty() {
        let hint = "the symbolic proposer works from examples; add a table of them";
        return Err(CannotPropose(hint.into()));
    }
    Ok(Problem { signature: signature.clone(), examples, inputs: task.inputs.clone() })
}

fn proposal(ask: &Ask<'_>, target: Target, problem: &Problem, answer: Answer, halt: Option<Halt>) -> Proposal {
    let given: Vec<Vec<Value>> = problem.examples.iter().map(|example| example.0.clone()).collect();
    let trials = variations(&given, &problem.signature, TRIALS, ask.seed);
    let writer = Writer { seed: ask.seed, target, problem, trials: &trials };
    let mut notes = Vec::new();
    let mut written = |proposed: Result<Proposed, Unprintable>| {
        proposed.map_err(|unprintable| notes.push(format!("a program that fits is not shown: {unprintable}"))).ok()
    };
    let candidates = answer.programs.iter().filter_map(|found| written(writer.found(found))).collect();
    let partial = answer.partial.as_ref().and_then(|partial| {
        let rows: Vec<String> = partial.misses.iter().map(|row| (row + 1).to_string()).collect();
        let remark = format!("it misses {} {}", if rows.len() == 1 { "row" } else { "rows" }, rows.join(", "));
        written(writer.proposed(&partial.program, vec![remark]))
    });
    let row = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    Proposal {
        candidates,
        partial,
        stop: match (answer.stop, halt) {
            (Stop::Solved, _) => ProposalStop::Found,
            (Stop::Exhausted, _) => ProposalStop::Exhausted,
            (Stop::TermsSpent, _) => ProposalStop::Spent(Resource::Terms),
            (Stop::Contradiction, _) => ProposalStop::Contradiction,
            (Stop::Cancelled, Some(Halt::Spent(resource))) => ProposalStop::Spent(resource),
            (Stop::Cancelled, _) => ProposalStop::Cancelled,
        },
        contradictions: answer.contradictions.iter().map(|&(a, b)| (row(a), row(b))).collect(),
        certificate: Some(format!("no program of cost below {} in the grammar fits", answer.none_below)),
        notes,
        spend: Spend { terms: answer.terms, candidates: answer.programs.len() as u64, executions: 0 },
    }
}

/// Writes terms as candidates.
struct Writer<'a> {
    seed: u64,
    target: Target,
    problem: &'a Problem,
    trials: &'a [Vec<Value>],
}

impl Writer<'_> {
    fn found(&self, found: &Found) -> Result<Proposed, Unprintable> {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Proposed {
            group: number(found.group),
            stability: found.stability.as_ref().map(|stability| Stability {
                tried: number(stability.tried),
                needed: stability.needed.iter().map(|row| number(row + 1)).collect(),
            }),
            look_up_table: found.look_up_table,
            ..self.proposed(&found.program, Vec::new())?
        })
    }

    fn proposed(&self, program: &Program, remarks: Vec<String>) -> Result<Proposed, Unprintable> {
        let predict = |asked: bool| {
            move |input: &Vec<Value>| {
                // What the language cannot hold exactly (2^60 in JavaScript) cannot be compared.
                let language = synthase_lang::by_name(self.target.name());
                let fits = |value: &Value| language.as_ref().is_ok_and(|l| synthase_lang::fits(l, value).is_ok());
                let answer = program.eval(input).ok().filter(fits).filter(|_| input.iter().all(fits));
                Prediction { input: input.clone(), answer, asked }
            }
        };
        let asked = self.problem.inputs.iter().map(predict(true));
        Ok(Proposed {
            candidate: Candidate {
                language: self.target.name().to_owned(),
                source: program.print(self.target)?,
                provenance: Provenance {
                    proposer: "symbolic".into(),
                    origin: Some(program.to_string()),
                    seed: self.seed,
                    ..Provenance::default()
                },
            },
            group: 0,
            stability: None,
            look_up_table: false,
            remarks,
            predictions: asked.chain(self.trials.iter().map(predict(false))).collect(),
        })
    }
}
