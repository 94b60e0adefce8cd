//! A server for a test.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use synthase::{Engine, EngineOptions, SystemClock};
use synthase_serve::{Options, Server, Shutdown};

/// A server that runs until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    thread: Option<JoinHandle<()>>,
}

/// Options for a test: any port, two workers.
pub(crate) fn options() -> Options {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Options { listen, workers: 2, grace: Duration::from_secs(5), ..Options::default() }
}

pub(crate) fn serve(options: Options) -> Served {
    let engine = Engine::new(EngineOptions::default(), Box::new(SystemClock::new()));
    let server = Server::bind(engine.expect("some isolation level works here"), options).unwrap();
    let address = server.address().unwrap();
    let shutdown = Shutdown::default();
    let stop = shutdown.clone();
    let thread = std::thread::spawn(move || server.run(&stop).unwrap());
    Served { address, shutdown, thread: Some(thread) }
}

impl Served {
    /// Stops the server and waits for its end.
    pub(crate) fn stop(&mut self) {
        self.shutdown.begin();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends well");
        }
    }

    /// Waits until its health says this.
    pub(crate) fn wait_until(&self, field: &str, number: u64) {
        let start = Instant::now();
        loop {
            let health = crate::client::get(self.address, "/v1/health").json();
            if health[field] == number {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{field} stays {}", health[field]);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether a language can be run here. One that cannot is said so, where the check collects it.
pub(crate) fn works(served: &Served, language: &str) -> bool {
    let listed = crate::client::get(served.address, "/v1/languages").json();
    let found = listed["languages"].as_array().unwrap().iter().find(|one| one["name"] == language).unwrap();
    if found["installed"] == false {
        synthase_testkit::not_run(&format!("the server's tests of {language}"), found["detail"].as_str().unwrap());
    }
    found["installed"] == true
}
