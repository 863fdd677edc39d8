//! Python, its component builder, and measures built by both.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package `assay-sdk` for Python, in this checkout.
pub fn python_sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk/python")
}

/// A Python that the SDK runs on, or nothing (and a line that says so) where there is none.
pub fn python() -> Option<Command> {
    let asked = ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"];
    let status = Command::new("python3").args(asked).stderr(Stdio::null()).status();
    if !status.is_ok_and(|status| status.success()) {
        eprintln!("skipped: Python 3.11 or later is absent (Debian: python3)");
        return None;
    }
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", python_sdk().join("src")).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(python)
}

/// The builder of Python components: named by `ASSAY_COMPONENTIZE_PY`, or on the path; nothing (and a line
/// that says so) where it is absent.
pub fn componentize_py() -> Option<PathBuf> {
    let named = std::env::var_os("ASSAY_COMPONENTIZE_PY");
    let program = named.map_or_else(|| PathBuf::from("componentize-py"), PathBuf::from);
    let asked = Command::new(&program).arg("--version").stdout(Stdio::null()).status();
    if asked.is_ok_and(|status| status.success()) {
        return Some(program);
    }
    eprintln!("skipped: componentize-py is absent (set ASSAY_COMPONENTIZE_PY to it)");
    None
}

/// Builds a measure project in Python by the SDK's command, as its README says; nothing where the tools are
/// absent.
///
/// # Panics
///
/// If the build fails.
pub fn built_python(project: &Path, component: &Path) -> Option<()> {
    let (mut python, builder) = (python()?, componentize_py()?);
    python.env("ASSAY_COMPONENTIZE_PY", builder);
    python.args(["-m", "assay_sdk", "build"]).arg(project).arg("-o").arg(component);
    let output = python.output().expect("it started before");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}
