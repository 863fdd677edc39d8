//! What is encrypted, and what the commitment is of.
//!
//! The content of `truth.age` is one line, `assay-truth-1` and the salt in hexadecimal digits, and then
//! the truth's own bytes. The salt is 32 random bytes: without it, whoever guesses a truth could check
//! the guess against the commitment.

use assay_ids::{Digest, Digester, Hidden};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::SealError;
use crate::sealed::TRUTH;

const KIND: &str = "assay-truth-1 ";
const SCHEMA: u32 = 1;
/// The file that an opening is kept in, in messages.
const OPENING: &str = "opening.json";

/// What shows that a truth is the one that was committed to: the salt, which is no secret any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    schema: u32,
    /// Digest of the task.
    task: Digest,
    commitment: Digest,
    /// 32 bytes in the form of a digest.
    salt: Digest,
}

impl Opening {
    /// Reads an opening.
    ///
    /// # Errors
    /// The bytes are none.
    pub fn read(bytes: &[u8]) -> Result<Self, SealError> {
        let opening: Self =
            serde_json::from_slice(bytes).map_err(|error| SealError::damaged(OPENING, error))?;
        if opening.schema != SCHEMA {
            let reason = format!("schema {}, this program reads {SCHEMA}", opening.schema);
            return Err(SealError::damaged(OPENING, reason));
        }
        Ok(opening)
    }

    /// The opening as a file.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn write(&self) -> Result<Vec<u8>, SealError> {
        crate::manifest::pretty(self, OPENING)
    }

    /// What was published when the truth was sealed.
    pub fn commitment(&self) -> Digest {
        self.commitment
    }

    /// Whether this truth of this task is what the commitment is of.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, task: Digest, truth: &Hidden<Vec<u8>>) -> Result<(), SealError> {
        if self.task != task {
            return Err(SealError::OtherTask { found: self.task, expected: task });
        }
        let (expected, found) = (self.commitment, commit(task, self.salt, truth.reveal()));
        if expected == found { Ok(()) } else { Err(SealError::Commitment { expected, found }) }
    }
}

/// The commitment to a truth of a task.
pub(crate) fn commit(task: Digest, salt: Digest, truth: &[u8]) -> Digest {
    let mut digester = Digester::new("assay truth commitment 1");
    digester.bytes(task.as_bytes()).bytes(salt.as_bytes()).bytes(truth).finish()
}

/// What is to be encrypted.
pub(crate) fn content(salt: Digest, truth: &[u8]) -> Zeroizing<Vec<u8>> {
    let head = Zeroizing::new(format!("{KIND}{salt}\n"));
    Zeroizing::new([head.as_bytes(), truth].concat())
}

/// Takes decrypted content apart: the truth, and what shows that it fits the commitment.
pub(crate) fn open(
    content: &[u8],
    task: Digest,
    commitment: Digest,
) -> Result<(Hidden<Vec<u8>>, Opening), SealError> {
    let no_line = || SealError::damaged(TRUTH, "its content does not begin with `assay-truth-1`");
    let end = content.iter().position(|byte| *byte == b'\n').ok_or_else(no_line)?;
    let head = std::str::from_utf8(&content[..end]).map_err(|_| no_line())?;
    let salt = head.strip_prefix(KIND).and_then(|salt| salt.parse().ok()).ok_or_else(no_line)?;
    let truth = Hidden::new(content[end + 1..].to_vec());
    let opening = Opening { schema: SCHEMA, task, commitment, salt };
    opening.check(task, &truth)?;
    Ok((truth, opening))
}
