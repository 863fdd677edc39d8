//! `cargo xtask tidy`: the rules of this code base that no compiler keeps.
//!
//! [`files`] looks at each Rust file (size, header, long functions), [`words`] at what must not be
//! written anywhere, [`edges`] at which crate may depend on which. [`mask`] is what the first two share.

mod edges;
mod files;
mod mask;
mod words;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// One broken rule, as a line to show: place, what, hint.
pub(crate) type Problem = String;

/// Directories that are not ours or not source.
const SKIPPED_DIRS: [&str; 4] = ["target", ".git", "node_modules", "__pycache__"];

/// Prints every broken rule, and fails if there is one.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut problems = Vec::new();
    let sources = sources(workspace.root())?;
    for (path, text) in &sources {
        problems.extend(files::check(path, text));
        problems.extend(words::check(path, text));
    }
    problems.extend(edges::check(workspace)?);
    for problem in &problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} rules broken in {} files looked at", problems.len(), sources.len());
    }
    eprintln!("   {} files looked at", sources.len());
    Ok(())
}

/// Every text file of the checkout, in order of path, as `(path from the root, text)`.
fn sources(root: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        let entries =
            fs::read_dir(&dir).with_context(|| format!("cannot list {}", dir.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED_DIRS.iter().any(|skipped| name == *skipped) {
                open.push(path);
            } else if kind.is_file() && is_source(&path) {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {} as text", path.display()))?;
                let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                found.push((shown, text));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_source(path: &Path) -> bool {
    const EXTENSIONS: [&str; 11] =
        ["rs", "toml", "md", "wit", "yml", "yaml", "sh", "py", "html", "css", "js"];
    let extension = path.extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension == *known)
        || path.parent().is_some_and(|dir| dir.file_name().is_some_and(|name| name == ".ci"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_is_tidy() {
        run(&Workspace::find().unwrap()).unwrap();
    }

    #[test]
    fn the_walk_finds_this_file_and_no_build_product() {
        let sources = sources(Workspace::find().unwrap().root()).unwrap();
        assert!(sources.iter().any(|(path, _)| path == "xtask/src/tidy/mod.rs"));
        assert!(sources.iter().any(|(path, _)| path == ".ci/run"));
        assert!(sources.iter().all(|(path, _)| !path.starts_with("target/")));
    }
}
