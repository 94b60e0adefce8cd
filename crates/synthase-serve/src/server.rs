//! Listening, connections, and ending.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use synthase::Engine;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::options::Options;
use crate::patient::Patient;
use crate::pool::Pool;
use crate::routes::{App, router};
use crate::shutdown::Shutdown;

/// How long a client may take to send the head of a request, and to begin with the next one.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may leave an answer lie.
const READ_PATIENCE: Duration = Duration::from_secs(30);

/// How long the server waits where the system gives no connection, for want of descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// How long answers may take to be written after all programs were ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Threads that read and write. Programs run on others.
const IO_THREADS: usize = 2;

/// Why a server cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The system gives no threads or timers.
    #[error("cannot start: {0}")]
    Start(#[source] std::io::Error),
}

/// A server that listens already: whoever connects now is served when it [runs](Server::run).
pub struct Server {
    listener: std::net::TcpListener,
    engine: Arc<Engine>,
    options: Options,
}

impl Server {
    /// Begins to listen.
    ///
    /// # Errors
    /// The address is taken, or is none of this machine.
    pub fn bind(engine: Engine, options: Options) -> Result<Server, ServeError> {
        let address = options.listen;
        let listener = std::net::TcpListener::bind(address).map_err(|source| ServeError::Listen { address, source })?;
        listener.set_nonblocking(true).map_err(ServeError::Start)?;
        Ok(Server { listener, engine: Arc::new(engine), options })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> Result<SocketAddr, ServeError> {
        self.listener.local_addr().map_err(ServeError::Start)
    }

    /// Serves until it is told to stop; then answers what it has taken, as far as that is done within
    /// the grace, and ends the rest. When it returns, none of its programs is left.
    ///
    /// # Errors
    /// It could not start.
    pub fn run(self, shutdown: &Shutdown) -> Result<(), ServeError> {
        let Server { listener, engine, options } = self;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name("serve")
            .enable_io()
            .enable_time()
            .build()
            .map_err(ServeError::Start)?;
        let (pool, workers) = Pool::start(&engine, options.workers, options.queue).map_err(ServeError::Start)?;
        let app = Arc::new(App::new(Arc::clone(&engine), pool.clone(), options.clone()));
        let served = runtime.block_on(serve(listener, router(app), shutdown, &options, &engine));
        pool.close();
        // What is still there of connections goes, and calls its orders off.
        runtime.shutdown_timeout(LAST_WORDS);
        for worker in workers {
            // A worker that panicked has said so.
            let _ = worker.join();
        }
        served
    }
}

async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    shutdown: &Shutdown,
    options: &Options,
    engine: &Engine,
) -> Result<(), ServeError> {
    let listener = TcpListener::from_std(listener).map_err(ServeError::Start)?;
    let most = u32::try_from(options.connections.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
    let gate = Arc::new(Semaphore::new(most as usize));
    let accepting = tokio::spawn(accept(listener, router, shutdown.clone(), Arc::clone(&gate)));
    shutdown.begun().await;
    accepting.abort();
    // It ends as cancelled, and the listener is closed.
    let _ = accepting.await;
    // All connections are closed when nobody is behind the gate.
    if timeout(options.grace, gate.acquire_many(most)).await.is_err() {
        engine.cancel().cancel();
        let _ = timeout(LAST_WORDS, gate.acquire_many(most)).await;
    }
    Ok(())
}

/// Accepts connections, at most so many at a time as the gate lets in.
async fn accept(listener: TcpListener, router: Router, shutdown: Shutdown, gate: Arc<Semaphore>) {
    while let Ok(place) = Arc::clone(&gate).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (router, shutdown) = (router.clone(), shutdown.clone());
                tokio::spawn(async move {
                    converse(stream, router, shutdown).await;
                    drop(place);
                });
            }
            Err(_) => sleep(BREATH).await,
        }
    }
}

/// Serves one connection to its end.
async fn converse(stream: TcpStream, router: Router, shutdown: Shutdown) {
    // It costs time only where it fails.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Patient::new(stream, READ_PATIENCE));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .serve_connection(stream, TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let mut begun = pin!(shutdown.begun());
    let mut told = false;
    // Fails where the client breaks the protocol, is too slow, or goes away: its own affair.
    let _ = poll_fn(|cx| {
        if !told && begun.as_mut().poll(cx) == Poll::Ready(()) {
            told = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    })
    .await;
}
