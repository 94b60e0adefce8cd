// attack: calls itself without end
// limits: memory=128MiB
// outcome: signaled out-of-memory
fn sink(n: u64) -> u64 {
    let room = std::hint::black_box([n; 64]);
    if n == u64::MAX { 0 } else { sink(n + 1) + room[(n % 64) as usize] }
}

fn main() {
    println!("{}", sink(0));
}
