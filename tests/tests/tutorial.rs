//! The tutorial, carried out as it is printed, in a fresh directory.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_tests::{Action, binary, compare, componentize_py, python, python_sdk, steps};
use assay_toolchain::Toolchain;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().canonicalize().unwrap()
}

/// Where the reader works, and what is at hand there.
struct Reader {
    dir: TempDir,
    /// The builder of Python components, where a Python is at hand too.
    builder: Option<PathBuf>,
}

impl Reader {
    fn new() -> Self {
        let builder = python().and_then(|_| componentize_py());
        Self { dir: TempDir::new().unwrap(), builder }
    }

    /// Whether something that the page asks for is at hand.
    fn has(&self, need: &str) -> bool {
        match need {
            // Building the program that these tests are a part of, and what is downloaded.
            "setup" => false,
            "python" => self.builder.is_some(),
            other => panic!("the page needs {other}, which this test does not know"),
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        assert!(path.starts_with(self.dir.path()) && !path.display().to_string().contains(".."));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a command as a shell does; gives its exit code and what a terminal shows.
    fn types(&self, command: &str) -> (i32, String) {
        let programs = binary("assay").parent().unwrap().to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([programs].into_iter().chain(env::split_paths(&path))).unwrap();
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("exec 2>&1\n{command}")).current_dir(self.dir.path());
        shell.env("PATH", path).env("ASSAY", root()).env_remove("CARGO_TARGET_DIR");
        // Compiled code of components that nobody meets again.
        shell.env("XDG_CACHE_HOME", self.dir.path().join(".cache"));
        if let Some(builder) = &self.builder {
            shell.env("ASSAY_COMPONENTIZE_PY", builder).env("PYTHONDONTWRITEBYTECODE", "1");
            shell.env("PYTHONPATH", python_sdk().join("src").canonicalize().unwrap());
        }
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap_or(-1), said)
    }
}

#[test]
fn every_command_of_the_tutorial_does_what_the_page_says() {
    if let Err(error) = Toolchain::find() {
        eprintln!("skipped: {error}");
        return;
    }
    let page = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let reader = Reader::new();
    let mut typed = 0;
    for step in steps(&page).unwrap() {
        let place = format!("docs/tutorial.md:{}", step.line);
        if let Some(need) = step.needs.as_deref().filter(|need| !reader.has(need)) {
            eprintln!("{place}: skipped, since it needs {need}");
            continue;
        }
        match step.action {
            Action::Write { path, text } => reader.write(&path, &text),
            Action::Type { command, code, shown } => {
                let (ended, said) = reader.types(&command);
                assert_eq!(ended, code, "{place}: {command}\n{said}");
                if let Err(difference) = compare(&shown, &said) {
                    panic!("{place}: {command}\n{difference}\nof\n{said}");
                }
                typed += 1;
            }
        }
    }
    assert!(typed >= 10, "only {typed} commands were carried out");
}
