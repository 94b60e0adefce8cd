//! What a driver says, and what is made of it.

use serde::Deserialize;
use serde_json::Value as Json;
use synthase_types::{Outcome, Value};

/// The content of a driver's frame.
///
/// The process that writes it is the program's own, so nothing in it is believed beyond "this is
/// what the program answers". A frame that does not follow the protocol is an outcome of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Answer {
    nonce: String,
    seq: Option<u64>,
    ready: bool,
    loaded: bool,
    answers: Option<Vec<CallAnswer>>,
    split: bool,
    load: Option<Said>,
    prelude: Option<String>,
    syntax: Option<String>,
    missing: bool,
    exit: Option<i32>,
    /// Of test code: the arguments with which it calls the program.
    pub(crate) call: Option<Vec<Json>>,
    pub(crate) passed: bool,
    pub(crate) failed: Option<Said>,
    pub(crate) line: Option<u32>,
    pub(crate) unsupported: Option<String>,
    pub(crate) broken: Option<String>,
    /// Of a compiler: what it made, in base64.
    pub(crate) output: Option<String>,
    /// Of a compiler: what it says of a text that it refuses.
    pub(crate) refused: Option<String>,
}

/// The content of the answer to one call.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CallAnswer {
    /// `null` is a value, so presence is told apart from content.
    #[serde(deserialize_with = "present")]
    value: Option<Json>,
    after: Option<Vec<Json>>,
    raised: Option<Said>,
    invalid: Option<String>,
    unfit: Option<String>,
    exit: Option<i32>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// An error's kind, message and base kinds.
pub(crate) type Said = (String, String, Vec<String>);

/// The form of a frame is wrong; the text says how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadFrame(pub(crate) String);

/// How one call ended, as the driver tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) value: Option<Value>,
    pub(crate) after: Option<Vec<Value>>,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    /// The driver has started; nothing of the program was run.
    Ready,
    /// The program is loaded, and these are the answers to the calls that came with it.
    Loaded(Vec<Ended>),
    /// The answers to calls.
    Answers(Vec<Ended>),
    /// The answers do not fit into one frame.
    Split,
    /// The program cannot be loaded.
    Unloadable(Outcome),
    /// The task's own text before the program cannot be run; this says why.
    BadPrelude(String),
}

impl Told {
    /// What the answer to a message says that loads a program and calls it once.
    pub(crate) fn of_one(answer: Json) -> Result<Told, BadFrame> {
        let of_call = ["value", "raised", "invalid", "unfit"];
        if of_call.iter().any(|key| answer.get(key).is_some()) {
            let answer: CallAnswer = serde_json::from_value(answer).map_err(|error| BadFrame(error.to_string()))?;
            return Ok(Told::Answers(vec![answer.told()?]));
        }
        serde_json::from_value::<Answer>(answer).map_err(|error| BadFrame(error.to_string()))?.told()
    }
}

impl Answer {
    /// Reads the frame that answers the question of this number.
    pub(crate) fn read(frame: &[u8], nonce: &str, seq: u64) -> Result<Answer, BadFrame> {
        let answer: Answer =
            serde_json::from_slice(frame).map_err(|error| BadFrame(format!("a frame that cannot be read: {error}")))?;
        if answer.nonce != nonce {
            return Err(BadFrame("a frame without the run's nonce".into()));
        }
        if answer.seq != Some(seq) {
            return Err(BadFrame(format!("an answer to question {:?} instead of {seq}", answer.seq)));
        }
        Ok(answer)
    }

    /// What a test says of the task's prelude, if it could not even be run.
    pub(crate) fn bad_prelude(&self) -> Option<&str> {
        self.prelude.as_deref()
    }

