// attack: ends with code 0 from the middle of the program, without unwinding
// outcome: exited
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        loop {
            std::hint::spin_loop();
        }
    }
}

fn main() {
    let _guard = Guard;
    std::process::exit(0);
}
