//! Measures in Python: `python -m assay_sdk build` does the work, and here it is found and run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use crate::error::BuildError;
use crate::{Progress, exec};

/// Names the Python that has `assay-sdk`, where it is not the first on the path.
const PYTHON: &str = "ASSAY_PYTHON";
/// What is looked for on the path, in this order.
const NAMES: [&str; 2] = ["python3", "python"];

/// Whether a directory holds a measure project in Python and none in Rust.
pub fn is_python_project(project_dir: &Path) -> bool {
    project_dir.join("pyproject.toml").is_file() && !project_dir.join("Cargo.toml").exists()
}

/// Builds the measure project in `project_dir` and returns the component's bytes.
///
/// `target_dir` holds the component until it is read. The Python that `ASSAY_PYTHON` names, or the first
/// on the path, has to have the package `assay-sdk`.
///
/// # Errors
/// [`BuildError::NoPython`], [`BuildError::NoPythonSdk`], [`BuildError::Python`] with the package's own
/// words, [`BuildError::Io`].
pub fn build_python_component(
    project_dir: &Path,
    target_dir: &Path,
    progress: Progress<'_>,
) -> Result<Vec<u8>, BuildError> {
    let python = python()?;
    check_sdk(&python)?;
    fs::create_dir_all(target_dir).map_err(|source| BuildError::Io {
        what: "cannot create the directory",
        path: target_dir.to_path_buf(),
        source,
    })?;
    // Its own name for each process: two builds may run side by side.
    let made = target_dir.join(format!("python-{}.wasm", process::id()));
    let mut command = Command::new(&python);
    command.args(["-m", "assay_sdk", "build"]).arg(project_dir).arg("--output").arg(&made);
    let bytes = run(&mut command, &python, project_dir, &made, progress);
    // What cannot be removed is in the target directory, where nothing is missed or minded.
    let _ = fs::remove_file(&made);
    bytes
}

fn run(
    command: &mut Command,
    python: &Path,
    project_dir: &Path,
    made: &Path,
    progress: Progress<'_>,
) -> Result<Vec<u8>, BuildError> {
    let io = |what, path: &Path| {
        let path = path.to_path_buf();
        move |source| BuildError::Io { what, path, source }
    };
    progress("Building with assay-sdk for Python, which runs the interpreter once");
    // Its last line tells the size of a file of ours, so its lines are shown only when it fails.
    let (status, _, said) =
        exec::run_streaming(command, &mut |_| {}).map_err(io("cannot start", python))?;
    if !status.success() {
        let said = said.trim_end();
        return Err(BuildError::Python {
            dir: project_dir.to_path_buf(),
            output: said.strip_prefix("error: ").unwrap_or(said).to_owned(),
        });
    }
    fs::read(made).map_err(io("cannot read", made))
}

fn python() -> Result<PathBuf, BuildError> {
    if let Some(named) = env::var_os(PYTHON).filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    NAMES.iter().find_map(|name| exec::on_path(name)).ok_or(BuildError::NoPython)
}

fn check_sdk(python: &Path) -> Result<(), BuildError> {
    // Whether it starts at all is part of the question, so a failure to start is no answer.
    let asked = "import importlib.util, sys; \
        sys.exit(sys.version_info < (3, 11) or importlib.util.find_spec('assay_sdk') is None)";
    match exec::ask(python, &["-c", asked]) {
        Some(_) => Ok(()),
        None => Err(BuildError::NoPythonSdk { python: python.to_path_buf() }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_cargo_project_is_one_of_rust_even_with_a_pyproject() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_python_project(dir.path()));
        fs::write(dir.path().join("pyproject.toml"), "").unwrap();
        assert!(is_python_project(dir.path()));
        fs::write(dir.path().join("Cargo.toml"), "").unwrap();
        assert!(!is_python_project(dir.path()));
    }

    #[test]
    fn a_python_that_lacks_the_sdk_or_does_not_start_is_told() {
        let error = check_sdk(Path::new("no-such-python")).unwrap_err().to_string();
        assert!(error.starts_with("no-such-python has no package assay-sdk"), "{error}");
        assert!(error.contains("hint: "), "{error}");
    }
}
