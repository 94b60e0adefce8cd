use synthase_types::{Environment, Isolation, Outcome};

use crate::world::{limits, program, runner, script, works};

#[test]
fn every_language_says_hello() {
    let runner = runner();
    for language in synthase_lang::registry::all() {
        if !works(&runner, &language.name) {
            continue;
        }
        let run = script(&mut runner.lane(), &program(&language.name, &language.hello.source), "world\n");
        let said = (run.outcome, run.stdout.to_text().trim().to_owned(), run.stderr.to_text());
        assert_eq!(said, (Outcome::Exited(0), "hello, world".to_owned(), String::new()), "{}", language.name);
    }
}

#[test]
fn a_script_ends_as_its_language_ends_it() {
    let runner = runner();
    let mut lane = runner.lane();
    let counted = lane.isolation() == Isolation::Full;
    for (source, outcome) in [
        ("import sys; sys.exit(3)", Outcome::Exited(3)),
        ("raise ValueError('no')", Outcome::Exited(1)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", Outcome::Signaled(15)),
        ("import os; os.abort()", Outcome::Signaled(6)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Outcome::Signaled(24)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Outcome::Signaled(11)),
        ("while True: pass", Outcome::CpuTimeout),
        // Without a control group the allocation is refused, and that is an error of the program.
        ("x = 'a' * 10**9", if counted { Outcome::OutOfMemory } else { Outcome::Exited(1) }),
        ("while True: print('x' * 10000)", Outcome::OutputLimit),
    ] {
        let run = script(&mut lane, &program("python", source), "");
        assert_eq!(run.outcome, outcome, "{source}: {}", run.stderr.to_text());
    }
}

#[test]
fn a_traceback_shows_the_program_and_not_the_driver() {
    let runner = runner();
    let run = script(&mut runner.lane(), &program("python", "def f():\n    return 1 / 0\n\nf()\n"), "");
    let expected = "Traceback (most recent call last):\n  File \"main.py\", line 4, in <module>\n    f()\n  \
                    File \"main.py\", line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n";
    assert_eq!(run.stderr.to_text(), expected);
}

#[test]
fn a_script_has_arguments_and_input_and_a_name() {
    let runner = runner();
    let source = "import sys\nprint(__name__, sys.argv[1:], sys.stdin.read())";
    let args = ["a".to_owned(), "b c".to_owned()];
    let unit = program("python", source);
    let run = runner.lane().script(&unit, &limits(), &Environment::default(), b"in", &args).unwrap();
    assert_eq!(run.stdout.to_text(), "__main__ ['a', 'b c'] in\n");
}

#[test]
fn c_programs_end_by_the_signals_they_raise() {
    let runner = runner();
    if !works(&runner, "c") {
        return;
    }
    let mut lane = runner.lane();
    for (statement, outcome) in [
        ("raise(SIGTERM);", Outcome::Signaled(15)),
        ("abort();", Outcome::Signaled(6)),
        ("raise(SIGXCPU);", Outcome::Signaled(24)),
        ("*(volatile int *)0 = 1;", Outcome::Signaled(11)),
        ("for (;;) ;", Outcome::CpuTimeout),
        ("return 7;", Outcome::Exited(7)),
    ] {
        let source = format!("#include <signal.h>\n#include <stdlib.h>\nint main(void) {{ {statement} return 0; }}");
        assert_eq!(script(&mut lane, &program("c", &source), "").outcome, outcome, "{statement}");
    }
}

#[test]
fn what_does_not_compile_is_told_with_the_compilers_words() {
    let runner = runner();
    if !works(&runner, "c") {
        return;
    }
    let run = script(&mut runner.lane(), &program("c", "int main(void) { return x; }"), "");
    let Outcome::CompileError(message) = run.outcome else { panic!("{:?}", run.outcome) };
    assert!(message.contains("undeclared"), "{message}");
}

#[test]
fn all_of_a_scripts_output_is_kept_up_to_the_limit() {
    let runner = runner();
    let run = script(&mut runner.lane(), &program("python", "print('x\\n' * 500_000)"), "");
    assert_eq!((run.outcome, run.stdout.omitted, run.stdout.head.len()), (Outcome::Exited(0), 0, 1_000_001));
}
