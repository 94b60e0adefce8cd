//! Reading what an instrument says. It lives in the program's process, so every form is checked.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::answer::BadFrame;
use crate::instrument::trace::{Change, Event, Function, Shown, What};

/// Takes a part out of a frame.
pub(crate) fn part<T: for<'de> Deserialize<'de>>(frame: &mut Map<String, Json>, name: &str) -> Result<T, BadFrame> {
    let content = frame.remove(name).ok_or_else(|| BadFrame(format!("a frame without `{name}`")))?;
    T::deserialize(content).map_err(|error| BadFrame(format!("`{name}`: {error}")))
}

/// A page of a trace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub(crate) functions: Vec<Function>,
    pub(crate) events: Vec<Json>,
}

/// How a trace ended.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    pub(crate) events: u64,
    pub(crate) lost: bool,
    #[serde(default)]
    pub(crate) hits: Vec<(usize, u32, u64)>,
    #[serde(default)]
    pub(crate) arcs: Vec<(usize, u32, u32, u64)>,
}

/// Where a debugged program stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stop {
    pub(crate) functions: Vec<Function>,
    pub(crate) event: Json,
    pub(crate) at: usize,
    pub(crate) stack: Vec<(usize, u32)>,
}

/// A profile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sums {
    pub(crate) functions: Vec<Function>,
    pub(crate) lines: Vec<(usize, u32, u64, i64, i64)>,
    pub(crate) calls: Vec<(usize, u64, i64, i64)>,
    pub(crate) in_figures: u64,
    pub(crate) in_all: u64,
}

/// Reads `["l", frame, line, [change, …]]` and its kin.
pub(crate) fn event(json: Json) -> Result<Event, BadFrame> {
    let bad = || BadFrame("an event that cannot be read".to_owned());
    let Json::Array(parts) = json else { return Err(bad()) };
    let mut parts = parts.into_iter();
    let kind = parts.next().ok_or_else(bad)?;
    let number = |parts: &mut std::vec::IntoIter<Json>| {
        parts.next().and_then(|json| json.as_u64()).and_then(|n| u32::try_from(n).ok()).ok_or_else(bad)
    };
    let (frame, line) = (number(&mut parts)?, number(&mut parts)?);
    let what = match kind.as_str() {
        Some("l") => What::Line,
        Some("c") => {
            let function = number(&mut parts)? as usize;
            What::Call { function, caller: number(&mut parts)?, direct: number(&mut parts)? != 0 }
        }
        Some("r") => {
            let how = number(&mut parts)?;
            let value = parts.next().ok_or_else(bad)?;
            match how {
                0 => What::Return { value: shown(value)? },
                1 => What::Yield { value: shown(value)? },
                2 => What::Unwind,
                _ => return Err(bad()),
            }
        }
        Some("x") => {
            let error = shown(parts.next().ok_or_else(bad)?)?;
            What::Exception { error, bare: number(&mut parts)? != 0 }
        }
        _ => return Err(bad()),
    };
    let changes = match parts.next() {
        None => Vec::new(),
        Some(Json::Array(changes)) => changes.into_iter().map(change).collect::<Result<_, _>>()?,
        Some(_) => return Err(bad()),
    };
    Ok(Event { frame, line, what, changes })
}

/// Reads `[name, 1 if global, kind, text, size]`, or only the first two.
fn change(json: Json) -> Result<Change, BadFrame> {
    let bad = || BadFrame("a change that cannot be read".to_owned());
    let Json::Array(mut parts) = json else { return Err(bad()) };
    if parts.len() < 2 {
        return Err(bad());
    }
    let value = if parts.len() > 2 { Some(shown(Json::Array(parts.split_off(2)))?) } else { None };
    match (&parts[0], parts[1].as_u64()) {
        (Json::String(name), Some(global)) => Ok(Change { name: name.clone(), global: global != 0, value }),
        _ => Err(bad()),
    }
}

/// Reads `[kind, text]` or `[kind, text, size]`.
fn shown(json: Json) -> Result<Shown, BadFrame> {
    let Json::Array(parts) = json else { return Err(BadFrame("a value that cannot be read".to_owned())) };
    match parts.as_slice() {
        [Json::String(kind), Json::String(text), rest @ ..] if rest.len() < 2 => {
            let size = rest.first().and_then(Json::as_u64);
            Ok(Shown { kind: kind.clone(), text: text.clone(), size })
        }
        _ => Err(BadFrame("a value that cannot be read".to_owned())),
    }
}

/// Whether the functions that an event names are known.
pub(crate) fn check(event: &Event, functions: usize) -> Result<(), BadFrame> {
    match event.what {
        What::Call { function, .. } if function >= functions => {
            Err(BadFrame("a call of an unknown function".to_owned()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_read() {
        let read = event(json!(["r", 1, 7, 0, ["list", "[1]", 1], [["x", 0, "int", "3"], ["y", 1]]])).unwrap();
        assert_eq!(read.what, What::Return { value: Shown { kind: "list".into(), text: "[1]".into(), size: Some(1) } });
        assert_eq!(read.changes[1], Change { name: "y".into(), global: true, value: None });
        assert_eq!(event(json!(["l", 2, 3])).unwrap().what, What::Line);
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in [
            json!(1),
            json!([]),
            json!(["l"]),
            json!(["l", -1, 2]),
            json!(["q", 1, 2]),
            json!(["r", 1, 2, 0]),
            json!(["r", 1, 2, 9, ["a", "b"]]),
            json!(["l", 1, 2, [["x"]]]),
            json!(["l", 1, 2, [[1, 2, 3]]]),
            json!(["l", 1, 2, 3]),
            json!(["c", 1, 2, 3]),
        ] {
            assert!(event(bad.clone()).is_err(), "{bad}");
        }
    }
}
