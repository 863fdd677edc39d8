//! Everything that can be checked of a bundle without running anything.

use std::path::Path;

use assay_ids::Digest;

use crate::manifest::MANIFEST;
use crate::scores::scores;
use crate::{Bundle, PublicKey, RecordError, Score, TaskFacts};

/// What was found in a bundle.
#[derive(Debug)]
pub struct Verification {
    /// The phase.
    pub phase: String,
    /// Its head.
    pub head: Digest,
    /// Number of records.
    pub records: usize,
    /// Who has signed the head.
    pub signed: Signed,
    /// What each measure's records give.
    pub scores: Vec<Score>,
    /// What is wrong; the bundle is to be believed if there is nothing.
    pub problems: Vec<Problem>,
}

/// What the signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// There is none, or it is false.
    No,
    /// By the key that the bundle itself brings: nothing was changed since, but anybody could have
    /// signed.
    ByItsOwnKey(PublicKey),
    /// By the key that was expected.
    ByTheExpectedKey(PublicKey),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, from the bundle's directory, or the name of a task.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// Checks the bundle in a directory: form, chain, head, signature (by a key, if one is expected), every
/// transcript against its record, records against the tasks that are given, and scores.
///
/// # Errors
/// Manifest or records are so that nothing more can be said: the error names the file.
pub fn verify(
    dir: &Path,
    expected: Option<&PublicKey>,
    tasks: &[TaskFacts],
) -> Result<Verification, RecordError> {
    let bundle = Bundle::open(dir)?;
    let mut problems = Vec::new();
    let signed = signature(&bundle, expected).unwrap_or_else(|what| {
        problems.push(Problem { file: MANIFEST.to_owned(), what });
        Signed::No
    });
    for at in 0..bundle.records().len() {
        if let Err(error) = bundle.check_transcript(at) {
            problems.push(problem(Bundle::transcript_name(at), error));
        }
    }
    let (scores, unfit) = scores(&bundle, tasks);
    problems.extend(unfit);
    Ok(Verification {
        phase: bundle.phase().to_owned(),
        head: bundle.head(),
        records: bundle.records().len(),
        signed,
        scores,
        problems,
    })
}

fn problem(file: String, error: RecordError) -> Problem {
    match error {
        RecordError::Damaged { file, reason } => Problem { file, what: reason },
        other => Problem { file, what: other.to_string() },
    }
}

fn signature(bundle: &Bundle, expected: Option<&PublicKey>) -> Result<Signed, String> {
    let Some((key, signature)) = bundle.signature() else {
        return match expected {
            Some(key) => Err(format!("it is not signed, though a signature by {key} is expected")),
            None => Ok(Signed::No),
        };
    };
    if !key.has_signed_head(bundle.head(), signature) {
        return Err(format!("its signature is not of its head by {key}"));
    }
    match expected {
        Some(expected) if expected != key => {
            Err(format!("it is signed by {key}, not by {expected} as expected"))
        }
        Some(key) => Ok(Signed::ByTheExpectedKey(*key)),
        None => Ok(Signed::ByItsOwnKey(*key)),
    }
}
