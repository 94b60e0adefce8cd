// attack: has the compiler put its own environment into the program
// outcome: exited
// stdout-lacks: synthase-host-secret
fn main() {
    println!("{:?} {:?}", option_env!("SYNTHASE_HOST_SECRET"), option_env!("HOME"));
}
