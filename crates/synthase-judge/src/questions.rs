//! What a task gives to judge by, as a list of questions in the order in which it stands there.

use synthase_lang::python::asserts::lift;
use synthase_types::value::equality::Equality;
use synthase_types::{Code, Expect, Interface, Origin, Probe, Task, Value};

/// One thing to judge by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) origin: Origin,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// Plain data: asked of the program directly.
    Probe { probe: Probe, equality: Equality },
    /// Code of the test's author: run in a process of its own.
    Code {
        language: String,
        source: String,
        /// Asserts were lifted out of it: what is left may turn out to ask nothing.
        rest: bool,
    },
}

/// The questions of a task.
pub(crate) fn questions(task: &Task) -> Vec<Question> {
    let examples = task.examples.iter().enumerate().map(|(i, example)| Question {
        origin: Origin::Example(number(i)),
        kind: Kind::Probe { probe: task.probe(example), equality: task.equality },
    });
    let tests = task.tests.iter().enumerate().flat_map(|(i, code)| test_questions(task, number(i), code));
    examples.chain(tests).collect()
}

/// The inputs and answers that the tests of a task state as plain data: asserts on literals that were
/// lifted out of them. What is only asserted of an answer (that it is positive) is not among them.
pub fn test_data(task: &Task) -> Vec<(Vec<Value>, Value)> {
    let questions = task.tests.iter().enumerate().flat_map(|(i, code)| test_questions(task, number(i), code));
    questions
        .filter_map(|question| match question.kind {
            Kind::Probe {
                probe: Probe { interface: Interface::Call(args), expect: Expect::Value(answer) }, ..
            } => Some((args, answer)),
            _ => None,
        })
        .collect()
}

/// How much of what a task gives to judge by is plain data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Questions {
    /// Examples, and asserts that were lifted out of tests.
    pub data: usize,
    /// Blocks of test code, or what is left of them, that are run in a process of their own.
    pub code: usize,
}

/// Counts what a task gives to judge by.
pub fn count_questions(task: &Task) -> Questions {
    questions(task).iter().fold(Questions::default(), |count, question| match question.kind {
        Kind::Probe { .. } => Questions { data: count.data + 1, ..count },
        Kind::Code { .. } => Questions { code: count.code + 1, ..count },
    })
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn test_questions(task: &Task, block: u32, code: &Code) -> Vec<Question> {
    let language = test_language(task, code);
    let first_line = code.line.unwrap_or(1);
    let whole = |source: &str, rest: bool| Question {
        origin: Origin::Test { block, line: first_line },
        kind: Kind::Code { language: language.clone(), source: source.to_owned(), rest },
    };
    let (Some(signature), "python") = (task.signature(), language.as_str()) else {
        return vec![whole(&code.source, false)];
    };
    let lifted = lift(&code.source, &signature.name);
    let any = !lifted.asserts.is_empty();
    let mut questions: Vec<Question> = lifted
        .asserts
        .into_iter()
        .map(|assert| Question {
            origin: Origin::Test { block, line: first_line + assert.line - 1 },
            kind: Kind::Probe {
                probe: Probe { interface: Interface::Call(assert.args), expect: assert.expect },
                equality: assert.equality,
            },
        })
        .collect();
    questions.extend(lifted.rest.as_deref().map(|source| whole(source, any)));
    questions
}

/// The language of test code: its own, the task's, else Python, in which tests are mostly written.
fn test_language(task: &Task, code: &Code) -> String {
    let stated = code.language.as_deref().or(task.language.as_deref()).unwrap_or("python");
    synthase_lang::by_name(stated).map_or_else(|_| stated.to_owned(), |language| language.name.clone())
}

#[cfg(test)]
mod tests {
    use synthase_types::task::read::read_document;

    use super::*;

    #[test]
    fn asserts_are_lifted_and_the_rest_stays_code() {
        let text = "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | → |\n|--|--|\n| 1 | 2 |\n\n```python tests\nassert f(2) == 3\nassert f(3) > 0\n```\n";
        let task = read_document(text, "t").unwrap();
        let questions = questions(&task);
        let origins: Vec<Origin> = questions.iter().map(|question| question.origin).collect();
        let test = |line| Origin::Test { block: 1, line };
        assert_eq!(origins, [Origin::Example(1), test(9), test(9)]);
        assert!(matches!(&questions[1].kind, Kind::Probe { equality: Equality::HumanEval, .. }));
        assert_eq!(count_questions(&task), Questions { data: 2, code: 1 });
        let (input, answer) = (vec![Value::from(2)], Value::from(3));
        assert_eq!(test_data(&task), [(input, answer)]);
        assert!(matches!(&questions[2].kind, Kind::Code { source, rest: true, .. } if source == "\nassert f(3) > 0\n"));
    }
}
