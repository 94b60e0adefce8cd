//! Runs that a zygote forks.

use std::time::{Duration, Instant};

use synthase_sandbox::{Command, Limit, Reply, Request, SandboxError, Status, Terms};
use synthase_types::{Isolation, Limits};

use crate::world::{World, levels, of, python, quick, request};

const CPU: Duration = Duration::from_secs(1);
const WALL: Duration = Duration::from_secs(5);

#[test]
fn a_run_answers_questions_and_its_output_can_be_told_apart() {
    for level in levels() {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.zygote();
        let source = "print('loaded', flush=True)\nanswer(b'ready')\n\
                      while True:\n  word = ask()\n  print(len(word), flush=True)\n  answer(word.upper())";
        let mut running = zygote.fork(&request("", quick())).unwrap();
        drop(running);
        running = zygote.fork(&Request { payload: None, ..request("", quick()) }).unwrap();
        assert_eq!(running.exchange(source.as_bytes(), CPU, WALL).unwrap(), Reply::Frame(b"ready".to_vec()), "{level}");
        assert_eq!(running.take_output().0.to_text(), "loaded\n");
        for word in ["a", "longer", ""] {
            let reply = running.exchange(word.as_bytes(), CPU, WALL).unwrap();
            assert_eq!(reply, Reply::Frame(word.to_uppercase().into_bytes()));
            assert_eq!(running.take_output().0.to_text(), format!("{}\n", word.len()));
        }
        let big = vec![b'x'; 3 << 20];
        assert_eq!(running.exchange(&big, CPU, WALL).unwrap(), Reply::Frame(vec![b'X'; 3 << 20]));
        let finished = running.finish().unwrap();
        assert_eq!(finished.status, Status::Exited(0), "the end of the channel ends the program: {finished:?}");
    }
}

#[test]
fn a_run_has_a_world_of_its_own() {
    let world = World::best();
    let mut zygote = world.zygote();
    for _ in 0..3 {
        let source = "import os\nprint(os.getpid(), os.getppid(), os.getuid(), os.getcwd(), os.listdir('.'), os.listdir('/tmp'), \
                      sorted(p for p in os.listdir('/proc') if p.isdigit()), os.getsid(0))\nopen('x', 'w').close()\nopen('/tmp/y', 'w').close()";
        let finished = World::warm(&mut zygote, source, quick());
        assert_eq!(finished.stdout.to_text(), "2 0 1000 /box [] [] ['2'] 2\n", "{}", finished.stderr.to_text());
    }
}

#[test]
fn time_counts_per_exchange() {
    for level in of(&[Isolation::Full, Isolation::Namespaces, Isolation::Landlock]) {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.zygote();
        let source = "import time\nwhile True:\n  limit = float(ask())\n  start = time.process_time()\n  \
                      while time.process_time() - start < limit: pass\n  answer(b'done')";
        let limits = Limits { cpu: Duration::from_secs(20), wall: Duration::from_secs(60), ..quick().limits };
        let mut running = zygote.fork(&request(source, Terms { limits, ..quick() })).unwrap();
        let ask = |running: &mut synthase_sandbox::Running, burn: &str, cpu: u64| {
            running.exchange(burn.as_bytes(), Duration::from_millis(cpu), Duration::from_secs(20)).unwrap()
        };
        for _ in 0..3 {
            // Together more than the limit of one exchange.
            assert_eq!(ask(&mut running, "0.15", 400), Reply::Frame(b"done".to_vec()), "{level}");
            let used = running.last_exchange().cpu;
            assert!((150..200).contains(&used.as_millis()), "{level}: {used:?}");
        }
        let start = Instant::now();
        assert_eq!(ask(&mut running, "10", 300), Reply::Ended, "{level}");
        assert!(start.elapsed() < Duration::from_secs(5));
        let finished = running.finish().unwrap();
        assert_eq!(finished.status, Status::Killed(Limit::Cpu), "{level}: {finished:?}");
        assert!(finished.hits.cpu && !finished.hits.wall);
    }
}

#[test]
fn an_exchange_that_sleeps_meets_its_wall() {
    let world = World::best();
    let mut zygote = world.zygote();
    let mut running = zygote.fork(&request("ask()\nimport time\ntime.sleep(100)", quick())).unwrap();
    assert_eq!(running.exchange(b"", CPU, Duration::from_millis(100)).unwrap(), Reply::Ended);
    let finished = running.finish().unwrap();
    assert_eq!(finished.status, Status::Killed(Limit::Wall));
    assert!(finished.usage.cpu < Duration::from_millis(80), "{finished:?}");
}

#[test]
fn the_last_answer_counts_even_if_the_program_ends_with_it() {
    let world = World::best();
    let mut zygote = world.zygote();
    for _ in 0..20 {
        let mut running =
            zygote.fork(&request("import os\nask()\nanswer(b'x' * 100000)\nos._exit(5)", quick())).unwrap();
        assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Frame(vec![b'x'; 100_000]));
        assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Ended);
        assert_eq!(running.finish().unwrap().status, Status::Exited(5));
    }
}

