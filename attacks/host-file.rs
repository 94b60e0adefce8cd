// attack: writes a file of the host, and goes on
// outcome: exited
// absent: /var/tmp/synthase-attack-host-file-rs
use std::fs;

fn main() {
    let path = "/var/tmp/synthase-attack-host-file-rs";
    let _ = fs::write(path, "escaped\n");
    let _ = fs::write(format!("/proc/self/root{path}"), "escaped\n");
    let _ = std::os::unix::fs::symlink("/var/tmp", "out").map(|()| fs::write("out/synthase-attack-host-file-rs", ""));
    println!("done");
}
