//! Any calls, against a real engine. No call is an accident: it is answered, refused by value, or stops
//! the unit; it costs what it must; and everything that is said of determinism holds for it.

use std::sync::{Arc, PoisonError};

use assay_call::{
    Call, Detail, Entry, Host, Meters, Replayer, Reply, Session, Stop, TensorHandle, price,
};
use assay_engine::{Cache, Engine};

use crate::draw::Draw;
use crate::unit::{Kept, LANES, WORK_MAX, keeper, operands, session};
use crate::{Material, Memory, Seed, Target};

/// The most calls of an input.
const CALLS_MAX: usize = 48;

/// Calls as they are drawn, to a session that computes.
pub const SESSION: Target = Target {
    name: "session",
    about: "any calls to an engine: errors by value, charged before done, the same bits from every \
            instruction set, from the cache and from the record",
    weight: 150,
    short: 400,
    length_max: 1024,
    // The engine's own thread is not counted; its tensors are bounded by the unit's work.
    memory: Memory::new(64, 4096),
    run: |input| {
        let (calls, first) = drawn_from(input);
        check(&calls, &first);
    },
    seeds,
    words: &[],
};

/// The calls of an input, and a first session of them, which tells the drawing what is alive.
fn drawn_from(input: &[u8]) -> (Vec<Call>, Ran) {
    let mut ran = Running::new(session(&LANES[0], Detail::Visible, None));
    let mut draw = Draw::new(input);
    let mut calls = Vec::new();
    let mut before = operands().into_iter();
    while calls.len() < CALLS_MAX {
        let Some(call) = before.next().or_else(|| draw.next()) else { break };
        calls.push(call.clone());
        match ran.call(&call) {
            Ok(reply) => follow(&mut draw, &call, &reply),
            Err(_) => break,
        }
    }
    (calls, ran.end())
}

/// Keeps the lists of handles.
fn follow(draw: &mut Draw<'_>, call: &Call, reply: &Reply) {
    match (call, reply) {
        (_, Reply::Tensors(tensors)) => draw.tensors.extend(tensors.iter().map(|(t, _)| t.0)),
        (_, Reply::Ranking { values: (tensor, _), .. }) => draw.tensors.push(tensor.0),
        (_, Reply::Network(network)) => draw.networks.push(network.0),
        (Call::TensorDrop { tensor: TensorHandle(gone) }, Reply::Done) => {
            draw.tensors.retain(|tensor| tensor != gone);
        }
        (Call::NetworkDrop { network }, Reply::Done) => {
            draw.networks.retain(|alive| *alive != network.0);
        }
        _ => {}
    }
}

fn check(calls: &[Call], first: &Ran) {
    first.entries_are_whole();
    // Another instruction set, and everything recorded that a record can hold; then once more, with
    // what the cache has by then.
    let cache = Arc::new(Cache::new(8 << 20));
    let full = || {
        let mut ran = Running::new(session(&LANES[1], Detail::Full, Some(&cache)));
        for call in calls {
            // A unit that was stopped stays stopped, which is checked, too.
            drop(ran.call(call));
        }
        ran.end()
    };
    let (computed, cached) = (full(), full());
    assert_eq!(first.replies, computed.replies, "instruction sets differ");
    assert_eq!(first.meters, computed.meters, "the meters tell instruction sets apart");
    assert_eq!(computed.entries(), cached.entries(), "the cache can be told");
    first.replays(calls);
}

/// A unit that was run.
struct Ran {
    /// As text, in which NaN is NaN and -0 is not 0.
    replies: Vec<String>,
    meters: Meters,
    detail: Detail,
    digest: assay_ids::Digest,
    kept: Kept,
}

impl Ran {
    fn entries(&self) -> Vec<Vec<u8>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was recorded reads back to the byte, and adds up to the meters.
    fn entries_are_whole(&self) {
        let mut used = Meters::default();
        for bytes in self.entries() {
            let entry = Entry::decode(&bytes).expect("a session's entry is canonical");
            assert_eq!(entry.encode(), bytes, "{entry:?}");
            used = used.plus(entry.meters());
        }
        assert_eq!(used, self.meters, "the entries' meters");
    }

    /// The record answers as the engine did.
    fn replays(&self, calls: &[Call]) {
        let entries = self.entries().into_iter().map(Ok);
        let mut replayer = Replayer::new(entries, self.detail);
        for (call, reply) in calls.iter().zip(&self.replies) {
            assert_eq!(format!("{:?}", replayer.call(call.clone())), *reply, "{call:?}");
        }
        assert_eq!(replayer.finish(), Ok(None));
        assert_eq!(replayer.meters(), self.meters);
        assert_eq!(replayer.transcript().digest(), self.digest);
    }
}

