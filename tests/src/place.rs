//! Where tests find what they need.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Something of the shared test data, or nothing (and a line that says so) where it is absent: the
/// data may not be copied into the project, so a test without it has nothing to test.
pub fn shared(part: &str) -> Option<PathBuf> {
    let base =
        std::env::var_os("ASSAY_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = base.join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent (set ASSAY_SHARED to the shared test data)", path.display());
    None
}

/// The task that ships with the project.
pub fn shipped_task() -> PathBuf {
    root().join("tasks/fashion-mini")
}

/// A guest that `cargo xtask guests` has built.
///
/// # Panics
///
/// If it is not there: the test command builds guests first.
pub fn built_guest(name: &str) -> PathBuf {
    let path = root().join("target/guests").join(format!("{name}.wasm"));
    assert!(path.is_file(), "{} is missing: run `cargo xtask guests`", path.display());
    path
}

/// The golden record: a component, and the bundle of its run over the shipped task.
pub fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Copies a directory with all that lies in it to a new one.
///
/// # Panics
/// If something cannot be read or written.
pub fn copy_directory(from: &Path, to: &Path) {
    let failed = |error| -> ! { panic!("{} to {}: {error}", from.display(), to.display()) };
    fs::create_dir(to).unwrap_or_else(|error| failed(error));
    for entry in fs::read_dir(from).unwrap_or_else(|error| failed(error)) {
        let entry = entry.unwrap_or_else(|error| failed(error));
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else if let Err(error) = fs::copy(entry.path(), target) {
            failed(error);
        }
    }
}
