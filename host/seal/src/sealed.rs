//! A sealed truth: its files, and opening it with shares.

use std::collections::BTreeMap;

use age::x25519;
use assay_ids::{Digest, Hidden};

use crate::content;
use crate::keys::{Identities, decrypt};
use crate::manifest::{MANIFEST, Manifest};
use crate::split::combine;
use crate::{Opening, SealError, Share};

/// The encrypted content.
pub(crate) const TRUTH: &str = "truth.age";

/// Files by name, as they lie in one directory.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A truth that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub(crate) manifest: Manifest,
    pub(crate) truth: Vec<u8>,
    pub(crate) shares: Vec<Vec<u8>>,
}

/// A truth that was sealed, opened again.
pub struct Opened {
    /// Its own bytes.
    pub truth: Hidden<Vec<u8>>,
    /// What shows that it is what was committed to.
    pub opening: Opening,
}

/// The file of a share; the first has the index 1.
pub(crate) fn share_file(index: usize) -> String {
    format!("share-{index}.age")
}

impl Sealed {
    /// A sealed truth from its files.
    ///
    /// # Errors
    /// One is missing, is one too many or is damaged.
    pub fn read(files: &Files) -> Result<Self, SealError> {
        let mut left = files.clone();
        let mut take =
            |name: &str| left.remove(name).ok_or_else(|| SealError::damaged(name, "it is missing"));
        let manifest = Manifest::read(&take(MANIFEST)?)?;
        let truth = take(TRUTH)?;
        let count = manifest.shares.len();
        let shares = (1..=count).map(|index| take(&share_file(index)));
        let shares = shares.collect::<Result<_, _>>()?;
        match left.into_keys().next() {
            Some(name) => Err(SealError::damaged(name, "it does not belong to a sealed truth")),
            None => Ok(Self { manifest, truth, shares }),
        }
    }

    /// The files that it lies in.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn files(&self) -> Result<Files, SealError> {
        let mut files = Files::new();
        files.insert(MANIFEST.to_owned(), self.manifest.write()?);
        files.insert(TRUTH.to_owned(), self.truth.clone());
        let shares = self.shares.iter().enumerate();
        files.extend(shares.map(|(at, share)| (share_file(at + 1), share.clone())));
        Ok(files)
    }

    /// The commitment to the truth.
    pub fn commitment(&self) -> Digest {
        self.manifest.commitment
    }

    /// How many shares open it.
    pub fn threshold(&self) -> usize {
        self.manifest.threshold
    }

    /// Whom the shares are for, in their order.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.manifest.shares.iter().map(|entry| entry.recipient.as_str())
    }

    /// Whether it is of this task.
    ///
    /// # Errors
    /// It is of another.
    pub fn check_task(&self, task: Digest) -> Result<(), SealError> {
        let found = self.manifest.task;
        if found == task { Ok(()) } else { Err(SealError::OtherTask { found, expected: task }) }
    }

    /// The shares that are for some identities.
    ///
    /// # Errors
    /// None is, or one is damaged.
    pub fn shares_of(&self, identities: &Identities) -> Result<Vec<Share>, SealError> {
        let mut found = Vec::new();
        for (at, encrypted) in self.shares.iter().enumerate() {
            let file = share_file(at + 1);
            let Some(text) = identities.decrypt(&file, encrypted)? else { continue };
            let share = Share::read(&file, &text)?;
            self.check(&share)?;
            if share.index() != at + 1 {
                let reason = format!("it holds share {}", share.index());
                return Err(SealError::damaged(file, reason));
            }
            found.push(share.from(identities.place()));
        }
        if found.is_empty() {
            return Err(SealError::NoShare { place: identities.place().to_owned() });
        }
        Ok(found)
    }

    /// Whether a share is of this truth, and genuine.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, share: &Share) -> Result<(), SealError> {
        let place = share.place().to_owned();
        let (found, expected) = (share.commitment(), self.commitment());
        if found != expected {
            return Err(SealError::ForeignShare { place, found, expected });
        }
        let index = share.index();
        match self.manifest.shares.get(index - 1) {
            Some(entry) if entry.digest == share.digest() => Ok(()),
            _ => Err(SealError::FalseShare { place, index }),
        }
    }

    /// Opens it. More shares than the threshold do no harm; all must be genuine.
    ///
    /// # Errors
    /// A share is foreign, false or there twice, there are too few, or the content is damaged.
    pub fn open(&self, shares: &[Share]) -> Result<Opened, SealError> {
        let mut by_index: BTreeMap<usize, &Share> = BTreeMap::new();
        for share in shares {
            self.check(share)?;
            if let Some(before) = by_index.insert(share.index(), share) {
                return Err(SealError::SameShare {
                    place: share.place().to_owned(),
                    index: share.index(),
                    other: before.place().to_owned(),
                });
            }
        }
        let (given, threshold) = (by_index.len(), self.threshold());
        if given < threshold {
            let missing = (1..=self.shares.len()).filter(|index| !by_index.contains_key(index));
            let missing: Vec<String> = missing.map(|index| index.to_string()).collect();
            return Err(SealError::TooFew { given, threshold, missing: missing.join(", ") });
        }
        let points = by_index.values().take(threshold).map(|share| (share.index(), share.value()));
        let key = combine(&points.collect::<Vec<_>>())?;
        let identity: Option<x25519::Identity> =
            std::str::from_utf8(&key).ok().and_then(|text| text.parse().ok());
        let identity = identity.ok_or_else(|| {
            SealError::damaged(MANIFEST, "its shares are genuine, but give no key: it was changed")
        })?;
        self.open_with(&identity)
    }

    /// Opens it with the whole key.
    pub(crate) fn open_with(&self, key: &x25519::Identity) -> Result<Opened, SealError> {
        let content = decrypt(std::iter::once(key), TRUTH, &self.truth)?;
        let content = content
            .ok_or_else(|| SealError::damaged(TRUTH, "the key of the shares is not its key"))?;
        let (truth, opening) =
            content::open(&content, self.manifest.task, self.manifest.commitment)?;
        Ok(Opened { truth, opening })
    }
}
