//! Sealing, and the proof that what was sealed opens.

use age::secrecy::ExposeSecret as _;
use age::x25519;
use assay_ids::{Digest, Hidden};
use zeroize::Zeroizing;

use crate::content::{commit, content};
use crate::keys::encrypt;
use crate::manifest::{Entry, Manifest, SCHEMA, check_split};
use crate::sealed::TRUTH;
use crate::split::split;
use crate::{Recipients, SealError, Sealed, Share};

/// What is still in memory when a truth has been sealed, and what afterwards nobody holds: the key and
/// all its shares. It is for proving that what was written opens.
pub struct Proof {
    key: x25519::Identity,
    shares: Vec<Share>,
}

/// Seals the truth of a task: any `threshold` of the recipients open it together.
///
/// # Errors
/// The recipients cannot have such a threshold.
pub fn seal(
    truth: &Hidden<Vec<u8>>,
    task: Digest,
    to: &Recipients,
    threshold: usize,
) -> Result<(Sealed, Proof), SealError> {
    check_split(threshold, to.len())?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|error| SealError::Failed {
        what: "the system has no randomness",
        reason: error.to_string(),
    })?;
    let salt = Digest::from_bytes(salt);
    let commitment = commit(task, salt, truth.reveal());
    // An ordinary key of age, so that what the shares give opens `truth.age` without this program too.
    let key = x25519::Identity::generate();
    let encrypted = encrypt(&key.to_public(), &content(salt, truth.reveal()))?;
    let secret = key.to_string();
    let values = split(secret.expose_secret().as_bytes(), threshold, to.len())?;
    let numbered = values.into_iter().enumerate();
    let shares: Vec<Share> =
        numbered.map(|(at, value)| Share::new(commitment, at + 1, value)).collect();
    let mut entries = Vec::with_capacity(shares.len());
    let mut encrypted_shares = Vec::with_capacity(shares.len());
    for (share, recipient) in shares.iter().zip(to.iter()) {
        let text: Hidden<Zeroizing<String>> = share.text();
        encrypted_shares.push(encrypt(recipient, text.reveal().as_bytes())?);
        entries.push(Entry { recipient: recipient.to_string(), digest: share.digest() });
    }
    let manifest = Manifest { schema: SCHEMA, task, commitment, threshold, shares: entries };
    let sealed = Sealed { manifest, truth: encrypted, shares: encrypted_shares };
    Ok((sealed, Proof { key, shares }))
}

impl Proof {
    /// Whether a sealed truth, read back from where it was written, gives this truth: with the key, and
    /// with shares of which each is used at least once. That the recipients can open their shares only
    /// they can show.
    ///
    /// # Errors
    /// It does not.
    pub fn check(self, read_back: &Sealed, truth: &Hidden<Vec<u8>>) -> Result<(), SealError> {
        let gives = |opened: &Hidden<Vec<u8>>| {
            let same = opened == truth;
            same.then_some(()).ok_or_else(|| SealError::damaged(TRUTH, "it gives another truth"))
        };
        gives(&read_back.open_with(&self.key)?.truth)?;
        for shares in self.shares.windows(read_back.threshold()) {
            gives(&read_back.open(shares)?.truth)?;
        }
        Ok(())
    }
}
