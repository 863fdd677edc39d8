//! The forms of a task's truth on disk, and how one takes the place of another.
//!
//! ```text
//! NAME.truth/model_configs.json   the plain truth
//! NAME.truth/sealed/              the sealed one: files of `assay-seal`, whose names and content are its own
//! NAME.truth/opening.json         after unsealing: what shows that the plain truth is the one that was sealed
//! ```
//!
//! The plain file goes when the sealed form is whole, durable and proven to open; and it comes back as
//! a whole. Whatever happens in between, one of the two is there.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use assay_ids::Hidden;

use crate::task::{TRUTH, truth_dir};
use crate::writer::sync_dir;
use crate::{Task, TaskError, tensors};

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Directory of the sealed form, in the truth's.
const SEALED: &str = "sealed";
/// File of the opening.
const OPENING: &str = "opening.json";
/// The most bytes of a file of the sealed form: a truth has some hundred KiB.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// The most files of the sealed form: a share for each of 255 organizers, and two.
const FILES_MAX: usize = 257;

/// Where a task's truth stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TruthForm {
    /// There is none.
    Absent,
    /// It is there and was never sealed.
    Plain,
    /// It is sealed.
    Sealed,
    /// It was sealed, and is there again; the sealed form and the opening are kept.
    Unsealed,
    /// Sealing was interrupted before the plain file went: both forms are there.
    Interrupted,
}

impl TruthForm {
    /// The form's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Plain => "plain",
            Self::Sealed => "sealed",
            Self::Unsealed => "unsealed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Task {
    /// Where the task's truth stands.
    pub fn truth_form(&self) -> TruthForm {
        let dir = truth_dir(self.dir());
        let opened = dir.join(OPENING).is_file();
        match (dir.join(TRUTH).is_file(), dir.join(SEALED).is_dir()) {
            (false, false) => TruthForm::Absent,
            (true, false) => TruthForm::Plain,
            (false, true) => TruthForm::Sealed,
            (true, true) if opened => TruthForm::Unsealed,
            (true, true) => TruthForm::Interrupted,
        }
    }

    /// The files of the sealed form, which is kept after unsealing too.
    ///
    /// # Errors
    /// The truth was never sealed, or a file cannot be read.
    pub fn sealed_files(&self) -> Result<Files, TaskError> {
        match self.truth_form() {
            TruthForm::Absent => Err(self.no_truth()),
            TruthForm::Plain => Err(self.other_form("its truth is not sealed")),
            _ => read_files(&truth_dir(self.dir()).join(SEALED)),
        }
    }

    /// The file that shows that an unsealed truth is the one that was sealed.
    ///
    /// # Errors
    /// The truth was not unsealed, or the file cannot be read.
    pub fn opening(&self) -> Result<Vec<u8>, TaskError> {
        match self.truth_form() {
            TruthForm::Unsealed => tensors::read_file(&truth_dir(self.dir()).join(OPENING)),
            _ => Err(self.other_form("its truth was not unsealed")),
        }
    }

    /// Whether the truth can be sealed now.
    ///
    /// # Errors
    /// It is not there, or is sealed, or was.
    pub fn check_sealable(&self) -> Result<(), TaskError> {
        match self.truth_form() {
            TruthForm::Plain => Ok(()),
            TruthForm::Absent => Err(self.no_truth()),
            TruthForm::Sealed => Err(self.other_form("its truth is sealed already")),
            TruthForm::Unsealed => Err(self.other_form(
                "its truth was sealed before and is unsealed, so to seal it again hides nothing from \
                 whoever saw it (if it has to be, remove `sealed` and `opening.json` there first)",
            )),
            TruthForm::Interrupted => Err(self.other_form(
                "sealing was interrupted, so both the plain truth and a sealed one are there; remove \
                 `sealed` there and seal again",
            )),
        }
    }

    /// Whether the truth can be unsealed now.
    ///
    /// # Errors
    /// It is not there, was never sealed, or is unsealed.
    pub fn check_unsealable(&self) -> Result<(), TaskError> {
        match self.truth_form() {
            TruthForm::Sealed | TruthForm::Interrupted => Ok(()),
            TruthForm::Absent => Err(self.no_truth()),
            TruthForm::Plain => Err(self.other_form("its truth is not sealed")),
            TruthForm::Unsealed => Err(self.other_form("its truth is unsealed already")),
        }
    }

