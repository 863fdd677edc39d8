//! A guest process that is not what it should be: what an escaped component could do with the one
//! socket that it has. What it does is named by the name it is started under (tests make links).

#![allow(clippy::unwrap_used, reason = "a program of tests may end in a panic")]

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use assay_call::transport::{
    RemoteHost, greet, inherited_socket, read_bytes, receive_descriptor, say, write_bytes,
};
use assay_call::{Call, Host as _, NetworkHandle, Reply, TensorHandle};
use assay_ids::UnitSeed;
use assay_sandbox::{Outcome, UnitReport};

fn main() {
    let name = std::env::args_os().next().unwrap();
    let name = Path::new(&name).file_name().unwrap().to_str().unwrap().to_owned();
    let mut socket = inherited_socket().unwrap();
    if name == "ends-at-once" {
        return;
    }
    read_bytes(&mut socket).unwrap();
    drop(receive_descriptor(&socket).unwrap());
    if name == "greets-nobody" {
        socket.write_all(b"\x05\x00\x00\x00HELLO").unwrap();
        socket.read_to_end(&mut Vec::new()).ok();
        return;
    }
    greet(&mut socket).unwrap();
    let mut host = RemoteHost::over(socket.try_clone().unwrap());
    match name.as_str() {
        "says-nothing" => {}
        "is-killed" => {
            host.call(Call::BudgetWorkLeft).unwrap();
            std::process::abort();
        }
        "sends-garbage" => write_bytes(&mut socket, [0xff; 64]).unwrap(),
        "claims-gigabytes" => socket.write_all(&[0xff; 64]).unwrap(),
        "stalls-in-a-frame" => {
            socket.write_all(&[100, 0, 0, 0, 1]).unwrap();
            wait_for_ever(&mut socket);
        }
        "stalls-between-frames" => wait_for_ever(&mut socket),
        "forges-a-handle" => {
            host.call(Call::TensorShape { tensor: TensorHandle(7) }).unwrap_err();
            tell(&mut socket, Outcome::Value(1.0));
        }
        "forges-a-network" => {
            let (network, batch) = (NetworkHandle(99), TensorHandle(0));
            host.call(Call::NetworkLogits { network, batch }).unwrap_err();
            tell(&mut socket, Outcome::Value(1.0));
        }
        "goes-on-after-its-budget" => {
            let made = host.call(Call::TensorFull { shape: vec![8192, 4096], value: 0.5 }).unwrap();
            let Reply::Tensors(tensors) = made else { panic!("{made:?}") };
            // Priced far above any budget, and so not begun.
            host.call(Call::TensorSvd { tensor: tensors[0].0 }).unwrap_err();
            host.call(Call::BudgetWorkLeft).unwrap_err();
            tell(&mut socket, Outcome::Value(1.0));
        }
        "says-nan" => tell(&mut socket, Outcome::Value(f64::NAN)),
        "says-too-much" => {
            // Refused by the engine, which may close before all of it is written.
            say(&mut socket, vec![1; 1 << 20]).ok();
        }
        "says-no-report" => say(&mut socket, b"no report".to_vec()).unwrap(),
        "says-a-value" => tell(&mut socket, Outcome::Value(2.5)),
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
