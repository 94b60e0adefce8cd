//! The form for programs: one JSON request a line, one JSON answer a line.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::sync::mpsc;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use synthase::run::session::{Journal, Recorded, Session};

use super::{Current, Opener};
use crate::error::{CliError, Exit, Result};
use crate::output;

/// The most bytes of a file that are handed out in one answer.
const MOST_FILE: u64 = 64 << 20;

/// A request. Exactly one of the things to do must be there.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Request {
    /// Repeated in the answer.
    id: Option<Json>,
    /// The session that is meant; 0 is the first.
    session: u32,
    cell: Option<String>,
    fork: Option<bool>,
    interrupt: Option<bool>,
    files: Option<bool>,
    get: Option<String>,
    usage: Option<bool>,
    close: Option<bool>,
    reset: Option<bool>,
}

/// Answers requests until there are no more.
pub(super) fn serve(session: Recorded, opener: &Opener<'_>, current: &Current) -> Result<Exit> {
    let (sender, requests) = mpsc::channel();
    let interrupts = current.clone();
    // Interrupts must be heard while a cell runs.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let request = match line {
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => serde_json::from_str::<Request>(&line).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match request {
                Ok(request) if request.interrupt.is_some() => {
                    let sent = interrupts.interrupt();
                    answer(request.id, &Map::from_iter([("interrupted".to_owned(), sent.into())]));
                }
                request => {
                    if sender.send(request).is_err() {
                        return;
                    }
                }
            }
        }
    });
    let mut sessions = BTreeMap::from([(0, session)]);
    let mut next = 1;
    for request in requests {
        match request {
            Ok(mut request) => {
                let id = request.id.take();
                let content = match deal_with(&request, &mut sessions, &mut next, opener, current) {
                    Ok(content) => content,
                    // A failure of one request is told; a failure of the program ends it.
                    Err(error) if error.exit == Exit::Cancelled => return Err(error),
                    Err(error) => Map::from_iter([("error".to_owned(), error.one_line().into())]),
                };
                answer(id, &content);
            }
            Err(why) => answer(None, &Map::from_iter([("error".to_owned(), format!("no request: {why}").into())])),
        }
    }
    Ok(Exit::Success)
}

fn answer(id: Option<Json>, content: &Map<String, Json>) {
    let mut all = Map::new();
    if let Some(id) = id {
        all.insert("id".into(), id);
    }
    all.extend(content.clone());
    output::result(&format!("{}\n", Json::Object(all)));
}

fn deal_with(
    request: &Request,
    sessions: &mut BTreeMap<u32, Recorded>,
    next: &mut u32,
    opener: &Opener<'_>,
    current: &Current,
) -> Result<Map<String, Json>> {
    let number = request.session;
    if request.reset == Some(true) && number == 0 {
        // All branches live in the box of the first session, and go with it.
        sessions.clear();
        sessions.insert(0, opener.open(Journal::in_memory())?);
        return Ok(object(json!({ "session": 0 })));
    }
    let there: Vec<u32> = sessions.keys().copied().collect();
    let Some(session) = sessions.get_mut(&number) else {
        return Err(CliError::input(format!("there is no session {number}; there are {there:?}")));
    };
    let mut content = match request {
        Request { cell: Some(code), .. } => {
            current.set(session.interrupter());
            let result = session.run_cell(code)?;
            object(result.to_json())
        }
        Request { fork: Some(true), .. } => {
            let branch = session.fork_recorded()?;
            let (made, recorded) = (*next, branch.branch());
            *next += 1;
            sessions.insert(made, branch);
            object(json!({ "forked": made, "branch": recorded }))
        }
        Request { files: Some(true), .. } => {
            let files: Vec<Json> = session.files().iter().map(|file| file.to_json()).collect();
            object(json!({ "files": files }))
        }
        Request { get: Some(path), .. } => match session.read_file(Path::new(path), MOST_FILE)? {
            Some(bytes) => object(json!({ "path": path, "base64": synthase::run::session::base64(&bytes) })),
            None => return Err(CliError::input(format!("there is no file {path}"))),
        },
        Request { usage: Some(true), .. } => object(json!({ "usage": session.usage() })),
        Request { close: Some(true), .. } => {
            sessions.remove(&number);
            object(json!({ "closed": number }))
        }
        _ => return Err(CliError::input("the request says nothing to do")),
    };
    content.insert("session".into(), number.into());
    if let Some(failure) = sessions.get(&number).and_then(super::prompt::failure_of) {
        content.insert("warning".into(), failure.into());
    }
    Ok(content)
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        other => Map::from_iter([("answer".to_owned(), other)]),
    }
}
