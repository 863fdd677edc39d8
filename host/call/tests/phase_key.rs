//! The key of a hidden phase on its way to the engine process: it arrives whole or not at all.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::Cursor;
use std::os::unix::net::UnixStream;
use std::thread;

use assay_call::transport::{
    Link, Order, TransportError, accept, greet, refuse, take_order, write, write_bytes,
};
use assay_ids::PhaseKey;

#[test]
fn the_key_of_a_phase_arrives_whole() {
    let key = PhaseKey::from_bytes(std::array::from_fn(|at| at as u8 + 1));
    let commitment = key.commitment();
    let (mut near, far) = UnixStream::pair().unwrap();
    let engine = thread::spawn(move || {
        greet(&mut near).unwrap();
        accept(&mut near, "a test").unwrap();
        let Some(Order::Phase(key)) = take_order(&mut near).unwrap() else { panic!("no key") };
        accept(&mut near, "").unwrap();
        let Some(Order::Phase(_)) = take_order(&mut near).unwrap() else { panic!("no key") };
        refuse(&mut near, "one key").unwrap();
        key.commitment()
    });
    let mut link = Link::connect(far).unwrap();
    link.phase(&key).unwrap();
    assert_eq!(link.phase(&key).unwrap_err().to_string(), "one key");
    assert_eq!(engine.join().unwrap(), commitment);
}

/// A key that is too short or too long is an error, and does not wait for more.
#[test]
fn a_key_of_another_length_is_refused() {
    for length in [0, 31, 32, 33] {
        let mut bytes = Vec::new();
        // An order travels by its position, and the key's is the first.
        write(&mut bytes, &0_u8).unwrap();
        write_bytes(&mut bytes, vec![1; length]).unwrap();
        let taken = take_order(&mut Cursor::new(bytes));
        match taken {
            Ok(Some(Order::Phase(_))) => assert_eq!(length, 32),
            Err(TransportError::Garbled { .. } | TransportError::Closed) => assert_ne!(length, 32),
            Ok(_) => panic!("{length}: another order"),
            Err(error) => panic!("{length}: {error}"),
        }
    }
}
