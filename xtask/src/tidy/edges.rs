//! Who may know whom. Each room has a "must not know" list in the architecture; here it is kept, on
//! the dependencies that the manifests declare. Dev-dependencies are free: a test may use an oracle.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::Problem;
use crate::workspace::Workspace;

/// Rooms of ours, each with the only rooms it may depend on.
const MAY_KNOW: [(&str, &[&str]); 14] = [
    ("assay-ids", &[]),
    ("assay-network", &["assay-ids"]),
    ("assay-call", &["assay-ids", "assay-network"]),
    ("assay-engine", &["assay-call", "assay-network", "assay-ids"]),
    ("assay-task", &["assay-network", "assay-ids"]),
    ("assay-sandbox", &["assay-call", "assay-ids", "assay-network"]),
    ("assay-confine", &[]),
    ("assay-score", &[]),
    ("assay-record", &["assay-call", "assay-ids", "assay-score"]),
    ("assay-seal", &["assay-ids"]),
    ("assay-toolchain", &[]),
    ("assay-gpu", &["assay-call", "assay-confine", "assay-engine", "assay-ids", "assay-network"]),
    (
        "assay-worker",
        &[
            "assay-call",
            "assay-confine",
            "assay-engine",
            "assay-ids",
            "assay-network",
            "assay-record",
            "assay-sandbox",
            "assay-task",
        ],
    ),
    ("assay-trainer", &["assay-ids", "assay-network", "assay-task", "assay-engine"]),
];

/// Crates of others that only some rooms may depend on: name (or its beginning, if it ends in `*`),
/// who may, why.
const RESERVED: [(&str, &[&str], &str); 9] = [
    ("burn*", &["assay-trainer", "assay-gpu"], "it dominates build time"),
    ("wasmtime*", &["assay-sandbox"], "one room runs foreign code"),
    ("wit-component", &["assay-toolchain", "assay-sandbox", "assay-cli"], "it speaks wasm"),
    ("wasmparser", &["assay-toolchain", "assay-sandbox", "assay-cli"], "it speaks wasm"),
    ("age*", &["assay-seal"], "one room seals"),
    ("vsss-rs", &["assay-seal"], "one room seals"),
    ("axum*", &["assay-server"], "one room speaks HTTP"),
    ("hyper*", &["assay-server"], "one room speaks HTTP"),
    ("reqwest", &["assay-cli", "assay-worker"], "only these call a server"),
];

/// The crate of the SDK that may know the host, since it runs measures natively; and the only rooms that it
/// may depend on. Nothing of the contest is among them, nor anything that speaks wasm.
const SDK_NATIVE: (&str, &[&str]) = (
    "assay-native",
    &["assay-sdk", "assay-call", "assay-engine", "assay-ids", "assay-network", "assay-task"],
);

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for normal dependencies, else "dev" or "build".
    kind: Option<String>,
    path: Option<String>,
}

/// The forbidden edges of the host's workspace and of the guests'.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Problem>> {
    let host: Metadata = workspace.metadata("Cargo.toml")?;
    let mut problems = check_host(&host);
    if workspace.guest_manifest().is_some() {
        problems.extend(check_guests(&workspace.metadata("guest-sdk/Cargo.toml")?));
    }
    Ok(problems)
}

fn check_host(metadata: &Metadata) -> Vec<Problem> {
    let may_know: BTreeMap<_, _> = MAY_KNOW.into_iter().collect();
    let mut problems = Vec::new();
    for package in &metadata.packages {
        for dependency in declared(package) {
            let name = dependency.name.as_str();
            let refused = |why: &str| {
                format!(
                    "{}: depends on {name}, which it must not know: {why}",
                    package.manifest_path
                )
            };
            if let Some(allowed) = may_know.get(package.name.as_str())
                && name.starts_with("assay-")
                && !allowed.contains(&name)
            {
                problems.push(refused(&format!("of ours it may know [{}]", allowed.join(", "))));
            }
            for (pattern, owners, why) in RESERVED {
                if matches(pattern, name) && !owners.contains(&package.name.as_str()) {
                    problems.push(refused(&format!("{why}; only {} may", owners.join(", "))));
                }
            }
        }
    }
    problems
}

