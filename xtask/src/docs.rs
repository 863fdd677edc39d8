//! `cargo xtask docs`: the pages that are generated from code. The room that knows the numbers prints
//! the page, as an example program of its own, so nothing here depends on what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::{self, Workspace};

/// A page, and the package's example that prints it.
const PAGES: [(&str, &str, &str); 2] =
    [("docs/prices.md", "assay-call", "prices"), ("docs/limits.md", "assay-sandbox", "limits")];

/// Writes every page, or with `check` fails if one is not up to date.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    for (page, package, example) in PAGES {
        let mut command = Command::new(workspace::cargo());
        command.current_dir(workspace.root());
        command.args(["run", "--quiet", "--package", package, "--example", example]);
        let text = step::capture(&mut command)?;
        let path = workspace.root().join(page);
        if check {
            compare(&path, page, &text)?;
        } else {
            fs::write(&path, text).with_context(|| format!("cannot write {page}"))?;
            eprintln!("   {page}");
        }
    }
    Ok(())
}

fn compare(path: &Path, page: &str, text: &str) -> Result<()> {
    let written = match fs::read_to_string(path) {
        Ok(written) => written,
        Err(error) => bail!("cannot read {page}: {error}; run `cargo xtask docs`"),
    };
    let differs =
        |(at, (written, text)): (usize, (&str, &str))| (written != text).then_some(at + 1);
    let line = written.lines().zip(text.lines()).enumerate().find_map(differs);
    if written != text {
        let line = line.unwrap_or(1 + written.lines().count().min(text.lines().count()));
        bail!(
            "{page}:{line}: not what the code says; run `cargo xtask docs` and look at the change"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_differs_is_named_with_its_line() {
        let path = workspace_file("docs.rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(compare(&path, "p.md", &text).is_ok());
        let refused = |text: &str| compare(&path, "p.md", text).unwrap_err().to_string();
        assert!(refused(&text.replacen("use std::fs;", "use std::io;", 1)).starts_with("p.md:4:"));
        let lines = text.lines().count();
        assert!(refused(&format!("{text}more\n")).starts_with(&format!("p.md:{}:", lines + 1)));
        let missing = compare(&path.join("no"), "p.md", "").unwrap_err().to_string();
        assert!(missing.ends_with("run `cargo xtask docs`"), "{missing}");
    }

    fn workspace_file(name: &str) -> std::path::PathBuf {
        Workspace::find().unwrap().root().join("xtask/src").join(name)
    }
}
