//! The canonical encoding of calls and replies. It names calls, replies and their cases, not enum
//! positions, so that old records stay readable when some are added.

mod call;
mod layer;
mod reply;

use assay_ids::Digest;

use crate::Call;
use crate::canonical::Writer;

pub(crate) use call::call;
pub(crate) use layer::layers;
pub(crate) use reply::{read_reply, reply};

/// The digest of a call as the unit made it: with its handles.
pub(crate) fn call_digest(of: &Call) -> Digest {
    let mut writer = Writer::new();
    call(of, &mut writer);
    writer.digest("assay call 1")
}
