// attack: has the compiler read a file of the host into the program
// outcome: compile-error
// stdout-lacks: root:
const SECRET: &str = include_str!("/etc/shadow");

fn main() {
    println!("{SECRET}");
}
