//! The house stays as it was drawn: a crate uses only crates below it, and what is dangerous lives
//! in one place.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::command::root;

/// The crates from the top of the house to its floor. A crate may use those further down.
const STOREYS: &[&[&str]] = &[
    &["synthase-cli"],
    &["synthase-serve"],
    &["synthase"],
    &["synthase-eval"],
    &["synthase-search"],
    &["synthase-judge"],
    &["synthase-run", "synthase-symbolic", "synthase-record"],
    &["synthase-sandbox", "synthase-lang"],
    &["synthase-types"],
];

/// For tests only; anyone may use it, and it uses nobody.
const TESTKIT: &str = "synthase-testkit";

fn storey(name: &str) -> Option<usize> {
    STOREYS.iter().position(|storey| storey.contains(&name))
}

fn manifests() -> BTreeMap<String, toml::Table> {
    fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
            (entry.file_name().into_string().unwrap(), toml::from_str(&text).unwrap())
        })
        .collect()
}

fn own_dependencies(manifest: &toml::Table, table: &str) -> Vec<String> {
    let dependencies = manifest.get(table).and_then(toml::Value::as_table);
    dependencies
        .into_iter()
        .flat_map(|table| table.keys())
        .filter(|name| name.starts_with("synthase"))
        .cloned()
        .collect()
}

#[test]
fn every_folder_is_the_crate_of_its_name_and_has_its_storey() {
    for (folder, manifest) in manifests() {
        let name = manifest["package"]["name"].as_str().unwrap();
        assert_eq!(folder, name);
        assert!(storey(name).is_some() || name == TESTKIT, "{name} has no storey");
    }
}

#[test]
fn a_crate_uses_only_crates_below_it() {
    for (name, manifest) in manifests() {
        for dependency in own_dependencies(&manifest, "dependencies") {
            assert_ne!(dependency, TESTKIT, "{name} uses the test kit outside of its tests");
            assert!(storey(&name) < storey(&dependency), "{name} must not use {dependency}");
        }
    }
}

#[test]
fn dangerous_code_lives_in_the_sandbox_only() {
    let mut found = Vec::new();
    visit(&root().join("crates"), &mut |path, text| {
        let marks = ["unsafe_code, reason", "allow(unsafe_code", "expect(unsafe_code"];
        if marks.iter().any(|mark| text.contains(mark)) && !path.starts_with(root().join("crates/synthase-sandbox")) {
            found.push(path.to_owned());
        }
    });
    assert!(found.is_empty(), "{found:?}");
}

/// Calls `look` with each Rust file of a folder and its text.
fn visit(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, look);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            look(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
