//! Compiles the library that zygotes load (`zygote/`), which this crate carries in itself.
//!
//! It cannot be a crate of its own: cargo hands no crate the finished library of another. So the
//! compiler of this build is called, for the machine of this build.
#![allow(clippy::disallowed_methods, reason = "a build script starts the compiler")]

use std::path::PathBuf;
use std::process::Command;

fn main() {
    let variable = |name: &str| std::env::var_os(name).unwrap_or_else(|| panic!("cargo sets {name}"));
    let sources = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("zygote");
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rerun-if-changed=build.rs");
    if variable("CARGO_CFG_TARGET_OS") != "linux" {
        // The crate itself says why it cannot be built.
        return;
    }
    let mut command = Command::new(variable("RUSTC"));
    command.arg(sources.join("lib.rs")).args(["--crate-name", "synthase_zygote", "--crate-type", "cdylib"]);
    command.args(["--edition", "2024", "-C", "panic=abort", "-C", "opt-level=2"]);
    command.args(["-C", "strip=symbols", "-C", "link-arg=-nostdlib", "-C", "link-arg=-Wl,-z,now"]);
    // What is linked of the core library may name this, and nothing here ever unwinds.
    command.args(["-C", "link-arg=-Wl,--defsym,rust_eh_personality=0"]);
    command.arg("--target").arg(variable("TARGET"));
    if let Some(linker) = std::env::var_os("RUSTC_LINKER") {
        let mut argument = std::ffi::OsString::from("linker=");
        argument.push(linker);
        command.arg("-C").arg(argument);
    }
    command.arg("-o").arg(PathBuf::from(variable("OUT_DIR")).join("zygote.so"));
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{command:?} ended with {status}"),
        Err(error) => panic!("cannot start {command:?}: {error}"),
    }
}
