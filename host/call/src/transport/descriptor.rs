//! Handing a descriptor to another process: how an engine gets the socket of a unit's guest.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use super::TransportError;

/// The byte that carries a descriptor: without one, nothing is sent at all.
const CARRIER: [u8; 1] = *b"d";

/// The socket that a process was started with as its standard input.
///
/// # Errors
/// There is none, or it is no socket: nobody who speaks this language has started the process.
pub fn inherited_socket() -> Result<UnixStream, String> {
    let input = std::io::stdin().as_fd().try_clone_to_owned();
    let socket = UnixStream::from(input.map_err(|error| format!("no standard input: {error}"))?);
    match socket.peer_addr() {
        Ok(_) => Ok(socket),
        Err(_) => Err("standard input is no socket".to_owned()),
    }
}

/// Sends a descriptor over a socket. The caller's own stays open.
pub fn send_descriptor(stream: &UnixStream, descriptor: impl AsFd) -> Result<(), TransportError> {
    let descriptors = [descriptor.as_fd()];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    // There is room for one, and one is pushed.
    let pushed = ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    debug_assert!(pushed, "room for one descriptor");
    sendmsg(stream, &[IoSlice::new(&CARRIER)], &mut ancillary, SendFlags::NOSIGNAL)
        .map_err(std::io::Error::from)?;
    Ok(())
}

/// Receives a descriptor that the other side sent with [`send_descriptor`] as the next thing on the
/// socket. A message without one, or with more, is no such message.
pub fn receive_descriptor(stream: &UnixStream) -> Result<OwnedFd, TransportError> {
    let mut byte = [0];
    // Room for a second one, so that it is seen and closed rather than cut off in silence.
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(2))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
            .map_err(std::io::Error::from)?;
    if received.bytes == 0 {
        return Err(TransportError::Closed);
    }
    let mut descriptors: Vec<OwnedFd> = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(found) = message {
            descriptors.extend(found);
        }
    }
    match (byte == CARRIER, descriptors.pop(), descriptors.is_empty()) {
        (true, Some(descriptor), true) => Ok(descriptor),
        _ => Err(TransportError::Garbled {
            expected: "descriptor",
            reason: "the message does not carry exactly one".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn a_socket_arrives_and_works() {
        let (here, there) = UnixStream::pair().unwrap();
        let (mut near, far) = UnixStream::pair().unwrap();
        send_descriptor(&here, &far).unwrap();
        drop(far);
        let mut arrived = UnixStream::from(receive_descriptor(&there).unwrap());
        arrived.write_all(b"through").unwrap();
        drop(arrived);
        let mut text = String::new();
        near.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
    }

    #[test]
    fn what_carries_no_descriptor_is_refused() {
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(&CARRIER).unwrap();
        assert!(matches!(receive_descriptor(&there), Err(TransportError::Garbled { .. })));
        drop(here);
        assert!(matches!(receive_descriptor(&there), Err(TransportError::Closed)));
    }
}
