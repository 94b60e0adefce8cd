//! What holds of a program, and how that is known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{CandidateId, ProbeId, UnitId};
use crate::outcome::{Execution, Outcome};
use crate::probe::{Expect, Interface, write_call};
use crate::value::Value;
use crate::value::text::{OneLine, Short};

/// What holds of a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It does what was asked, as far as this strength reaches.
    Holds(Strength),
    /// It does not, and here is the input that shows it.
    Fails(Box<Counterexample>),
    /// The judge looked and cannot tell.
    Unknown(UnknownCause),
    /// The judge could not look. Never counted as a failure, never as a pass.
    NotJudged(NotJudged),
}

/// How much a verdict rests on, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// On so many examples or tests that were given.
    Examples(u32),
    /// On so many inputs that were drawn.
    Sampled(u64),
    /// On the whole of a finite domain of this size.
    Exhaustive(u64),
    /// Proved.
    Proved,
}

/// An input on which a program is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The name by which the program was addressed.
    pub name: String,
    /// The question. For test code: the last call that it made.
    pub interface: Interface,
    /// The expectation; none where only the test's author knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expect>,
    /// What the program did instead.
    pub got: Got,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Got {
    /// It returned this value.
    Value(Value),
    /// It wrote this to standard output.
    Printed(String),
    /// It ended otherwise.
    Outcome(Outcome),
    /// The test's own code found a fault; this is its message.
    TestFailed(String),
}

/// Why a judge that looked cannot tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownCause {
    /// The same question had different answers.
    Flaky,
    /// There was nothing to judge by.
    NoEvidence,
}

/// Why a judge could not look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotJudged {
    /// The judge has no way yet to judge this kind of probe.
    Unsupported(String),
    /// A value does not fit the types of the program's language.
    Unfit(String),
    /// A tool is missing; the text says which and what to do.
    MissingTool(String),
    /// The sandbox failed; nothing is known of the program.
    Sandbox(String),
    /// The test code itself is at fault.
    TestCode(String),
    /// The task's prelude is at fault.
    Prelude(String),
    /// The budget ended before the probe was run.
    Budget,
    /// The user stopped the run.
    Cancelled,
}

/// The verdict on one probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeJudgement {
    /// Where the probe comes from.
    pub origin: Origin,
    /// The probe, where it is plain data; test code that could not be lifted has none.
    pub probe: Option<ProbeId>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the program could have written the verdict itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgeable: bool,
    /// The run that the verdict rests on; none where nothing was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<Execution>,
}

/// Where a probe comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An example of the task, counted from 1.
    Example(u32),
    /// A statement of test code: its block, counted from 1, and its line in the document.
    Test {
        /// The block.
        block: u32,
        /// The line in the document or, without one, in the block.
        line: u32,
    },
}

/// All verdicts on one candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The candidate.
    pub candidate: CandidateId,
    /// The unit that was run for it.
    pub unit: UnitId,
    /// The verdict in sum.
    pub verdict: Verdict,
    /// The verdict on each probe.
    pub probes: Vec<ProbeJudgement>,
}

impl Judgement {
    /// The judgement in sum: a failure decides; then whatever was not judged or is unknown; it holds
    /// only if every probe holds and there is one.
    pub fn new(candidate: CandidateId, unit: UnitId, probes: Vec<ProbeJudgement>) -> Judgement {
        let first = |wanted: fn(&Verdict) -> bool| probes.iter().map(|p| &p.verdict).find(|v| wanted(v)).cloned();
        let verdict = first(|v| matches!(v, Verdict::Fails(_)))
            .or_else(|| first(|v| matches!(v, Verdict::NotJudged(_))))
            .or_else(|| first(|v| matches!(v, Verdict::Unknown(_))))
            .unwrap_or_else(|| match u32::try_from(probes.len()) {
                Ok(0) => Verdict::Unknown(UnknownCause::NoEvidence),
                count => Verdict::Holds(Strength::Examples(count.unwrap_or(u32::MAX))),
            });
        Judgement { candidate, unit, verdict, probes }
    }

    /// Whether every probe holds.
    pub fn holds(&self) -> bool {
        matches!(self.verdict, Verdict::Holds(_))
    }

    /// How many probes hold.
    pub fn held(&self) -> usize {
        self.probes.iter().filter(|probe| matches!(probe.verdict, Verdict::Holds(_))).count()
    }

