//! Whether a program does the same each time it is run.

use crate::lane::Run;

/// In what two runs of the same program on the same input differ; nothing if they do not. Time and memory
/// may differ, and what is written to standard error.
pub fn difference(a: &Run, b: &Run) -> Option<&'static str> {
    if a.outcome != b.outcome {
        return Some("how it ends");
    }
    // Values are equal to themselves, so that one that is no number is no difference.
    if a.value != b.value {
        return Some("its result");
    }
    if a.args_after != b.args_after {
        return Some("what it leaves in its arguments");
    }
    (a.stdout != b.stdout).then_some("what it prints")
}

#[cfg(test)]
mod tests {
    use synthase_types::{Captured, Outcome, Usage, Value};

    use super::*;

    #[test]
    fn only_what_a_program_does_counts() {
        let run = Run {
            outcome: Outcome::Returned,
            value: Some(Value::Float(f64::NAN)),
            args_after: None,
            stdout: Captured::default(),
            stderr: Captured::default(),
            usage: Usage::default(),
        };
        let slow = Run { usage: Usage { peak_memory: 7, ..Usage::default() }, ..run.clone() };
        assert_eq!(difference(&run, &slow), None);
        let other = Run { value: Some(Value::from(1)), ..run.clone() };
        assert_eq!(difference(&run, &other), Some("its result"));
        let ended = Run { outcome: Outcome::CpuTimeout, ..other };
        assert_eq!(difference(&run, &ended), Some("how it ends"));
    }
}
