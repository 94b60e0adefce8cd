// attack: is never done compiling
// outcome: compile-error cpu-timeout wall-timeout
#![allow(long_running_const_eval)]
const N: u64 = {
    let mut n = 0;
    while n < u64::MAX {
        n += 1;
    }
    n
};

fn main() {
    println!("{N}");
}
