// attack: uses up the processor in threads while the first one sleeps
// limits: cpu=0.5s wall=6s
// outcome: cpu-timeout
use std::{thread, time::Duration};

fn main() {
    for _ in 0..4 {
        thread::spawn(|| loop {
            std::hint::spin_loop();
        });
    }
    thread::sleep(Duration::from_secs(86_399));
}
