// attack: fills the memory, and keeps asking when it is refused
// limits: memory=64MiB cpu=1s
// outcome: out-of-memory cpu-timeout
fn main() {
    let mut held = Vec::new();
    loop {
        let mut block: Vec<u8> = Vec::new();
        if block.try_reserve_exact(1 << 20).is_ok() {
            block.resize(1 << 20, 1);
            held.push(std::hint::black_box(block));
        }
    }
}
