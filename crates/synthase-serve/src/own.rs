//! Our own form of requests and answers: the JSON of `synthase run --json`, with limits and files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use synthase::lang::Language;
use synthase::run::{Artefact, InputFile, RunError, Runner, Script};
use synthase::types::limits::wall_backstop;
use synthase::types::{Captured, Isolation, Limits, Outcome, Param, Signature, Type, Unit, UnitEntry, Usage, Value};

use crate::base64;
use crate::execute::{Done, Order, Work};
use crate::fusion;
use crate::options::{Options, lowered};
use crate::path::in_work_folder;
use crate::refusal::Refusal;

/// A request as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunRequest {
    language: String,
    source: String,
    #[serde(default)]
    prelude: String,
    #[serde(default)]
    stdin: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    call: Option<CallRequest>,
    #[serde(default)]
    limits: Map<String, Json>,
    /// Contents in base64.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    collect: Vec<String>,
}

/// A call as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallRequest {
    /// A name, or a signature with types.
    function: String,
    args: Vec<Json>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Ran {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    stdout: Captured,
    stderr: Captured,
    usage: Usage,
    isolation: Isolation,
    /// The limits it had.
    limits: Limits,
    /// Contents in base64.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, String>,
}

/// Reads a request.
///
/// # Errors
/// It cannot be understood.
pub(crate) fn read(body: &[u8], options: &Options) -> Result<Order, Refusal> {
    let request: RunRequest = serde_json::from_slice(body).map_err(|error| Refusal::form(&error))?;
    let language =
        synthase::lang::by_name(&request.language).map_err(|error| Refusal::field(&["language"], error.to_string()))?;
    let mut script = Script { args: request.args, ..Script::default() };
    for (name, content) in &request.files {
        let wrong = |why: String| Refusal::field(&["files", name], why);
        let path = in_work_folder(name).map_err(wrong)?;
        script.files.push(InputFile::new(path, base64::decode(content).map_err(wrong)?));
    }
    for name in &request.collect {
        script.collect.push(in_work_folder(name).map_err(|why| Refusal::field(&["collect", name], why))?);
    }
    let with_more = !script.args.is_empty() || !script.files.is_empty() || !script.collect.is_empty();
    let (entry, work) = match request.call {
        Some(_) if request.stdin.is_some() || with_more => {
            return Err(Refusal::field(&["call"], "a call goes without `stdin`, `args`, `files` and `collect`"));
        }
        Some(call) => {
            let args = call.args.into_iter().enumerate().map(|(at, arg)| {
                let wrong = |error: String| Refusal::field(&["call", "args", &at.to_string()], error);
                Value::from_json(arg).map_err(|error| wrong(error.to_string()))
            });
            let args = args.collect::<Result<Vec<_>, _>>()?;
            (UnitEntry::Function(signature(&call.function, args.len())?), Work::Call(args))
        }
        None => {
            script.stdin = request.stdin.unwrap_or_default().into_bytes();
            (UnitEntry::Stdio, Work::Script(script))
        }
    };
    Ok(Order {
        limits: limits(request.limits, &options.most)?,
        unit: Unit { language: language.name.clone(), prelude: request.prelude, source: request.source, entry },
        work,
    })
}

/// A function by its signature, or by its name and the number of its arguments.
fn signature(text: &str, count: usize) -> Result<Signature, Refusal> {
    let wrong = |why: &str| Refusal::field(&["call", "function"], why);
    if text.contains('(') {
        let signature: Signature = text.parse().map_err(|error| wrong(&format!("{error}")))?;
        return if signature.params.len() == count {
            Ok(signature)
        } else {
            Err(wrong(&format!("it takes {}, and {count} are given", signature.params.len())))
        };
    }
    let name = text.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(wrong("it is neither a name nor a signature"));
    }
    let params = (0..count).map(|i| Param { name: format!("x{i}"), ty: Type::Any }).collect();
    Ok(Signature { name: name.to_owned(), params, returns: Type::Any })
}

/// The limits that are asked for, with the usual ones where nothing is said, and never more than the most.
fn limits(asked: Map<String, Json>, most: &Limits) -> Result<Limits, Refusal> {
    let wall_stated = asked.contains_key("wall");
    let mut limits: Limits =
        serde_json::from_value(Json::Object(asked)).map_err(|error| Refusal::field(&["limits"], error.to_string()))?;
    if !wall_stated {
        limits.wall = wall_backstop(limits.cpu.min(most.cpu));
    }
    let zero = [limits.memory, limits.output, limits.disk, u64::from(limits.processes)].contains(&0);
    if zero || limits.files == 0 || limits.cpu.is_zero() || limits.wall.is_zero() {
        return Err(Refusal::field(&["limits"], "a limit of zero lets nothing run"));
    }
    Ok(lowered(&limits, most).0)
}

