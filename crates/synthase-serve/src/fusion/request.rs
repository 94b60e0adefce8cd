//! Reading `/run_code` requests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use synthase::run::{InputFile, Script};
use synthase::types::limits::wall_backstop;
use synthase::types::{Limits, Unit, UnitEntry};

use super::languages::{Named, find};
use crate::base64;
use crate::execute::{Order, Work};
use crate::options::{Options, lowered};
use crate::path::in_work_folder;
use crate::refusal::Refusal;

/// A request as it is written. Fields that are not here are passed over, as SandboxFusion does.
#[derive(Debug, Deserialize)]
struct RunCode {
    code: String,
    language: String,
    #[serde(default)]
    stdin: Option<String>,
    #[serde(default = "ten_seconds")]
    compile_timeout: f64,
    #[serde(default = "ten_seconds")]
    run_timeout: f64,
    /// In units of 2^20 bytes; not positive where the server is to choose.
    #[serde(default = "no_limit", rename = "memory_limit_MB")]
    memory_limit: f64,
    /// Contents in base64; files without one are passed over.
    #[serde(default)]
    files: BTreeMap<String, Option<String>>,
    #[serde(default)]
    fetch_files: Vec<String>,
}

fn ten_seconds() -> f64 {
    10.0
}

fn no_limit() -> f64 {
    -1.0
}

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Something that can be run.
    Order {
        /// What is to be run.
        order: Box<Order>,
        /// The files to hand out, by the names under which they were asked for.
        fetch: Vec<String>,
        /// Which limits were lowered to the server's, in words; empty if none was.
        note: String,
    },
    /// A language that is not to be had here.
    NotOffered(String),
}

/// Reads a request.
///
/// # Errors
/// It cannot be understood.
pub(crate) fn read(body: &[u8], options: &Options) -> Result<Asked, Refusal> {
    let request: RunCode = serde_json::from_slice(body).map_err(|error| Refusal::form(&error))?;
    let language = match find(&request.language) {
        Named::Language(language) => language,
        Named::NotOffered => {
            return Ok(Asked::NotOffered(format!(
                "the language `{}` is not offered by this server; GET /v1/languages lists those that are",
                request.language
            )));
        }
        Named::Unknown => {
            let message =
                format!("unknown language `{}`; GET /v1/languages lists those that are known", request.language);
            return Err(Refusal { kind: "literal_error", ..Refusal::field(&["language"], message) });
        }
    };
    let run = seconds("run_timeout", request.run_timeout)?;
    let compile = seconds("compile_timeout", request.compile_timeout)?;
    let (limits, names) = lowered(&limits(run, compile, request.memory_limit, &options.most), &options.most);
    let note = match names.as_slice() {
        [] => String::new(),
        names => format!("lowered to the most that this server allows: {}", names.join(", ")),
    };
    let mut files = Vec::new();
    for (name, content) in &request.files {
        let wrong = |why: String| Refusal::field(&["files", name], why);
        let path = in_work_folder(name).map_err(wrong)?;
        if let Some(content) = content {
            files.push(InputFile::new(path, base64::decode(content).map_err(wrong)?));
        }
    }
    let collect = request
        .fetch_files
        .iter()
        .map(|name| in_work_folder(name).map_err(|why| Refusal::field(&["fetch_files", name], why)));
    let collect = collect.collect::<Result<_, _>>()?;
    let source = source(&language.name, request.code);
    let unit = Unit { language: language.name.clone(), prelude: String::new(), source, entry: UnitEntry::Stdio };
    let stdin = request.stdin.unwrap_or_default().into_bytes();
    let work = Work::Script(Script { stdin, files, collect, ..Script::default() });
    let order = Box::new(Order { unit, limits, work });
    Ok(Asked::Order { order, fetch: request.fetch_files, note })
}

fn seconds(name: &str, number: f64) -> Result<Duration, Refusal> {
    Duration::try_from_secs_f64(number)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| Refusal::field(&[name], "it is no positive number of seconds"))
}

