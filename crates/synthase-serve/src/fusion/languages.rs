//! The names that SandboxFusion has for languages.

use synthase::lang::Language;

/// SandboxFusion's names, and ours for the same language; nothing where we have no such language. Names
/// that are not here are ours.
const NAMES: &[(&str, Option<&str>)] = &[
    ("D_ut", None),
    ("R", Some("r")),
    ("bash", Some("bash")),
    ("cpp", Some("cpp")),
    ("csharp", Some("csharp")),
    ("cuda", None),
    ("go", Some("go")),
    ("go_test", None),
    ("java", Some("java")),
    ("jest", None),
    ("js", Some("javascript")),
    ("julia", Some("julia")),
    ("junit", None),
    // A script has statements outside of functions; it is another language than Kotlin's programs.
    ("kotlin_script", None),
    ("lean", Some("lean")),
    ("lua", Some("lua")),
    ("nodejs", Some("javascript")),
    ("perl", Some("perl")),
    ("php", Some("php")),
    ("pytest", None),
    ("python", Some("python")),
    ("python_gpu", None),
    ("racket", Some("racket")),
    ("ruby", Some("ruby")),
    ("rust", Some("rust")),
    ("scala", Some("scala")),
    ("sql", Some("sql")),
    ("swift", Some("swift")),
    ("ts", Some("typescript")),
    ("typescript", Some("typescript")),
    ("verilog", Some("verilog")),
];

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named {
    /// A language.
    Language(&'static Language),
    /// A name of SandboxFusion for something that is not to be had here.
    NotOffered,
    /// Nothing.
    Unknown,
}

/// The language of a name.
pub(crate) fn find(name: &str) -> Named {
    let known = NAMES.iter().find(|(theirs, _)| *theirs == name);
    let ours = match known {
        Some((_, None)) => return Named::NotOffered,
        Some((_, Some(ours))) => ours,
        None => name,
    };
    match synthase::lang::by_name(ours) {
        Ok(language) => Named::Language(language),
        Err(_) if known.is_some() => Named::NotOffered,
        Err(_) => Named::Unknown,
    }
}

/// What SandboxFusion calls a language of ours.
pub(crate) fn names_of(language: &Language) -> Vec<&'static str> {
    let same = |ours: &str| synthase::lang::by_name(ours).is_ok_and(|found| found.name == language.name);
    NAMES.iter().filter(|(_, ours)| ours.is_some_and(same)).map(|(theirs, _)| *theirs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn their_names_and_ours_are_found() {
        let name = |name| match find(name) {
            Named::Language(language) => language.name.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(name("nodejs"), "javascript");
        assert_eq!(name("python"), "python");
        assert_eq!(name("c"), "c");
        assert_eq!(name("pytest"), "NotOffered");
        assert_eq!(name("klingon"), "Unknown");
        assert_eq!(names_of(synthase::lang::by_name("javascript").unwrap()), ["js", "nodejs"]);
    }
}
