//! Programs that are executed in a box of their own.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use synthase_sandbox::{Command, InputFile, Reply, SandboxError, Status, Stdin, Terms};
use synthase_types::{Isolation, Limits};

use crate::world::{World, levels, of, quick};

#[test]
fn output_code_and_usage_come_back() {
    for level in levels() {
        let world = World::new(level);
        let finished = world.python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", quick());
        assert_eq!(finished.status, Status::Exited(3), "{finished:?}");
        assert_eq!(finished.stdout.to_text(), "out\n");
        assert_eq!(finished.stderr.to_text(), "err\n");
        assert_eq!(finished.level, level);
        assert!(finished.usage.cpu > Duration::from_millis(1) && finished.usage.wall >= finished.usage.cpu / 4);
        assert!(finished.usage.peak_memory > 1 << 20, "{finished:?}");
    }
}

#[test]
fn the_world_inside_is_small_and_always_the_same() {
    for level in of(&[Isolation::Full, Isolation::Namespaces]) {
        let world = World::new(level);
        for _ in 0..2 {
            let source = "import os, socket; print(os.getpid(), os.getppid(), os.getuid(), os.getgid(), os.getcwd(), \
                          sorted(os.listdir('.')), sorted(os.listdir('/tmp')), socket.gethostname(), dict(os.environ))";
            let finished = world.python(source, quick());
            let said = finished.stdout.to_text();
            let expected =
                "2 0 1000 1000 /box [] [] sandbox {'HOME': '/box', 'TMPDIR': '/tmp', 'LC_CTYPE': 'C.UTF-8'}\n";
            assert_eq!(said, expected, "{}", finished.stderr.to_text());
        }
    }
}

#[test]
fn input_files_environment_and_standard_input_arrive() {
    for level in levels() {
        let world = World::new(level);
        let script = InputFile {
            path: "bin/hello".into(),
            contents: b"#!/bin/sh\ncat data/in.txt -\necho $WORD\n".to_vec(),
            executable: true,
        };
        let terms = Terms {
            files: vec![script, InputFile::new("data/in.txt", "from a file\n")],
            stdin: Stdin::Bytes(b"from a pipe\n".to_vec()),
            ..quick()
        };
        let command = Command::new("bin/hello").env("WORD", "from the environment").env("PATH", "/usr/bin:/bin");
        let finished = world.jail.start(&world.slot, &command.terms(terms)).unwrap().finish().unwrap();
        let said = finished.stdout.to_text() + &finished.stderr.to_text();
        assert_eq!(said, "from a file\nfrom a pipe\nfrom the environment\n", "{level}");
    }
}

#[test]
fn megabytes_of_standard_input_are_fed_and_need_not_be_read() {
    let world = World::best();
    let stdin = Stdin::Bytes(vec![b'x'; 5 << 20]);
    let count = "import sys; print(len(sys.stdin.read()))";
    let finished = world.python(count, Terms { stdin: stdin.clone(), ..quick() });
    assert_eq!(finished.stdout.to_text(), "5242880\n");
    let finished = world.python("print('not interested')", Terms { stdin, ..quick() });
    assert_eq!((finished.status, finished.stdout.to_text().as_str()), (Status::Exited(0), "not interested\n"));
}

#[test]
fn streams_can_be_opened_by_name() {
    let world = World::best();
    let script = "echo one > /dev/stdout; echo two > /dev/stderr; cat /dev/stdin";
    let terms = Terms { stdin: Stdin::Bytes(b"three".to_vec()), ..quick() };
    let command = Command::new("/bin/sh").arg("-c").arg(script).env("PATH", "/usr/bin:/bin").terms(terms);
    let finished = world.jail.start(&world.slot, &command).unwrap().finish().unwrap();
    assert_eq!((finished.stdout.to_text(), finished.stderr.to_text()), ("one\nthree".into(), "two\n".into()));
}

#[test]
fn files_are_handed_out_and_links_are_not() {
    for level in levels() {
        let world = World::new(level);
        let source = "import os\nos.makedirs('a/b')\nopen('a/b/result', 'w').write('found')\n\
                      os.symlink('/etc/passwd', 'link')\nos.symlink('a', 'folder')\nos.mkfifo('pipe')\n\
                      os.mkdir('closed')\nopen('closed/x', 'w').close()\n\
                      try: os.chmod('closed', 0)\nexcept PermissionError: pass";
        let wanted = ["a/b/result", "link", "folder/b/result", "pipe", "a", "missing", "../tmp", "/etc/passwd"];
        let collect = wanted.map(PathBuf::from).to_vec();
        let finished = world.python(source, Terms { collect, ..quick() });
        assert_eq!(finished.status, Status::Exited(0), "{}", finished.stderr.to_text());
        let names: Vec<_> = finished.files.iter().map(|file| (file.path.to_str().unwrap(), file.size)).collect();
        assert_eq!(names, [("a/b/result", 5), ("a/b/result", 5)], "by its name and with its folder, {level}");
        let mut text = String::new();
        (&finished.files[0].file).read_to_string(&mut text).unwrap();
        assert_eq!(text, "found");
    }
}

