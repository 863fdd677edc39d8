//! Files of transcripts: a line that says what they cover, then each entry with its length before it.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use assay_call::canonical::Malformed;
use assay_call::{Detail, Entry, Fault, LIMITS, Meters, Recorder, Transcript};

use crate::{Record, RecordError, TranscriptSummary};

fn first_line(detail: Detail) -> String {
    format!("assay transcript 2, {}\n", detail.name())
}

/// A running summary of entries.
struct Tally {
    transcript: Transcript,
    meters: Meters,
}

impl Tally {
    fn new(detail: Detail) -> Self {
        Self { transcript: Transcript::new(detail), meters: Meters::default() }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let entry = Entry::decode(bytes)?;
        self.transcript.add(bytes, entry.contents());
        self.meters = self.meters.plus(entry.meters());
        Ok(())
    }

    /// Whether this is what a record says of its transcript and of what the unit used.
    fn compare(&self, record: &Record) -> Result<(), String> {
        let found = TranscriptSummary {
            detail: self.transcript.detail(),
            digest: self.transcript.digest(),
            entries: self.transcript.entries(),
        };
        let expected = record.transcript;
        if found.entries != expected.entries {
            let (found, expected) = (found.entries, expected.entries);
            return Err(format!("it has {found} entries, but its record says {expected}"));
        }
        if found != expected {
            let (found, expected) = (found.digest, expected.digest);
            return Err(format!("its digest is {found}, but its record says {expected}"));
        }
        if self.meters != record.meters {
            let (found, expected) = (self.meters, record.meters);
            return Err(format!("its entries used {found:?}, but its record says {expected:?}"));
        }
        Ok(())
    }
}

/// A transcript's file while its unit runs. It is shared with the session that fills it.
#[derive(Clone)]
pub(crate) struct OpenTranscript(Arc<Mutex<Filling>>);

struct Filling {
    file: BufWriter<File>,
    tally: Tally,
}

impl OpenTranscript {
    /// Begins a file, in the place of one that an earlier try left.
    pub(crate) fn create(path: &Path, detail: Detail) -> Result<Self, RecordError> {
        let mut file = BufWriter::new(File::create(path).map_err(RecordError::io(path))?);
        file.write_all(first_line(detail).as_bytes()).map_err(RecordError::io(path))?;
        Ok(Self(Arc::new(Mutex::new(Filling { file, tally: Tally::new(detail) }))))
    }

    pub(crate) fn recorder(&self) -> Recorder {
        let filling = Arc::clone(&self.0);
        Box::new(move |entry| filling.lock().unwrap_or_else(PoisonError::into_inner).entry(entry))
    }

    /// Ends the file, of which this is the record.
    pub(crate) fn finish(&self, path: &Path, record: &Record) -> Result<(), RecordError> {
        let mut filling = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        filling.file.flush().map_err(RecordError::io(path))?;
        filling.file.get_ref().sync_all().map_err(RecordError::io(path))?;
        let compared = filling.tally.compare(record);
        compared.map_err(|reason| RecordError::refused(format!("of its transcript, {reason}")))
    }
}

impl Filling {
    fn entry(&mut self, entry: &[u8]) -> Result<(), Fault> {
        self.tally
            .add(entry)
            .map_err(|error| Fault(format!("an entry for the record: {error}")))?;
        // No entry that was read has more bytes than four can count.
        let length = (entry.len() as u32).to_le_bytes();
        let written = self.file.write_all(&length).and_then(|()| self.file.write_all(entry));
        written.map_err(|error| Fault(format!("the transcript cannot be written: {error}")))
    }
}

/// The entries of a recorded transcript, in order, each with its bytes. After an error there are none.
pub struct TranscriptReader {
    name: String,
    file: BufReader<Box<dyn Read + Send>>,
    detail: Detail,
    entry_max: u64,
    at: u64,
    over: bool,
}

impl TranscriptReader {
    /// Opens the file of a transcript; `name` is what errors call it.
    ///
    /// # Errors
    /// The file is absent or begins otherwise.
    pub(crate) fn open(path: &Path, name: String, detail: Detail) -> Result<Self, RecordError> {
        Self::over(File::open(path).map_err(RecordError::io(path))?, name, detail)
    }

    /// Reads what a transcript's file holds.
    pub(crate) fn over(
        file: impl Read + Send + 'static,
        name: String,
        detail: Detail,
    ) -> Result<Self, RecordError> {
        let mut file: BufReader<Box<dyn Read + Send>> = BufReader::new(Box::new(file));
        let expected = first_line(detail);
        let mut line = vec![0; expected.len()];
        let read = file.read_exact(&mut line);
        if read.is_err() || line != expected.as_bytes() {
            return Err(RecordError::damaged(name, format!("it does not begin with {expected:?}")));
        }
        let limit = LIMITS.iter().find(|limit| limit.name == "ENTRY_BYTES_MAX");
        let entry_max = limit.map_or(0, |limit| limit.value);
        Ok(Self { name, file, detail, entry_max, at: 0, over: false })
    }

    /// What the transcript covers.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// The entries as a [`Replayer`](assay_call::Replayer) or a [`Comparer`](assay_call::Comparer) takes
    /// them.
    pub fn entries(self) -> impl Iterator<Item = Result<Vec<u8>, Fault>> + Send + use<> {
        self.map(|entry| entry.map_err(|error| Fault(error.to_string())))
    }

    /// Reads all that is left and compares it with the record.
    pub(crate) fn check(self, record: &Record) -> Result<(), RecordError> {
        let name = self.name.clone();
        let mut tally = Tally::new(self.detail);
        for (at, entry) in self.enumerate() {
            tally
                .add(&entry?)
                .map_err(|error| RecordError::damaged(&name, format!("entry {at}, {error}")))?;
        }
        tally.compare(record).map_err(|reason| RecordError::damaged(name, reason))
    }

    fn damaged(&self, reason: impl ToString) -> RecordError {
        RecordError::damaged(&self.name, format!("entry {}: {}", self.at, reason.to_string()))
    }

    /// The next entry; nothing at the end of the file.
    fn read(&mut self) -> Result<Option<Vec<u8>>, RecordError> {
        let mut header = Vec::new();
        let read = self.file.by_ref().take(4).read_to_end(&mut header);
        read.map_err(|error| self.damaged(error))?;
        let length = match <[u8; 4]>::try_from(header.as_slice()) {
            Ok(length) => u64::from(u32::from_le_bytes(length)),
            Err(_) if header.is_empty() => return Ok(None),
            Err(_) => return Err(self.damaged("the file ends inside a length")),
        };
        if length > self.entry_max {
            let max = self.entry_max;
            return Err(self.damaged(format!("{length} bytes, an entry has at most {max}")));
        }
        // Grows with what is there, so a length alone makes nobody allocate.
        let mut entry = Vec::new();
        let read = self.file.by_ref().take(length).read_to_end(&mut entry);
        read.map_err(|error| self.damaged(error))?;
        if (entry.len() as u64) < length {
            let found = entry.len();
            return Err(self.damaged(format!("the file ends after {found} of {length} bytes")));
        }
        self.at += 1;
        Ok(Some(entry))
    }
}

impl Iterator for TranscriptReader {
    type Item = Result<Vec<u8>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let entry = self.read().transpose();
        self.over = !matches!(entry, Some(Ok(_)));
        entry
    }
}
