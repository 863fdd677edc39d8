//! Why something cannot be sealed or opened. No message holds a secret.

use assay_ids::Digest;

/// What went wrong, and where: `place` is a file's name or where a text came from.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A text that is no recipient.
    #[error(
        "{place}: {text:?} is no recipient: those are X25519 keys of age, `age1` and 58 letters and digits, as age-keygen prints them"
    )]
    Recipient {
        /// Where it stands.
        place: String,
        /// The text.
        text: String,
    },
    /// One recipient is named twice: one organizer would hold two shares.
    #[error("{place}: the recipient {recipient} is named twice; each organizer holds one share")]
    SameRecipient {
        /// Where it stands the second time.
        place: String,
        /// The recipient.
        recipient: String,
    },
    /// A number of recipients that no key is split between.
    #[error("{count} recipients: a key is split between 2 to {max} organizers, one recipient each")]
    Recipients {
        /// How many there are.
        count: usize,
        /// The most.
        max: usize,
    },
    /// A threshold that the recipients cannot have.
    #[error(
        "threshold {threshold} of {recipients} shares: it is at least 2, since with 1 each organizer could open the truth alone, and at most the number of recipients"
    )]
    Threshold {
        /// The threshold.
        threshold: usize,
        /// Number of recipients.
        recipients: usize,
    },
    /// A file of identities that cannot be used.
    #[error("{place}: {reason}")]
    Identity {
        /// The file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Identities for which no share is.
    #[error("{place}: its identity is none of the recipients, so none of the shares is for it")]
    NoShare {
        /// The identities' file.
        place: String,
    },
    /// A text that is no share.
    #[error("{place}: {reason}")]
    Share {
        /// Where it comes from.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A share of another key.
    #[error(
        "{place}: this share is of the truth with the commitment {found}, here is the one with {expected}"
    )]
    ForeignShare {
        /// Where it comes from.
        place: String,
        /// What it names.
        found: Digest,
        /// What is here.
        expected: Digest,
    },
    /// A share that is not the one that was made.
    #[error("{place}: this is not share {index} as it was made; it was changed or is made up")]
    FalseShare {
        /// Where it comes from.
        place: String,
        /// Which it claims to be.
        index: usize,
    },
    /// One share is there twice.
    #[error("{place}: this is share {index} again, which {other} has given already")]
    SameShare {
        /// Where it comes from the second time.
        place: String,
        /// Which it is.
        index: usize,
        /// Where it came from first.
        other: String,
    },
    /// Too few shares to open anything.
    #[error(
        "{given} of the {threshold} shares that open the truth are here; shares {missing} are not"
    )]
    TooFew {
        /// How many are here.
        given: usize,
        /// How many it takes.
        threshold: usize,
        /// Which are not here.
        missing: String,
    },
    /// A file of the sealed form is not what it should be.
    #[error("{file}: {reason}")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The sealed form is of another task.
    #[error(
        "sealed.json: this is the truth of a task with the digest {found}, and the task has {expected}; its networks or data were changed, or the files belong elsewhere"
    )]
    OtherTask {
        /// The digest that it names.
        found: Digest,
        /// The task's.
        expected: Digest,
    },
    /// Content that is not what the commitment is of.
    #[error("the commitment {expected} is of another truth: this one with its salt has {found}")]
    Commitment {
        /// The commitment.
        expected: Digest,
        /// What the content gives.
        found: Digest,
    },
    /// Something that cannot fail did: the system has no randomness, or a library is broken.
    #[error("{what}: {reason}")]
    Failed {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        reason: String,
    },
}

impl SealError {
    pub(crate) fn damaged(file: impl Into<String>, reason: impl ToString) -> Self {
        Self::Damaged { file: file.into(), reason: reason.to_string() }
    }
}