/// A unit that runs.
struct Running {
    session: Session<Engine>,
    kept: Kept,
    replies: Vec<String>,
}

impl Running {
    fn new(session: Session<Engine>) -> Self {
        let (kept, recorder) = keeper();
        Self { session: session.with_recorder(recorder), kept, replies: Vec::new() }
    }

    /// Makes a call, and checks what holds for each.
    fn call(&mut self, call: &Call) -> Result<Reply, Stop> {
        let before = self.session.meters();
        let stopped = self.session.stop().cloned();
        let answer = self.session.call(call.clone());
        let after = self.session.meters();
        let work = after.work - before.work;
        let least = price::CALL + price::bytes(call.bytes_in()).unwrap_or(u64::MAX);
        match (&stopped, &answer) {
            (Some(stop), _) => {
                assert_eq!(answer.as_ref().err(), Some(stop), "a stopped unit stays stopped");
                assert_eq!(before, after, "and uses nothing");
            }
            (None, Ok(Reply::Error(error))) => {
                // Whether a matrix has an inverse is seen only when it is computed with.
                let exact = work == least || computed_with(call);
                assert!(exact, "{call:?} cost {work}: {error}");
            }
            (None, Ok(_)) => assert!(work >= least, "{call:?} cost {work}"),
            (None, Err(Stop::Work(_))) => assert_eq!(after.work, WORK_MAX, "all is used up"),
            (None, Err(Stop::Handle { .. })) => assert_eq!(work, least),
            (None, Err(stop)) => panic!("{call:?}: {stop}"),
        }
        assert!(after.work <= WORK_MAX);
        self.replies.push(format!("{answer:?}"));
        answer
    }

    fn end(self) -> Ran {
        let (meters, transcript) = (self.session.meters(), self.session.transcript());
        let (detail, digest) = (transcript.detail(), transcript.digest());
        Ran { replies: self.replies, meters, detail, digest, kept: self.kept }
    }
}

/// Calls whose values may be a mistake, not only their shapes.
fn computed_with(call: &Call) -> bool {
    matches!(
        call,
        Call::TensorSingularValues { .. }
            | Call::TensorSvd { .. }
            | Call::TensorSymmetricEigen { .. }
            | Call::TensorSolve { .. }
    )
}

/// Every case in turn, with choices that a small generator makes: any bytes are calls.
fn seeds(_: &Material) -> Vec<Seed> {
    let bytes = |salt: u32| -> Vec<u8> {
        let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let states = std::iter::successors(Some(salt), next);
        states.skip(1).map(|state| (state >> 24) as u8).take(256).collect()
    };
    // The first byte chooses the call: each of them comes first in three seeds.
    (0..=255_u32)
        .map(|first| {
            let mut seed = bytes(first.wrapping_mul(97) + 1);
            seed[0] = first as u8;
            Seed::new(format!("call-{first:03}"), seed)
        })
        .collect()
}

/// Operands, and then one call of every kind: what the frames' seeds carry.
pub(crate) fn drawn() -> Vec<Call> {
    let every = (0..=255_u8).filter_map(|first| {
        let input = [first, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        let mut draw = Draw::new(&input);
        draw.tensors = vec![0, 1, 2];
        draw.next()
    });
    let mut calls: Vec<Call> = operands();
    for call in every {
        if calls.iter().all(|known| known.name() != Call::name(&call)) {
            calls.push(call);
        }
    }
    // What is dropped is gone for those that come after.
    calls.sort_by_key(|call| matches!(call, Call::TensorDrop { .. } | Call::NetworkDrop { .. }));
    calls
}

/// What a session records of those calls.
pub(crate) fn entries() -> Vec<Vec<u8>> {
    let (kept, recorder) = keeper();
    let mut session = session(&LANES[0], Detail::Full, None).with_recorder(recorder);
    session.note("budget.fuel-left", "12");
    for call in drawn() {
        // One that stops the unit is an entry as well, and the last.
        if session.call(call).is_err() {
            break;
        }
    }
    // The lock is let go at the end of this line.
    kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn seeds_are_calls_that_are_answered() {
        let (mut made, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for seed in seeds(&Material::find()) {
            let (calls, ran) = drawn_from(&seed.bytes);
            for (call, reply) in calls.iter().zip(&ran.replies) {
                made.insert(call.name());
                if !reply.starts_with("Ok(Error") && !reply.starts_with("Err") {
                    answered.insert(call.name());
                }
            }
        }
        assert!(made.len() >= 65, "{} kinds of calls: {made:?}", made.len());
        let refused: Vec<_> = made.difference(&answered).collect();
        assert!(answered.len() >= 45, "never answered: {refused:?}");
    }
}
