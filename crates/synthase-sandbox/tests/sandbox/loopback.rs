//! A network with nothing in it but the run itself.

use synthase_sandbox::{SandboxError, Status};
use synthase_types::Isolation;

use crate::world::{World, of, python_command, quick, request, view};

const TALK: &str = r#"
import os, socket, sys
ready = socket.create_server(("127.0.0.1", 8080))
if os.fork() == 0:
    client = socket.create_connection(("127.0.0.1", 8080))
    client.sendall(b"over TCP")
    client.close()
    os._exit(0)
print(ready.accept()[0].recv(100), flush=True)
os.wait()
one, two = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for _ in range(2)]
one.bind(("::1", 9090))
two.sendto(b"over UDP", ("::1", 9090))
print(one.recv(100), flush=True)
for address in (("127.0.0.1", PORT), ("10.0.0.1", 80), ("8.8.8.8", 53)):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        try:
            s.connect(address)
            print("ESCAPED to", address)
        except OSError:
            pass
for what in ((socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_DGRAM), (socket.AF_NETLINK, socket.SOCK_RAW),
             (socket.AF_INET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW), (40, socket.SOCK_STREAM)):
    try:
        socket.socket(*what)
        print("ESCAPED: made", what)
    except OSError:
        pass
print("done")
"#;

const SAID: &str = "b'over TCP'\nb'over UDP'\ndone\n";

#[test]
fn a_server_and_a_client_in_one_run_talk_and_reach_nothing_else() {
    let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let source = TALK.replace("PORT", &outside.local_addr().unwrap().port().to_string());
    for level in of(&[Isolation::Full, Isolation::Namespaces]) {
        let world = World::new(level);
        let jail = world.sandbox.jail(&view().with_loopback()).unwrap();
        let mut zygote = jail.zygote(&world.slot, &python_command(include_str!("../zygote.py"), quick())).unwrap();
        // Twice each: the ports must be free again.
        for _ in 0..2 {
            let cold = jail.start(&world.slot, &python_command(&source, quick())).unwrap().finish().unwrap();
            let warm = zygote.fork(&request(&source, quick())).unwrap().finish().unwrap();
            for finished in [cold, warm] {
                let said = finished.stdout.to_text() + &finished.stderr.to_text();
                assert_eq!((finished.status, said.as_str()), (Status::Exited(0), SAID), "{level}");
            }
        }
        let closed = world.python("import socket; socket.create_server(('127.0.0.1', 8080))", quick());
        assert_eq!(closed.status, Status::Exited(1), "other jails have none: {level}");
    }
}

#[test]
fn without_namespaces_there_is_none() {
    for level in of(&[Isolation::Landlock, Isolation::Rlimits]) {
        let error = World::new(level).sandbox.jail(&view().with_loopback()).unwrap_err();
        assert!(matches!(error, SandboxError::Unavailable { .. }), "{error:?}");
        assert!(error.remedy().is_some_and(|remedy| remedy.contains("namespaces")));
    }
}
