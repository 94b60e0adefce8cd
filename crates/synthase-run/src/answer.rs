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
    loaded: bool,
    /// `null` is a value, so presence is told apart from content.
    #[serde(deserialize_with = "present")]
    value: Option<Json>,
    after: Option<Vec<Json>>,
    ready: bool,
    raised: Option<Said>,
    load: Option<Said>,
    prelude: Option<String>,
    invalid: Option<String>,
    unfit: Option<String>,
    syntax: Option<String>,
    missing: bool,
    exit: Option<i32>,
    pub(crate) call: Option<Vec<Json>>,
    pub(crate) passed: bool,
    pub(crate) failed: Option<Said>,
    pub(crate) line: Option<u32>,
    pub(crate) unsupported: Option<String>,
    pub(crate) broken: Option<String>,
}

impl Answer {
    /// What a test says of the task's prelude, if it could not even be run.
    pub(crate) fn bad_prelude(&self) -> Option<&str> {
        self.prelude.as_deref()
    }
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// An error's kind, message and base kinds.
pub(crate) type Said = (String, String, Vec<String>);

/// The form of a frame is wrong; the text says how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadFrame(pub(crate) String);

/// How a call ended, as the driver tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    /// The driver has started; nothing of the program was run.
    Ready,
    /// The program is loaded.
    Loaded,
    /// The task's prelude cannot be run.
    BadPrelude(String),
    /// The call is over; a value where the outcome is `Returned`.
    Ended { outcome: Outcome, value: Option<Value>, after: Option<Vec<Value>> },
}

impl Answer {
    /// Reads the frame that answers question `seq` of the run with this nonce.
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

    /// What the answer to `load` or `call` says.
    pub(crate) fn told(self) -> Result<Told, BadFrame> {
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
        let ended = |outcome| Ok(Told::Ended { outcome, value: None, after: None });
        if self.ready {
            return Ok(Told::Ready);
        }
        if self.loaded {
            return Ok(Told::Loaded);
        }
        if let Some(what) = self.prelude {
            return Ok(Told::BadPrelude(what));
        }
        if let Some((kind, message, bases)) = self.raised {
            return Ok(Told::Ended { outcome: Outcome::Raised { kind, message, bases }, value: None, after });
        }
        if let Some((kind, message, _)) = self.load {
            return ended(Outcome::LoadError { kind, message });
        }
        if let Some(what) = self.unfit {
            return ended(Outcome::Unfit(what));
        }
        if let Some(what) = self.invalid {
            return ended(Outcome::InvalidOutput(what));
        }
        if let Some(message) = self.syntax {
            return ended(Outcome::SyntaxError(message));
        }
        if self.missing {
            return ended(Outcome::MissingEntryPoint);
        }
        if let Some(code) = self.exit {
            return ended(Outcome::EarlyExit(code));
        }
        match self.value {
            Some(json) => match Value::from_json(json) {
                Ok(value) => Ok(Told::Ended { outcome: Outcome::Returned, value: Some(value), after }),
                Err(error) => ended(Outcome::InvalidOutput(error.to_string())),
            },
            None => Err(BadFrame("a frame that answers nothing".into())),
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
        let returned = told(r#"{"nonce":"n","seq":3,"value":null,"after":[1]}"#).unwrap();
        let expected =
            Told::Ended { outcome: Outcome::Returned, value: Some(Value::Null), after: Some(vec![1.into()]) };
        assert_eq!(returned, expected);
        assert_eq!(told(r#"{"nonce":"n","seq":3,"loaded":true}"#), Ok(Told::Loaded));
        let raised = told(r#"{"nonce":"n","seq":3,"raised":["E","m",["B"]]}"#).unwrap();
        assert!(matches!(raised, Told::Ended { outcome: Outcome::Raised { .. }, value: None, .. }));
    }

    #[test]
    fn what_does_not_follow_the_protocol_is_no_answer() {
        for frame in [
            "",
            "1",
            r#"{"nonce":"x","seq":3,"value":1}"#,
            r#"{"nonce":"n","seq":4,"value":1}"#,
            r#"{"nonce":"n","seq":3}"#,
            r#"{"nonce":"n","seq":3,"verdict":"pass"}"#,
            r#"{"nonce":"n","seq":3,"value":1,"value":2}"#,
        ] {
            assert!(told(frame).is_err(), "{frame}");
        }
    }

    #[test]
    fn a_value_of_no_known_form_is_invalid_output() {
        let told = told(r#"{"nonce":"n","seq":3,"value":{"$new":1}}"#).unwrap();
        assert!(matches!(told, Told::Ended { outcome: Outcome::InvalidOutput(_), .. }));
    }
}
