//! What is refused is told.

use std::time::Duration;

use synthase_sandbox::{Reply, Status};
use synthase_types::{Isolation, Outcome};

use crate::world::{World, of, quick, request};

const CPU: Duration = Duration::from_secs(1);
const WALL: Duration = Duration::from_secs(5);

#[test]
fn a_program_that_ends_because_it_was_refused_was_denied() {
    for level in of(&[Isolation::Full, Isolation::Namespaces, Isolation::Landlock]) {
        let world = World::new(level);
        let denied = |source: &str| world.python(source, quick());
        let finished = denied("import socket\nsocket.create_connection(('127.0.0.1', 80))");
        assert_eq!(finished.outcome(), Some(Outcome::Denied("socket".to_owned())), "{level}: {finished:?}");
        let mount = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n\
                     assert libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == -1 and ctypes.get_errno() == 1\nos.abort()";
        let finished = denied(mount);
        assert_eq!(finished.outcome(), Some(Outcome::Denied("mount".to_owned())), "{level}: {finished:?}");
        let finished = denied("import socket\ntry: socket.socket()\nexcept PermissionError: print('handled')");
        assert_eq!((finished.status, finished.hits.denied), (Status::Exited(0), Some("socket")), "{level}");
        assert_eq!(finished.outcome(), Some(Outcome::Exited(0)));
        let finished = denied("import pwd, os\npwd.getpwall()\nos._exit(3)");
        assert_eq!(finished.outcome(), Some(Outcome::Exited(3)), "looking up a name is no such thing");
    }
}

#[test]
fn an_exchange_tells_what_was_refused_in_it() {
    for level in of(&[Isolation::Full, Isolation::Namespaces, Isolation::Landlock]) {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.zygote();
        let source = "import _socket\nwhile True:\n  word = ask()\n  try:\n    if word == b'net': _socket.socket()\n    \
                      answer(b'fine')\n  except PermissionError: answer(b'refused')";
        let mut running = zygote.fork(&request(source, quick())).unwrap();
        for (word, said, denied) in
            [("net", "refused", Some("socket")), ("", "fine", None), ("net", "refused", Some("socket"))]
        {
            let reply = running.exchange(word.as_bytes(), CPU, WALL).unwrap();
            assert_eq!(reply, Reply::Frame(said.as_bytes().to_vec()), "{level}");
            assert_eq!(running.denied(), denied, "{level}");
        }
        running.finish().unwrap();
        let finished = World::warm(&mut zygote, "import sys; sys.exit(1)", quick());
        assert_eq!(finished.outcome(), Some(Outcome::Exited(1)), "the next run has nothing to do with it");
    }
}

#[test]
fn many_processes_that_are_refused_again_and_again_hang_nobody() {
    let world = World::best();
    let source = "import os, _socket\nfor _ in range(8):\n  if os.fork() == 0:\n    for _ in range(500):\n      \
                  try: _socket.socket()\n      except PermissionError: pass\n    os._exit(0)\n\
                  for _ in range(8): os.wait()\nprint('done')";
    let finished = world.python(source, quick());
    assert_eq!((finished.status, finished.stdout.to_text().as_str()), (Status::Exited(0), "done\n"), "{finished:?}");
}
