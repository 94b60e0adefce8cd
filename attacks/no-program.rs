// attack: is compiled to a library, which cannot be executed
// outcome: compile-error
#![crate_type = "lib"]
pub fn x() {}