    /// What the answer to `hello`, `load` or `call` says.
    pub(crate) fn told(self) -> Result<Told, BadFrame> {
        let unloadable = |outcome| Ok(Told::Unloadable(outcome));
        if self.ready {
            return Ok(Told::Ready);
        }
        if self.split {
            return Ok(Told::Split);
        }
        if let Some(what) = self.prelude {
            return Ok(Told::BadPrelude(what));
        }
        if let Some((kind, message, _)) = self.load {
            return unloadable(Outcome::LoadError { kind, message });
        }
        if let Some(message) = self.syntax {
            return unloadable(Outcome::SyntaxError(message));
        }
        if self.missing {
            return unloadable(Outcome::MissingEntryPoint);
        }
        if let Some(code) = self.exit {
            return unloadable(Outcome::EarlyExit(code));
        }
        let answers = self.answers.map(|answers| answers.into_iter().map(CallAnswer::told).collect()).transpose()?;
        match (self.loaded, answers) {
            (true, answers) => Ok(Told::Loaded(answers.unwrap_or_default())),
            (false, Some(answers)) => Ok(Told::Answers(answers)),
            (false, None) => Err(BadFrame("a frame that answers nothing".into())),
        }
    }
}

impl CallAnswer {
    fn told(self) -> Result<Ended, BadFrame> {
        let after = match self.after {
            None => None,
            Some(items) => Some(
                items
                    .into_iter()
                    .map(Value::from_json)
                    .collect::<Result<_, _>>()
                    .map_err(|error| BadFrame(error.to_string()))?,
            ),
        };
        let ended = |outcome| Ok(Ended { outcome, value: None, after: None });
        if let Some((kind, message, bases)) = self.raised {
            return Ok(Ended { outcome: Outcome::Raised { kind, message, bases }, value: None, after });
        }
        if let Some(what) = self.unfit {
            return ended(Outcome::Unfit(what));
        }
        if let Some(what) = self.invalid {
            return ended(Outcome::InvalidOutput(what));
        }
        if let Some(code) = self.exit {
            return ended(Outcome::EarlyExit(code));
        }
        match self.value {
            Some(json) => match Value::from_json(json) {
                Ok(value) => Ok(Ended { outcome: Outcome::Returned, value: Some(value), after }),
                Err(error) => ended(Outcome::InvalidOutput(error.to_string())),
            },
            None => Err(BadFrame("an answer that says nothing".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(frame: &str) -> Result<Told, BadFrame> {
        Answer::read(frame.as_bytes(), "n", 3)?.told()
    }

    #[test]
    fn answers_are_read() {
        let returned = told(r#"{"nonce":"n","seq":3,"answers":[{"value":null,"after":[1]},{"exit":2}]}"#).unwrap();
        let first = Ended { outcome: Outcome::Returned, value: Some(Value::Null), after: Some(vec![1.into()]) };
        let second = Ended { outcome: Outcome::EarlyExit(2), value: None, after: None };
        assert_eq!(returned, Told::Answers(vec![first, second]));
        assert_eq!(told(r#"{"nonce":"n","seq":3,"loaded":true}"#), Ok(Told::Loaded(Vec::new())));
        assert_eq!(told(r#"{"nonce":"n","seq":3,"split":true}"#), Ok(Told::Split));
        let raised = told(r#"{"nonce":"n","seq":3,"loaded":true,"answers":[{"raised":["E","m",["B"]]}]}"#).unwrap();
        let Told::Loaded(answers) = raised else { panic!("{raised:?}") };
        assert!(matches!(&answers[..], [Ended { outcome: Outcome::Raised { .. }, value: None, .. }]));
    }

    #[test]
    fn what_does_not_follow_the_protocol_is_no_answer() {
        for frame in [
            "",
            "1",
            r#"{"nonce":"x","seq":3,"answers":[{"value":1}]}"#,
            r#"{"nonce":"n","seq":4,"answers":[{"value":1}]}"#,
            r#"{"nonce":"n","seq":3}"#,
            r#"{"nonce":"n","seq":3,"value":1}"#,
            r#"{"nonce":"n","seq":3,"answers":[{}]}"#,
            r#"{"nonce":"n","seq":3,"answers":[{"verdict":"pass"}]}"#,
            r#"{"nonce":"n","seq":3,"answers":[{"value":1,"value":2}]}"#,
        ] {
            assert!(told(frame).is_err(), "{frame}");
        }
    }

    #[test]
    fn a_value_of_no_known_form_is_invalid_output() {
        let told = told(r#"{"nonce":"n","seq":3,"answers":[{"value":{"$new":1}}]}"#).unwrap();
        let Told::Answers(answers) = told else { panic!("{told:?}") };
        assert!(matches!(answers[0].outcome, Outcome::InvalidOutput(_)));
    }
}
