//! The plain evaluator: the definition of what programs mean, and the oracle of the search.

use synthase_types::Value;

use super::expr::{Node, NodeId, Program};
use crate::component::{Out, Plain};
use crate::error::EvalError;
use crate::ty::Ty;

/// The steps that [`Program::eval`] allows: enough for any everyday input, and an end for all.
const STEPS: u64 = 50_000_000;

impl Program {
    /// The program's answer to arguments in the order of its parameters.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn eval(&self, args: &[Value]) -> Result<Value, EvalError> {
        let mut left = STEPS;
        self.eval_while(args, &mut |steps| {
            left = left.saturating_sub(steps);
            left > 0
        })
    }

    /// Like [`Program::eval`], as long as `go_on` says so. It is told how many steps have been made
    /// since it was asked last; a step handles about one element or character.
    ///
    /// # Errors
    /// Why there is no answer; [`EvalError::TooManySteps`] when `go_on` has said no.
    pub fn eval_while(&self, args: &[Value], go_on: &mut dyn FnMut(u64) -> bool) -> Result<Value, EvalError> {
        if args.len() != self.params.len() {
            return Err(EvalError::WrongType);
        }
        Evaluator { program: self, args, locals: Vec::new(), steps: 0, go_on }.eval(self.root)
    }
}

struct Evaluator<'a> {
    program: &'a Program,
    args: &'a [Value],
    locals: Vec<Value>,
    /// Steps that `go_on` has not been told of.
    steps: u64,
    go_on: &'a mut dyn FnMut(u64) -> bool,
}

/// How many steps are made before the caller is asked again: well under a millisecond of work.
const ASK_EVERY: u64 = 4096;

/// About how many elements and characters a value has, seen from above.
fn weight(value: &Value) -> u64 {
    match value {
        Value::Str(text) => text.len() as u64 / 8,
        Value::List(items) => items.len() as u64,
        _ => 1,
    }
}

/// The value at its type: of no floats, the sum does not know that it is one.
fn typed(value: Value, ty: &Ty) -> Value {
    match value {
        Value::Int(n) if *ty == Ty::Float => Value::Float(n.to_i64().unwrap_or(0) as f64),
        other => other,
    }
}

impl Evaluator<'_> {
    fn step(&mut self, steps: u64) -> Result<(), EvalError> {
        self.steps += steps;
        if self.steps < ASK_EVERY {
            return Ok(());
        }
        if (self.go_on)(std::mem::take(&mut self.steps)) { Ok(()) } else { Err(EvalError::TooManySteps) }
    }

    fn eval(&mut self, at: NodeId) -> Out {
        let program = self.program;
        match program.node(at) {
            Node::Param(i) => Ok(self.args[*i as usize].clone()),
            Node::Local(i) => self.locals.get(*i as usize).cloned().ok_or(EvalError::WrongType),
            Node::Const(value) => Ok(value.clone()),
            Node::Tuple(kids) => kids.iter().map(|kid| self.eval(*kid)).collect::<Result<_, _>>().map(Value::Tuple),
            Node::Field(of, k) => match self.eval(*of)? {
                Value::Tuple(mut items) if (*k as usize) < items.len() => Ok(items.swap_remove(*k as usize)),
                _ => Err(EvalError::WrongType),
            },
            Node::Lambda(..) => Err(EvalError::WrongType),
            Node::Apply(component, kids) => match component.get().plain {
                Plain::Strict(meaning) => {
                    let args = kids.iter().map(|kid| self.eval(*kid)).collect::<Result<Vec<_>, _>>()?;
                    self.step(1 + args.iter().map(weight).sum::<u64>())?;
                    meaning(&args).map(|value| typed(value, program.ty(at)))
                }
                Plain::Lazy(meaning) => {
                    self.step(1)?;
                    meaning(&mut |i| self.eval(kids[i]))
                }
                Plain::Higher(meaning) => {
                    let Some((function, rest)) = kids.split_last() else { return Err(EvalError::WrongType) };
                    let Node::Lambda(_, _, body) = program.node(*function) else { return Err(EvalError::WrongType) };
                    let args = rest.iter().map(|kid| self.eval(*kid)).collect::<Result<Vec<_>, _>>()?;
                    let bound = self.locals.len();
                    meaning(&args, &mut |vars| {
                        self.step(1)?;
                        self.locals.truncate(bound);
                        self.locals.extend_from_slice(vars);
                        let out = self.eval(*body);
                        self.locals.truncate(bound);
                        out
                    })
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_no_floats_are_floats() {
        for (text, input, answer) in [
            ("f(xs: list[float]) -> float = sum(xs)", Value::List(vec![]), 0.0),
            ("f(xs: list[float]) -> float = add(sum(xs), 0.5)", Value::List(vec![]), 0.5),
            ("f(xs: list[float]) -> float = sum(filter(xs, |x| lt(x, 0.0)))", vec![1.5].into(), 0.0),
            ("f(xs: list[float]) -> float = sum(xs)", vec![1.5, 2.0].into(), 3.5),
        ] {
            let program: Program = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            let got = program.eval(&[input]);
            assert!(matches!(got, Ok(Value::Float(x)) if x == answer), "{text}: {got:?}");
        }
        let whole: Program = "f(xs: list[int]) -> int = sum(xs)".parse().expect("a program");
        assert!(matches!(whole.eval(&[Value::List(vec![])]), Ok(Value::Int(_))));
    }
}
