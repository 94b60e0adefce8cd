// attack: aborts
// outcome: signaled
fn main() {
    std::process::abort();
}