/// The answer to an order that was carried out.
pub(crate) fn of_result(done: Done, limits: Limits) -> Ran {
    let synthase::run::Run { outcome, value, stdout, stderr, usage, .. } = done.run;
    let file = |artefact: &Artefact| (artefact.path.display().to_string(), base64::encode(&artefact.contents));
    let files = done.artefacts.iter().map(file);
    Ran { outcome, value, stdout, stderr, usage, isolation: done.isolation, limits, files: files.collect() }
}

/// A language and whether it can be run here.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    /// Its name.
    pub(crate) name: &'static str,
    title: &'static str,
    aliases: &'static [String],
    /// What SandboxFusion calls it.
    sandbox_fusion: Vec<&'static str>,
    /// Whether functions can be called with plain data.
    calls: bool,
    /// Whether its tools are there.
    pub(crate) installed: bool,
    /// What the tools say of their version, or why there are none.
    detail: String,
    /// The command that would install them.
    #[serde(skip_serializing_if = "Option::is_none")]
    install: Option<&'static str>,
}

/// All languages. The first time this asks every tool for its version.
pub(crate) fn languages(runner: &Runner) -> Vec<Listed> {
    let look = |language: &'static Language| {
        let (installed, detail) = match runner.toolchain(language) {
            Ok(toolchain) => (true, toolchain.version),
            Err(RunError::MissingTool { why, .. }) => (false, why),
            Err(error) => (false, error.to_string()),
        };
        Listed {
            name: &language.name,
            title: &language.title,
            aliases: &language.aliases,
            sandbox_fusion: fusion::names_of(language),
            calls: language.call.is_some(),
            installed,
            detail,
            install: (!installed).then_some(language.toolchain.install.as_str()),
        }
    };
    synthase::lang::registry::all().iter().copied().map(look).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn read_json(body: &Json) -> Result<Order, Refusal> {
        read(&serde_json::to_vec(body).unwrap(), &Options::default())
    }

    #[test]
    fn a_call_is_read_with_and_without_types() {
        for function in ["f", "f(x: int, y: any) -> any"] {
            let call = json!({ "function": function, "args": [1, { "$tuple": [] }] });
            let order = read_json(&json!({ "language": "py", "source": "", "call": call })).unwrap();
            assert_eq!(order.unit.language, "python");
            let Work::Call(args) = order.work else { panic!() };
            assert_eq!(args.len(), 2);
        }
    }

    #[test]
    fn limits_are_filled_in_and_lowered() {
        let limits = |limits: Json| {
            read_json(&json!({ "language": "python", "source": "", "limits": limits })).map(|order| order.limits)
        };
        assert_eq!(limits(json!({})), Ok(Limits::default()));
        let some = limits(json!({ "cpu": "250ms", "memory": "64MiB" })).unwrap();
        assert_eq!(
            (some.cpu, some.wall, some.memory),
            (Duration::from_millis(250), Duration::from_millis(750), 64 << 20)
        );
        assert_eq!(limits(json!({ "cpu": "1h" })).unwrap().cpu, Options::default().most.cpu);
        assert!(limits(json!({ "cpu": 0 })).is_err() && limits(json!({ "speed": 1 })).is_err());
    }

    #[test]
    fn mistakes_are_named_where_they_are() {
        for (body, place) in [
            (json!({ "language": "klingon", "source": "" }), "body.language"),
            (json!({ "language": "python", "source": "", "files": { "../x": "" } }), "body.files.../x"),
            (json!({ "language": "python", "source": "", "collect": ["/x"] }), "body.collect./x"),
            (
                json!({ "language": "python", "source": "", "call": { "function": "a b", "args": [] } }),
                "body.call.function",
            ),
            (
                json!({ "language": "python", "source": "", "call": { "function": "f", "args": [{ "$int": "x" }] } }),
                "body.call.args.0",
            ),
            (
                json!({ "language": "python", "source": "", "stdin": "", "call": { "function": "f", "args": [] } }),
                "body.call",
            ),
            (json!({ "language": "python" }), "body"),
            (json!({ "language": "python", "source": "", "sauce": "" }), "body"),
        ] {
            let refusal = read_json(&body).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.place.join(".").as_str()), (422, place));
        }
    }
}
