//! The routes, and what every request must pass before it is looked at.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use synthase::Engine;
use synthase::run::RunError;
use synthase::types::id::Digest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::execute::{Done, Failure, Order};
use crate::options::Options;
use crate::pool::{Pool, Refused};
use crate::refusal::{Refusal, answer};
use crate::{fusion, own};

/// How long a client may take to send the body of a request, and may have to wait until there is memory
/// for it.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes the bodies of all requests that are being served may have together.
const ALL_BODIES: usize = 256 << 20;

/// Bytes per permit: a semaphore cannot count to more than 2^32.
const UNIT: usize = 1024;

/// What answering takes.
pub(crate) struct App {
    engine: Arc<Engine>,
    pool: Pool,
    options: Options,
    /// The digest of the token: comparing digests takes no time that tells of the token.
    token: Option<Digest>,
    /// Memory for bodies.
    bodies: Arc<Semaphore>,
    /// The languages, once somebody asked.
    languages: OnceLock<Vec<own::Listed>>,
    /// Whether somebody did.
    asked: AtomicBool,
}

impl App {
    pub(crate) fn new(engine: Arc<Engine>, pool: Pool, options: Options) -> App {
        let token = options.token.as_deref().map(|token| Digest::of(token.as_bytes()));
        let room = ALL_BODIES.max(options.body).div_ceil(UNIT);
        let bodies = Arc::new(Semaphore::new(room));
        App { engine, pool, options, token, bodies, languages: OnceLock::new(), asked: AtomicBool::new(false) }
    }
}

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/run_code", post(run_code))
        .route("/v1/run", post(run))
        .route("/v1/languages", get(languages))
        .route("/v1/health", get(health))
        .route("/health", get(health))
        .route("/v1/ping", get(ping))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), pass))
        .with_state(app)
}

/// Lets in who may ask. A page in a browser may not: it would be a stranger's page that found a server on its
/// visitor's own machine.
async fn pass(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(ORIGIN) {
        let message = "pages in browsers are not served (the request has an `Origin`)";
        return Refusal::new(StatusCode::FORBIDDEN, "origin", message).into_response();
    }
    if request.uri().path() != "/v1/ping" && !knows_token(&app, headers) {
        let message = "this server wants a token: `Authorization: Bearer …`";
        return Refusal::new(StatusCode::UNAUTHORIZED, "token", message).into_response();
    }
    if request.method() == Method::POST && !is_json(headers) {
        let message = "the body must be JSON: `Content-Type: application/json`";
        return Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message).into_response();
    }
    next.run(request).await
}

fn knows_token(app: &App, headers: &HeaderMap) -> bool {
    let Some(token) = app.token else { return true };
    let sent = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    sent.and_then(|sent| sent.strip_prefix(b"Bearer ")).is_some_and(|sent| Digest::of(sent) == token)
}

fn is_json(headers: &HeaderMap) -> bool {
    let stated = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    stated.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn run_code(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, _room) = read_body(&app, request).await?;
    let answered = match fusion::read(&body, &app.options)? {
        fusion::Asked::NotOffered(why) => fusion::Answer::sandbox_error(why),
        fusion::Asked::Order { order, fetch, note } => {
            drop(body);
            match carry_out(&app, *order).await? {
                Ok(done) => fusion::of_result(&done, &fetch, note),
                Err(failure) => fusion::of_failure(&failure),
            }
        }
    };
    Ok(answer(StatusCode::OK, &answered))
}

async fn run(State(app): State<Arc<App>>, request: Request) -> Result<Response, Refusal> {
    let (body, _room) = read_body(&app, request).await?;
    let order = own::read(&body, &app.options)?;
    drop(body);
    let limits = order.limits.clone();
    match carry_out(&app, order).await? {
        Ok(done) => Ok(answer(StatusCode::OK, &own::of_result(done, limits))),
        Err(Failure::Unfit(what)) => Err(Refusal::field(&["call"], what)),
        Err(failure) => {
            let (status, kind) = match &failure {
                Failure::Run(RunError::MissingTool { .. }) => (StatusCode::NOT_IMPLEMENTED, "missing_tool"),
                Failure::Run(RunError::Unsupported { .. }) => (StatusCode::UNPROCESSABLE_ENTITY, "unsupported"),
                Failure::Run(RunError::Prelude(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "prelude"),
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "sandbox"),
            };
            Err(Refusal::new(status, kind, failure.with_remedy()))
        }
    }
}

