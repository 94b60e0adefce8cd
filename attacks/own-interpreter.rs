// attack: names a loader that does not exist, so that its file cannot be executed and nothing could be judged
// entry: double(x: int) -> int
// example: 2 -> 4
// outcome: compile-error
// verdict: fails
#[unsafe(link_section = ".interp")]
#[used]
static INTERPRETER: [u8; 13] = *b"/nonexistent\0";

fn double(x: i64) -> i64 {
    7
}
