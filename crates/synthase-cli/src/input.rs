//! Reading what the user gave: task documents, examples, programs.

use std::io::Read;
use std::path::{Path, PathBuf};

use synthase::eval::suite::tasks::task_files;
use synthase::lang::Language;
use synthase::types::task::fields::{ExampleField, TaskFields};
use synthase::types::task::read::read_file;
use synthase::types::task::row::parse_row;
use synthase::types::{Expect, Limits, Param, Signature, Task, Type, Value};

use crate::args::LimitArgs;
use crate::error::{CliError, Result};
use crate::output;

/// Files larger than this are no task, program or table of examples that a person wrote.
const LARGEST_FILE: u64 = 64 << 20;

/// Reads a text file of bounded size.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read_bytes(path)?).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        CliError::input(format!("cannot read {}: line {line} is not UTF-8 text", path.display()))
    })
}

/// Reads a file of bounded size.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let error = |why: String| CliError::input(format!("cannot read {}: {why}", path.display()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| error(e.to_string()))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(error("it is a folder".into()));
    }
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|e| error(e.to_string()))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(error(format!("it is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    Ok(bytes)
}

/// The files of tasks: each path that is a file, and the task documents of each that is a folder.
pub(crate) fn find_tasks(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let files = task_files(path).map_err(|error| CliError::input(error.to_string()))?;
        if files.is_empty() {
            return Err(CliError::input(format!("{} has no *.task.md or *.task.json in it", path.display())));
        }
        found.extend(files);
    }
    Ok(found)
}

/// Reads one task document.
pub(crate) fn read_task(path: &Path) -> Result<Task> {
    let text = read_text(path)?;
    read_file(path, &text).map_err(|error| CliError::input(format!("{}: {error}", path.display())))
}

/// A task made of rows on the command line and of a CSV file.
pub(crate) fn example_task(rows: &[String], csv: Option<&Path>, entry: Option<&str>) -> Result<Task> {
    let mut fields = TaskFields { entry: entry.map(str::to_owned), ..TaskFields::default() };
    let mut names = Vec::new();
    for row in rows {
        let parsed = parse_row(row).map_err(|error| {
            CliError::input(format!("--example '{row}': {error}")).hint("write it as in '\"Ada Lovelace\" -> \"A.L.\"'")
        })?;
        match parsed.expect {
            None => fields.inputs.push(parsed.input),
            Some(Expect::Value(value)) => {
                fields.examples.push(ExampleField {
                    input: parsed.input,
                    output: Some(value),
                    ..ExampleField::default()
                });
            }
            Some(other) => {
                fields.examples.push(ExampleField {
                    input: parsed.input,
                    expect: Some(other),
                    ..ExampleField::default()
                });
            }
        }
    }
    if let Some(path) = csv {
        fields.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        names = read_csv(path, &mut fields)?;
    }
    if fields.examples.is_empty() {
        return Err(CliError::input("no row has an answer").hint("write a row as in '\"Ada Lovelace\" -> \"A.L.\"'"));
    }
    let mut task = fields.into_task(&names).map_err(|error| CliError::input(error.to_string()))?;
    if task.name.is_empty() {
        task.name = task.signature().map_or_else(|| "examples".to_owned(), |signature| signature.name.clone());
    }
    Ok(task)
}

/// Reads rows of a CSV file: a header with the names of the parameters, then cells; the answer is
/// the last column, and an empty one leaves it open. A column is of integers, floats or truth
/// values if all its cells are, and of texts otherwise.
fn read_csv(path: &Path, fields: &mut TaskFields) -> Result<Vec<String>> {
    let text = read_text(path)?;
    let error = |line: u64, why: String| CliError::input(format!("{}: line {line}: {why}", path.display()));
    let first = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().find(|mark| first.as_bytes().contains(mark)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let header: Vec<String> =
        reader.headers().map_err(|e| error(1, e.to_string()))?.iter().map(|name| name.trim().to_owned()).collect();
    if header.len() < 2 {
        return Err(error(1, "a header with at least one parameter and the answer is needed".into()));
    }
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| error(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            let cells = output::count(record.len(), "cell");
            return Err(error(line, format!("{cells}, but the header has {}", header.len())));
        }
        // An open quote swallows the rest of the file.
        if record.iter().any(|cell| cell.contains('\n')) && text.matches('"').count() % 2 == 1 {
            return Err(error(line, "a quote is opened and not closed".into()));
        }
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    let answer = header.len() - 1;
    let column = |i: usize| -> Vec<&str> {
        rows.iter().map(|(_, cells)| cells[i].as_str()).filter(|cell| i != answer || !is_open(cell)).collect()
    };
    let readers: Vec<fn(&str) -> Option<Value>> = (0..header.len()).map(|i| cell_reader(&column(i))).collect();
    for (line, cells) in &rows {
        let read =
            |i: usize| readers[i](&cells[i]).ok_or_else(|| error(*line, format!("`{}` cannot be read", cells[i])));
        let input = (0..answer).map(read).collect::<Result<Vec<_>>>()?;
        if is_open(&cells[answer]) {
            fields.inputs.push(input);
        } else {
            let line = u32::try_from(*line).ok();
            fields.examples.push(ExampleField { input, output: Some(read(answer)?), line, ..ExampleField::default() });
        }
    }
    Ok(header[..answer].to_vec())
}

/// Whether the cell of an answer leaves it open.
fn is_open(cell: &str) -> bool {
    matches!(cell, "" | "?")
}

/// The way in which all these cells can be read.
fn cell_reader(cells: &[&str]) -> fn(&str) -> Option<Value> {
    // `007` and `+1` are codes, not numbers.
    fn is_whole(cell: &str) -> bool {
        let digits = cell.strip_prefix('-').unwrap_or(cell);
        digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
    }
    fn int(cell: &str) -> Option<Value> {
        if is_whole(cell) { cell.parse().ok().map(Value::Int) } else { None }
    }
    fn float(cell: &str) -> Option<Value> {
        let (whole, fraction) = cell.split_once('.').unwrap_or((cell, "0"));
        let plain = is_whole(whole) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
        if plain { cell.parse().ok().map(Value::Float) } else { None }
    }
    fn bool(cell: &str) -> Option<Value> {
        match cell.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        }
    }
    fn text(cell: &str) -> Option<Value> {
        Some(Value::str(cell))
    }
    let readers: [fn(&str) -> Option<Value>; 3] = [int, float, bool];
    readers.into_iter().find(|read| !cells.is_empty() && cells.iter().all(|cell| read(cell).is_some())).unwrap_or(text)
}

/// A call such as `f(1, "a")`: the function's name and the arguments.
pub(crate) fn parse_call(text: &str) -> Result<(Signature, Vec<Value>)> {
    let wrong = |why: &str| CliError::usage(format!("--call '{text}': {why}")).hint("write it as in 'f(1, \"a\")'");
    let trimmed = text.trim();
    let open = trimmed.find('(').ok_or_else(|| wrong("no opening bracket"))?;
    let name = trimmed[..open].trim();
    let valid = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let args = trimmed[open + 1..].strip_suffix(')').filter(|_| valid).ok_or_else(|| wrong("not a call"))?;
    let list: Value = format!("[{args}]").parse().map_err(|error| wrong(&format!("in the arguments: {error}")))?;
    let Value::List(args) = list else { return Err(wrong("not a call")) };
    let params = (0..args.len()).map(|i| Param { name: format!("x{i}"), ty: Type::Any }).collect();
    Ok((Signature { name: name.to_owned(), params, returns: Type::Any }, args))
}

/// The language of a program's file.
pub(crate) fn program_language(path: &Path, stated: Option<&str>) -> Result<&'static Language> {
    match stated {
        Some(name) => language(name),
        None => synthase::lang::by_path(path).ok_or_else(|| {
            CliError::usage(format!("the ending of {} tells no language", path.display())).hint("name it with --lang")
        }),
    }
}

