//! What a conversation needs beside frames: input that comes later, interrupts, more channels, folders.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use synthase_sandbox::{Reply, SideChannel, Status, Stdin, Terms};

use crate::world::{World, levels, python_command, quick, request};

const CPU: Duration = Duration::from_secs(1);
const WALL: Duration = Duration::from_secs(5);

#[test]
fn standard_input_can_be_given_piece_by_piece() {
    let world = World::best();
    let source = "import sys, os\nfor line in sys.stdin:\n  print('got', line.strip(), flush=True)\nprint('end')";
    let command = python_command(source, Terms { stdin: Stdin::Open, ..quick() });
    let mut running = world.jail.start(&world.slot, &command).unwrap();
    for word in ["one", "two"] {
        running.feed(format!("{word}\n").as_bytes()).unwrap();
        let mut said = String::new();
        let start = Instant::now();
        while !said.ends_with('\n') && start.elapsed() < WALL {
            said += &running.take_output().0.to_text();
        }
        assert_eq!(said, format!("got {word}\n"));
    }
    running.feed(&b"x".repeat(1 << 20)).unwrap();
    running.close_stdin();
    assert!(running.feed(b"more").is_err());
    let finished = running.finish().unwrap();
    assert!(finished.stdout.to_text().ends_with("x\nend\n"));

    let command = python_command("print(1)", Terms { stdin: Stdin::Open, ..quick() });
    let mut running = world.jail.start(&world.slot, &command).unwrap();
    running.feed(&b"x".repeat(1 << 20)).unwrap();
    assert_eq!(running.finish().unwrap().status, Status::Exited(0), "it need not read");
    let mut running = world.jail.start(&world.slot, &python_command("print(1)", quick())).unwrap();
    assert!(running.feed(b"x").is_err());
}

#[test]
fn an_interrupt_reaches_the_run_and_only_this_one() {
    for level in levels() {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.zygote();
        let source = "import time\nkept = 7\nwhile True:\n  word = ask()\n  try:\n    if word == b'sleep': time.sleep(60)\n    \
                      answer(str(kept).encode())\n  except KeyboardInterrupt: answer(b'interrupted')";
        let mut running = zygote.fork(&request(source, quick())).unwrap();
        let interrupter = running.interrupter();
        assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Frame(b"7".to_vec()), "{level}");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                assert!(interrupter.interrupt(), "{level}");
            });
            let reply = running.exchange(b"sleep", CPU, WALL).unwrap();
            assert_eq!(reply, Reply::Frame(b"interrupted".to_vec()), "{level}");
        });
        assert_eq!(running.exchange(b"", CPU, WALL).unwrap(), Reply::Frame(b"7".to_vec()), "its state is kept");
        running.finish().unwrap();
        let other = zygote.fork(&request("import time; time.sleep(0.1)", quick())).unwrap();
        assert!(!interrupter.interrupt(), "{level}");
        assert_eq!(other.finish().unwrap().status, Status::Exited(0), "{level}");
    }
}

#[test]
fn a_forked_process_talks_on_a_channel_of_its_own() {
    let world = World::best();
    let mut zygote = world.zygote();
    let source = "import os, _socket\n\
        def receive():\n  s = _socket.socket(fileno=os.dup(3))\n  head, parts, _, _ = s.recvmsg(4, 64)\n  \
          return int.from_bytes(parts[0][2][:4], 'little'), os.read(3, int.from_bytes(head, 'little'))\n\
        fd, frame = receive()\n\
        if os.fork() == 0:\n  os.dup2(fd, 3)\n  while True: answer(b'child ' + ask())\n\
        os.close(fd)\nanswer(b'forked for ' + frame)\nwhile True: answer(b'parent ' + ask())";
    let mut running = zygote.fork(&request(source, quick())).unwrap();
    let (mut side, theirs) = SideChannel::pair().unwrap();
    let reply = running.exchange_with_fd(b"me", theirs.as_fd(), CPU, WALL).unwrap();
    assert_eq!(reply, Reply::Frame(b"forked for me".to_vec()));
    drop(theirs);
    for word in ["a", "b"] {
        let reply = running.exchange_on(&mut side, word.as_bytes(), CPU, WALL).unwrap();
        assert_eq!(reply, Some(Reply::Frame(format!("child {word}").into_bytes())));
        let reply = running.exchange(word.as_bytes(), CPU, WALL).unwrap();
        assert_eq!(reply, Reply::Frame(format!("parent {word}").into_bytes()));
    }
    assert!(!side.is_closed());
    let (mut lost, theirs) = SideChannel::pair().unwrap();
    drop(theirs);
    assert_eq!(running.exchange_on(&mut lost, b"", CPU, WALL).unwrap(), None);
    assert_eq!(running.finish().unwrap().status, Status::Exited(0));
}

#[test]
fn folders_are_handed_out_with_all_that_is_in_them() {
    for level in levels() {
        let world = World::new(level);
        let source = "import os\nos.makedirs('out/b/c')\nfor name in ('out/z', 'out/a', 'out/b/c/d'): open(name, 'w').write(name)\n\
                      os.symlink('/etc', 'out/link')\nos.symlink('z', 'out/alias')\nos.mkfifo('out/pipe')\n\
                      os.makedirs('many')\nfor i in range(1100): open('many/%04d' % i, 'w').close()\n\
                      os.makedirs('/'.join(['deep'] * 60))";
        let collect = vec!["out/".into(), "many".into(), "deep".into()];
        let finished = world.python(source, Terms { collect, ..quick() });
        assert_eq!(finished.status, Status::Exited(0), "{}", finished.stderr.to_text());
        let names: Vec<_> = finished.files.iter().map(|file| file.path.to_str().unwrap()).collect();
        assert_eq!(names[..4], ["out/a", "out/b/c/d", "out/z", "many/0000"], "{level}");
        assert_eq!((names.len(), finished.left_out), (1000, 103 + 1), "{level}");
    }
}