#[test]
fn what_one_run_leaves_the_next_does_not_find() {
    for level in levels() {
        let _ = std::fs::remove_file("/tmp/synthase-left");
        let world = World::new(level);
        let leave = "import os\nfor place in ('.', '/tmp'):\n \
                     try: open(place + '/synthase-left', 'w').close()\n except OSError: pass";
        world.python(leave, quick());
        let look = "import os\nprint(os.path.exists('synthase-left'), os.path.exists('/tmp/synthase-left'))";
        // Resource limits alone let a program write to the machine's own folder.
        let expected = if level == Isolation::Rlimits { "False True\n" } else { "False False\n" };
        assert_eq!(world.python(look, quick()).stdout.to_text(), expected, "{level}");
    }
    let _ = std::fs::remove_file("/tmp/synthase-left");
}

#[test]
fn a_program_that_cannot_be_executed_is_our_error() {
    for level in levels() {
        let world = World::new(level);
        let error = world.jail.start(&world.slot, &Command::new("/no/such/program")).unwrap().finish().unwrap_err();
        assert!(matches!(error, SandboxError::Execute { .. }), "{error:?}");
        assert_eq!(error.to_string(), "cannot execute /no/such/program");
        let terms = Terms { files: vec![InputFile::new("text", "just text")], ..quick() };
        let command = Command::new("./text").terms(terms);
        let error = world.jail.start(&world.slot, &command).unwrap().finish().unwrap_err();
        assert!(matches!(error, SandboxError::Execute { .. }), "{error:?}");
        assert_eq!(world.python("print(1)", quick()).status, Status::Exited(0));
    }
}

#[test]
fn paths_that_leave_the_work_folder_are_refused() {
    let world = World::best();
    for path in ["../x", "/x", "a/../../x", ""] {
        let terms = Terms { files: vec![InputFile::new(path, "x")], ..quick() };
        let command = Command::new("/bin/true").terms(terms);
        assert!(world.jail.start(&world.slot, &command).is_err(), "{path}");
    }
    assert_eq!(world.python("print(1)", quick()).status, Status::Exited(0));
}

#[test]
fn a_slot_has_one_run_at_a_time() {
    let world = World::best();
    let running = world.jail.start(&world.slot, &Command::new("/bin/cat")).unwrap();
    let second = world.jail.start(&world.slot, &Command::new("/bin/cat"));
    assert!(matches!(second, Err(SandboxError::Busy)));
    drop(running);
    assert_eq!(world.python("print(1)", quick()).status, Status::Exited(0));
}

#[test]
fn frames_are_exchanged_with_a_cold_program_too() {
    for level in levels() {
        let world = World::new(level);
        let source = "import os\nwhile True:\n n = int.from_bytes(os.read(3, 4), 'little')\n data = os.read(3, n)\n \
                      print('got', len(data), flush=True)\n os.write(3, n.to_bytes(4, 'little') + data[::-1])";
        let terms = Terms { channel: true, ..quick() };
        let command = crate::world::python_command(source, terms);
        let mut running = world.jail.start(&world.slot, &command).unwrap();
        for word in ["one", "three"] {
            let reply = running.exchange(word.as_bytes(), Duration::from_secs(1), Duration::from_secs(5)).unwrap();
            let reversed: String = word.chars().rev().collect();
            assert_eq!(reply, Reply::Frame(reversed.into_bytes()), "{level}");
            assert_eq!(running.take_output().0.to_text(), format!("got {}\n", word.len()));
        }
        running.kill();
        assert_eq!(running.finish().unwrap().status, Status::Cancelled);
    }
}

#[test]
fn a_hundred_slots_worth_of_lanes_do_not_disturb_each_other() {
    let world = World::best();
    let jail = &world.jail;
    std::thread::scope(|scope| {
        for lane in 0..8 {
            let sandbox = &world.sandbox;
            scope.spawn(move || {
                let slot = sandbox.slot().unwrap();
                for round in 0..10 {
                    let source = format!("print({lane} * 1000 + {round})");
                    let command = crate::world::python_command(&source, quick());
                    let finished = jail.start(&slot, &command).unwrap().finish().unwrap();
                    assert_eq!(finished.stdout.to_text(), format!("{}\n", lane * 1000 + round));
                }
            });
        }
    });
}

#[test]
fn limits_of_one_run_do_not_stay_for_the_next() {
    for level in of(&[Isolation::Full]) {
        let world = World::new(level);
        let hungry = "x = b'a' * (100 << 20); print(len(x))";
        let limits = |memory: u64| Limits { memory, ..quick().limits };
        for (memory, fits) in [(40 << 20, false), (200 << 20, true), (40 << 20, false), (200 << 20, true)] {
            let finished = world.python(hungry, Terms { limits: limits(memory), ..quick() });
            assert_eq!(finished.status == Status::Exited(0), fits, "{finished:?}");
            if fits {
                let peak = finished.usage.peak_memory;
                assert!((100 << 20..130 << 20).contains(&peak), "{peak}");
            }
        }
    }
}
