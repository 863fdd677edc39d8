//! Sockets: new ones, and the one that is there.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use assay_call::transport::receive_descriptor;

pub(crate) fn act(action: &str) -> Option<i64> {
    let new = |domain, kind| i64::from(unsafe { libc::socket(domain, kind, 0) });
    let option = |name: i32, value: *const u8, bytes: u32| {
        i64::from(unsafe { libc::setsockopt(0, libc::SOL_SOCKET, name, value.cast(), bytes) })
    };
    let done = |result: std::io::Result<()>| result.map_or(-1, |()| 0);
    Some(match action {
        "inet" => new(libc::AF_INET, libc::SOCK_STREAM),
        "unix" => new(libc::AF_UNIX, libc::SOCK_STREAM),
        "netlink" => new(libc::AF_NETLINK, libc::SOCK_RAW),
        "connect" => {
            let name = libc::sockaddr { sa_family: libc::AF_UNIX as u16, sa_data: [0; 14] };
            i64::from(unsafe { libc::connect(0, &raw const name, 16) })
        }
        "listen" => i64::from(unsafe { libc::listen(0, 1) }),
        "give-away" => {
            let nothing: libc::msghdr = unsafe { std::mem::zeroed() };
            unsafe { libc::sendmsg(0, &raw const nothing, 0) as i64 }
        }
        "second-descriptor" => std::io::stdin().as_fd().try_clone_to_owned().map_or(-1, |_| 0),
        "signals-of-a-socket" => i64::from(unsafe { libc::fcntl(0, libc::F_SETOWN, 1) }),
        "filter-of-a-socket" => option(libc::SO_ATTACH_FILTER, std::ptr::null(), 0),
        "timeout" => done(socket().set_read_timeout(Some(Duration::from_secs(1)))),
        "type" => {
            let byte = b'x';
            i64::from(unsafe { libc::ioctl(0, libc::TIOCSTI, &raw const byte) })
        }
        "ask-device" => {
            let mut waiting = 0_i32;
            i64::from(unsafe { libc::ioctl(0, libc::FIONREAD, &raw mut waiting) })
        }
        "wait" => {
            // Says that it is confined, and waits for the other side's end.
            let mut socket = socket();
            socket.write_all(b"c").unwrap();
            socket.read(&mut [0]).map_or(-1, |read| read as i64)
        }
        "answer" => {
            let mut byte = [0];
            socket().read_exact(&mut byte).unwrap();
            done(socket().write_all(&[byte[0] + 1]))
        }
        "receive" => {
            let Ok(descriptor) = receive_descriptor(&socket()) else { return Some(-1) };
            let mut byte = [0];
            UnixStream::from(descriptor).read_exact(&mut byte).unwrap();
            done(socket().write_all(&[byte[0] + 1]))
        }
        _ => return None,
    })
}

/// Standard input, which is never closed by this.
fn socket() -> std::mem::ManuallyDrop<UnixStream> {
    use std::os::fd::FromRawFd as _;
    let number = std::io::stdin().as_raw_fd();
    // SAFETY: the descriptor is open as long as the process runs, and is not closed here.
    std::mem::ManuallyDrop::new(unsafe { UnixStream::from_raw_fd(number) })
}
