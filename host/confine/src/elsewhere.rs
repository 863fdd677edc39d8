//! Systems that have nothing of this, and nothing that pretends to be.

use std::collections::BTreeSet;
use std::os::fd::BorrowedFd;

use crate::{ConfineError, Confined, Profile, Support};

/// No layer.
pub fn support() -> Support {
    let why = || "only Linux on x86-64 and ARM64 has it here".to_owned();
    Support { landlock: Err(why()), seccomp: Err(why()) }
}

/// Does nothing, and says so.
///
/// # Errors
/// None.
pub fn confine(_: &Profile, _: &[BorrowedFd<'_>]) -> Result<Confined, ConfineError> {
    Ok(Confined { landlock: false, seccomp: false })
}

/// No list.
pub fn system_calls(_: &Profile) -> BTreeSet<i64> {
    BTreeSet::new()
}
