//! Requests that cannot be served as they are.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// Why a request is not served. Never anything about a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// What is wrong, as a word.
    pub(crate) kind: &'static str,
    /// Where it is: `body` and the names of fields, or nothing where it is not in the body.
    pub(crate) place: Vec<String>,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, kind, place: Vec::new(), message: message.into() }
    }

    /// A field of the body that cannot be used.
    pub(crate) fn field(names: &[&str], message: impl Into<String>) -> Refusal {
        let place = ["body"].iter().chain(names).map(|name| (*name).to_owned()).collect();
        Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, kind: "value_error", place, message: message.into() }
    }

    /// A body that has not the form it must have.
    pub(crate) fn form(error: &serde_json::Error) -> Refusal {
        let kind = if error.is_data() { "value_error" } else { "json_invalid" };
        Refusal { kind, ..Refusal::field(&[], error.to_string()) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let detail = json!({ "type": self.kind, "loc": self.place, "msg": self.message });
        let mut response = answer(self.status, &json!({ "detail": [detail] }));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A JSON answer.
pub(crate) fn answer(status: StatusCode, data: &impl Serialize) -> Response {
    // Serialisation to memory fails only for maps with keys that are no strings; answers have none.
    let text = serde_json::to_vec(data).expect("an answer has a JSON form");
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
