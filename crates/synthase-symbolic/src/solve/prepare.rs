//! A problem made ready for the search: checked, its rows chosen, its values interned.

use synthase_types::Value;

use super::answers;
use crate::core::Program;
use crate::date;
use crate::engine::constants;
use crate::engine::deduce::Goal;
use crate::engine::effort::Effort;
use crate::engine::rows::{Random, has_type, mutants};
use crate::engine::types::{TyId, Types};
use crate::engine::vals::{V, Vals};
use crate::engine::{Engine, Given};
use crate::problem::{Cannot, Options, Problem};
use crate::ty::Ty;

/// Rows heavier than this are left out of the search; its programs are checked on them afterwards.
const MAX_WEIGHT: usize = 1_500;
/// If no row is lighter than the limit, the lightest is searched over unless it is heavier than this.
const MAX_ONLY_WEIGHT: usize = 12_000;
/// The most examples a search looks at; further ones join when they show something to be wrong.
const MAX_EXAMPLES: usize = 20;
/// The most inputs without answers that a search looks at.
const MAX_INPUTS: usize = 5;
/// How many inputs are made up beside the given ones.
const MADE_UP: usize = 3;

/// A problem with the rows that are searched over.
pub(super) struct Task<'a> {
    pub(super) problem: &'a Problem,
    pub(super) options: &'a Options,
    pub(super) params: Vec<Ty>,
    pub(super) result: Ty,
    /// The examples that are searched over.
    pub(super) chosen: Vec<usize>,
    /// The inputs without answers that are.
    inputs: Vec<usize>,
}

/// About how many elements and characters a value has.
fn weight(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::List(items) | Value::Tuple(items) => 1 + items.iter().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// The most elements or characters that stand side by side in a value.
fn length(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::List(items) | Value::Tuple(items) => items.len().max(items.iter().map(length).max().unwrap_or(0)),
        _ => 1,
    }
}

/// Whether a text is, or begins with, a day.
fn holds_date(value: &Value) -> bool {
    match value {
        Value::Str(text) => text.get(..10).is_some_and(|start| date::parse(start).is_some()),
        Value::List(items) | Value::Tuple(items) => items.iter().take(8).any(holds_date),
        _ => false,
    }
}

impl<'a> Task<'a> {
    pub(super) fn new(problem: &'a Problem, options: &'a Options) -> Result<Task<'a>, Cannot> {
        let params = problem.signature.params.iter().map(|p| Ty::of(&p.ty)).collect::<Result<Vec<_>, _>>()?;
        let result = Ty::of(&problem.signature.returns)?;
        if problem.examples.is_empty() {
            return Err(Cannot::NoExamples);
        }
        let fits = |input: &[Value]| {
            input.len() == params.len() && input.iter().zip(&params).all(|(value, ty)| has_type(value, ty))
        };
        let misfit = problem.examples.iter().position(|(input, answer)| !fits(input) || !has_type(answer, &result));
        if let Some(row) = misfit {
            return Err(Cannot::Row(row));
        }
        let weights: Vec<usize> = problem
            .examples
            .iter()
            .map(|(input, answer)| input.iter().map(weight).sum::<usize>() + weight(answer))
            .collect();
        let mut chosen: Vec<usize> = Vec::new();
        for (row, weight) in weights.iter().enumerate() {
            let known = |other: &usize| problem.examples[*other] == problem.examples[row];
            if *weight <= MAX_WEIGHT && chosen.len() < MAX_EXAMPLES && !chosen.iter().any(known) {
                chosen.push(row);
            }
        }
        if chosen.is_empty() {
            let lightest = (0..weights.len()).min_by_key(|row| weights[*row]);
            chosen.extend(lightest.filter(|row| weights[*row] <= MAX_ONLY_WEIGHT));
        }
        if chosen.is_empty() {
            return Err(Cannot::TooLarge);
        }
        let light = |input: &Vec<Value>| fits(input) && input.iter().map(weight).sum::<usize>() <= MAX_WEIGHT;
        let inputs = (0..problem.inputs.len()).filter(|i| light(&problem.inputs[*i])).take(MAX_INPUTS).collect();
        Ok(Task { problem, options, params, result, chosen, inputs })
    }

    /// Pairs of examples with one input and different answers.
    pub(super) fn contradictions(&self) -> Vec<(usize, usize)> {
        let examples = &self.problem.examples;
        let mut first = std::collections::HashMap::new();
        let mut found = Vec::new();
        for (row, (input, answer)) in examples.iter().enumerate() {
            let known = *first.entry(input).or_insert(row);
            if examples[known].1 != *answer {
                found.push((known, row));
            }
        }
        found
    }

    /// Searches over one more example; whether it can.
    pub(super) fn add(&mut self, row: usize) -> bool {
        let (input, answer) = &self.problem.examples[row];
        let light = input.iter().map(weight).sum::<usize>() + weight(answer) <= MAX_WEIGHT;
        let new = light && !self.chosen.contains(&row);
        if new {
            self.chosen.push(row);
        }
        new
    }

    /// The first example that a program does not answer as it should.
    pub(super) fn first_miss(&self, program: &Program, effort: &mut Effort<'_>) -> Option<usize> {
        let examples = self.problem.examples.iter();
        examples
            .enumerate()
            .find(|(_, (input, answer))| {
                answers(program, input, effort).is_ok_and(|got| same(answer, &got)).then_some(()).is_none()
            })
            .map(|(row, _)| row)
    }

    /// The search over the chosen rows, and its goal.
    pub(super) fn engine<'b>(&self, spent: u64, cancelled: &'b mut dyn FnMut() -> bool) -> (Engine<'b>, Goal) {
        let problem = self.problem;
        let mut vals = Vals::new();
        let examples: Vec<&(Vec<Value>, Value)> = self.chosen.iter().map(|row| &problem.examples[*row]).collect();
        let mut rows: Vec<Vec<Value>> = examples.iter().map(|(input, _)| input.clone()).collect();
        rows.extend(self.inputs.iter().map(|i| problem.inputs[*i].clone()));
        let made_up = mutants(&rows, MADE_UP, &mut Random::new(self.options.seed));
        let longest = rows.iter().flatten().chain(examples.iter().map(|e| &e.1)).map(length).max().unwrap_or(0);
        vals.max_built = (2 * longest).max(64);
        let dates = rows.iter().flatten().any(holds_date);
        rows.extend(made_up);
        let types = Types::reachable(&self.params, &self.result, dates);
        let column =
            |vals: &mut Vals, i: usize, ty: &Ty| -> Vec<V> { rows.iter().map(|row| vals.of(&row[i], ty)).collect() };
        let params: Vec<(TyId, Vec<V>)> =
            self.params.iter().enumerate().map(|(i, ty)| (types.known(ty), column(&mut vals, i, ty))).collect();
        let goal_ty = types.known(&self.result);
        let want: Vec<V> = examples.iter().map(|(_, answer)| vals.of(answer, &self.result)).collect();
        let constants = constants::collect(&mut vals, &types, &params, &(goal_ty, want.clone()), want.len());
        let mut effort = Effort::new(self.options.max_terms, cancelled);
        effort.terms = spent;
        let given = Given { params, rows: rows.len(), examples: want.len(), constants };
        let engine = Engine::new(vals, types, given, effort, self.options.max_memory);
        (engine, Goal::new(goal_ty, want))
    }
}

/// Whether an answer is the expected one; floats within the rounding of a few operations.
pub(super) fn same(expected: &Value, got: &Value) -> bool {
    synthase_types::value::equality::Equality::default().holds(expected, got)
}
