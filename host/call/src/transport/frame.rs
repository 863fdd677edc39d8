//! Frames: a length, checked before anything is allocated, and one message.

use std::io::{ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::TransportError;
use crate::limits::FRAME_BYTES_MAX;

/// Bytes of the length before each frame.
const HEADER: usize = 4;

/// Writes one message. A message too large for a frame is refused before a byte is sent, so the
/// conversation can go on.
pub fn write<T: Serialize>(stream: &mut impl Write, message: &T) -> Result<(), TransportError> {
    let frame = postcard::to_extend(message, vec![0; HEADER]).map_err(|error| {
        TransportError::Garbled { expected: "message of ours", reason: error.to_string() }
    })?;
    send(stream, frame)
}

/// Reads one message of a kind that `expected` names; nothing if the stream ended before it.
pub fn read<T: DeserializeOwned>(
    stream: &mut impl Read,
    expected: &'static str,
) -> Result<Option<T>, TransportError> {
    let Some(bytes) = read_bytes(stream)? else { return Ok(None) };
    let garbled = |reason: String| TransportError::Garbled { expected, reason };
    let (message, rest) =
        postcard::take_from_bytes(&bytes).map_err(|error| garbled(error.to_string()))?;
    if !rest.is_empty() {
        return Err(garbled(format!("{} bytes are left over", rest.len())));
    }
    Ok(Some(message))
}

/// Writes bytes as they are, as one frame.
pub fn write_bytes(
    stream: &mut impl Write,
    bytes: impl IntoIterator<Item = u8>,
) -> Result<(), TransportError> {
    let mut frame = vec![0; HEADER];
    frame.extend(bytes);
    send(stream, frame)
}

/// Reads one frame; nothing if the stream ended before it.
pub fn read_bytes(stream: &mut impl Read) -> Result<Option<Vec<u8>>, TransportError> {
    let mut header = [0; HEADER];
    let mut filled = 0;
    while filled < HEADER {
        match stream.read(&mut header[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(TransportError::Closed),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The other side ended with something of ours unread: it is gone all the same.
            Err(error) if error.kind() == ErrorKind::ConnectionReset && filled == 0 => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let length = u64::from(u32::from_le_bytes(header));
    if length > FRAME_BYTES_MAX {
        return Err(TransportError::TooLarge { length, max: FRAME_BYTES_MAX });
    }
    // Grows with what arrives, so a length alone makes nobody allocate.
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(TransportError::Closed);
    }
    Ok(Some(bytes))
}

fn send(stream: &mut impl Write, mut frame: Vec<u8>) -> Result<(), TransportError> {
    let length = (frame.len() - HEADER) as u64;
    // The limit is far below what four bytes can say.
    let Some(header) = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES_MAX) else {
        return Err(TransportError::TooLarge { length, max: FRAME_BYTES_MAX });
    };
    frame[..HEADER].copy_from_slice(&header.to_le_bytes());
    // One write per frame: a reader never waits for the second half of a small one.
    stream.write_all(&frame)?;
    stream.flush()?;
    Ok(())
}
