//! The table of hostile cases names every test, and no test that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where hostile cases are tested, below `tests/tests`.
const FILES: [&str; 11] = [
    "adversarial/admission.rs",
    "adversarial/alone.rs",
    "adversarial/boundaries.rs",
    "adversarial/calls.rs",
    "adversarial/handles.rs",
    "adversarial/many.rs",
    "attempts.rs",
    "confine.rs",
    "confine_life.rs",
    "processes.rs",
    "system_calls.rs",
];

/// The tests of a file, as `FILE::NAME` without the file's folder and ending.
fn tests(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    let text = fs::read_to_string(path).unwrap();
    let module = file.rsplit('/').next().unwrap().trim_end_matches(".rs");
    let marked = text.split("#[test]\n").skip(1);
    let names = marked.map(|rest| rest.trim_start_matches("fn ").split('(').next().unwrap());
    names.map(|name| format!("{module}::{name}")).collect()
}

#[test]
fn the_table_names_every_test() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/adversarial.md");
    let page = fs::read_to_string(page).unwrap();
    // A row's last column is the test's name in backquotes.
    let named: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.trim_end().strip_suffix("` |")?.rsplit_once('`'))
        .map(|(_, name)| name.to_owned())
        .collect();
    let there: BTreeSet<String> = FILES.iter().flat_map(|file| tests(file)).collect();
    assert!(there.len() > 50, "{there:?}");
    let missing: Vec<_> = there.difference(&named).collect();
    let gone: Vec<_> = named.difference(&there).collect();
    assert!(missing.is_empty(), "not in the table: {missing:#?}");
    assert!(gone.is_empty(), "in the table, but there is no such test: {gone:#?}");
}
