//! The meaning of a task document: which block is an example, a test, an oracle.

use std::path::Path;

use super::document::{Block, BlockKind, Document};
use super::fields::{ExampleField, TaskError, TaskErrorKind, TaskFields};
use super::row::{parse_expect, parse_row};
use super::{Code, Task};
use crate::probe::Expect;
use crate::value::Value;

/// Reads a task document. What stands under "Held out" is dropped before anything is read.
///
/// `fallback_name` is the task's name where the document has no title.
///
/// # Errors
/// The first mistake, with its line.
pub fn read_document(text: &str, fallback_name: &str) -> Result<Task, TaskError> {
    let (document, _) = Document::parse(text).split_held_out();
    let mut fields = match &document.front {
        Some(front) => front_fields(&front.text, front.line)?,
        None => TaskFields::default(),
    };
    let mut reader = Reader::default();
    for block in &document.blocks {
        reader.block(block, &mut fields)?;
    }
    if fields.name.is_empty() {
        fields.name = reader.title.unwrap_or_else(|| fallback_name.to_owned());
    }
    if fields.description.is_empty() {
        fields.description = reader.description.trim().to_owned();
    }
    fields.into_task(&reader.names)
}

/// Reads a task from JSON. A field `held_out` is dropped before anything is read.
///
/// # Errors
/// The first mistake, with its line.
pub fn read_json(text: &str, fallback_name: &str) -> Result<Task, TaskError> {
    let syntax = |error: serde_json::Error| TaskError {
        line: (error.line() > 0).then(|| u32::try_from(error.line()).unwrap_or(u32::MAX)),
        kind: TaskErrorKind::Syntax(error.to_string()),
    };
    let mut json: serde_json::Value = serde_json::from_str(text).map_err(syntax)?;
    if let Some(object) = json.as_object_mut() {
        object.shift_remove("held_out");
    }
    let mut fields: TaskFields = serde_json::from_value(json).map_err(syntax)?;
    if fields.name.is_empty() {
        fields.name = fallback_name.to_owned();
    }
    fields.into_task(&[])
}

/// Reads a task from the text of a file: JSON if the file's name says so, else a document. Without a
/// name of its own the task is called after the file.
///
/// # Errors
/// See [`read_document`] and [`read_json`].
pub fn read_file(path: &Path, text: &str) -> Result<Task, TaskError> {
    let name = name_of(path);
    if is_json(path) { read_json(text, &name) } else { read_document(text, &name) }
}

/// Whether a file is of the JSON form.
pub fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// The name of a task by its file: what stands before `.task`.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split_once(".task.").map_or(name.as_ref(), |(name, _)| name).to_owned()
}

/// What a section of a document says: examples, tests and so on, for readers of the section that is
/// only for grading. A table or block without a role of its own has examples.
///
/// # Errors
/// The first cell or line that cannot be read.
pub fn read_section(blocks: &[Block]) -> Result<TaskFields, TaskError> {
    let mut fields = TaskFields::default();
    let mut reader = Reader::default();
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { text, .. } => reader.role = Role::of(text),
            BlockKind::Prose(_) => {}
            BlockKind::Table { .. } | BlockKind::Fence { .. } => {
                let stated = reader.role;
                reader.role = stated.or(Some(Role::Examples));
                reader.block(block, &mut fields)?;
                reader.role = stated;
            }
        }
    }
    Ok(fields)
}

fn front_fields(text: &str, first_line: u32) -> Result<TaskFields, TaskError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let before = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
        TaskError {
            line: Some(first_line + u32::try_from(before).unwrap_or(0)),
            kind: TaskErrorKind::Syntax(format!("front matter: {}", error.message())),
        }
    })
}

/// What a fenced block or a section is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Examples,
    Inputs,
    Tests,
    Properties,
    Oracle,
    Sketch,
    Contract,
}