/// The language of a name.
pub(crate) fn language(name: &str) -> Result<&'static Language> {
    synthase::lang::by_name(name).map_err(|error| CliError::usage(error.to_string()))
}

/// Limits with those of the command line in place of the defaults.
pub(crate) fn limits(args: &LimitArgs) -> Result<Limits> {
    let mut limits = args.cpu.map_or_else(Limits::default, Limits::for_cpu);
    if let Some(wall) = args.wall {
        limits.wall = wall;
    }
    if let Some(memory) = args.memory {
        limits.memory = memory;
    }
    if let Some(output) = args.output {
        limits.output = output;
    }
    if let Some(processes) = args.processes {
        limits.processes = processes;
    }
    if let Some(disk) = args.disk {
        limits.disk = disk;
    }
    let zero = [limits.memory, limits.output, limits.disk, u64::from(limits.processes)].contains(&0);
    if zero || limits.cpu.is_zero() || limits.wall.is_zero() {
        return Err(CliError::usage("a limit of zero lets nothing run"));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read() {
        let (signature, args) = parse_call(" f(1, \"a)\") ").unwrap();
        assert_eq!(signature.to_string(), "f(x0: any, x1: any) -> any");
        assert_eq!(args, [1.into(), "a)".into()]);
        for text in ["f", "f(1", "(1)", "f(x)", "a b(1)"] {
            assert!(parse_call(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cells_of_a_column_are_read_alike() {
        let read = |cells: &[&str]| cell_reader(cells)(cells[0]).unwrap().kind().to_owned();
        assert_eq!(read(&["1", "-2"]), "int");
        assert_eq!(read(&["1", "2.5"]), "float");
        assert_eq!(read(&["TRUE", "false"]), "bool");
        assert_eq!(read(&["1", ""]), "str");
        assert_eq!(read(&["007", "1"]), "str");
        assert_eq!(read(&["2026-01-31"]), "str");
    }
}
