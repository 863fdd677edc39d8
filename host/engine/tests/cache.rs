//! The cache: the same bits and the same work, hit or miss; and never another network's results.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(dead_code, unreachable_pub, reason = "the operands' module serves another test too")]

mod operations;

use std::sync::Arc;

use assay_call::{
    Call, Detail, Host, Limits, NetworkHandle, Reply, Session, Tap, TapPoint, TensorHandle,
};
use assay_engine::{Cache, Engine, Lane, PreparedData, PreparedNetwork};

const N: NetworkHandle = NetworkHandle(0);

type Parts = (Arc<PreparedNetwork>, Arc<PreparedData>);

fn session((network, data): &Parts, cache: Option<&Arc<Cache>>) -> Session<Engine> {
    let lane = Lane::new(1).unwrap();
    let engine = Engine::new(lane, Arc::clone(network), Arc::clone(data));
    let engine = match cache {
        Some(cache) => engine.with_cache(Arc::clone(cache)),
        None => engine,
    };
    Session::new(engine, Limits { work_max: u64::MAX }, Detail::Full)
}

fn tensor(session: &mut Session<Engine>, call: Call) -> TensorHandle {
    match session.call(call).unwrap() {
        Reply::Tensors(made) => made[0].0,
        other => panic!("{other:?}"),
    }
}

fn batch(session: &mut Session<Engine>, seed: u64) -> TensorHandle {
    tensor(session, Call::TensorRandomNormal { seed, stream: 0, shape: vec![8, 9, 7, 3] })
}

fn activations(session: &mut Session<Engine>, network: NetworkHandle, batch: TensorHandle) {
    let taps = vec![Tap { layer: 3, point: TapPoint::Output }];
    tensor(session, Call::NetworkActivations { network, batch, taps });
}

#[test]
fn a_second_measure_finds_what_the_first_computed_and_pays_for_it() {
    let parts = operations::network_and_data();
    let cache = Arc::new(Cache::new(1 << 24));
    let run = |cache: Option<&Arc<Cache>>| {
        let mut session = session(&parts, cache);
        let batch = batch(&mut session, 5);
        activations(&mut session, N, batch);
        (session.transcript().digest(), session.meters())
    };
    let alone = run(None);
    let first = run(Some(&cache));
    assert_eq!((cache.statistics().hits, cache.statistics().misses), (0, 1));
    let second = run(Some(&cache));
    assert_eq!((cache.statistics().hits, cache.statistics().misses), (1, 1));
    assert_eq!(alone, first);
    assert_eq!(first, second);
}

#[test]
fn another_batch_another_network_or_a_changed_copy_is_another_result() {
    let parts = operations::network_and_data();
    let cache = Arc::new(Cache::new(1 << 24));
    let mut session = session(&parts, Some(&cache));
    let one = batch(&mut session, 5);
    let two = batch(&mut session, 6);
    activations(&mut session, N, one);
    activations(&mut session, N, two);
    let filters = parts.0.network().architecture().parameters()[1].shape[0] as u32;
    let bias = tensor(&mut session, Call::TensorFull { shape: vec![filters], value: 0.5 });
    let copy = Call::NetworkWithParameters { network: N, replacements: vec![(1, bias)] };
    let Reply::Network(copy) = session.call(copy).unwrap() else { panic!("no network") };
    activations(&mut session, copy, one);
    assert_eq!(cache.statistics().hits, 0);
    activations(&mut session, copy, one);
    // The same batch, made again under another handle.
    let again = batch(&mut session, 5);
    activations(&mut session, N, again);
    assert_eq!(cache.statistics().hits, 2);
}

#[test]
fn what_a_guest_brings_is_part_of_the_lineage() {
    let parts = operations::network_and_data();
    let cache = Arc::new(Cache::new(1 << 24));
    let mut session = session(&parts, Some(&cache));
    for last in [0.25, 0.5, 0.25] {
        let mut values = vec![0.125; 8 * 9 * 7 * 3];
        values[8 * 9 * 7 * 3 - 1] = last;
        let made = tensor(&mut session, Call::TensorFromList { shape: vec![8, 9, 7, 3], values });
        activations(&mut session, N, made);
    }
    assert_eq!((cache.statistics().hits, cache.statistics().misses), (1, 2));
}
