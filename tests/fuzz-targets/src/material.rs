//! What seeds are made of: the files of this checkout, what was built from it, and the shared test data
//! where it is. Nothing of the shared data is ever written into the checkout's own files.

use std::fs;
use std::path::{Path, PathBuf};

use assay_tests::{golden, shared, shipped_task};

/// An input to begin with, by a name for its file.
#[derive(Debug, Clone)]
pub struct Seed {
    /// What it is.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

impl Seed {
    /// A seed.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// Where the files are.
#[derive(Debug)]
pub struct Material {
    /// The task that ships.
    pub task: PathBuf,
    /// The golden record.
    pub golden: PathBuf,
    /// Components that were built; absent before `cargo xtask guests`.
    pub guests: PathBuf,
    /// The contest's toy task, if it is at hand.
    pub toy: Option<PathBuf>,
    /// Miniatures of the contest's tasks, if they are at hand.
    pub zoo: Option<PathBuf>,
}

impl Material {
    /// What this checkout and this machine have.
    pub fn find() -> Self {
        let task = shipped_task();
        let root = task.parent().and_then(Path::parent).map_or_else(PathBuf::new, PathBuf::from);
        Self {
            guests: root.join("target/guests"),
            golden: golden(),
            task,
            toy: shared("pgdl/toy_data"),
            zoo: shared("zoo"),
        }
    }
}

/// The files of some ending and at most so many bytes in these places, the smallest first.
pub(crate) fn files(
    places: &[Option<&Path>],
    ending: &str,
    bytes_max: usize,
    count: usize,
) -> Vec<Seed> {
    let mut found = Vec::new();
    for place in places.iter().flatten() {
        walk(place, &mut |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let size = path.metadata().map_or(u64::MAX, |metadata| metadata.len());
            if name.ends_with(ending) && size <= bytes_max as u64 {
                found.push((size, path.to_path_buf()));
            }
        });
    }
    found.sort();
    let seeds = found.into_iter().take(count).enumerate().filter_map(|(at, (_, path))| {
        Some(Seed::new(format!("file-{at}-{}", path.file_name()?.display()), fs::read(&path).ok()?))
    });
    seeds.collect()
}

fn walk(dir: &Path, each: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, each) } else { each(&path) }
    }
}
