//! A `Cargo.lock` for a new project, from the one that lies beside the SDK for this purpose.
//!
//! A project that resolves its dependencies by itself takes what a registry has got lately, so two
//! competitors would build with different crates. This takes those that the SDK is tested with.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// The package that the project depends on.
const SDK: &str = "assay-sdk";
/// The version of the new project.
const VERSION: &str = "0.1.0";

/// The lock file of a project of this name that depends on the SDK alone; nothing if the SDK's is not as
/// expected, since cargo then makes one.
pub(crate) fn lock_file(shared: &str, project: &str) -> Option<String> {
    let table: Table = shared.parse().ok()?;
    let version = table.get("version")?.as_integer()?;
    let all: Vec<&Table> =
        table.get("package")?.as_array()?.iter().map(Value::as_table).collect::<Option<_>>()?;
    let mut packages: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for package in needed(&all)? {
        packages.insert((text(package, "name")?, text(package, "version")?), lines(package)?);
    }
    let own = [field("name", project), field("version", VERSION), list(&[SDK.to_owned()])];
    if packages.insert((project, VERSION), own.to_vec()).is_some() {
        // A crate of that name is among the dependencies: let cargo tell them apart.
        return None;
    }
    let blocks = packages.values().map(|lines| format!("[[package]]\n{}\n", lines.join("\n")));
    let blocks: Vec<String> = blocks.collect();
    Some(format!("version = {version}\n\n{}", blocks.join("\n")))
}

/// The SDK and everything below it. An entry names a dependency by its name, and by its version too
/// where there are several of that name.
fn needed<'a>(all: &[&'a Table]) -> Option<Vec<&'a Table>> {
    let mut found: Vec<&'a Table> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![SDK.to_owned()];
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let mut words = name.split(' ');
        let (name, version) = (words.next()?, words.next());
        let package = all.iter().find(|package| {
            let fits = version.is_none_or(|version| text(package, "version") == Some(version));
            fits && text(package, "name") == Some(name)
        })?;
        open.extend(dependencies(package)?);
        found.push(package);
    }
    Some(found)
}

fn dependencies(package: &Table) -> Option<Vec<String>> {
    let Some(list) = package.get("dependencies") else { return Some(Vec::new()) };
    list.as_array()?.iter().map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// An entry as cargo writes it.
fn lines(package: &Table) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for name in ["name", "version", "source", "checksum"] {
        if let Some(value) = package.get(name) {
            lines.push(field(name, value.as_str()?));
        }
    }
    let dependencies = dependencies(package)?;
    if !dependencies.is_empty() {
        lines.push(list(&dependencies));
    }
    Some(lines)
}

fn field(name: &str, value: &str) -> String {
    format!("{name} = \"{value}\"")
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!(" \"{name}\",\n")).collect();
    format!("dependencies = [\n{}]", names.concat())
}

fn text<'a>(package: &'a Table, name: &str) -> Option<&'a str> {
    package.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str = include_str!("../../../../../guest-sdk/project.lock");
    const WORKSPACE: &str = include_str!("../../../../../guest-sdk/Cargo.lock");

    fn names(lock: &str) -> Vec<String> {
        let table: Table = lock.parse().unwrap();
        let packages = table["package"].as_array().unwrap().iter();
        packages.map(|package| package["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_project_locks_what_the_sdk_needs_and_nothing_else() {
        let lock = lock_file(SHARED, "my-measure").unwrap();
        let found = names(&lock);
        assert!(found.is_sorted(), "{found:?}");
        for name in ["my-measure", "assay-sdk", "thiserror", "wit-bindgen"] {
            assert!(found.iter().any(|known| known == name), "{name}");
        }
        for name in ["sum-of-squares", "assay-engine"] {
            assert!(!found.iter().any(|known| known == name), "{name}");
        }
        // But for the project's own, each entry is word for word one of those beside the SDK.
        let entries = lock.split("\n\n").skip(1).map(str::trim_end);
        let foreign: Vec<&str> = entries.filter(|entry| !SHARED.contains(entry)).collect();
        assert_eq!(foreign.len(), 1, "{foreign:?}");
        assert!(foreign[0].contains("\"my-measure\""));
        assert_eq!(found.len(), names(SHARED).len() + 1, "nothing beside the SDK is too much");
    }

    /// The crates of new projects are those that the SDK is tested with.
    #[test]
    fn versions_beside_the_sdk_are_those_of_its_workspace() {
        let head =
            |entry: &str| entry.split("\ndependencies").next().unwrap().trim_end().to_owned();
        let tested: Vec<String> = WORKSPACE.split("\n\n").map(head).collect();
        let entries = SHARED.split("\n\n").filter(|entry| entry.starts_with("[[package]]"));
        let foreign: Vec<String> =
            entries.map(head).filter(|head| !tested.contains(head)).collect();
        assert!(
            foreign.is_empty(),
            "make guest-sdk/project.lock anew (CONTRIBUTING.md): {foreign:?}"
        );
    }

    #[test]
    fn what_is_no_lock_file_gives_none() {
        for text in ["", "version = 4", "not toml", "version = 4\n[[package]]\nname = \"other\""] {
            assert_eq!(lock_file(text, "my-measure"), None, "{text:?}");
        }
        assert_eq!(
            lock_file(
                "version = 4\n[[package]]\nname = \"assay-sdk\"\nversion = \"0.1.0\"\ndependencies = [\"absent\"]",
                "x"
            ),
            None
        );
    }
}
