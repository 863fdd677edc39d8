//! Reads a measure project through `cargo metadata`: its package, and every place its sources lie.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::environment;
use crate::error::BuildError;
use crate::toolchain::{GUEST_TARGET, Toolchain};

/// A project that can become a component.
pub(crate) struct Project {
    /// The directory of its manifest, absolute.
    pub(crate) dir: PathBuf,
    pub(crate) package: String,
    /// Cargo's identity of the package, which names it in build messages.
    pub(crate) package_id: String,
    pub(crate) workspace_root: PathBuf,
    /// Packages that the measure depends on by path, directly or not, and that lie outside the
    /// workspace: `(name-version, directory)`.
    pub(crate) outside: Vec<(String, PathBuf)>,
    /// The workspace has a lock file that must be kept.
    pub(crate) locked: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    /// Absent when only the workspace's own packages were asked for.
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    /// `None` for normal dependencies, else "dev" or "build".
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    id: String,
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    crate_types: Vec<String>,
}

impl Project {
    /// Reads and checks the project in `dir`; downloads its dependencies if they are not there.
    pub(crate) fn read(dir: &Path, toolchain: &Toolchain) -> Result<Self, BuildError> {
        let dir = dir.canonicalize().map_err(|source| BuildError::Io {
            what: "cannot open the project",
            path: dir.to_path_buf(),
            source,
        })?;
        let manifest = dir.join("Cargo.toml");
        if !manifest.is_file() {
            return Err(BuildError::NoProject { dir });
        }
        // The workspace's root is known only after the first question, and only there lies the lock.
        let root = metadata(&dir, toolchain, &["--no-deps"])?.workspace_root;
        let locked = root.join("Cargo.lock").is_file();
        let mut args = vec!["--filter-platform", GUEST_TARGET];
        if locked {
            args.push("--locked");
        }
        let all = metadata(&dir, toolchain, &args)?;
        let is_ours = |package: &&Package| {
            package.manifest_path.canonicalize().is_ok_and(|path| path == manifest)
        };
        let Some(package) = all.packages.iter().find(is_ours) else {
            return Err(BuildError::NoPackage { manifest });
        };
        check_cdylib(package)?;
        Ok(Self {
            package: package.name.clone(),
            package_id: package.id.clone(),
            outside: outside(&all, &package.id),
            workspace_root: all.workspace_root.clone(),
            dir,
            locked,
        })
    }
}

/// The packages below `package` that lie outside the workspace.
fn outside(all: &Metadata, package: &str) -> Vec<(String, PathBuf)> {
    let needed = dependencies(all, package);
    let place = |package: &Package| {
        let dir = package.manifest_path.parent()?;
        let counts = package.source.is_none()
            && needed.contains(package.id.as_str())
            && !dir.starts_with(&all.workspace_root);
        counts.then(|| (format!("{}-{}", package.name, package.version), dir.to_path_buf()))
    };
    all.packages.iter().filter_map(place).collect()
}

/// Everything that `package` is built of, itself not included: what only its tests need is not.
fn dependencies<'a>(all: &'a Metadata, package: &'a str) -> BTreeSet<&'a str> {
    let nodes = all.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let edges: BTreeMap<&str, &Vec<Edge>> =
        nodes.map(|node| (node.id.as_str(), &node.deps)).collect();
    let mut found = BTreeSet::new();
    let mut open = vec![package];
    while let Some(id) = open.pop() {
        for edge in edges.get(id).into_iter().copied().flatten() {
            let built = edge.dep_kinds.iter().any(|of| of.kind.as_deref() != Some("dev"));
            if built && found.insert(edge.pkg.as_str()) {
                open.push(&edge.pkg);
            }
        }
    }
    found
}

fn metadata(dir: &Path, toolchain: &Toolchain, args: &[&str]) -> Result<Metadata, BuildError> {
    let mut command = environment::cargo(toolchain, dir);
    command.args(["metadata", "--format-version", "1"]).args(args);
    let output = command.output().map_err(|source| BuildError::Io {
        what: "cannot start",
        path: toolchain.cargo.clone(),
        source,
    })?;
    let refused = |output: String| BuildError::Metadata { dir: dir.to_path_buf(), output };
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| refused(format!("its metadata is not as expected: {error}")))
}

fn check_cdylib(package: &Package) -> Result<(), BuildError> {
    let kinds: Vec<&str> = package
        .targets
        .iter()
        .filter(|target| target.kind.iter().any(|kind| kind.ends_with("lib")))
        .flat_map(|target| target.crate_types.iter().map(String::as_str))
        .collect();
    if kinds.contains(&"cdylib") {
        return Ok(());
    }
    Err(BuildError::NoCdylib {
        package: package.name.clone(),
        manifest: package.manifest_path.clone(),
        kinds: if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_need_is_not_outside() {
        let package = |name: &str, dir: &str| {
            let manifest = format!("{dir}/Cargo.toml");
            serde_json::json!({
                "name": name, "version": "0.1.0", "id": name, "source": null,
                "manifest_path": manifest, "targets": [],
            })
        };
        let edge = |name: &str, kinds: &[Option<&str>]| {
            let kinds: Vec<_> =
                kinds.iter().map(|kind| serde_json::json!({"kind": kind})).collect();
            serde_json::json!({"pkg": name, "dep_kinds": kinds})
        };
        let text = serde_json::json!({
            "workspace_root": "/w",
            "packages": [
                package("measure", "/w/measure"), package("sdk", "/sdk"), package("native", "/native"),
                package("engine", "/engine"), package("helper", "/helper"), package("both", "/both"),
            ],
            "resolve": {"nodes": [
                {"id": "measure", "deps": [
                    edge("sdk", &[None]), edge("native", &[Some("dev")]),
                    edge("both", &[Some("dev"), None]),
                ]},
                {"id": "sdk", "deps": [edge("helper", &[Some("build")])]},
                {"id": "native", "deps": [edge("sdk", &[None]), edge("engine", &[None])]},
            ]},
        });
        let all: Metadata = serde_json::from_value(text).unwrap();
        let found: Vec<String> =
            outside(&all, "measure").into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["sdk-0.1.0", "helper-0.1.0", "both-0.1.0"]);
    }
}
