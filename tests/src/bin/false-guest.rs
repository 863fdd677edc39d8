//! A guest process that is not what it should be: what an escaped component could do with the one
//! socket that it has. What it does is named by the name it is started under (tests make links).

#![allow(clippy::unwrap_used, reason = "a program of tests may end in a panic")]

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use assay_call::transport::{
    RemoteHost, greet, inherited_socket, read_bytes, receive_descriptor, say, send_descriptor,
    write_bytes,
};
use assay_call::{Call, Host as _, LIMITS, NetworkHandle, Reply, TensorHandle};
use assay_ids::UnitSeed;
use assay_sandbox::{Outcome, UnitReport};

fn main() {
    let started = PathBuf::from(std::env::args_os().next().unwrap());
    let name = started.file_name().unwrap().to_str().unwrap();
    if !start(name, &started) {
        return;
    }
    // Before anything of its own is open.
    let has = what_it_has();
    let mut socket = inherited_socket().unwrap();
    read_bytes(&mut socket).unwrap();
    drop(receive_descriptor(&socket).unwrap());
    if name == "greets-nobody" {
        socket.write_all(b"\x05\x00\x00\x00HELLO").unwrap();
        socket.read_to_end(&mut Vec::new()).ok();
        return;
    }
    greet(&mut socket).unwrap();
    if name == "says-what-it-has" {
        tell(&mut socket, Outcome::MeasureError(has));
    } else if !breaks_frames(name, &mut socket) && !forges(name, &mut socket) {
        says(name, &mut socket);
    }
}

/// What it does before it talks to anybody; whether it goes on.
fn start(name: &str, started: &Path) -> bool {
    match name {
        "ends-at-once" => false,
        "fails-once" => {
            let mark = started.with_extension("failed");
            if !mark.exists() {
                std::fs::write(mark, "").unwrap();
                return false;
            }
            // From now on it is the guest that it should be, which lies beside it.
            let args = std::env::args_os().skip(1);
            panic!(
                "{}",
                std::process::Command::new(started.with_extension("honest")).args(args).exec()
            )
        }
        _ => true,
    }
}

/// Its variables and its descriptors.
fn what_it_has() -> String {
    let variables: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    // Listing them takes one more, which is gone afterwards.
    let listed = std::fs::read_dir("/proc/self/fd").unwrap();
    let mut open: Vec<String> = listed
        .map(|entry| entry.unwrap())
        .filter(|entry| !entry.path().read_link().unwrap().starts_with("/proc"))
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    open.sort();
    format!("variables {variables:?}, descriptors {open:?}")
}

/// Frames that are none, or that come in a way of their own.
fn breaks_frames(name: &str, socket: &mut UnixStream) -> bool {
    let most = LIMITS.iter().find(|limit| limit.name == "FRAME_BYTES_MAX").unwrap().value as u32;
    match name {
        "says-nothing" => {}
        "closes-its-socket" => {
            socket.shutdown(Shutdown::Both).unwrap();
            // Alive, until somebody ends it.
            loop {
                std::thread::park();
            }
        }
        "sends-garbage" => write_bytes(socket, [0xff; 64]).unwrap(),
        "claims-gigabytes" => socket.write_all(&[0xff; 64]).unwrap(),
        "claims-one-byte-too-many" => socket.write_all(&(most + 1).to_le_bytes()).unwrap(),
        "fills-the-largest-frame" => {
            // Read to its end, and then found to be nothing; by then the engine may have closed.
            write_bytes(socket, vec![0xff; most as usize]).unwrap();
        }
        "sends-an-empty-frame" => write_bytes(socket, []).unwrap(),
        "sends-half-a-length" => socket.write_all(&[1, 0]).unwrap(),
        "sends-half-a-frame" => socket.write_all(&[100, 0, 0, 0, 1]).unwrap(),
        "stalls-in-a-frame" => {
            socket.write_all(&[100, 0, 0, 0, 1]).unwrap();
            wait_for_ever(socket);
        }
        "stalls-between-frames" => wait_for_ever(socket),
        "never-reads" => {
            // Until neither side can write any more.
            let mut question = Vec::new();
            RemoteHost::over(Kept(&mut question)).call(Call::BudgetWorkLeft).unwrap_err();
            while socket.write_all(&question).is_ok() {}
        }
        "sends-byte-by-byte" => {
            let mut host = RemoteHost::over(Slow(socket.try_clone().unwrap()));
            host.call(Call::BudgetWorkLeft).unwrap();
            tell(socket, Outcome::Value(1.5));
        }
        "gives-descriptors-away" => {
            // A frame of 100 bytes, with a descriptor beside each.
            socket.write_all(&[100, 0, 0, 0]).unwrap();
            for _ in 0..100 {
                send_descriptor(socket, &*socket).unwrap();
            }
            wait_for_ever(socket);
        }
        _ => return false,
    }
    true
}

