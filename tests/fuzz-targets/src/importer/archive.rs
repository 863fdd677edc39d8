//! Archives: any bytes as a zip, and sound zips of any files.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assay_task::{import, parts};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::config::TINY;
use super::hdf5::tiny_plain;
use super::shard::examples;
use crate::cut::Cut;
use crate::frames::pieces;
use crate::target::twice;
use crate::{Memory, Seed, Target};

/// Any bytes as an archive.
pub const IMPORT_ARCHIVE: Target = Target {
    name: "import_archive",
    about: "any bytes as a zip: listed and unpacked in one way within their limits, and an import of \
            them leaves nothing half-written",
    weight: 500,
    short: 5000,
    length_max: 1 << 14,
    memory: Memory::new(70, 1024),
    run: |input| {
        let place = Place::new();
        let zip = place.zip(input);
        // Small files only: a file may unpack to 16 MiB from next to nothing.
        drop(twice(|| parts::archive(&zip, 1 << 20).map_err(|error| error.to_string())));
        place.import(&zip);
    },
    seeds: |_| {
        let all = files();
        let whole = packed(&all, SimpleFileOptions::default());
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let few: Vec<_> = all.iter().take(2).cloned().collect();
        vec![
            Seed::new("task", whole),
            Seed::new("stored", packed(&few, stored)),
            Seed::new("empty", packed(&[], stored)),
        ]
    },
    words: &[
        "PK\u{1}\u{2}",
        "PK\u{3}\u{4}",
        "PK\u{5}\u{6}",
        "PK\u{6}\u{6}",
        "PK\u{6}\u{7}",
        "PK\u{7}\u{8}",
        "../",
        "model_0/",
        "input_data/",
    ],
};

/// A sound archive of files that are anything.
pub const IMPORT_TASK: Target = Target {
    name: "import_task",
    about: "a whole import of any files in a sound zip: a task that opens and reads back whole, or an \
            error and nothing left",
    weight: 400,
    short: 5000,
    length_max: 1 << 14,
    memory: Memory::new(160, 1024),
    run: |input| {
        let place = Place::new();
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let zip = place.zip(&packed(&chosen(input), stored));
        place.import(&zip);
    },
    seeds: |_| {
        let known = files();
        let numbered = NAMES.iter().enumerate().filter_map(|(at, name)| {
            let (_, bytes) = known.iter().find(|(known, _)| known == name)?;
            Some([&[at as u8], pieces([bytes.as_slice()]).as_slice()].concat())
        });
        let whole: Vec<u8> = numbered.flatten().collect();
        let without_truth: Vec<u8> = {
            let truth = NAMES.iter().position(|name| name.ends_with("model_configs.json"));
            let numbered = NAMES.iter().enumerate().filter(|(at, _)| Some(*at) != truth);
            let of = |(at, name): (usize, &&str)| {
                let (_, bytes) = known.iter().find(|(known, _)| known == name)?;
                Some([&[at as u8], pieces([bytes.as_slice()]).as_slice()].concat())
            };
            numbered.filter_map(of).flatten().collect()
        };
        vec![Seed::new("task", whole), Seed::new("without-truth", without_truth)]
    },
    words: super::config::WORDS,
};

/// Names that files of an input may have.
const NAMES: [&str; 12] = [
    "input_data/tiny/model_0/config.json",
    "input_data/tiny/model_0/weights.hdf5",
    "input_data/tiny/model_0/weights_init.hdf5",
    "input_data/tiny/dataset_1/train/shard_0.tfrecord",
    "reference_data/tiny/model_configs.json",
    "input_data/tiny/dataset_1/test/shard_0.tfrecord",
    "input_data/tiny/model_1/config.json",
    "input_data/tiny/model_1/weights.hdf5",
    "input_data/tiny/dataset_1/train/shard_1.tfrecord",
    "input_data/tiny/model_configs.json",
    "model_07/config.json",
    "input_data/tiny/dataset_1/train/other",
];

/// The files of a tiny task.
fn files() -> Vec<(String, Vec<u8>)> {
    let examples = examples();
    let payloads: Vec<&[u8]> = examples.iter().map(Vec::as_slice).collect();
    let truth = r#"{"0": {"hparams": {"x": {"possible_values": [1], "current_value": 1}},
 "metrics": {"train_acc": 1.0, "test_acc": 0.5, "train_loss": 0.1, "test_loss": 1.5}}}"#;
    let of = |at: usize, bytes: &[u8]| (NAMES[at].to_owned(), bytes.to_vec());
    vec![
        of(0, TINY.as_bytes()),
        of(1, &tiny_plain()),
        of(2, &tiny_plain()),
        of(3, &parts::shard(&payloads)),
        of(4, truth.as_bytes()),
    ]
}

/// The files that an input is made of: a name's number, and a piece. The later of two has the name.
fn chosen(input: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut cut = Cut::new(input);
    let mut files = std::collections::BTreeMap::new();
    while !cut.is_empty() {
        let name = NAMES[usize::from(cut.byte()) % NAMES.len()];
        files.insert(name.to_owned(), cut.piece().to_vec());
    }
    files.into_iter().collect()
}

fn packed(files: &[(String, Vec<u8>)], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options).expect("the names are sound");
        writer.write_all(bytes).expect("memory can be written");
    }
    writer.finish().expect("memory can be written").into_inner()
}

/// Where an archive lies and tasks would go.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        // In memory where there is such a place: disks are slow, and wear.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        Self(place.expect("a temporary directory can be made"))
    }

    fn zip(&self, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.0.path().join("tiny.zip");
        fs::write(&path, bytes).expect("a temporary file can be written");
        path
    }

    /// Imports an archive: tasks that read back, or nothing.
    fn import(&self, zip: &Path) {
        let into = self.0.path().join("into");
        fs::create_dir(&into).expect("a temporary directory can be made");
        let imported = import(zip, &into, &mut |_| {});
        let mut left: Vec<String> = fs::read_dir(&into)
            .expect("the directory is there")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        left.retain(|name| name.strip_suffix(".truth").is_none());
        left.sort();
        match imported {
            Err(error) => {
                assert!(left.is_empty(), "{left:?} left behind after: {error}");
            }
            Ok(tasks) => {
                let mut names: Vec<&str> = tasks.iter().map(|task| task.task.name()).collect();
                names.sort_unstable();
                assert_eq!(left, names);
                for imported in &tasks {
                    imported.task.dataset().expect("the data of an imported task read back");
                    for id in imported.task.network_ids() {
                        imported.task.network(id).expect("an imported network reads back");
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Material;

    #[test]
    fn seeds_are_imported() {
        for seed in (IMPORT_TASK.seeds)(&Material::find()) {
            let place = Place::new();
            let zip = place.zip(&packed(&chosen(&seed.bytes), SimpleFileOptions::default()));
            place.import(&zip);
            assert!(place.0.path().join("into/tiny/task.toml").is_file(), "{}", seed.name);
        }
    }
}
