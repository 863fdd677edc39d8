//! Records, entries, transcripts, and whole bundles.

mod bundle;

use assay_call::{Comparer, Detail, Entry, Fault, Replayer};
use assay_record::{Chain, PublicKey, Record, parts};

use crate::material::files;
use crate::target::twice;
use crate::{Material, Memory, Seed, Target};

pub use bundle::BUNDLE;

/// One entry of a transcript.
pub const ENTRY: Target = Target {
    name: "entry",
    about: "an entry's bytes: one encoding for each value",
    weight: 700,
    short: 100_000,
    length_max: 1 << 12,
    memory: Memory::new(1, 64),
    run: |input| match Entry::decode(input) {
        Ok(entry) => {
            assert_eq!(entry.encode(), input, "two encodings of {entry:?}");
            entry.meters();
        }
        Err(error) => assert!(error.at <= input.len(), "{error}"),
    },
    seeds: |material| {
        let mut seeds: Vec<Seed> = Vec::new();
        for transcript in golden(material, "transcript") {
            let Ok(reader) = parts::transcript(&transcript.bytes, Detail::Visible) else {
                continue;
            };
            let mut sizes = std::collections::BTreeSet::new();
            // Entries of one call differ in little but numbers; one of each length is enough.
            for entry in reader.flatten().filter(|entry| sizes.insert(entry.len())) {
                seeds.push(Seed::new(format!("{}-{}", transcript.name, entry.len()), entry));
            }
        }
        seeds.truncate(64);
        for (at, entry) in crate::session::entries().into_iter().enumerate() {
            seeds.push(Seed::new(format!("call-{at}"), entry));
        }
        seeds
    },
    words: &WORDS,
};

/// One record.
pub const RECORD: Target = Target {
    name: "record",
    about: "a record's bytes: one encoding, and a chain that takes it; keys in one spelling",
    weight: 300,
    short: 80_000,
    length_max: 1 << 12,
    memory: Memory::new(1, 64),
    run: |input| {
        if let Ok(record) = Record::decode(input) {
            assert_eq!(record.encode(), input, "two encodings of {record:?}");
            let appended = Chain::new("phase").append(record.clone());
            let appended = appended.expect("a record that was read can be kept");
            assert_eq!(Chain::verify("phase", std::slice::from_ref(&appended)).map(drop), Ok(()));
        }
        if let Ok(text) = std::str::from_utf8(input)
            && let Ok(key) = text.parse::<PublicKey>()
        {
            assert_eq!(key.to_string(), text, "two spellings of a key");
        }
    },
    seeds: |material| {
        let mut seeds = golden(material, "record");
        // The point that generates the group's large part: a key, if a bad one.
        let key = "5866666666666666666666666666666666666666666666666666666666666666";
        seeds.push(Seed::new("key", key.as_bytes()));
        seeds
    },
    words: &WORDS,
};

/// A transcript's file.
pub const TRANSCRIPT: Target = Target {
    name: "transcript",
    about: "a transcript's file: entries that compare with themselves; a replay of it stops and does \
            not fall",
    weight: 600,
    short: 20_000,
    length_max: 1 << 14,
    memory: Memory::new(1, 128),
    run: |input| {
        for detail in Detail::ALL {
            let read = || -> Result<Vec<Vec<u8>>, String> {
                let reader =
                    parts::transcript(input, *detail).map_err(|error| error.to_string())?;
                reader.collect::<Result<_, _>>().map_err(|error| error.to_string())
            };
            let Ok(entries) = twice(read) else { continue };
            compare(&entries);
            replay(&entries, *detail);
        }
    },
    seeds: |material| {
        let mut seeds: Vec<Seed> = golden(material, "transcript").into_iter().take(2).collect();
        // The first entries of a real one, and a small one of both details.
        for seed in &mut seeds {
            seed.bytes.truncate(8000);
        }
        for detail in Detail::ALL {
            let mut file = format!("assay transcript 2, {}\n", detail.name()).into_bytes();
            for entry in crate::session::entries() {
                file.extend((entry.len() as u32).to_le_bytes());
                file.extend(entry);
            }
            seeds.push(Seed::new(detail.name(), file));
        }
        seeds
    },
    words: &WORDS,
};

