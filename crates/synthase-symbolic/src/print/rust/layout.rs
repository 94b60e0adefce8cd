//! Long lines: method chains with a call on each line, parameters with a line each.

/// The longest line, as `rustfmt` has it.
const WIDTH: usize = 100;

/// The first line of a function.
pub(super) fn head(name: &str, params: &[String], result: &str) -> String {
    let line = format!("pub fn {name}({}) -> {result} {{\n", params.join(", "));
    if line.chars().count() <= WIDTH + 1 {
        return line;
    }
    let params: String = params.iter().map(|param| format!("    {param},\n")).collect();
    format!("pub fn {name}(\n{params}) -> {result} {{\n")
}

/// A long expression with the calls of its chain on lines of their own.
pub(super) fn broken(text: &str) -> String {
    if text.chars().count() <= 84 && !text.contains('\n') {
        return text.to_owned();
    }
    let calls = calls(text);
    if calls.len() < 2 {
        return arguments(text).unwrap_or_else(|| text.to_owned());
    }
    let mut out = text[..calls[0]].to_owned();
    for (i, from) in calls.iter().enumerate() {
        let to = calls.get(i + 1).copied().unwrap_or(text.len());
        out += "\n    ";
        out += &text[*from..to].replace('\n', "\n    ");
    }
    out
}

/// A long `format!` with each argument on a line of its own.
fn arguments(text: &str) -> Option<String> {
    let inside = text.strip_prefix("format!(")?.strip_suffix(')')?;
    let mut parts = Vec::new();
    let mut from = 0;
    let mut depth = 0i64;
    let mut quoted = false;
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if before != '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' if before != '\'' => depth += 1,
            ')' | ']' | '}' if before != '\'' => depth -= 1,
            ',' if depth == 0 && before != '\'' => {
                parts.push(&inside[from..at]);
                from = at + 2;
            }
            _ => {}
        }
        if depth < 0 {
            return None;
        }
        before = c;
    }
    parts.push(inside.get(from..)?);
    (parts.len() > 1 && depth == 0 && !quoted).then(|| format!("format!(\n    {}\n)", parts.join(",\n    ")))
}

/// Where the method calls of a chain begin, if the text is nothing but a chain.
fn calls(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut quoted = false;
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        if quoted {
            match c {
                '\\' => {
                    chars.next();
                }
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            // A character, as far as it is none of those that matter here.
            '\'' => {
                let rest = &text[at + 1..];
                let end = if rest.starts_with('\\') {
                    rest[2..].find('\'').map(|n| n + 3)
                } else {
                    rest.find('\'').map(|n| n + 1)
                };
                let Some(end) = end.filter(|n| *n <= 12) else { continue };
                while chars.peek().is_some_and(|(next, _)| *next < at + 1 + end) {
                    chars.next();
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => return Vec::new(),
            '.' if depth == 0 && text[at + 1..].starts_with(|c: char| c.is_ascii_lowercase()) && before != '.' => {
                found.push(at);
            }
            _ => {}
        }
        before = c;
    }
    // The first call stays with a short receiver.
    if found.first().is_some_and(|at| *at < 5) {
        found.remove(0);
    }
    found
}

/// Variables whose only use is a copy are given away instead.
pub(super) fn give_away(lines: &mut [String], owned: &[String]) {
    for i in 0..lines.len() {
        let Some(rest) = lines[i].trim_start().strip_prefix("let ") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let uses: usize = lines.iter().map(|line| words(line, &name)).sum();
        let copy = format!("{name}.clone()");
        if uses != 2 || !owned.contains(&name) {
            continue;
        }
        for line in &mut lines[i + 1..] {
            if line.contains(&copy) && !line.contains('|') {
                *line = line.replace(&copy, &name);
            }
        }
    }
}

/// How often a name stands in a line.
fn words(line: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(name)
        .filter(|(at, _)| !line[..*at].ends_with(is_word) && !line[at + name.len()..].starts_with(is_word))
        .count()
}
