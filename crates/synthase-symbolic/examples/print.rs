//! Prints programs of the core language: `cargo run --example print -- LANGUAGE < PROGRAMS`, a program
//! on each line.

#![allow(clippy::print_stdout)]

use std::io::Read;

use synthase_symbolic::{Program, Target};

fn main() {
    let language = std::env::args().nth(1).unwrap_or_else(|| "python".to_owned());
    let target: Target = language.parse().expect("a language");
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("programs");
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.parse::<Program>() {
            Ok(program) => match program.print(target) {
                Ok(source) => println!("# {line}\n{source}"),
                Err(why) => println!("# {line}\n# {why}\n"),
            },
            Err(why) => println!("# {line}\n# {why}\n"),
        }
    }
}
