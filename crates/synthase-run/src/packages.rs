//! Packages beyond the standard library that a program's environment names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use synthase_lang::language::{Language, Package, fill};
use synthase_sandbox::{View, host_command};
use synthase_types::Isolation;

use crate::error::RunError;
use crate::toolchain::Toolchain;

/// Where a jail shows packages, where it can show things at other places.
const SHOWN_AT: &str = "/packages";

/// How long finding packages may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Packages as they are installed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Versions by name, also of what the wanted packages need.
    versions: BTreeMap<String, String>,
    paths: Vec<PathBuf>,
}

impl Found {
    /// Finds packages.
    ///
    /// # Errors
    /// The language has no packages, or one is not there in the version that is wanted.
    pub(crate) fn find(
        language: &Language,
        toolchain: &Toolchain,
        wanted: &BTreeMap<String, String>,
    ) -> Result<Found, RunError> {
        let missing =
            |why: String, install: String| RunError::MissingTool { language: language.title.clone(), why, install };
        if wanted.is_empty() {
            return Ok(Found::default());
        }
        let Some(packages) = &language.packages else {
            let names: Vec<&str> = wanted.keys().map(String::as_str).collect();
            return Err(missing(
                format!("packages are wanted ({}), and it has none here", names.join(", ")),
                String::new(),
            ));
        };
        let program = toolchain.found.to_string_lossy();
        let words = fill(&packages.find, &[("program", &program)]);
        let argv: Vec<OsString> = words.iter().chain(wanted.keys()).map(OsString::from).collect();
        let output = host_command(&argv, None, PATIENCE).map_err(|error| missing(error.to_string(), String::new()))?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let found: BTreeMap<String, Package> = serde_json::from_slice(&output.stdout)
            .map_err(|error| missing(format!("its packages cannot be found: {error}. {said}"), String::new()))?;
        for (name, version) in wanted {
            let install = format!(
                "{} {name}{}",
                packages.install,
                if is_any(version) { String::new() } else { format!("=={version}") }
            );
            match found.get(&plain(name)) {
                None => return Err(missing(format!("the package {name} is not there"), install)),
                Some(package) if !is_any(version) && !is_version(&package.version, version) => {
                    let why = format!("the package {name} {version} is wanted, and {} is there", package.version);
                    return Err(missing(why, install));
                }
                Some(_) => {}
            }
        }
        let versions = found.iter().map(|(name, package)| (name.clone(), package.version.clone())).collect();
        let paths = found.values().flat_map(|package| &package.paths).map(PathBuf::from).collect();
        Ok(Found { versions, paths })
    }

    /// The text by which verdicts name the packages that they rest on; empty if there are none.
    pub(crate) fn identity(&self) -> String {
        let named: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        named.join(", ")
    }

    /// The view with the packages, and the folder in which programs look for them; none if there are none.
    pub(crate) fn show(&self, view: View, level: Isolation) -> (View, Option<String>) {
        let Some(first) = self.paths.first() else { return (view, None) };
        let shown = self
            .paths
            .iter()
            .fold(view, |view, path| view.show(path, Path::new(SHOWN_AT).join(path.file_name().unwrap_or_default())));
        let folder = match level >= Isolation::Namespaces {
            true => SHOWN_AT.to_owned(),
            false => first.parent().unwrap_or(first).to_string_lossy().into_owned(),
        };
        (shown, Some(folder))
    }
}

fn is_any(version: &str) -> bool {
    version.is_empty() || version == "*"
}

/// Whether a version is this one: `1.26` stands for all that begin so.
fn is_version(found: &str, wanted: &str) -> bool {
    found.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A package's name in the one form that its index knows.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.to_ascii_lowercase().chars() {
        let c = if matches!(c, '-' | '_' | '.') { '-' } else { c };
        if c != '-' || !plain.ends_with('-') {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_part_by_part() {
        assert!(is_version("1.26.4", "1.26") && is_version("1.26", "1.26") && !is_version("1.260", "1.26"));
        assert_eq!(plain("Typing__Extensions.x"), "typing-extensions-x");
    }
}