fn check_guests(metadata: &Metadata) -> Vec<Problem> {
    let (native, may_know) = SDK_NATIVE;
    let mut problems = Vec::new();
    for package in &metadata.packages {
        for dependency in declared(package) {
            let name = dependency.name.as_str();
            if package.name == native {
                if name.starts_with("assay-") && !may_know.contains(&name) {
                    problems.push(format!(
                        "{}: depends on {name}, but of ours it may know [{}]",
                        package.manifest_path,
                        may_know.join(", ")
                    ));
                }
                continue;
            }
            let in_host = |path: &String| !path.contains("/guest-sdk/");
            if name == native || dependency.path.as_ref().is_some_and(in_host) {
                problems.push(format!(
                    "{}: depends on {name}, but the SDK and its measures must not know the host; \
                     a test may, by a dev-dependency",
                    package.manifest_path
                ));
            }
        }
    }
    problems
}

fn declared(package: &Package) -> impl Iterator<Item = &Dependency> {
    package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name == beginning || name.starts_with(&format!("{beginning}-")),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Metadata {
        let dependencies = dependencies.iter().map(|(name, kind)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
            path: None,
        });
        Metadata {
            packages: vec![Package {
                name: name.to_owned(),
                manifest_path: "Cargo.toml".to_owned(),
                dependencies: dependencies.collect(),
            }],
        }
    }

    #[test]
    fn a_room_knows_only_what_it_may() {
        assert_eq!(check_host(&package("assay-task", &[("assay-ids", None)])), [""; 0]);
        let found = check_host(&package("assay-task", &[("assay-sandbox", None)]));
        assert!(found[0].contains("depends on assay-sandbox"), "{found:?}");
        assert_eq!(check_host(&package("assay-task", &[("assay-sandbox", Some("dev"))])), [""; 0]);
        assert_eq!(check_host(&package("assay-ids", &[("assay-network", Some("build"))])).len(), 1);
    }

    #[test]
    fn reserved_crates_have_their_owners() {
        for (owner, name, count) in [
            ("assay-trainer", "burn", 0),
            ("assay-engine", "burn-flex", 1),
            ("assay-cli", "burn", 1),
            ("assay-cli", "burnish", 0),
            ("assay-sandbox", "wasmtime-wasi", 0),
            ("assay-worker", "wasmtime-wasi-io", 1),
            ("assay-cli", "wasmtime", 1),
            ("assay-engine", "wasmparser", 1),
        ] {
            let found = check_host(&package(owner, &[(name, None)]));
            assert_eq!(found.len(), count, "{owner} -> {name}: {found:?}");
        }
    }

    #[test]
    fn guests_do_not_know_the_host() {
        let mut metadata = package("assay-sdk", &[("assay-call", None)]);
        metadata.packages[0].dependencies[0].path = Some("/checkout/host/call".to_owned());
        assert_eq!(check_guests(&metadata).len(), 1);
        metadata.packages[0].dependencies[0].path = Some("/checkout/guest-sdk/rust".to_owned());
        assert_eq!(check_guests(&metadata), [""; 0]);
    }

    #[test]
    fn the_native_crate_knows_the_host_and_only_tests_know_it() {
        let native = |name| check_guests(&package("assay-native", &[(name, None)])).len();
        assert_eq!(["assay-engine", "assay-sdk", "thiserror"].map(native), [0; 3]);
        assert_eq!(["assay-score", "assay-worker", "assay-sandbox"].map(native), [1; 3]);
        let measure = |kind| check_guests(&package("l2-norm", &[("assay-native", kind)])).len();
        assert_eq!([None, Some("build"), Some("dev")].map(measure), [1, 1, 0]);
    }
}
