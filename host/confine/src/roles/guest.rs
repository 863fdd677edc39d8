//! A guest's system calls: one thread that computes, and talks over the one socket that it has.
//!
//! No file, no socket, no process, no thread, no new code; a second descriptor for its socket is to be
//! made before. What is not listed ends it: nothing in it has a use for an error.

use super::{ABORT, CLOSE, Calls, MEMORY, NO_NEW_CODE, Otherwise, RUN, SIGNALS, TALK};

pub(crate) const CALLS: Calls = Calls {
    allowed: &[TALK, MEMORY, SIGNALS, RUN],
    checked: &[CLOSE, NO_NEW_CODE, ABORT],
    refused: &[],
    otherwise: Otherwise::Killed,
};
