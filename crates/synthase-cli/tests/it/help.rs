use expect_test::expect;

use crate::world;

#[test]
fn the_help_says_what_there_is() {
    expect![[r#"
        exit: 0
        ----- stdout -----
        Turns a specification into a program that has been run and judged, and hands over the evidence

        Usage: synthase [OPTIONS] <COMMAND>

        Commands:
          solve    Find programs that do what tasks or examples ask for
          run      Run a program in the sandbox
          session  Run cells one after the other in a session that keeps its state
          judge    Judge a program by a task
          verify   Run the evidence of a saved solution again
          eval     Solve the problems of a suite and grade the programs on what was held out
          show     Show a recorded run
          list     List what there is: strategies, languages, components, suites, runs, ...
          serve    Run programs for whoever asks over HTTP, in SandboxFusion's form and in a richer one
          doctor   Check what works on this machine, and say what to do about the rest
          gc       Keep the record under a size by removing the oldest runs
          help     Print this message or the help of the given subcommand(s)

        Options:
          -h, --help     Print help
          -V, --version  Print version

        Global options:
              --state <DIR>           Folder of the record [default: the nearest .synthase folder, else
                                      $XDG_STATE_HOME/synthase] [env: SYNTHASE_STATE=]
              --no-record             Keep no record of this run
              --json                  Print one JSON document instead of text
              --isolation <LEVEL>     Isolation level: full, namespaces, landlock or rlimits [default: the
                                      strongest that works]
              --allow-weak-isolation  Accept the level `rlimits`, which hides nothing of this machine from
                                      programs
              --languages <DIR>       A folder of languages, each a folder with a language.toml, beside the
                                      built-in ones. Its commands are started: name only folders that you
                                      trust [default: languages/ in the user's configuration] [env:
                                      SYNTHASE_LANGUAGES=]
              --workers <N>           How many tasks to work on at the same time [default: the number of
                                      processors]
        ----- stderr -----
    "#]]
    .assert_eq(&world().run(&["--help"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        Find programs that do what tasks or examples ask for

        Usage: synthase solve [OPTIONS] [TASK]...

        Arguments:
          [TASK]...  Task documents (*.task.md, *.task.json) or folders of them

        Options:
              --example <ROW>      An example such as '"Ada Lovelace" -> "A.L."' (may be given several
                                   times)
              --examples <FILE>    A CSV file of examples: a header, then one row each, the answer in the
                                   last column (empty or `?` where it is open)
              --entry <SIGNATURE>  The entry point of --example and --examples, such as 'initials(name: str)
                                   -> str'
              --lang <LANGUAGE>    The language of the answer: python, javascript or rust [default: the
                                   task's, else python]
              --top <N>            How many programs that differ to show [default: 1]
              --budget <TIME>      Time for each task; all of it is used if need be [default: see --terms]
              --terms <N>          Terms that the symbolic search may try for each task; the answer then
                                   does not depend on time [default: a fraction of a second of work, and at
                                   most 10s; with --budget, no bound]
              --seed <N>           The seed of everything random [default: 0]
              --strategy <NAME>    The strategy (`synthase list strategies`) [default: enumerate]
              --resume <RUN>       Continue a run that was interrupted: a run's name, its beginning, or
                                   `latest`
          -h, --help               Print help

        Global options:
              --state <DIR>           Folder of the record [default: the nearest .synthase folder, else
                                      $XDG_STATE_HOME/synthase] [env: SYNTHASE_STATE=]
              --no-record             Keep no record of this run
              --json                  Print one JSON document instead of text
              --isolation <LEVEL>     Isolation level: full, namespaces, landlock or rlimits [default: the
                                      strongest that works]
              --allow-weak-isolation  Accept the level `rlimits`, which hides nothing of this machine from
                                      programs
              --languages <DIR>       A folder of languages, each a folder with a language.toml, beside the
                                      built-in ones. Its commands are started: name only folders that you
                                      trust [default: languages/ in the user's configuration] [env:
                                      SYNTHASE_LANGUAGES=]
              --workers <N>           How many tasks to work on at the same time [default: the number of
                                      processors]
        ----- stderr -----
    "#]]
    .assert_eq(&world().run(&["solve", "--help"]));
}
