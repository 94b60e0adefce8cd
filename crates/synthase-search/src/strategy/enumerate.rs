//! Programming by example without a model: the symbolic proposer enumerates programs in order of
//! cost, every program is run and judged in the sandbox, and what does not behave as its proposer
//! said is dropped.

use synthase_types::solution::FORMAT;
use synthase_types::{Judgement, Question, Ranked, Solution, StopReason, Value};

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
    let mut kept: Vec<(Proposed, Judgement)> = Vec::new();
    let mut unjudged = None;
    for proposed in &proposal.candidates {
        if kept.len() == cx.count {
            break;
        }
        let judgement = cx.judge(&proposed.candidate);
        if judgement.holds() && behaves_as_said(cx, proposed) {
            kept.push((proposed.clone(), judgement));
        } else if matches!(judgement.verdict, synthase_types::Verdict::NotJudged(_)) && unjudged.is_none() {
            // Nothing is known against it: it is shown, with the reason why it could not be judged.
            unjudged = Some((proposed.clone(), judgement));
        }
    }
    let partial = match (kept.is_empty(), unjudged, &proposal.partial) {
        (false, ..) => None,
        (true, Some(pair), _) => Some(pair),
        (true, None, Some(proposed)) => Some((proposed.clone(), cx.judge(&proposed.candidate))),
        (true, None, None) => None,
    };
    Ok(Solution {
        format: FORMAT,
        task: cx.task.clone(),
        strategy: STRATEGY.name.to_owned(),
        seed: cx.seed,
        budget: cx.budget(),
        stop: stop_reason(&proposal, !kept.is_empty()),
        questions: questions(&kept),
        groups: groups(cx, kept),
        partial: partial.map(|(proposed, judgement)| ranked(cx, proposed, judgement)),
        contradictions: proposal.contradictions,
        certificate: proposal.certificate,
        spend: cx.spend(),
        isolation: Some(cx.isolation()),
    })
}

/// Whether the printed program answers like the term it was printed from, on inputs without examples.
fn behaves_as_said(cx: &mut Context<'_, '_>, proposed: &Proposed) -> bool {
    let said: Vec<&Prediction> = proposed.predictions.iter().filter(|p| p.answer.is_some()).collect();
    let inputs: Vec<Vec<Value>> = said.iter().map(|prediction| prediction.input.clone()).collect();
    let answers = cx.answers(&proposed.candidate, &inputs);
    said.iter().zip(&answers).all(|(prediction, answer)| match (&prediction.answer, answer) {
        (Some(said), Some(answer)) => cx.task.equality.holds(said, answer),
        _ => false,
    })
}

fn stop_reason(proposal: &Proposal, solved: bool) -> StopReason {
    match proposal.stop {
        ProposalStop::Contradiction => StopReason::Contradiction,
        _ if solved => StopReason::Solved,
        ProposalStop::Cancelled => StopReason::Cancelled,
        ProposalStop::Spent(resource) => StopReason::BudgetSpent(resource),
        ProposalStop::Found | ProposalStop::Exhausted => StopReason::Exhausted,
    }
}

/// Inputs that the user gave without an answer, and on which the kept programs disagree.
fn questions(kept: &[(Proposed, Judgement)]) -> Vec<Question> {
    let Some((best, _)) = kept.first() else { return Vec::new() };
    let asked = best.predictions.iter().enumerate().filter(|(_, prediction)| prediction.asked);
    asked
        .filter_map(|(i, prediction)| {
            let mut answers: Vec<Option<Value>> = Vec::new();
            for (proposed, _) in kept {
                let answer = proposed.predictions.get(i).and_then(|p| p.answer.clone());
                if !answers.contains(&answer) {
                    answers.push(answer);
                }
            }
            (answers.len() > 1).then(|| Question { input: prediction.input.clone(), answers })
        })
        .collect()
}

fn groups(cx: &Context<'_, '_>, kept: Vec<(Proposed, Judgement)>) -> Vec<Vec<Ranked>> {
    let mut groups: Vec<(u32, Vec<Ranked>)> = Vec::new();
    for (proposed, judgement) in kept {
        let number = proposed.group;
        let ranked = ranked(cx, proposed, judgement);
        match groups.last_mut() {
            Some((last, group)) if *last == number => group.push(ranked),
            _ => groups.push((number, vec![ranked])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn ranked(cx: &Context<'_, '_>, proposed: Proposed, judgement: Judgement) -> Ranked {
    Ranked {
        unit: cx.unit(&proposed.candidate),
        candidate: proposed.candidate,
        judgement,
        stability: proposed.stability,
        remarks: proposed.remarks,
    }
}
