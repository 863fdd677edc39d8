//! `assay new`: a measure project that builds and scores as it is.
//!
//! What such a project holds is in `rust` and `python`, where it finds the SDK in `sdk`.

mod lock;
mod name;
mod python;
mod rust;
mod sdk;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use self::name::check_name;
use crate::args::{Language, NewArgs};
use crate::failure::{Failure, USAGE};
use crate::output;

/// A file of a template: where it lies in a project, and its text.
type File = (&'static str, &'static str);
/// Files that are ready to be written.
type Files = Vec<(&'static str, String)>;

pub(crate) fn run(args: &NewArgs) -> Result<(), Failure> {
    check_name(&args.name, args.lang)?;
    let dir = args.into.join(&args.name);
    let shown = dir.display();
    let runs = format!("`assay run {shown} --task TASK` builds and scores it as it is");
    match args.lang {
        Language::Rust => {
            write(&dir, &rust::files(&args.name, args.sdk.as_deref())?)?;
            output::say(format!("{shown} is made: put your idea into src/lib.rs"));
            output::hint(runs);
        }
        Language::Python => {
            let (files, install) = python::files(&args.name, args.sdk.as_deref())?;
            write(&dir, &files)?;
            output::say(format!("{shown} is made: put your idea into measure.py"));
            output::hint(format!("`{install}` once; then {runs}"));
        }
    }
    Ok(())
}

/// Writes a project beside its place, and moves it there once it is whole.
fn write(dir: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
    };
    if dir.symlink_metadata().is_ok() && !is_empty_dir(dir) {
        let failure = Failure::new(format!("{} exists already, and is not empty", dir.display()));
        return Err(failure
            .hint("choose another name, or another place with --into")
            .with_code(USAGE));
    }
    let parent = dir.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    let staging =
        TempDir::with_prefix_in(".assay-new.", parent).map_err(|error| failed(parent, error))?;
    // One level further down: a temporary directory is its owner's alone, a project need not be.
    let inside = staging.path().join("project");
    for (name, text) in files {
        let path = inside.join(name);
        let above = path.parent().unwrap_or(&inside);
        fs::create_dir_all(above).map_err(|error| failed(above, error))?;
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    // An empty directory in its place gives way; one that has been filled meanwhile does not.
    fs::rename(&inside, dir).map_err(|error| failed(dir, error))
}

fn is_empty_dir(dir: &Path) -> bool {
    // What a link leads to would not be replaced but the link.
    let own = dir.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    own && fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_touched() {
        let dir = TempDir::new().unwrap();
        let files = [("src/lib.rs", "text".to_owned())];
        let full = dir.path().join("full");
        fs::create_dir(&full).unwrap();
        fs::write(full.join("mine"), "mine").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path().join("nowhere"), &link).unwrap();
        for place in [&full, &full.join("mine"), &link] {
            assert!(write(place, &files).is_err(), "{}", place.display());
        }
        assert_eq!(fs::read_dir(&full).unwrap().count(), 1);
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for place in [empty, dir.path().join("a/b/new")] {
            write(&place, &files).unwrap();
            assert_eq!(fs::read_to_string(place.join("src/lib.rs")).unwrap(), "text");
        }
        let left = fs::read_dir(dir.path()).unwrap().flatten();
        let hidden = left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
        assert_eq!(hidden.count(), 0, "nothing of the staging is left");
    }
}
