//! What Poly-HumanEval's programs take for granted in each language: imports that its own runner puts
//! before them. One file for each language in the folder `preludes`; a language without one needs none.

/// The prelude of a language.
pub(super) fn of(language: &str) -> &'static str {
    PRELUDES.iter().find(|(name, _)| *name == language).map_or("", |(_, text)| text)
}

const PRELUDES: &[(&str, &str)] = &[
    ("cpp", include_str!("preludes/cpp.txt")),
    ("csharp", include_str!("preludes/csharp.txt")),
    ("go", include_str!("preludes/go.txt")),
    ("java", include_str!("preludes/java.txt")),
    ("javascript", include_str!("preludes/javascript.txt")),
    ("kotlin", include_str!("preludes/kotlin.txt")),
    ("php", include_str!("preludes/php.txt")),
    ("python", include_str!("preludes/python.txt")),
    ("ruby", include_str!("preludes/ruby.txt")),
    ("rust", include_str!("preludes/rust.txt")),
    ("scala", include_str!("preludes/scala.txt")),
    ("typescript", include_str!("preludes/typescript.txt")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_table() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/suite/poly_humaneval/preludes");
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let listed: Vec<String> = PRELUDES.iter().map(|(name, _)| format!("{name}.txt")).collect();
        assert_eq!(names, listed);
        assert_eq!(of("cobol"), "");
    }
}
