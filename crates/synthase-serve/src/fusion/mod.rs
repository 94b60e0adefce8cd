//! SandboxFusion's form of requests and answers, so that its clients change nothing but the URL.

mod answer;
mod languages;
mod request;

pub(crate) use answer::{Answer, of_failure, of_result};
pub(crate) use languages::names_of;
pub(crate) use request::{Asked, read};
