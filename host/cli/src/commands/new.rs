//! `assay new`: a measure project that builds and scores as it is.

mod lock;
mod sdk;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use self::lock::lock_file;
use self::sdk::{RustSdk, toml_string};
use crate::args::{Language, NewArgs};
use crate::failure::{Failure, USAGE};
use crate::output;

/// Most bytes of a measure's name.
const NAME_MAX: usize = 64;
/// Names that cargo or the compiler has no package under: keywords, the compiler's own crates, and what
/// the project depends on.
const TAKEN: [&str; 57] = [
    "abstract",
    "alloc",
    "as",
    "assay-sdk",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The files of a project in Rust: where each lies, and its text with places for `{name}` and `{sdk}`.
/// The manifest is not called `Cargo.toml` here, so that cargo does not take the template for a package.
const RUST: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("../../templates/rust/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("../../templates/rust/src/lib.rs.txt")),
    ("README.md", include_str!("../../templates/rust/README.md")),
    (".gitignore", "/target\n*.wasm\n"),
];

pub(crate) fn run(args: &NewArgs) -> Result<(), Failure> {
    check_name(&args.name)?;
    let files = match args.lang {
        Language::Rust => rust(args)?,
        Language::Python => {
            let failure = Failure::new("projects in Python cannot be made yet");
            return Err(failure
                .hint(
                    "leave out --lang; a component that componentize-py has made (with --stub-wasi) \
                     runs as any other: `assay check` and `assay run` take it",
                )
                .with_code(USAGE));
        }
    };
    let dir = args.into.join(&args.name);
    write(&dir, &files)?;
    let dir = dir.display();
    output::say(format!("{dir} is made: put your idea into src/lib.rs"));
    output::hint(format!("`assay run {dir} --task TASK` builds and scores it as it is"));
    Ok(())
}

/// The files of a project in Rust, ready to be written.
fn rust(args: &NewArgs) -> Result<Vec<(&'static str, String)>, Failure> {
    let sdk = RustSdk::find(args.sdk.as_deref())?;
    let place = toml_string(sdk.dir())?;
    let filled = |text: &str| text.replace("{name}", &args.name).replace("{sdk}", &place);
    let mut files: Vec<(&str, String)> =
        RUST.iter().map(|(file, text)| (*file, filled(text))).collect();
    // The crates that the SDK is tested with, rather than what a registry has got since.
    if let Some(lock) = sdk.lock().and_then(|text| lock_file(&text, &args.name)) {
        files.push(("Cargo.lock", lock));
    }
    Ok(files)
}

/// Whether a measure, a package of cargo's and a directory can have this name.
fn check_name(name: &str) -> Result<(), Failure> {
    let usage = |why: &str| {
        let failure = Failure::new(format!("`{name}` cannot name a measure: {why}"));
        failure.hint("for example `my-measure`").with_code(USAGE)
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
        return Err(usage("names are 1 to 64 lower-case letters, digits and hyphens"));
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(usage("it must begin with a letter"));
    }
    if TAKEN.contains(&name) {
        return Err(usage("the language or its tools have a meaning for it"));
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
    fn names_fit_measures_packages_and_directories() {
        for name in ["a", "my-measure", "l2-norm", &"x".repeat(64)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        let long = "x".repeat(65);
        for name in ["", "-a", "2-norm", "A", "a_b", "a b", "../a", "ä", "\u{1b}[2J", "self", &long]
        {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(TAKEN.is_sorted());
    }

    #[test]
    fn every_place_in_the_templates_is_filled() {
        for (file, text) in RUST {
            let left = text.replace("{name}", "").replace("{sdk}", "");
            assert!(!left.contains("{sdk") && !left.contains("{name"), "{file}");
        }
    }

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
