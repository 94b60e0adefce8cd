//! Names that may stand in a program.

/// Words that a language keeps for itself, sorted.
fn keywords(language: &str) -> &'static [&'static str] {
    match language {
        "python" => &[
            "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
            "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
            "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        ],
        "javascript" => &[
            "arguments",
            "async",
            "await",
            "break",
            "case",
            "catch",
            "class",
            "const",
            "continue",
            "debugger",
            "default",
            "delete",
            "do",
            "else",
            "enum",
            "eval",
            "export",
            "extends",
            "false",
            "finally",
            "for",
            "function",
            "if",
            "implements",
            "import",
            "in",
            "instanceof",
            "interface",
            "let",
            "new",
            "null",
            "package",
            "private",
            "protected",
            "public",
            "return",
            "static",
            "super",
            "switch",
            "this",
            "throw",
            "true",
            "try",
            "typeof",
            "undefined",
            "var",
            "void",
            "while",
            "with",
            "yield",
        ],
        "rust" => &[
            "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
            "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
            "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
            "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
            "virtual", "where", "while", "yield",
        ],
        _ => &[],
    }
}

/// Whether a text may stand as a name in a language: ASCII letters, digits and underscores, no
/// keyword.
pub fn is_identifier(language: &str, text: &str) -> bool {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    begins
        && text != "_"
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && keywords(language).binary_search(&text).is_err()
}

/// A name in a language as near as possible to a text: other characters become underscores, and a
/// keyword gets one behind it.
pub fn to_identifier(language: &str, text: &str) -> String {
    let mut name: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || name == "_" {
        name.insert(0, 'x');
    }
    if !is_identifier(language, &name) {
        name.push('_');
    }
    name
}

/// Names in a language for these texts, all different.
pub fn distinct_identifiers<'a>(language: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in texts {
        let mut name = to_identifier(language, text);
        while names.contains(&name) {
            name.push('_');
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_for_the_search() {
        for language in ["python", "javascript", "rust"] {
            let words = keywords(language);
            assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "{language}");
        }
    }

    #[test]
    fn every_text_becomes_a_name() {
        for language in ["python", "javascript", "rust"] {
            for text in ["x", "class", "fn", "1st", "", "_", "größe", "a b", "let", "None", "gen"] {
                let name = to_identifier(language, text);
                assert!(is_identifier(language, &name), "{language} {text} {name}");
            }
        }
        assert_eq!(distinct_identifiers("python", ["a b", "a_b", "in"]), ["a_b", "a_b_", "in_"]);
    }
}