async fn languages(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let fault = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", Failure::Fault.to_string());
    look(&app).await.map_err(fault)?;
    Ok(answer(StatusCode::OK, &json!({ "languages": app.languages.get() })))
}

async fn health(State(app): State<Arc<App>>) -> Response {
    // Whoever watches over the server must not wait for tools: the languages are told when they are known.
    let languages = app.languages.get().map(|all| {
        let installed = all.iter().filter(|language| language.installed);
        installed.map(|language| language.name).collect::<Vec<_>>()
    });
    if !app.asked.swap(true, Ordering::Relaxed) {
        look(&app);
    }
    let load = app.pool.load();
    let health = json!({
        "healthy": !app.engine.is_cancelled(),
        "isolation": app.engine.runner().isolation(),
        "languages": languages,
        "workers": app.options.workers,
        "running": load.running,
        "waiting": load.waiting,
    });
    answer(StatusCode::OK, &health)
}

async fn ping() -> Response {
    answer(StatusCode::OK, &"pong")
}

async fn nothing_here(request: Request) -> Refusal {
    let message = format!(
        "there is no {}; there are POST /run_code, POST /v1/run, GET /v1/languages, GET /v1/health and GET /v1/ping",
        request.uri().path()
    );
    Refusal::new(StatusCode::NOT_FOUND, "not_found", message)
}

async fn wrong_method(request: Request) -> Refusal {
    let message = format!("{} does not take {}", request.uri().path(), request.method());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", message)
}

/// Looks at the languages, on a thread that may wait for tools.
fn look(app: &Arc<App>) -> tokio::task::JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || {
        app.languages.get_or_init(|| own::languages(app.engine.runner()));
    })
}

/// The body of a request, and the room that it takes.
async fn read_body(app: &App, request: Request) -> Result<(Bytes, OwnedSemaphorePermit), Refusal> {
    let most = app.options.body;
    let too_large = || {
        let message = format!("the body may have {most} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    };
    let stated = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let length = stated.unwrap_or(most);
    if length > most {
        return Err(too_large());
    }
    let permits = u32::try_from(length.div_ceil(UNIT).max(1)).map_err(|_| too_large())?;
    let room = timeout(BODY_PATIENCE, Arc::clone(&app.bodies).acquire_many_owned(permits)).await;
    let Ok(Ok(room)) = room else { return Err(busy("there is no memory for the request now")) };
    match timeout(BODY_PATIENCE, to_bytes(request.into_body(), most)).await {
        Ok(Ok(body)) => Ok((body, room)),
        Ok(Err(_)) if stated.is_none() => Err(too_large()),
        Ok(Err(error)) => {
            Err(Refusal::new(StatusCode::BAD_REQUEST, "body", format!("the body cannot be read: {error}")))
        }
        Err(_) => {
            let message = format!("the body did not arrive within {} seconds", BODY_PATIENCE.as_secs());
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "body", message))
        }
    }
}

/// Has an order carried out. If the client goes away, this future is dropped, and with it the order.
async fn carry_out(app: &App, order: Order) -> Result<Result<Done, Failure>, Refusal> {
    let taken = app.pool.take(order).map_err(|refused| match refused {
        Refused::Full => busy("too many requests wait already"),
        Refused::Closed => busy("the server is about to end"),
    })?;
    match taken.result().await {
        // The client is still there, so the server was stopped.
        Err(Failure::Run(RunError::Cancelled)) => Err(busy("the server is about to end")),
        result => Ok(result),
    }
}

fn busy(why: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", why)
}