    /// How many verdicts the program could have written itself.
    pub fn forgeable(&self) -> usize {
        self.probes.iter().filter(|probe| probe.forgeable).count()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Holds(strength) => write!(f, "holds {strength}"),
            Verdict::Fails(counterexample) => write!(f, "fails: {counterexample}"),
            Verdict::Unknown(cause) => write!(f, "unknown: {cause}"),
            Verdict::NotJudged(cause) => write!(f, "not judged: {cause}"),
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strength::Examples(1) => f.write_str("on 1 example"),
            Strength::Examples(count) => write!(f, "on {count} examples"),
            Strength::Sampled(count) => write!(f, "on {count} sampled inputs"),
            Strength::Exhaustive(size) => write!(f, "on the whole domain of {size} inputs"),
            Strength::Proved => f.write_str("by proof"),
        }
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.got {
            Got::Value(value) => write!(f, "{} is {}", self.question(), Short(value))?,
            Got::Printed(text) => write!(f, "{} printed {}", self.question(), Short(&Value::str(text.as_str())))?,
            // What is wrong with the whole text is the same for every question.
            Got::Outcome(
                outcome @ (Outcome::SyntaxError(_) | Outcome::CompileError(_) | Outcome::LoadError { .. }),
            ) => {
                return write!(f, "the program {outcome}");
            }
            Got::Outcome(Outcome::MissingEntryPoint) => {
                return write!(f, "the program has no entry point `{}`", OneLine(&self.name));
            }
            Got::Outcome(outcome) => write!(f, "{} {outcome}", self.question())?,
            Got::TestFailed(message) => write!(f, "the test says: {}", OneLine(message))?,
        }
        match &self.expected {
            Some(expected) => write!(f, ", expected {}", Short(expected)),
            None => Ok(()),
        }
    }
}

impl Counterexample {
    /// The question as people write it: `double(2)`.
    fn question(&self) -> String {
        struct Call<'a>(&'a str, &'a [Value]);
        impl fmt::Display for Call<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_call(f, self.0, self.1)
            }
        }
        match &self.interface {
            Interface::Call(args) => Short(&Call(&self.name, args)).to_string(),
            other => Short(other).to_string(),
        }
    }
}

impl fmt::Display for UnknownCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UnknownCause::Flaky => "the same question had different answers",
            UnknownCause::NoEvidence => "there is no example or test to judge by",
        })
    }
}

impl fmt::Display for NotJudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotJudged::Unsupported(what) => write!(f, "unsupported: {}", OneLine(what)),
            NotJudged::Unfit(what) => write!(f, "value does not fit: {}", OneLine(what)),
            NotJudged::MissingTool(what) => OneLine(what).fmt(f),
            NotJudged::Sandbox(what) => write!(f, "the sandbox failed: {}", OneLine(what)),
            NotJudged::TestCode(what) => write!(f, "the test itself is at fault: {}", OneLine(what)),
            NotJudged::Prelude(what) => write!(f, "the task's prelude is at fault: {}", OneLine(what)),
            NotJudged::Budget => f.write_str("the budget ended first"),
            NotJudged::Cancelled => f.write_str("stopped by the user"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Digest;

    fn sum(verdicts: Vec<Verdict>) -> Verdict {
        let probes = verdicts
            .into_iter()
            .map(|verdict| ProbeJudgement {
                origin: Origin::Example(1),
                probe: None,
                verdict,
                forgeable: false,
                execution: None,
            })
            .collect();
        let id = Digest::of(b"");
        Judgement::new(CandidateId(id), UnitId(id), probes).verdict
    }

    #[test]
    fn a_sum_holds_only_if_every_part_does() {
        let holds = Verdict::Holds(Strength::Examples(1));
        let not_judged = Verdict::NotJudged(NotJudged::Budget);
        let fails = Verdict::Fails(Box::new(Counterexample {
            name: "f".into(),
            interface: Interface::Call(vec![2.into()]),
            expected: Some(Expect::Value(4.into())),
            got: Got::Value(3.into()),
        }));
        assert_eq!(sum(vec![holds.clone(), holds.clone()]), Verdict::Holds(Strength::Examples(2)));
        assert_eq!(sum(vec![holds.clone(), not_judged.clone()]), not_judged);
        assert_eq!(sum(vec![not_judged, fails.clone(), holds]), fails);
        assert_eq!(sum(vec![]), Verdict::Unknown(UnknownCause::NoEvidence));
        assert_eq!(fails.to_string(), "fails: f(2) is 3, expected 4");
    }
}
