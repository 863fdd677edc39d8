//! Where the contest's files lie, and small tools to spoil copies of them.

#![allow(dead_code, reason = "each test file uses its own part of these")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use assay_task::{ImportedTask, TaskError, import};
use tempfile::TempDir;

/// A path below the shared data, if the data is there; else says that the test is skipped.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("ASSAY_SHARED").map_or(default, PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there (set ASSAY_SHARED)", path.display());
    None
}

/// The kit's toy task, if it is there.
pub(crate) fn toy() -> Option<PathBuf> {
    shared("pgdl/toy_data")
}

pub(crate) fn import_quietly(src: &Path, into: &Path) -> Result<Vec<ImportedTask>, TaskError> {
    import(src, into, &mut |_| {})
}

/// Every file below a directory, by its path in it.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, path);
            }
        }
    }
    found
}

/// A writable copy of the toy task under the name `toy_data`, with its parent directory.
pub(crate) fn toy_copy() -> Option<(TempDir, PathBuf)> {
    let toy = toy()?;
    let temporary = TempDir::new().unwrap();
    let copy = temporary.path().join("toy_data");
    for (name, path) in files(&toy) {
        let target = copy.join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, fs::read(path).unwrap()).unwrap();
    }
    Some((temporary, copy))
}

/// Packs files (name, bytes) as a zip.
pub(crate) fn pack(zip: &Path, entries: &[(String, Vec<u8>)]) {
    let mut writer = zip::ZipWriter::new(fs::File::create(zip).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
}

/// Imports something spoiled into a directory that holds one file, and gives the error's text. The
/// directory must be as it was afterwards.
pub(crate) fn refused(src: &Path) -> String {
    let into = TempDir::new().unwrap();
    fs::write(into.path().join("mine"), "mine").unwrap();
    let error = import_quietly(src, into.path()).map(|_| ()).expect_err("the import should fail");
    let left: Vec<_> = fs::read_dir(into.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["mine"], "something was left behind after: {error}");
    error.to_string()
}

/// Checks that an error says everything that it should.
pub(crate) fn says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}
