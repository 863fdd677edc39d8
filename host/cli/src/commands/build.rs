//! `assay build`: a component from a measure project, in Rust or in Python.

use std::path::{Path, PathBuf};

use assay_toolchain::{Toolchain, build_component_with, build_python_component, is_python_project};

use crate::args::BuildArgs;
use crate::failure::{Failure, read};
use crate::output;
use crate::progress::Progress;

pub(crate) fn run(args: &BuildArgs) -> Result<(), Failure> {
    let bytes = build(&args.dir)?;
    let file = match &args.output {
        Some(file) => file.clone(),
        None => PathBuf::from(format!("{}.wasm", project_name(args)?)),
    };
    std::fs::write(&file, &bytes)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    output::say(format!("{}: {} bytes", file.display(), bytes.len()));
    Ok(())
}

/// The bytes of a component: read, or built where the path is a project's directory.
pub(crate) fn component(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.is_dir() { build(path) } else { read(path) }
}

/// Builds the measure project in a directory.
fn build(dir: &Path) -> Result<Vec<u8>, Failure> {
    let spinner = Progress::new(0, "build");
    let mut show = |line: &str| spinner.line(line);
    // Beside the project, so that its own `cargo` finds the same files; std is built there once.
    let target_dir = dir.join("target").join("assay");
    if is_python_project(dir) {
        build_python_component(dir, &target_dir, &mut show)
    } else {
        let toolchain = Toolchain::find().map_err(|error| {
            Failure::new(error)
                .hint("`rustup target add wasm32-unknown-unknown` installs what is missing")
        })?;
        build_component_with(dir, &toolchain, &target_dir, &mut show)
    }
    .map_err(Failure::new)
}

/// The component takes its project directory's name.
fn project_name(args: &BuildArgs) -> Result<String, Failure> {
    let dir = args
        .dir
        .canonicalize()
        .map_err(|error| Failure::new(format!("cannot open {}: {error}", args.dir.display())))?;
    match dir.file_name().and_then(|name| name.to_str()) {
        Some(name) => Ok(name.to_owned()),
        None => {
            Err(Failure::new("the project directory has no name").hint("say where with -o FILE"))
        }
    }
}
