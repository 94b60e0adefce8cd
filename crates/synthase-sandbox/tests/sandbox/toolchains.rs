//! Other interpreters and compilers live in a box too, at every level.

use std::path::Path;
use std::time::Duration;

use synthase_sandbox::{Command, InputFile, MemoryBy, Program, Status, Terms};
use synthase_types::Limits;

use crate::world::{World, levels};

/// More of everything: compilers and virtual machines are not small.
fn roomy() -> Terms {
    let limits = Limits {
        memory: 1 << 30,
        disk: 256 << 20,
        files: 1024,
        processes: 128,
        ..Limits::for_cpu(Duration::from_secs(20))
    };
    Terms { limits, ..Terms::default() }
}

#[test]
fn interpreters_say_hello() {
    let all: [(&str, &[&str]); 7] = [
        ("/bin/sh", &["-c", "echo hello"]),
        ("/bin/bash", &["-c", "echo $((1)) >/dev/null; cat <(echo hello)"]),
        ("/usr/bin/perl", &["-e", "print \"hello\\n\""]),
        ("/usr/bin/node", &["-e", "console.log('hello')"]),
        ("/usr/bin/lua5.4", &["-e", "print('hello')"]),
        ("/usr/bin/ruby", &["-e", "puts 'hello'"]),
        ("/usr/bin/sqlite3", &[":memory:", "select 'hello'"]),
    ];
    for level in levels() {
        let world = World::new(level);
        for (program, args) in all {
            if !Path::new(program).exists() {
                println!("not run: there is no {program}");
                continue;
            }
            let mut command = Command::new(program).env("PATH", "/usr/bin:/bin").terms(roomy());
            command = args.iter().fold(command, |command, arg| command.arg(arg));
            command.memory_by = MemoryBy::Nothing;
            let finished = world.jail.start(&world.slot, &command).unwrap().finish().unwrap();
            assert_eq!(
                finished.stdout.to_text(),
                "hello\n",
                "{program} at {level}: {finished:?} {}",
                finished.stderr.to_text()
            );
        }
    }
}

#[test]
fn a_program_is_compiled_in_one_box_and_run_in_another() {
    for level in levels() {
        let world = World::new(level);
        let source = InputFile::new("hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 7; }\n");
        let terms = Terms { files: vec![source], collect: vec!["hello".into()], ..roomy() };
        let compiler = Command::new("/usr/bin/cc").arg("-O1").arg("-o").arg("hello").arg("hello.c");
        let compiler = compiler.env("PATH", "/usr/bin:/bin").terms(terms);
        let finished = world.jail.start(&world.slot, &compiler).unwrap().finish().unwrap();
        assert_eq!(finished.status, Status::Exited(0), "{level}: {}", finished.stderr.to_text());

        // As a cache would: the program lies where no view shows it.
        let kept =
            crate::world::place(env!("CARGO_TARGET_TMPDIR"), "tmp").join(format!("hello-{}", std::process::id()));
        let mut made = std::fs::File::create(&kept).unwrap();
        std::io::copy(&mut &finished.files[0].file, &mut made).unwrap();
        std::fs::set_permissions(&kept, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        drop(made);
        let file = std::fs::File::open(&kept).unwrap();
        std::fs::remove_file(&kept).unwrap();
        let program = Command { program: Program::File(std::sync::Arc::new(file.into())), ..Command::new("hello") };
        let finished = world.jail.start(&world.slot, &program.terms(roomy())).unwrap().finish().unwrap();
        assert_eq!((finished.status, finished.stdout.to_text()), (Status::Exited(7), "hello\n".to_owned()), "{level}");
    }
}
