//! Writing a bundle: staged beside its final place, read back, then moved there.

use std::fs;
use std::path::{Path, PathBuf};

use assay_call::{Detail, Recorder};
use tempfile::TempDir;

use crate::files::{sync_dir, write};
use crate::manifest::{
    MANIFEST, Manifest, RECORDS, RECORDS_MAX, SCHEMA, TRANSCRIPTS, record_file, transcript_file,
};
use crate::transcript::OpenTranscript;
use crate::{Bundle, Chain, Head, NamedTask, Record, RecordError, SecretKey};

/// Writes the bundle of one phase. Nothing is visible in its place until [`BundleWriter::finish`]; a
/// writer that is dropped before leaves nothing behind.
///
/// For each unit: [`begin`](Self::begin) gives what its session records to, and
/// [`append`](Self::append) takes its record. A unit that has no record, because the host failed, is
/// begun again, or simply not followed up.
pub struct BundleWriter {
    target: PathBuf,
    staging: TempDir,
    phase: String,
    tasks: Vec<NamedTask>,
    chain: Chain,
    open: Option<OpenTranscript>,
}

impl BundleWriter {
    /// Starts a bundle in the directory `target`, which must not be there yet; the directory that it
    /// lies in is made if it is not there.
    ///
    /// # Errors
    /// Something is in the place, names are not usable, or the file system refuses.
    pub fn create(target: &Path, phase: &str, tasks: Vec<NamedTask>) -> Result<Self, RecordError> {
        refuse_existing(target)?;
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(RecordError::io(parent))?;
        let staging = tempfile::Builder::new()
            .prefix(".bundle.")
            .suffix(".partial")
            .tempdir_in(parent)
            .map_err(RecordError::io(parent))?;
        let (phase, chain) = (phase.to_owned(), Chain::new(phase));
        let writer =
            Self { target: target.to_path_buf(), staging, phase, tasks, chain, open: None };
        writer.manifest(None).check().map_err(RecordError::refused)?;
        for dir in [RECORDS, TRANSCRIPTS].map(|name| writer.inside().join(name)) {
            fs::create_dir_all(&dir).map_err(RecordError::io(&dir))?;
        }
        Ok(writer)
    }

    /// A unit begins: what its session hands its entries to.
    ///
    /// # Errors
    /// The bundle is full, or the file system refuses.
    pub fn begin(&mut self, detail: Detail) -> Result<Recorder, RecordError> {
        if self.chain.records() == RECORDS_MAX {
            return Err(RecordError::refused(format!(
                "a bundle has at most {RECORDS_MAX} records"
            )));
        }
        let open = OpenTranscript::create(&self.transcript_path(), detail)?;
        let recorder = open.recorder();
        self.open = Some(open);
        Ok(recorder)
    }

    /// The unit is over, and this is its record; given back with its place in the chain.
    ///
    /// # Errors
    /// No unit was begun, its task is not the phase's, what the record says of transcript and meters is
    /// not what was recorded, or the file system refuses.
    pub fn append(&mut self, record: Record) -> Result<Record, RecordError> {
        let open = self.open.take();
        let open = open.ok_or_else(|| RecordError::refused("no unit was begun for it"))?;
        if !self.tasks.iter().any(|task| task.digest == record.task) {
            return Err(RecordError::refused("its task is none of the phase's"));
        }
        open.finish(&self.transcript_path(), &record)?;
        let at = self.at();
        let mut chain = self.chain.clone();
        let record = chain.append(record)?;
        write(&self.inside().join(record_file(at)), &record.encode())?;
        self.chain = chain;
        Ok(record)
    }

    /// Ends the chain, signs its head if there is a key, and moves the bundle to its place.
    ///
    /// # Errors
    /// Something has appeared in its place meanwhile, or the file system refuses; then nothing is left
    /// behind.
    pub fn finish(mut self, key: Option<&SecretKey>) -> Result<Bundle, RecordError> {
        if self.open.take().is_some() {
            let path = self.transcript_path();
            fs::remove_file(&path).map_err(RecordError::io(&path))?;
        }
        let inside = self.inside();
        let text = self.manifest(key).write().map_err(RecordError::refused)?;
        write(&inside.join(MANIFEST), &text)?;
        // What was written must read as what was meant, before anybody can see it.
        Bundle::open(&inside)?;
        for dir in [inside.join(RECORDS), inside.join(TRANSCRIPTS), inside.clone()] {
            sync_dir(&dir)?;
        }
        refuse_existing(&self.target)?;
        fs::rename(&inside, &self.target).map_err(RecordError::io(&self.target))?;
        sync_dir(parent(&self.target))?;
        Bundle::open(&self.target)
    }

    fn manifest(&self, key: Option<&SecretKey>) -> Manifest {
        let head = Head { phase: &self.phase, tasks: &self.tasks, chain: &self.chain }.digest();
        Manifest {
            schema: SCHEMA,
            phase: self.phase.clone(),
            tasks: self.tasks.clone(),
            records: self.chain.records(),
            head,
            signature: key.map(|key| key.sign_head(head)),
            key: key.map(SecretKey::public),
        }
    }

    /// The staged bundle's directory. It is made with the usual permissions, which the staging folder
    /// around it does not have.
    fn inside(&self) -> PathBuf {
        self.staging.path().join("bundle")
    }

    /// Position of the next record.
    fn at(&self) -> usize {
        self.chain.records() as usize
    }

    fn transcript_path(&self) -> PathBuf {
        self.inside().join(transcript_file(self.at()))
    }
}

fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn refuse_existing(target: &Path) -> Result<(), RecordError> {
    match target.symlink_metadata() {
        Ok(_) => Err(RecordError::Exists { path: target.to_path_buf() }),
        Err(_) => Ok(()),
    }
}
