//! Reading a bundle.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assay_ids::Digest;

use crate::encode::RECORD_BYTES_MAX;
use crate::files::{list, read_at_most};
use crate::manifest::{
    MANIFEST, MANIFEST_BYTES_MAX, Manifest, RECORDS, TRANSCRIPTS, record_file, transcript_file,
};
use crate::{Chain, Head, NamedTask, PublicKey, Record, RecordError, Signature, TranscriptReader};

/// The records of one phase, with their transcripts.
///
/// Opening reads and checks everything but transcripts and signature, which [`verify`](crate::verify)
/// checks.
#[derive(Debug)]
pub struct Bundle {
    dir: PathBuf,
    manifest: Manifest,
    records: Vec<Record>,
}

impl Bundle {
    /// Opens the bundle in a directory.
    ///
    /// # Errors
    /// A file is missing, is one too many, is damaged, or does not fit the others.
    pub fn open(dir: &Path) -> Result<Self, RecordError> {
        if !dir.join(MANIFEST).is_file() {
            return Err(RecordError::NotABundle { dir: dir.to_path_buf() });
        }
        let bytes = read(dir, MANIFEST, MANIFEST_BYTES_MAX)?;
        let in_manifest = |reason: String| RecordError::damaged(MANIFEST, reason);
        let manifest = Manifest::read(&bytes).map_err(in_manifest)?;
        // At most `RECORDS_MAX`, since the manifest was checked.
        let count = manifest.records as usize;
        check_files(dir, count)?;
        let mut records = Vec::new();
        let mut chain = Chain::new(&manifest.phase);
        for at in 0..count {
            let record = read_record(dir, at, &manifest)?;
            chain.follow(&record).map_err(|reason| broken(at, &reason))?;
            records.push(record);
        }
        let head = Head { phase: &manifest.phase, tasks: &manifest.tasks, chain: &chain }.digest();
        if head != manifest.head {
            return Err(in_manifest(format!(
                "its head is {}, but phase, tasks and records give {head}: it or {} was changed",
                manifest.head,
                count.checked_sub(1).map_or_else(|| RECORDS.to_owned(), record_file)
            )));
        }
        Ok(Self { dir: dir.to_path_buf(), manifest, records })
    }

    /// The phase's name.
    pub fn phase(&self) -> &str {
        &self.manifest.phase
    }

    /// The phase's tasks.
    pub fn tasks(&self) -> &[NamedTask] {
        &self.manifest.tasks
    }

    /// The records in the order of their chain.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Digest of phase, tasks and chain.
    pub fn head(&self) -> Digest {
        self.manifest.head
    }

    /// The head's signature, and the key that it claims to be of, if it is signed. Nothing was checked
    /// yet.
    pub fn signature(&self) -> Option<(&PublicKey, &Signature)> {
        self.manifest.key.as_ref().zip(self.manifest.signature.as_ref())
    }

    /// The file of a record's transcript, from the bundle's directory.
    pub fn transcript_name(at: usize) -> String {
        transcript_file(at)
    }

    /// The file of a record, from the bundle's directory.
    pub fn record_name(at: usize) -> String {
        record_file(at)
    }

    /// The transcript of the record at a position.
    ///
    /// # Errors
    /// There is no such record, or its transcript cannot be opened.
    pub fn transcript(&self, at: usize) -> Result<TranscriptReader, RecordError> {
        let name = transcript_file(at);
        let record = self.records.get(at);
        let record = record.ok_or_else(|| {
            RecordError::damaged(&name, format!("there are {} records", self.records.len()))
        })?;
        TranscriptReader::open(&self.dir.join(&name), name, record.transcript.detail)
    }

    /// Reads the transcript of a record through: its entries, digest and meters are the record's.
    ///
    /// # Errors
    /// They are not, or the file is damaged.
    pub fn check_transcript(&self, at: usize) -> Result<(), RecordError> {
        let transcript = self.transcript(at)?;
        transcript.check(&self.records[at])
    }
}

/// Where the chain breaks, which may be the fault of either of two files.
fn broken(at: usize, reason: &str) -> RecordError {
    let reason = match at.checked_sub(1) {
        Some(before) => format!("{reason} (the one before is {})", record_file(before)),
        None => reason.to_owned(),
    };
    RecordError::damaged(record_file(at), reason)
}

fn read(dir: &Path, name: &str, max: u64) -> Result<Vec<u8>, RecordError> {
    read_at_most(&dir.join(name), max).map_err(|error| match error {
        RecordError::Damaged { reason, .. } => RecordError::damaged(name, reason),
        other => other,
    })
}

fn read_record(dir: &Path, at: usize, manifest: &Manifest) -> Result<Record, RecordError> {
    let name = record_file(at);
    let record =
        Record::decode(&read(dir, &name, RECORD_BYTES_MAX)?).map_err(|error| match error {
            RecordError::Refused { reason } => RecordError::damaged(&name, reason),
            other => other,
        })?;
    if !manifest.tasks.iter().any(|task| task.digest == record.task) {
        let reason = format!("its task {} is none of the phase's", record.task);
        return Err(RecordError::damaged(name, reason));
    }
    Ok(record)
}

/// Every file that belongs here is here, and no other.
fn check_files(dir: &Path, count: usize) -> Result<(), RecordError> {
    let mut expected: BTreeSet<String> =
        (0..count).flat_map(|at| [record_file(at), transcript_file(at)]).collect();
    expected.insert(MANIFEST.to_owned());
    let mut found = Vec::new();
    for (name, directory) in list(dir)? {
        if directory == Some(true) && [RECORDS, TRANSCRIPTS].contains(&name.as_str()) {
            let inside = list(&dir.join(&name))?;
            found.extend(inside.into_iter().map(|(file, kind)| (format!("{name}/{file}"), kind)));
        } else {
            found.push((name, directory));
        }
    }
    for (name, directory) in found {
        if directory != Some(false) || !expected.remove(&name) {
            return Err(RecordError::damaged(name, "it does not belong to the bundle"));
        }
    }
    match expected.into_iter().next() {
        Some(name) => Err(RecordError::damaged(name, "it is missing")),
        None => Ok(()),
    }
}