/// `bundle.json`.
pub const BUNDLE_MANIFEST: Target = Target {
    name: "bundle_manifest",
    about: "bundle.json: no byte of an accepted one is free",
    weight: 300,
    short: 40_000,
    length_max: 1 << 13,
    memory: Memory::new(1, 256),
    run: |input| {
        if let Ok(text) = twice(|| parts::manifest(input)) {
            assert_eq!(text, input, "a second form of a manifest");
        }
    },
    seeds: |material| {
        let mut seeds = files(&[Some(&material.golden)], "bundle.json", 1 << 13, 1);
        seeds.push(Seed::new("signed", bundle::signed_manifest()));
        seeds
    },
    words: &[
        "\"schema\": 1",
        "\"phase\"",
        "\"tasks\"",
        "\"name\"",
        "\"digest\"",
        "\"records\"",
        "\"head\"",
        "\"signature\"",
        "\"key\"",
        "\n  ",
        "null",
    ],
};

const WORDS: [&str; 24] = [
    "call",
    "stop",
    "note",
    "name",
    "work",
    "bytes",
    "reply",
    "contents",
    "why",
    "max",
    "text",
    "out-of-work",
    "too-many-calls",
    "transcript-full",
    "unknown-handle",
    "tensors",
    "scalar",
    "floats",
    "layers",
    "parameters",
    "error",
    "conv2d",
    "assay record 1",
    "value",
];

fn golden(material: &Material, ending: &str) -> Vec<Seed> {
    files(&[Some(&material.golden)], ending, 1 << 17, 16)
}

/// The same entries again are no difference, if all of them can be read.
fn compare(entries: &[Vec<u8>]) {
    let sound = entries.iter().all(|entry| Entry::decode(entry).is_ok());
    let owned: Vec<Result<Vec<u8>, Fault>> = entries.iter().cloned().map(Ok).collect();
    let comparer = Comparer::new(owned.into_iter());
    let mut recorder = comparer.recorder();
    let taken = entries.iter().all(|entry| recorder(entry).is_ok());
    assert_eq!(taken, sound);
    if sound {
        assert_eq!(comparer.finish(), Ok(None), "a transcript differs from itself");
    }
}

/// A unit that asks for other things than the record has is stopped by a fault, whatever that holds.
fn replay(entries: &[Vec<u8>], detail: Detail) {
    use assay_call::{Call, Host as _};
    let entries: Vec<Result<Vec<u8>, Fault>> = entries.iter().cloned().map(Ok).collect();
    let mut replayer = Replayer::new(entries.into_iter(), detail);
    replayer.note("budget.fuel-left", "12");
    let first = replayer.call(Call::BudgetWorkLeft);
    let second = replayer.call(Call::BudgetWorkLimit);
    assert!(first.is_ok() || first == second, "a stopped replay went on");
    let (meters, finished) = (replayer.meters(), replayer.finish());
    assert!(meters.calls <= 2, "{meters:?}");
    // Two calls and a note are all; whatever else is recorded is a difference, or unreadable.
    drop(finished);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_what_their_targets_read() {
        let material = Material::find();
        let entries = (ENTRY.seeds)(&material);
        assert!(entries.len() > 64);
        assert!(entries.iter().all(|seed| Entry::decode(&seed.bytes).is_ok()));
        let records = (RECORD.seeds)(&material);
        let read = records.iter().filter(|seed| Record::decode(&seed.bytes).is_ok()).count();
        assert_eq!(read, records.len() - 1, "all but a key");
        for seed in (BUNDLE_MANIFEST.seeds)(&material) {
            assert_eq!(parts::manifest(&seed.bytes).as_ref(), Ok(&seed.bytes), "{}", seed.name);
        }
    }
}
