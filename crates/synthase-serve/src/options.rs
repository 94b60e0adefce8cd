//! How a server is set up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use synthase::types::Limits;
use synthase::types::limits::wall_backstop;

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens. With port 0 the system chooses one.
    pub listen: SocketAddr,
    /// What whoever asks must send as `Authorization: Bearer …`; nothing where anybody may ask.
    pub token: Option<String>,
    /// How many programs run at the same time; at least one.
    pub workers: usize,
    /// How many requests may wait for a worker. Further ones are told to come again.
    pub queue: usize,
    /// How many connections are open at the same time. Further ones wait to be accepted.
    pub connections: usize,
    /// The largest body of a request, in bytes.
    pub body: usize,
    /// The most that a request may ask for. What asks for more gets this.
    pub most: Limits,
    /// How long requests that were taken may go on after the server was told to stop.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            token: None,
            workers: std::thread::available_parallelism().map_or(1, Into::into),
            queue: 256,
            connections: 512,
            body: 16 << 20,
            most: most(Duration::from_secs(60)),
            grace: Duration::from_secs(30),
        }
    }
}

/// The most that a request may ask for, with this processor time: enough for what SandboxFusion's users
/// ask for.
pub fn most(cpu: Duration) -> Limits {
    Limits { cpu, wall: wall_backstop(cpu), memory: 4 << 30, processes: 256, ..Limits::default() }
}

/// The limits that were asked for, or the most that may be asked for where that is less. The second
/// part names those that were lowered.
pub(crate) fn lowered(asked: &Limits, most: &Limits) -> (Limits, Vec<&'static str>) {
    let mut lowered = Vec::new();
    fn take<T: Ord + Copy>(name: &'static str, asked: T, most: T, lowered: &mut Vec<&'static str>) -> T {
        if asked > most {
            lowered.push(name);
        }
        asked.min(most)
    }
    let limits = Limits {
        cpu: take("processor time", asked.cpu, most.cpu, &mut lowered),
        wall: take("elapsed time", asked.wall, most.wall, &mut lowered),
        memory: take("memory", asked.memory, most.memory, &mut lowered),
        output: take("output", asked.output, most.output, &mut lowered),
        disk: take("disk", asked.disk, most.disk, &mut lowered),
        processes: take("processes", asked.processes, most.processes, &mut lowered),
        files: take("open files", asked.files, most.files, &mut lowered),
    };
    (limits, lowered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_more_than_the_most() {
        let most = most(Duration::from_secs(10));
        let asked = Limits { memory: 1 << 40, ..Limits::for_cpu(Duration::from_secs(5)) };
        let (limits, names) = lowered(&asked, &most);
        assert_eq!((limits.cpu, limits.memory), (Duration::from_secs(5), 4 << 30));
        assert_eq!(names, ["memory"]);
        assert_eq!(lowered(&Limits::for_cpu(Duration::from_secs(1)), &most).1, [""; 0]);
    }
}
