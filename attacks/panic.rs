// attack: panics with a message that speaks of success
// outcome: exited raised
fn main() {
    panic!("test result: ok. 1 passed; 0 failed");
}