    /// Puts the sealed form in the place of the plain truth. `proof` is handed the files as they were
    /// read back from disk, and says whether they open; only then anything changes.
    ///
    /// # Errors
    /// The truth cannot be sealed now, the proof fails, or the file system refuses; then the plain
    /// truth is still there.
    pub fn keep_sealed(
        &self,
        files: &Files,
        proof: impl FnOnce(&Files) -> Result<(), String>,
    ) -> Result<(), TaskError> {
        self.check_sealable()?;
        let dir = truth_dir(self.dir());
        let staging = tempfile::Builder::new()
            .prefix(".sealed.")
            .suffix(".partial")
            .tempdir_in(&dir)
            .map_err(TaskError::io(&dir))?;
        // Made with the usual permissions, which the staging folder around it does not have.
        let inside = staging.path().join(SEALED);
        fs::create_dir(&inside).map_err(TaskError::io(&inside))?;
        for (name, bytes) in files {
            write(&inside.join(name), bytes)?;
        }
        sync_dir(&inside)?;
        let read_back = read_files(&inside)?;
        proof(&read_back).map_err(|reason| TaskError::NotProven { dir: dir.clone(), reason })?;
        let target = dir.join(SEALED);
        fs::rename(&inside, &target).map_err(TaskError::io(&target))?;
        // Both are there now; the plain one goes only when the other surely stays.
        sync_dir(&dir)?;
        let plain = dir.join(TRUTH);
        fs::remove_file(&plain).map_err(TaskError::io(&plain))?;
        sync_dir(&dir)
    }

    /// Puts the plain truth back beside the sealed form, with what shows that it is the one that was
    /// sealed. After an interrupted sealing the plain truth is there already, and must be the same.
    ///
    /// # Errors
    /// The truth is not sealed, another plain truth is there, or the file system refuses.
    pub fn keep_unsealed(&self, truth: &Hidden<Vec<u8>>, opening: &[u8]) -> Result<(), TaskError> {
        self.check_unsealable()?;
        let dir = truth_dir(self.dir());
        if self.truth_form() == TruthForm::Interrupted && self.truth()? != *truth {
            let reason = "the plain truth that is there is another than the sealed one";
            return Err(self.other_form(reason));
        }
        // The opening first: where both forms and no opening are, sealing was interrupted.
        replace(&dir.join(OPENING), opening)?;
        replace(&dir.join(TRUTH), truth.reveal())?;
        sync_dir(&dir)
    }

    fn no_truth(&self) -> TaskError {
        TaskError::NoTruth { path: truth_dir(self.dir()).join(TRUTH) }
    }

    fn other_form(&self, reason: &str) -> TaskError {
        TaskError::TruthForm { dir: truth_dir(self.dir()), reason: reason.to_owned() }
    }
}

fn read_files(dir: &Path) -> Result<Files, TaskError> {
    let mut files = Files::new();
    for entry in fs::read_dir(dir).map_err(TaskError::io(dir))? {
        let entry = entry.map_err(TaskError::io(dir))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        // Of the entry itself: a link is no file.
        let metadata = entry.metadata().map_err(TaskError::io(&path))?;
        if !metadata.is_file() || metadata.len() > FILE_BYTES_MAX || files.len() == FILES_MAX {
            let reason = "it does not belong to a sealed truth";
            return Err(TaskError::format(format!("{SEALED}/{name}"), reason));
        }
        files.insert(name, tensors::read_file(&path)?);
    }
    Ok(files)
}

/// Writes a new file and makes it durable.
fn write(path: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(TaskError::io(path))?;
    file.write_all(bytes).map_err(TaskError::io(path))?;
    file.sync_all().map_err(TaskError::io(path))
}

/// Puts a file where it belongs, as a whole.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    let staged: PathBuf = path.with_file_name(name);
    match fs::remove_file(&staged) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(TaskError::io(&staged)(error));
        }
        // Nothing, or what an interrupted try left behind.
        _ => {}
    }
    write(&staged, bytes)?;
    fs::rename(&staged, path).map_err(TaskError::io(path))
}
