//! `cargo xtask guests`: builds every guest of the repository into `target/guests/NAME.wasm`.
//!
//! Cargo decides what is up to date; a component is only rewritten when its bytes change, so that
//! whatever is cached by its digest or its time stays valid.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use assay_toolchain::{Toolchain, build_component_with};

use crate::setup;
use crate::workspace::Workspace;

/// Directories whose subdirectories are guest projects, one each.
const NURSERIES: [&str; 3] = ["guest-sdk/measures", "guest-sdk/examples", "tests/guests"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let toolchain = setup::guest_toolchain()?;
    eprintln!("guests: {toolchain}");
    let guests = find(workspace.root())?;
    if guests.is_empty() {
        bail!("no guest project under {}", NURSERIES.join(" or "));
    }
    if toolchain.builds_std() && !workspace.guest_target_dir().exists() {
        eprintln!("the first build compiles the standard library too, which takes some minutes");
    }
    for (name, dir) in &guests {
        let size = build(workspace, &toolchain, name, dir)?;
        println!("{name:<32} {:>8.1} KiB", size as f64 / 1024.0);
    }
    Ok(())
}

/// Guest projects as `(name, directory)`, in order of name. The name is the directory's.
fn find(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut guests: Vec<(String, PathBuf)> = Vec::new();
    for nursery in NURSERIES {
        let nursery = root.join(nursery);
        if !nursery.is_dir() {
            continue;
        }
        let entries =
            fs::read_dir(&nursery).with_context(|| format!("cannot list {}", nursery.display()))?;
        for entry in entries {
            let dir = entry?.path();
            if !dir.join("Cargo.toml").is_file() {
                continue;
            }
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some((_, other)) = guests.iter().find(|(known, _)| *known == name) {
                bail!(
                    "two guests are called {name}: {} and {}; their components would overwrite \
                     each other",
                    other.display(),
                    dir.display()
                );
            }
            guests.push((name, dir));
        }
    }
    guests.sort();
    Ok(guests)
}

/// Builds one guest and returns the size of its component in bytes.
fn build(workspace: &Workspace, toolchain: &Toolchain, name: &str, dir: &Path) -> Result<usize> {
    // Of cargo's lines, the rest is of no interest while all goes well; an error brings everything.
    let mut show = |line: &str| {
        let line = line.trim_start();
        if line.starts_with("Compiling") || line.starts_with("warning") {
            eprintln!("   {line}");
        }
    };
    let bytes = build_component_with(dir, toolchain, &workspace.guest_target_dir(), &mut show)
        .with_context(|| format!("guest {name}"))?;
    let out = workspace.components_dir();
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let file = out.join(format!("{name}.wasm"));
    if fs::read(&file).ok().as_deref() != Some(&bytes) {
        fs::write(&file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(bytes.len())
}
