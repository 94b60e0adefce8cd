//! Programming by example without a model: the symbolic proposer enumerates programs in order of
//! cost, every program is run and judged in the sandbox, and what does not behave as its proposer
//! said is dropped.

use synthase_judge::Answer;
use synthase_types::solution::FORMAT;
use synthase_types::value::text::Short;
use synthase_types::{Judgement, Question, Ranked, Resource, Solution, StopReason, Value, Verdict};

use super::Strategy;
use crate::context::Context;
use crate::proposer::symbolic::Symbolic;
use crate::proposer::{CannotPropose, Prediction, Proposal, ProposalStop, Proposed};

/// The line in the table of strategies.
pub const STRATEGY: Strategy = Strategy {
    name: "enumerate",
    summary: "search programs from the examples alone, simplest first; no model, no network",
    costs: "terms of the symbolic search, and one run of each answer per example",
    solve,
};

fn solve(cx: &mut Context<'_, '_>) -> Result<Solution, CannotPropose> {
    let proposal = cx.propose(&Symbolic)?;
    let mut kept: Vec<Ranked> = Vec::new();
    let mut groups: Vec<u32> = Vec::new();
    let mut predictions: Vec<&[Prediction]> = Vec::new();
    let mut unjudged = None;
    let mut notes = proposal.notes.clone();
    let mut refuted: Vec<(&Proposed, Judgement)> = Vec::new();
    let mut others = 0;
    for proposed in &proposal.candidates {
        if kept.len() == cx.count {
            // Not asked for; but what they answer to open inputs is worth asking about.
            others += 1;
            predictions.push(&proposed.predictions);
            continue;
        }
        if !may_judge(cx.halt(), !kept.is_empty()) {
            break;
        }
        let judgement = cx.judge(&proposed.candidate);
        let behaviour = if judgement.holds() { try_out(cx, proposed) } else { Ok(Vec::new()) };
        match (&judgement.verdict, behaviour) {
            (Verdict::Holds(_), Ok(answers)) => {
                kept.push(Ranked { answers, ..ranked(cx, proposed, judgement) });
                groups.push(proposed.group);
                predictions.push(&proposed.predictions);
            }
            // Nothing is known against it: it is shown, with the reason why it could not be judged.
            (Verdict::NotJudged(_), _) => {
                unjudged.get_or_insert((proposed, judgement));
            }
            // What the proposer aimed at holds, and what else the task asks does not.
            (Verdict::Fails(_), _) if !fails_an_example(&judgement) => refuted.push((proposed, judgement)),
            (verdict, behaviour) => {
                let why = behaviour.err().unwrap_or_else(|| verdict.to_string());
                let term = proposed.candidate.provenance.origin.as_deref().unwrap_or("?");
                notes.push(format!(
                    "a program was dropped, because when it was run it {why}; please report this: {term}"
                ));
            }
        }
    }
    match refuted.len() {
        0 => {}
        1 => notes.push("a program that fits the examples was dropped, because a test fails".to_owned()),
        count => notes.push(format!("{count} programs that fit the examples were dropped, because a test fails")),
    }
    let solved = kept.iter().any(|ranked| !ranked.look_up_table);
    let partial = match (solved, unjudged, &proposal.partial) {
        (true, ..) => None,
        (false, Some((proposed, judgement)), _) => Some(ranked(cx, proposed, judgement)),
        (false, None, _) if !refuted.is_empty() => {
            let (proposed, judgement) = refuted.swap_remove(0);
            Some(ranked(cx, proposed, judgement))
        }
        (false, None, Some(proposed)) => {
            let judgement = cx.judge(&proposed.candidate);
            Some(ranked(cx, proposed, judgement))
        }
        (false, None, None) => None,
    };
    Ok(Solution {
        format: FORMAT,
        task: cx.task.clone(),
        strategy: STRATEGY.name.to_owned(),
        seed: cx.seed,
        budget: cx.budget(),
        stop: stop_reason(cx, &proposal, solved),
        questions: questions(&predictions),
        groups: in_groups(kept, &groups),
        others,
        partial,
        contradictions: proposal.contradictions.clone(),
        certificate: proposal.certificate.clone(),
        notes,
        spend: cx.spend(),
        isolation: Some(cx.isolation()),
    })
}

/// Whether one more program may be judged. Terms and candidates are what the proposer spends; when
/// they are used up, what it has proposed is judged all the same. When the time is up, one program is
/// judged, or all of it would have been for nothing.
fn may_judge(halt: Option<StopReason>, have_one: bool) -> bool {
    match halt {
        None | Some(StopReason::BudgetSpent(Resource::Terms | Resource::Candidates)) => true,
        Some(StopReason::BudgetSpent(_)) => !have_one,
        Some(_) => false,
    }
}