/// SandboxFusion's limit is elapsed time, which a loaded machine spends on others. Here `run_timeout` is
/// processor time, and elapsed time is a backstop of three times that; but not so long that a client
/// would have given up, which waits for both timeouts and some seconds more.
fn limits(run: Duration, compile: Duration, memory: f64, most: &Limits) -> Limits {
    const MARGIN: Duration = Duration::from_secs(5);
    let patience = run.saturating_add(compile).saturating_add(MARGIN);
    let wall = if run < most.cpu { wall_backstop(run).min(patience) } else { most.wall };
    let memory = if memory > 0.0 { (memory * 1048576.0) as u64 } else { most.memory };
    Limits { cpu: run, wall, memory, ..most.clone() }
}

/// The program as it is run: PHP is text with code in it, and what models write is often code alone.
fn source(language: &str, code: String) -> String {
    if language == "php" && !code.contains("<?php") { format!("<?php\n{code}") } else { code }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read_json(body: &Json) -> Result<Asked, Refusal> {
        read(&serde_json::to_vec(body).unwrap(), &Options::default())
    }

    fn order(body: &Json) -> (Order, String) {
        match read_json(body) {
            Ok(Asked::Order { order, note, .. }) => (*order, note),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_short_request_has_their_defaults() {
        let (order, note) = order(&json!({ "code": "print(1)", "language": "python" }));
        assert_eq!((order.unit.language.as_str(), order.unit.source.as_str()), ("python", "print(1)"));
        assert_eq!(order.limits.cpu, Duration::from_secs(10));
        assert_eq!(order.limits.wall, Duration::from_secs(25));
        assert_eq!(order.limits.memory, Options::default().most.memory);
        assert_eq!(note, "");
    }

    #[test]
    fn limits_are_taken_and_lowered() {
        let (order, note) = order(&json!({
            "code": "", "language": "python", "run_timeout": 0.5, "compile_timeout": 600, "memory_limit_MB": 64,
        }));
        assert_eq!(order.limits.cpu, Duration::from_millis(500));
        assert_eq!(order.limits.wall, Duration::from_millis(1500));
        assert_eq!((order.limits.memory, note.as_str()), (64 << 20, ""));
        let body = json!({ "code": "", "language": "python", "run_timeout": 1e9, "memory_limit_MB": 1e12 });
        let (order, note) = self::order(&body);
        assert_eq!(order.limits.cpu, Options::default().most.cpu);
        assert_eq!(note, "lowered to the most that this server allows: processor time, memory");
    }

    #[test]
    fn files_are_decoded_and_checked() {
        let (order, _) = order(&json!({
            "code": "", "language": "python", "files": { "a/b": "aGk=", "c": null }, "fetch_files": ["out.txt"],
        }));
        let Work::Script(script) = order.work else { panic!() };
        assert_eq!(script.files, [InputFile::new("a/b", "hi")]);
        assert_eq!(script.collect, [std::path::PathBuf::from("out.txt")]);
        for (field, value) in [
            ("files", json!({ "../a": "aGk=" })),
            ("files", json!({ "/a": "aGk=" })),
            ("files", json!({ "a": "!" })),
            ("files", json!({ "a": 1 })),
            ("fetch_files", json!(["../../etc/passwd"])),
            ("run_timeout", json!(0)),
            ("run_timeout", json!(-1)),
            ("run_timeout", json!("soon")),
            ("code", json!(null)),
            ("language", json!("klingon")),
        ] {
            let mut body = json!({ "code": "", "language": "python" });
            body[field] = value;
            let refusal = read_json(&body).unwrap_err();
            assert_eq!(refusal.status.as_u16(), 422, "{body}");
        }
    }

    #[test]
    fn languages_of_theirs_that_are_not_to_be_had_are_no_mistake_of_the_client() {
        let asked = read_json(&json!({ "code": "", "language": "python_gpu" }));
        assert!(matches!(asked, Ok(Asked::NotOffered(_))), "{asked:?}");
    }

    #[test]
    fn code_alone_is_php() {
        assert_eq!(source("php", "echo 1;".into()), "<?php\necho 1;");
        assert_eq!(source("php", "a <?php echo 1;".into()), "a <?php echo 1;");
    }
}