#[test]
fn garbage_on_the_channel_is_told() {
    let world = World::best();
    let mut zygote = world.zygote();
    let garbage = |zygote: &mut synthase_sandbox::Zygote, source: &str| {
        let mut running = zygote.fork(&request(source, quick())).unwrap();
        let reply = running.exchange(b"", CPU, Duration::from_millis(500)).unwrap();
        running.kill();
        (reply, running.finish().unwrap().status)
    };
    let (reply, _) = garbage(&mut zygote, "import os\nask()\nos.write(3, b'\\xff' * 8)\nask()");
    assert!(matches!(&reply, Reply::Garbage(what) if what.contains("announced")), "{reply:?}");
    // A length without its bytes: there is no frame, and the run ends by its limits.
    let (reply, status) = garbage(&mut zygote, "import os\nask()\nos.write(3, b'\\x10\\x00\\x00\\x00abc')\nask()");
    assert_eq!((reply, status), (Reply::Ended, Status::Killed(Limit::Wall)));
    let (reply, _) = garbage(&mut zygote, "import os\nask()\nos.write(3, b'\\x10\\x00\\x00\\x00abc')\nos._exit(0)");
    assert_eq!(reply, Reply::Ended);
    // Said before it was asked.
    let mut running = zygote.fork(&request("answer(b'early')\nprint('x', flush=True)\nask()", quick())).unwrap();
    while running.take_output().0.is_empty() {}
    let reply = running.exchange(b"", CPU, WALL).unwrap();
    assert!(matches!(reply, Reply::Garbage(_)), "{reply:?}");
    // Two answers to one question: the second is there before the next question.
    let mut running = {
        drop(running);
        zygote.fork(&request("ask()\nanswer(b'1')\nanswer(b'2')\nprint('x', flush=True)\nask()", quick())).unwrap()
    };
    assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Frame(b"1".to_vec()));
    while running.take_output().0.is_empty() {}
    assert!(matches!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Garbage(_)));
}

#[test]
fn a_run_that_never_reads_does_not_hold_up_the_host() {
    let world = World::best();
    let mut zygote = world.zygote();
    let source = "import time\ntime.sleep(100)";
    let mut running = zygote.fork(&request(source, quick())).unwrap();
    let start = Instant::now();
    let reply = running.exchange(&vec![0; 8 << 20], CPU, Duration::from_millis(200)).unwrap();
    assert_eq!(reply, Reply::Ended);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(running.finish().unwrap().status, Status::Killed(Limit::Wall));
}

#[test]
fn a_closed_channel_is_no_answer() {
    let world = World::best();
    let mut zygote = world.zygote();
    let mut running = zygote.fork(&request("import os\nos.close(3)\nos._exit(4)", quick())).unwrap();
    assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Ended);
    assert_eq!(running.finish().unwrap().status, Status::Exited(4));
}

#[test]
fn a_zygote_that_cannot_start_says_why() {
    let world = World::best();
    let broken = Command::new(&python().0).arg("-S").arg("-I").arg("-c").arg("raise SystemExit('no such module')");
    let error = world.jail.zygote(&world.slot, &broken).unwrap_err();
    assert!(error.to_string().contains("no such module"), "{error}");
    let error = world.jail.zygote(&world.slot, &Command::new("/no/such")).unwrap_err();
    assert!(error.to_string().contains("/no/such"), "{error}");
}

#[test]
fn a_zygote_that_dies_is_noticed_and_replaced() {
    let world = World::best();
    let driver = include_str!("../zygote.py")
        .replace("child(calls)\n        syscall", "child(calls)\n        os._exit(9)\n        syscall");
    let dying = Command::new(&python().0).arg("-S").arg("-I").arg("-c").arg(driver);
    let mut zygote = world.jail.zygote(&world.slot, &dying).unwrap();
    let error = zygote.fork(&request("", quick())).unwrap().finish().unwrap_err();
    assert!(matches!(error, SandboxError::Lost { who: "zygote", .. }), "{error:?}");
    assert!(!zygote.is_alive());
    assert!(zygote.fork(&request("", quick())).is_err());
    let mut zygote = world.zygote();
    assert_eq!(World::warm(&mut zygote, "print(1)", quick()).status, Status::Exited(0));
}

#[test]
fn two_zygotes_may_share_a_slot() {
    let world = World::best();
    let (mut one, mut two) = (world.zygote(), world.zygote());
    for _ in 0..5 {
        assert_eq!(World::warm(&mut one, "print(1)", quick()).stdout.to_text(), "1\n");
        assert_eq!(World::warm(&mut two, "print(2)", quick()).stdout.to_text(), "2\n");
    }
    let running = one.fork(&request("import time; time.sleep(9)", quick())).unwrap();
    assert!(matches!(two.fork(&request("", quick())), Err(SandboxError::Busy)));
    drop(running);
}

#[test]
fn peak_memory_and_time_are_those_of_the_run() {
    for level in of(&[Isolation::Full]) {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.zygote();
        let finished = World::warm(&mut zygote, "x = bytearray(b'a') * (50 << 20)", quick());
        let peak = finished.usage.peak_memory;
        assert!((50 << 20..60 << 20).contains(&peak), "{peak}");
        let finished = World::warm(&mut zygote, "pass", quick());
        assert!(finished.usage.peak_memory < 8 << 20, "{finished:?}");
        assert!(finished.usage.cpu < Duration::from_millis(50));
    }
}