impl Role {
    fn of(word: &str) -> Option<Role> {
        Some(match word.to_ascii_lowercase().trim_end_matches(':') {
            "examples" | "example" => Role::Examples,
            "inputs" | "input" => Role::Inputs,
            "tests" | "test" => Role::Tests,
            "properties" | "property" => Role::Properties,
            "oracle" | "reference" => Role::Oracle,
            "sketch" => Role::Sketch,
            "contract" => Role::Contract,
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Reader {
    title: Option<String>,
    description: String,
    /// The role that the section's heading gives to blocks without one.
    role: Option<Role>,
    /// The names of the parameters by the first examples table.
    names: Vec<String>,
}

impl Reader {
    fn block(&mut self, block: &Block, fields: &mut TaskFields) -> Result<(), TaskError> {
        match &block.kind {
            BlockKind::Heading { level, text } => self.heading(*level, text),
            BlockKind::Prose(line) => self.prose(line),
            BlockKind::Table { header, rows } => self.table(block.line, header, rows, fields)?,
            BlockKind::Fence { info, body, closed } => {
                if !closed {
                    return Err(block_error(block.line, "a fenced block without its end".to_owned()));
                }
                self.fence(block.line, info, body, fields)?;
            }
        }
        Ok(())
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.role = Role::of(text);
        if level == 1 && self.title.is_none() {
            self.title = Some(text.to_owned());
        } else if self.role.is_none() {
            self.prose(text);
        }
    }

    fn prose(&mut self, line: &str) {
        self.description.push_str(line);
        self.description.push('\n');
    }

    fn table(
        &mut self,
        line: u32,
        header: &[String],
        rows: &[(u32, Vec<String>)],
        fields: &mut TaskFields,
    ) -> Result<(), TaskError> {
        let answered = header.last().is_some_and(|cell| is_answer_header(cell));
        if !answered && self.role != Some(Role::Inputs) {
            if self.role == Some(Role::Examples) {
                let message = "the last column of an examples table is headed `→` (or `->`)";
                return Err(block_error(line, message.to_owned()));
            }
            // Any other table is part of the words.
            for (_, cells) in std::iter::once(&(line, header.to_vec())).chain(rows) {
                self.prose(&format!("| {} |", cells.join(" | ")));
            }
            return Ok(());
        }
        let names = &header[..header.len() - usize::from(answered)];
        if self.names.is_empty() {
            self.names = names.to_vec();
        }
        for (line, cells) in rows {
            if cells.len() != header.len() {
                let message = format!("the row has {} cells, its header {}", cells.len(), header.len());
                return Err(block_error(*line, message));
            }
            let input = cells[..names.len()].iter().map(|cell| cell_value(cell, *line)).collect::<Result<_, _>>()?;
            let expect = match cells.get(names.len()) {
                Some(cell) => parse_expect(cell).map_err(|error| block_error(*line, error.to_string()))?,
                None => None,
            };
            push_row(fields, input, expect, *line);
        }
        Ok(())
    }

    fn fence(&mut self, line: u32, info: &str, body: &str, fields: &mut TaskFields) -> Result<(), TaskError> {
        let words: Vec<&str> = info.split_whitespace().collect();
        let stated = words.iter().find_map(|word| Role::of(word));
        let language = words.iter().find(|word| Role::of(word).is_none()).map(|word| (*word).to_owned());
        let code = Code { language, source: body.to_owned(), line: Some(line + 1) };
        match stated.or(self.role) {
            Some(Role::Examples | Role::Inputs) => {
                for (i, text) in body.lines().enumerate() {
                    let text = text.trim();
                    if text.is_empty() || text.starts_with('#') {
                        continue;
                    }
                    let line = line + 1 + u32::try_from(i).unwrap_or(0);
                    let row = parse_row(text).map_err(|error| block_error(line, error.to_string()))?;
                    push_row(fields, row.input, row.expect, line);
                }
            }
            Some(Role::Tests) => fields.tests.push(code),
            Some(Role::Properties) => fields.properties.push(code),
            Some(Role::Oracle) => once(&mut fields.oracle, code, line, "oracle")?,
            Some(Role::Sketch) => once(&mut fields.sketch, code, line, "sketch")?,
            Some(Role::Contract) => once(&mut fields.contract, code, line, "contract")?,
            None => {
                self.prose(&format!("```{info}"));
                self.description.push_str(body);
                self.prose("```");
            }
        }
        Ok(())
    }
}

fn once(field: &mut Option<Code>, code: Code, line: u32, name: &str) -> Result<(), TaskError> {
    match field.replace(code) {
        None => Ok(()),
        Some(_) => Err(block_error(line, format!("a second {name}; a task has at most one"))),
    }
}

fn push_row(fields: &mut TaskFields, input: Vec<Value>, expect: Option<Expect>, line: u32) {
    let mut example = ExampleField { input, line: Some(line), ..ExampleField::default() };
    match expect {
        None => return fields.inputs.push(example.input),
        Some(Expect::Value(value)) => example.output = Some(value),
        Some(other) => example.expect = Some(other),
    }
    fields.examples.push(example);
}

fn cell_value(cell: &str, line: u32) -> Result<Value, TaskError> {
    cell.parse().map_err(|error| block_error(line, format!("in `{cell}`: {error}")))
}

fn is_answer_header(cell: &str) -> bool {
    matches!(cell.to_lowercase().as_str(), "→" | "->" | "=>" | "output" | "expected" | "result" | "answer")
}

fn block_error(line: u32, message: String) -> TaskError {
    TaskError { line: Some(line), kind: TaskErrorKind::Block(message) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::task::Entry;

    const WHOLE: &str = "\
+++
entry = \"count(text: str) -> int\"
language = \"python\"
prelude = \"import re\"
[limits]
cpu = \"1s\"
+++
# Word count

How many words.

| text | → |
|---|---|
| \"a b\" | 2 |
| \"x\" | ? |

```python tests
assert count('') == 0
```

## Oracle
```python
def count(text): return len(text.split())
```

## Held out
| text | → |
|---|---|
| \"secret\" | 1 |
";

    #[test]
    fn a_whole_document_is_read() {
        let task = read_document(WHOLE, "file").unwrap();
        assert_eq!(task.name, "Word count");
        assert_eq!(task.description, "How many words.");
        assert_eq!(task.examples.len(), 1);
        assert_eq!(task.examples[0].line, Some(14));
        assert_eq!(task.inputs, [vec![Value::from("x")]]);
        assert_eq!(task.tests[0].source, "assert count('') == 0\n");
        assert_eq!(task.tests[0].line, Some(18));
        assert_eq!(task.oracle.as_ref().unwrap().language.as_deref(), Some("python"));
        assert!(matches!(&task.entry, Entry::Function(signature) if signature.name == "count"));
        assert!(!serde_json::to_string(&task).unwrap().contains("secret"));
    }

    #[test]
    fn what_is_held_out_does_not_even_have_to_be_readable() {
        let text = "| x | -> |\n|--|--|\n| 1 | 2 |\n# held out\n| x | -> |\n|--|--|\n| nonsense |\n```\n";
        assert_eq!(read_document(text, "double").unwrap().entry.to_string(), "double(x: int) -> int");
        let json = r#"{"examples": [{"input": [1], "output": 2}], "held_out": 7}"#;
        assert_eq!(read_json(json, "double").unwrap().examples.len(), 1);
    }

    #[test]
    fn mistakes_have_a_line() {
        for (text, message) in [
            ("+++\nentry = \"f(x: strng) -> int\"\n+++\n", "entry point: unknown type `strng`"),
            ("+++\n\nentri = 1\n+++\n", "line 3: front matter: unknown field `entri`"),
            ("# A\n| x | → |\n|--|--|\n| Ada | 1 |\n", "line 4: in `Ada`: `Ada` is not a value"),
            ("| x | → |\n|--|--|\n| 1 |\n", "line 3: the row has 1 cells, its header 2"),
            ("```examples\n1 -> 2\n2 - 3\n```\n", "line 3: expected `,` or `->` before `- 3`"),
            ("```python tests\n", "line 1: a fenced block without its end"),
            ("## Examples\n| x | y |\n|--|--|\n| 1 | 2 |\n", "line 2: the last column of an examples table"),
        ] {
            let error = read_document(text, "f").unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
        assert!(read_json("{\"entry\": 1}", "f").is_err());
        assert_eq!(read_json("{\n  oops", "f").unwrap_err().line, Some(2));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "(\\+\\+\\+\nentry = \"f\\(x: int\\) -> int\"\n\\+\\+\\+\n)?[#|`a-c0-9→ \\-\\n\"]{0,80}") {
            let _ = read_document(&text, "f");
            let _ = read_json(&text, "f");
        }
    }
}
