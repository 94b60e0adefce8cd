//! The library that zygotes load, without any interpreter's own means.

use synthase_sandbox::{Status, Terms};
use synthase_types::{Isolation, Limits};

use crate::world::{World, levels, python_command, quick, request};

/// A zygote that leaves everything to the library, and the run that it forks: a script in a frame.
const SERVE: &str = r#"
import _ctypes, os
library = _ctypes.dlopen(os.environ.pop("SYNTHASE_ZYGOTE"), 2)
call = lambda name: _ctypes.call_function(_ctypes.dlsym(library, "synthase_" + name), ())
call("trim")
assert call("serve") == 0
length = int.from_bytes(os.read(3, 4), "little")
try:
    exec(os.read(3, length))
    code = 0
except BaseException as error:
    os.write(2, repr(error).encode())
    code = 1
os._exit(code)
"#;

#[test]
fn it_serves_an_interpreter_that_does_nothing_itself() {
    for level in levels() {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let mut zygote = world.jail.zygote(&world.slot, &python_command(SERVE, quick())).unwrap();
        let source = "import resource\nos.write(1, repr((sorted(map(int, os.listdir('/dev/fd'))) if BOX else 0, call('outside'), \
                      os.path.basename(os.getcwd()), os.environ.get('HOME'), resource.getrlimit(resource.RLIMIT_NOFILE), \
                      [line.split()[1] for line in open('/proc/self/status') if line.startswith('Cap')] if BOX else 0)).encode())";
        let boxed = level >= Isolation::Namespaces;
        let source = source.replace("BOX", if boxed { "True" } else { "False" });
        let terms = || Terms { limits: Limits { files: 77, ..quick().limits }, ..quick() };
        for _ in 0..3 {
            let finished = zygote.fork(&request(&source, terms())).unwrap().finish().unwrap();
            let none = "0".repeat(16);
            // The last descriptor is the one that lists the others.
            let expected = if boxed {
                format!("([0, 1, 2, 3, 4], 0, 'box', '/box', (77, 77), {:?})", [&none; 5]).replace('"', "'")
            } else {
                "(0, 1, 'work', None, (77, 77), 0)".to_owned()
            };
            assert_eq!(finished.stdout.to_text(), expected, "{level}: {}", finished.stderr.to_text());
            assert_eq!(finished.status, Status::Exited(0));
        }
        let finished = zygote.fork(&request("os.kill(os.getpid(), 15)", quick())).unwrap().finish().unwrap();
        assert_eq!(finished.status, Status::Signaled(15), "{level}");
        let finished = zygote.fork(&request("sum(range(3000000))", quick())).unwrap().finish().unwrap();
        assert!(finished.usage.cpu.as_millis() > 10 && finished.usage.peak_memory > 1 << 16, "{finished:?}");
    }
}

#[test]
fn a_step_that_fails_is_the_sandboxs_failure() {
    // Without descriptors to spare: the run's limit is set before the streams are placed.
    let world = World::best();
    let mut zygote = world.jail.zygote(&world.slot, &python_command(SERVE, quick())).unwrap();
    let terms = Terms { limits: Limits { files: 1, ..quick().limits }, ..quick() };
    let error = zygote.fork(&request("pass", terms)).unwrap().finish().unwrap_err();
    assert!(error.to_string().starts_with("place a descriptor: error"), "{error}");
    assert_eq!(zygote.fork(&request("pass", quick())).unwrap().finish().unwrap().status, Status::Exited(0));
}