/// Whether something fails that the proposer aimed at: an example, or what a test states as plain data.
fn fails_an_example(judgement: &Judgement) -> bool {
    let fails = |verdict: &Verdict| matches!(verdict, Verdict::Fails(_));
    judgement.probes.iter().any(|probe| fails(&probe.verdict) && probe.probe.is_some())
}

/// Runs a program on inputs without examples. Answers with its values on those that the user gave.
///
/// # Errors
/// How it differs from what its proposer said of it.
fn try_out(cx: &mut Context<'_, '_>, proposed: &Proposed) -> Result<Vec<Option<Value>>, String> {
    let told: Vec<&Prediction> = proposed.predictions.iter().filter(|p| p.asked || p.answer.is_some()).collect();
    let inputs: Vec<Vec<Value>> = told.iter().map(|prediction| prediction.input.clone()).collect();
    if inputs.is_empty() {
        return Ok(Vec::new());
    }
    let answers = cx.run(&proposed.candidate, &inputs);
    let mut asked = Vec::new();
    for (prediction, answer) in told.into_iter().zip(answers) {
        let value = match (&answer, &prediction.answer) {
            (Answer::Value(got), Some(expected)) if !cx.same(&proposed.candidate, expected, got) => {
                return Err(differs(&prediction.input, expected, &Short(got).to_string()));
            }
            (Answer::Outcome(outcome), Some(expected)) => {
                return Err(differs(&prediction.input, expected, &outcome.to_string()));
            }
            (Answer::Value(got), _) => Some(got.clone()),
            // Where nothing is known, nothing is known against the program.
            (Answer::Outcome(_) | Answer::NotRun(_), _) => None,
        };
        if prediction.asked {
            asked.push(value);
        }
    }
    Ok(asked)
}

fn differs(input: &[Value], expected: &Value, got: &str) -> String {
    format!("answered {}: {got}, and not {}", Short(&Value::Tuple(input.to_vec())), Short(expected))
}

fn stop_reason(cx: &Context<'_, '_>, proposal: &Proposal, solved: bool) -> StopReason {
    match (proposal.stop, cx.halt()) {
        (ProposalStop::Contradiction, _) => StopReason::Contradiction,
        (ProposalStop::Cancelled, _) | (_, Some(StopReason::Cancelled)) => StopReason::Cancelled,
        _ if solved => StopReason::Solved,
        (ProposalStop::Spent(resource), _) => StopReason::BudgetSpent(resource),
        (ProposalStop::Found, Some(spent)) => spent,
        // More would have been found, but so many were asked for, and none of them is kept.
        (ProposalStop::Found, _) => StopReason::BudgetSpent(Resource::Candidates),
        (ProposalStop::Exhausted, _) => StopReason::Exhausted,
    }
}

/// Inputs that the user gave without an answer, and on which programs that fit disagree.
fn questions(fitting: &[&[Prediction]]) -> Vec<Question> {
    let Some(best) = fitting.first() else { return Vec::new() };
    let asked = best.iter().enumerate().filter(|(_, prediction)| prediction.asked);
    asked
        .filter_map(|(i, prediction)| {
            let mut answers: Vec<Option<Value>> = Vec::new();
            for predictions in fitting {
                let answer = predictions.get(i).and_then(|prediction| prediction.answer.clone());
                if !answers.contains(&answer) {
                    answers.push(answer);
                }
            }
            (answers.len() > 1).then(|| Question { input: prediction.input.clone(), answers })
        })
        .collect()
}

/// Programs in the groups of these numbers, which ascend.
fn in_groups(kept: Vec<Ranked>, numbers: &[u32]) -> Vec<Vec<Ranked>> {
    let mut groups: Vec<Vec<Ranked>> = Vec::new();
    for (i, ranked) in kept.into_iter().enumerate() {
        match groups.last_mut() {
            Some(group) if i > 0 && numbers[i - 1] == numbers[i] => group.push(ranked),
            _ => groups.push(vec![ranked]),
        }
    }
    groups
}

fn ranked(cx: &Context<'_, '_>, proposed: &Proposed, judgement: Judgement) -> Ranked {
    Ranked {
        unit: cx.unit(&proposed.candidate),
        candidate: proposed.candidate.clone(),
        judgement,
        answers: Vec::new(),
        stability: proposed.stability.clone(),
        look_up_table: proposed.look_up_table,
        remarks: proposed.remarks.clone(),
    }
}
