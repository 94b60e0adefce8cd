//! Finds the statements of Python text without a Python parser: strings, comments, brackets and lines
//! that go on are told apart, nothing else.

/// A statement, with what is indented below it.
#[derive(Debug, PartialEq)]
pub(super) struct Statement<'a> {
    pub(super) text: &'a str,
    /// The lines on which it begins and ends, from 1.
    pub(super) line: usize,
    pub(super) end_line: usize,
    /// A semicolon stands in it: there are several on a line.
    pub(super) several: bool,
}

/// The statements of one level: those whose first line begins with this white space and no more. Lines
/// inside brackets and strings, behind a backslash, and those indented further belong to the statement
/// before them; comments and empty lines behind a statement do not.
pub(super) fn statements<'a>(source: &'a str, indent: &str) -> Vec<Statement<'a>> {
    let mut found: Vec<Statement<'_>> = Vec::new();
    let mut start = 0;
    let mut state = Scan::default();
    let mut offset = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let fresh = state.at_statement();
        let code = line.strip_prefix(indent).filter(|code| code.starts_with(|c: char| !c.is_whitespace() && c != '#'));
        if fresh && code.is_some() {
            start = offset + indent.len();
            found.push(Statement { text: "", line: index + 1, end_line: index + 1, several: false });
        }
        let semicolon = state.line(line);
        offset += line.len();
        let text = line.trim_start();
        let passed_over = fresh && (text.is_empty() || text.starts_with('#'));
        if let Some(statement) = found.last_mut()
            && !passed_over
        {
            statement.text = source[start..offset].trim_end();
            statement.end_line = index + 1;
            statement.several |= semicolon;
        }
    }
    found
}

/// Where a scan stands at the end of a line.
#[derive(Default)]
struct Scan {
    depth: usize,
    /// The quotes that close the string we are in.
    string: Option<String>,
    continued: bool,
}

impl Scan {
    fn at_statement(&self) -> bool {
        self.depth == 0 && self.string.is_none() && !self.continued
    }

    /// Goes on over a line; says whether a semicolon stands on it outside of brackets and strings.
    fn line(&mut self, line: &str) -> bool {
        let mut semicolon = false;
        self.each(line, |_, c, depth| {
            semicolon |= c == ';' && depth == 0;
            true
        });
        semicolon
    }

    /// Goes on over a line up to the bracket that closes all; tells where that stands.
    fn closing(&mut self, line: &str) -> Option<usize> {
        let mut found = None;
        self.each(line, |at, c, depth| {
            if matches!(c, ')' | ']' | '}') && depth == 0 {
                found = Some(at);
            }
            found.is_none()
        });
        found
    }

    /// Calls `look` with each character of code on a line, its place, and the depth of brackets behind
    /// it, until `look` says no. Strings and comments are passed over.
    fn each(&mut self, line: &str, mut look: impl FnMut(usize, char, usize) -> bool) {
        self.continued = false;
        let mut at = 0;
        while let Some(c) = line[at..].chars().next() {
            let rest = &line[at..];
            if let Some(close) = &self.string {
                if c == '\\' {
                    at += rest.chars().take(2).map(char::len_utf8).sum::<usize>();
                } else if rest.starts_with(close.as_str()) {
                    at += close.len();
                    self.string = None;
                } else {
                    // A string in single quotes cannot cross the end of its line.
                    if c == '\n' && close.len() == 1 {
                        self.string = None;
                    }
                    at += c.len_utf8();
                }
                continue;
            }
            match c {
                '#' => return,
                '"' | '\'' => {
                    let triple: String = [c; 3].iter().collect();
                    let close = if rest.starts_with(&triple) { triple } else { c.to_string() };
                    at += close.len();
                    self.string = Some(close);
                    continue;
                }
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                '\\' if rest.trim_end() == "\\" => self.continued = true,
                _ => {}
            }
            if !look(at, c, self.depth) {
                return;
            }
            at += c.len_utf8();
        }
    }
}

/// The inside of a text that is one pair of brackets.
pub(super) fn enclosed(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('(')?;
    let mut scan = Scan { depth: 1, ..Scan::default() };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        // Up to the bracket that closes the first one.
        if let Some(end) = scan.closing(line) {
            let (inner, behind) = rest.split_at(at + end);
            return is_end(&behind[1..]).then_some(inner);
        }
        at += line.len();
    }
    None
}

/// Nothing but white space and a comment.
pub(super) fn is_end(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || (rest.starts_with('#') && !rest.contains('\n'))
}

/// Whether a word stands in a text.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    words(text).any(|found| found == word)
}

/// The names, keywords and numbers of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, indent: &str) -> Vec<(String, usize, usize)> {
        statements(source, indent).into_iter().map(|s| (s.text.to_owned(), s.line, s.end_line)).collect()
    }

    #[test]
    fn statements_end_before_comments_and_empty_lines() {
        let source = "a = (1,\n\n# inside\n2)\n\n# behind\nb  # c\nif x:\n    y\n  # deeper\n    z\n\n";
        assert_eq!(
            found(source, ""),
            [
                ("a = (1,\n\n# inside\n2)".to_owned(), 1, 4),
                ("b  # c".to_owned(), 7, 7),
                ("if x:\n    y\n  # deeper\n    z".to_owned(), 8, 11),
            ]
        );
    }

    #[test]
    fn statements_of_an_inner_level_are_found_by_their_indent() {
        let source = "def f():\n    a\n    if b:\n        c\n    'd\\\n    e'\n";
        let texts: Vec<String> = found(source, "    ").into_iter().map(|found| found.0).collect();
        assert_eq!(texts, ["a", "if b:\n        c", "'d\\\n    e'"]);
    }
}