/// Handles that it was never given, or gave back.
fn forges(name: &str, socket: &mut UnixStream) -> bool {
    let mut host = RemoteHost::over(socket.try_clone().unwrap());
    let made = |host: &mut RemoteHost<UnixStream>, shape: &[u32]| {
        let made = host.call(Call::TensorFull { shape: shape.to_vec(), value: 0.5 }).unwrap();
        let Reply::Tensors(tensors) = made else { panic!("{made:?}") };
        tensors[0].0
    };
    match name {
        "forges-a-handle" => {
            host.call(Call::TensorShape { tensor: TensorHandle(7) }).unwrap_err();
        }
        "forges-a-network" => {
            let (network, batch) = (NetworkHandle(99), TensorHandle(0));
            host.call(Call::NetworkLogits { network, batch }).unwrap_err();
        }
        "drops-the-network-it-was-lent" => {
            host.call(Call::NetworkDrop { network: NetworkHandle(0) }).unwrap_err();
        }
        "uses-a-handle-it-dropped" => {
            let tensor = made(&mut host, &[2]);
            host.call(Call::TensorDrop { tensor }).unwrap();
            // Another one is made, which must not get its number.
            made(&mut host, &[3]);
            host.call(Call::TensorShape { tensor }).unwrap_err();
        }
        "drops-a-handle-twice" => {
            let tensor = made(&mut host, &[2]);
            host.call(Call::TensorDrop { tensor }).unwrap();
            host.call(Call::TensorDrop { tensor }).unwrap_err();
        }
        "goes-on-after-its-budget" => {
            let tensor = made(&mut host, &[8192, 4096]);
            // Priced far above any budget, and so not begun.
            host.call(Call::TensorSvd { tensor }).unwrap_err();
            host.call(Call::BudgetWorkLeft).unwrap_err();
        }
        "is-killed" => {
            host.call(Call::BudgetWorkLeft).unwrap();
            std::process::abort();
        }
        _ => return false,
    }
    tell(socket, Outcome::Value(1.0));
    true
}

/// Last words.
fn says(name: &str, socket: &mut UnixStream) {
    match name {
        "says-nan" => tell(socket, Outcome::Value(f64::NAN)),
        "says-too-much" => {
            // Refused by the engine, which may close before all of it is written.
            say(socket, vec![1; 1 << 20]).ok();
        }
        "says-no-report" => say(socket, b"no report".to_vec()).unwrap(),
        "says-a-value" => tell(socket, Outcome::Value(2.5)),
        other => panic!("no such behaviour: {other}"),
    }
}

/// The engine says nothing unasked, so this ends only with one of the two processes.
fn wait_for_ever(socket: &mut UnixStream) {
    socket.read_to_end(&mut Vec::new()).ok();
}

fn tell(socket: &mut UnixStream, outcome: Outcome) {
    let report = UnitReport { outcome, fuel: 1, seed: UnitSeed(0), log: Vec::new() };
    say(socket, postcard::to_stdvec(&report).unwrap()).unwrap();
}

/// A stream on which each byte goes alone.
struct Slow(UnixStream);

impl std::io::Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(&bytes[..bytes.len().min(1)])
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl std::io::Read for Slow {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(bytes)
    }
}

/// Keeps what is written, and has nothing to be read.
struct Kept<'a>(&'a mut Vec<u8>);

impl std::io::Write for Kept<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Read for Kept<'_> {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}
