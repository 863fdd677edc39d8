//! The first frame of each side: whether the two programs speak the same language.

use std::fmt;
use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::{TransportError, frame};

/// Version of the frames and of the order of messages.
pub const PROTOCOL: u32 = 3;

/// The WIT package whose functions the calls are.
pub const WORLD: &str = "assay:measure@0.1.0";

/// The files whose types are messages. The encoding writes variants by position and fields without
/// names, so any change here makes two builds misread each other.
const VOCABULARY: u64 = fingerprint(&[
    include_bytes!("../call.rs"),
    include_bytes!("../derivatives.rs"),
    include_bytes!("../handles.rs"),
    include_bytes!("../images.rs"),
    include_bytes!("../limits.rs"),
    include_bytes!("../operations.rs"),
    include_bytes!("../reply.rs"),
    include_bytes!("../session.rs"),
    include_bytes!("order.rs"),
    include_bytes!("serve.rs"),
]);

/// FNV-1a of 64 bits: tells builds of one project apart, and is no defence against anybody.
const fn fingerprint(files: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut file = 0;
    while file < files.len() {
        let mut at = 0;
        while at < files[file].len() {
            hash = (hash ^ files[file][at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        }
        file += 1;
    }
    hash
}

/// What a program speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    protocol: u32,
    world: String,
    vocabulary: u64,
}

impl Greeting {
    /// This program's own.
    pub fn ours() -> Self {
        Self { protocol: PROTOCOL, world: WORLD.to_owned(), vocabulary: VOCABULARY }
    }
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, world, vocabulary } = self;
        write!(f, "protocol {protocol} of {world} (vocabulary {vocabulary:016x})")
    }
}

/// Greets the other side and hears its greeting. Both sides do the same; each sees a mismatch itself.
pub fn greet(stream: &mut (impl Read + Write)) -> Result<(), TransportError> {
    let ours = Greeting::ours();
    frame::write(stream, &ours)?;
    let theirs: Greeting = frame::read(stream, "greeting")?.ok_or(TransportError::Closed)?;
    if theirs == ours { Ok(()) } else { Err(TransportError::Mismatch { ours, theirs }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_the_one_that_the_contract_declares() {
        let wit = include_str!("../../../../wit/v0.1.0/world.wit");
        assert!(wit.contains(&format!("\npackage {WORLD};\n")));
    }

    #[test]
    fn a_changed_byte_changes_the_fingerprint() {
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"ab", b"d"]));
        assert_eq!(fingerprint(&[b"a"]), 0xaf63_dc4c_8601_ec8c, "the published test value");
    }
}
