//! Modules and builtins: which of them a program names.

use super::BUILTINS;

/// Modules that printed programs import when they name them.
const MODULES: &[&str] = &["builtins", "datetime", "functools", "itertools", "math", "re"];

/// A whole module: imports, and the function with parameters, result and body.
pub(super) fn imported(function: &str, rest: &str) -> String {
    let mut rest = rest.to_owned();
    let is_module = MODULES.contains(&function);
    if is_module {
        // The function would hide the module.
        rest = before_uses(&rest, function, "_");
    } else if BUILTINS.contains(&function) {
        rest = before_uses(&rest, function, "builtins.");
    }
    let mut imports = String::new();
    for module in MODULES {
        if is_module && *module == function {
            if !uses(&rest, &format!("_{module}")).is_empty() {
                imports += &format!("import {module} as _{module}\n");
            }
        } else if uses(&rest, module).iter().any(|at| rest[at + module.len()..].starts_with('.')) {
            imports += &format!("import {module}\n");
        }
    }
    let gap = if imports.is_empty() { "" } else { "\n\n" };
    format!("{imports}{gap}def {function}{rest}")
}

/// Puts a text before each use of a name.
fn before_uses(code: &str, name: &str, prefix: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for at in uses(code, name) {
        out += &code[from..at];
        out += prefix;
        from = at;
    }
    out + &code[from..]
}

/// The places where a name stands that is no field of something, outside of texts but inside of the
/// braces of f-strings.
fn uses(code: &str, name: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    // The quotes and braces around a place: a quote, with whether it begins an f-string, or a brace.
    let mut around: Vec<(char, bool)> = Vec::new();
    let mut escaped = false;
    let (mut before, mut before_that) = (' ', ' ');
    let mut chars = code.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match around.last() {
            Some(_) if escaped => escaped = false,
            Some(('"' | '\'', _)) if c == '\\' => escaped = true,
            Some((quote @ ('"' | '\''), _)) if c == *quote => drop(around.pop()),
            Some(('"' | '\'', true)) if c == '{' => match chars.peek() {
                Some((_, '{')) => drop(chars.next()),
                _ => around.push(('{', false)),
            },
            Some(('"' | '\'', _)) => {}
            Some(('{', _)) if c == '}' => drop(around.pop()),
            _ if c == '"' || c == '\'' => around.push((c, before == 'f' && !is_word(before_that))),
            _ if c == '{' && !around.is_empty() => around.push(('{', false)),
            _ => {
                let behind = code[at..].strip_prefix(name);
                if !is_word(before) && before != '.' && behind.is_some_and(|rest| !rest.starts_with(is_word)) {
                    found.push(at);
                }
            }
        }
        (before_that, before) = (before, c);
    }
    found
}
