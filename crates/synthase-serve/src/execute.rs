//! The one place that knows how programs are run: what a request asks for goes in, what came of it
//! comes out.

use std::time::Duration;

use synthase::run::{Artefact, Called, Compilation, Lane, Run, RunError, Script};
use synthase::types::{Environment, Isolation, Limits, Outcome, Unit, Value};

/// What a request asks for.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The program.
    pub(crate) unit: Unit,
    /// What it may use.
    pub(crate) limits: Limits,
    /// What is done with it.
    pub(crate) work: Work,
}

/// What is done with a program.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// It is run from its beginning to its end.
    Script(Script),
    /// Its entry point is called.
    Call(Vec<Value>),
}

/// What came of an order.
#[derive(Debug)]
pub(crate) struct Done {
    /// How it was compiled, in languages that are.
    pub(crate) compiled: Option<Compiled>,
    /// How the program ended. Its outcome is the compiler's where there is no program.
    pub(crate) run: Run,
    /// The files that were asked for and are there.
    pub(crate) artefacts: Vec<Artefact>,
    /// Behind which walls it ran.
    pub(crate) isolation: Isolation,
}

/// How a program was compiled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) end: CompileEnd,
    /// How long it took, where it was not found compiled.
    pub(crate) time: Option<Duration>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How compiling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompileEnd {
    /// With a program.
    Accepted,
    /// The compiler refuses the text.
    Refused,
    /// Not within the compiler's time.
    TimedOut,
}

/// Why an order was not carried out. Never the program's doing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The program could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// An argument of a call has no form in the program's language, or its entry point takes none that has.
    #[error("the call cannot be made: {0}")]
    Unfit(String),
    /// A fault of the server.
    #[error("the server has a fault: its log says more")]
    Fault,
}

impl Failure {
    /// The failure with what can be done about it, where that is known.
    pub(crate) fn with_remedy(&self) -> String {
        let remedy = if let Failure::Run(error) = self { error.remedy() } else { None };
        remedy.map_or_else(|| self.to_string(), |remedy| format!("{self} ({remedy})"))
    }
}

/// Carries an order out.
///
/// # Errors
/// Nothing is known of the program.
pub(crate) fn execute(lane: &mut Lane<'_>, order: &Order) -> Result<Done, Failure> {
    let Order { unit, limits, work } = order;
    let environment = Environment::default();
    let (run, artefacts, compilation) = match work {
        Work::Script(script) => {
            let scripted = lane.run_script(unit, limits, &environment, script)?;
            (scripted.run, scripted.artefacts, scripted.compilation)
        }
        Work::Call(args) => {
            // A request begins with a fresh process, even where the one before asked the same program.
            lane.forget_program();
            let called = lane.call(unit, limits, &environment, args, false);
            lane.forget_program();
            match called? {
                Called::Ran(run) => (run, Vec::new(), None),
                Called::Unfit(what) | Called::Uncallable(what) => return Err(Failure::Unfit(what)),
            }
        }
    };
    let is_compiled = synthase::lang::by_name(&unit.language).is_ok_and(|language| language.compile.is_some());
    let compiled = is_compiled.then(|| compiled(&run.outcome, compilation));
    Ok(Done { compiled, run, artefacts, isolation: lane.isolation() })
}

/// How a program was compiled that ended like this. No report means that the compiler did not come to
/// an end.
fn compiled(outcome: &Outcome, report: Option<Compilation>) -> Compiled {
    let end = match (outcome, &report) {
        (Outcome::CompileError(_), _) => CompileEnd::Refused,
        (Outcome::WallTimeout, None) => CompileEnd::TimedOut,
        _ => CompileEnd::Accepted,
    };
    let report = report.unwrap_or_default();
    let mut stderr = text(&report.stderr);
    if let Outcome::CompileError(said) = outcome
        && !stderr.contains(said.as_str())
    {
        // The compiler was ended, or refused more than the text.
        stderr.push_str(said);
    }
    let time = (!report.cached && !report.usage.wall.is_zero()).then_some(report.usage.wall);
    Compiled { end, time, stdout: text(&report.stdout), stderr }
}

/// Output as text. Bytes that are none become the replacement character.
pub(crate) fn text(output: &synthase::types::Captured) -> String {
    let head = String::from_utf8_lossy(&output.head).into_owned();
    if output.omitted == 0 && output.tail.is_empty() {
        return head;
    }
    let tail = String::from_utf8_lossy(&output.tail);
    format!("{head}\n[{} bytes are left out here]\n{tail}", output.omitted)
}

#[cfg(test)]
mod tests {
    use synthase::types::Captured;

    use super::*;

    #[test]
    fn what_a_compiler_says_is_told_once() {
        let output = |bytes: &[u8]| Captured { head: bytes.to_vec(), ..Captured::default() };
        let report = Compilation { stderr: output(b"line 1: no\n"), ..Compilation::default() };
        let refused = compiled(&Outcome::CompileError("line 1: no".into()), Some(report.clone()));
        assert_eq!((refused.end, refused.stderr.as_str()), (CompileEnd::Refused, "line 1: no\n"));
        let ended = compiled(&Outcome::CompileError("the compiler used more memory".into()), Some(report.clone()));
        assert_eq!(ended.stderr, "line 1: no\nthe compiler used more memory");
        assert_eq!(compiled(&Outcome::WallTimeout, Some(report)).end, CompileEnd::Accepted);
        assert_eq!(compiled(&Outcome::WallTimeout, None).end, CompileEnd::TimedOut);
    }

    #[test]
    fn what_is_left_out_of_an_output_is_told() {
        let output = Captured { head: b"ab".to_vec(), omitted: 7, tail: b"\xff".to_vec() };
        assert_eq!(text(&output), "ab\n[7 bytes are left out here]\n\u{fffd}");
    }
}
