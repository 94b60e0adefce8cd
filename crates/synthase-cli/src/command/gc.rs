//! `synthase gc`: keeps the record under a size.

use serde_json::json;
use synthase::record::sweep;
use synthase::types::limits::show_size;

use crate::args::{Gc, Global};
use crate::error::{Exit, Result};
use crate::{output, session};

pub(crate) fn run(args: Gc, global: &Global) -> Result<Exit> {
    let state = session::existing_state(global)?;
    let swept = sweep(&state, args.max_size)?;
    if global.json {
        output::json(&json!({ "runs_removed": swept.runs, "bytes_before": swept.before, "bytes_after": swept.after }))?;
    } else {
        let removed = output::count(swept.runs as usize, "run");
        let size = |bytes: u64| show_size(bytes.next_multiple_of(1 << 10)).to_string();
        output::result(&format!(
            "{removed} removed; the record in {} takes {} (before: {})\n",
            state.display(),
            size(swept.after),
            size(swept.before),
        ));
    }
    if swept.after > args.max_size {
        output::note("the newest run and those in progress are kept, whatever they take");
    }
    Ok(Exit::Success)
}
