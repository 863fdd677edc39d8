//! A recorded unit answers itself again, and the first step that differs is named.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::{Arc, Mutex};

use assay_call::{
    Call, Comparer, DatasetHandle, Detail, Entry, Execute, Fault, Host, Inventory, Limits, Live,
    NetworkHandle, Plan, Recorder, Replayer, Reply, Session, Step, Stop, TensorHandle, UnaryOp,
};
use assay_ids::Digest;
use assay_network::Architecture;

/// One tensor of 1,000 elements, whose content is `self.0`.
struct Engine(u8);

impl Inventory for Engine {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        (tensor.0 == 0).then_some(&[1000])
    }

    fn network(&self, _: NetworkHandle) -> Option<(&Architecture, bool)> {
        None
    }

    fn dataset(&self, _: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        None
    }

    fn live(&self) -> Live {
        Live { tensors: 1, networks: 1, bytes: 4000 }
    }
}

impl Execute for Engine {
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        match call {
            Call::TensorRead { length, .. } => Ok(Reply::Floats(vec![f32::NAN; *length as usize])),
            Call::TensorCumulativeSum { .. } => Err(Fault("a kernel failed".to_owned())),
            _ => {
                let shape = plan.results[0].iter().map(|axis| *axis as u32).collect();
                Ok(Reply::Tensors(vec![(TensorHandle(0), shape)]))
            }
        }
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        Some(Digest::of(&[self.0]))
    }

    fn network_content(&self, _: NetworkHandle) -> Option<Digest> {
        None
    }
}

const TENSOR: TensorHandle = TensorHandle(0);
const SOFTMAX: Call = Call::TensorSoftmax { tensor: TENSOR };
const READ: Call = Call::TensorRead { tensor: TENSOR, offset: 0, length: 3 };

enum Say {
    Call(Call),
    Note(&'static str),
}

fn script() -> Vec<Say> {
    vec![
        Say::Note("500"),
        Say::Call(SOFTMAX),
        Say::Call(Call::TensorReshape { tensor: TENSOR, shape: vec![7] }),
        Say::Call(READ),
        Say::Note("400"),
        Say::Call(Call::BudgetWorkLeft),
    ]
}

/// Floats compare by their bits here.
fn talk(host: &mut dyn Host, script: &[Say]) -> Vec<String> {
    let mut heard = Vec::new();
    for say in script {
        match say {
            Say::Call(call) => heard.push(format!("{:?}", host.call(call.clone()))),
            Say::Note(text) => host.note("budget.fuel-left", text),
        }
    }
    heard
}

type Kept = Arc<Mutex<Vec<Vec<u8>>>>;

fn keeper() -> (Kept, Recorder) {
    let kept = Kept::default();
    let keep = Arc::clone(&kept);
    let recorder: Recorder = Box::new(move |entry| {
        keep.lock().unwrap().push(entry.to_vec());
        Ok(())
    });
    (kept, recorder)
}

fn session(work_max: u64, detail: Detail) -> Session<Engine> {
    Session::new(Engine(1), Limits { work_max }, detail)
}

fn record(script: &[Say], work_max: u64, detail: Detail) -> Vec<Vec<u8>> {
    let (kept, recorder) = keeper();
    let mut session = session(work_max, detail).with_recorder(recorder);
    talk(&mut session, script);
    let entries = kept.lock().unwrap().clone();
    assert_eq!(entries.len() as u64, session.transcript().entries());
    entries
}

fn entries(recorded: &[Vec<u8>]) -> impl Iterator<Item = Result<Vec<u8>, Fault>> + Send + use<> {
    let owned = recorded.to_vec();
    owned.into_iter().map(Ok)
}

#[test]
fn a_replay_hears_what_the_unit_heard() {
    for (work_max, detail) in
        [(u64::MAX, Detail::Visible), (u64::MAX, Detail::Full), (20_000, Detail::Full)]
    {
        let (kept, recorder) = keeper();
        let mut session = session(work_max, detail).with_recorder(recorder);
        let heard = talk(&mut session, &script());
        let last = heard.last().unwrap();
        assert_eq!(last.starts_with("Err"), work_max == 20_000, "{heard:?}");
        let recorded = kept.lock().unwrap().clone();
        // As the sandbox holds it: the caller keeps a share, to ask afterwards.
        let replayer = Arc::new(Mutex::new(Replayer::new(entries(&recorded), detail)));
        assert_eq!(talk(&mut Arc::clone(&replayer), &script()), heard);
        let mut replayer = replayer.lock().unwrap();
        assert_eq!(replayer.finish(), Ok(None));
        assert_eq!(replayer.meters(), session.meters());
        assert_eq!(replayer.transcript().digest(), session.transcript().digest());
        assert_eq!(replayer.stop(), session.stop());
    }
}

#[test]
fn an_unknown_handle_is_recorded_and_a_fault_is_not() {
    let missing = [Say::Call(Call::TensorShape { tensor: TensorHandle(9) }), Say::Call(SOFTMAX)];
    let recorded = record(&missing, u64::MAX, Detail::Visible);
    assert_eq!(recorded.len(), 1, "the unit ended there");
    let mut replayer = Replayer::new(entries(&recorded), Detail::Visible);
    let stop = replayer.call(Call::TensorShape { tensor: TensorHandle(9) });
    assert_eq!(stop, Err(Stop::Handle { call: "tensors.shape" }));
    assert_eq!(replayer.finish(), Ok(None));
    let failing = [Say::Call(SOFTMAX), Say::Call(Call::TensorCumulativeSum { tensor: TENSOR })];
    assert_eq!(record(&failing, u64::MAX, Detail::Visible).len(), 1);
}

/// What a replay of the script finds in a record with this entry in the place of one.
fn difference(recorded: &[Vec<u8>]) -> Option<(u64, Option<Step>, Option<Step>)> {
    let mut replayer = Replayer::new(entries(recorded), Detail::Visible);
    talk(&mut replayer, &script());
    let found = replayer.finish().unwrap();
    found.map(|found| (found.index, found.recorded, found.now))
}

#[test]
fn a_replay_names_the_first_call_that_differs() {
    let recorded = record(&script(), u64::MAX, Detail::Visible);
    assert_eq!(difference(&recorded), None);
    let other = [Say::Call(Call::TensorUnary { tensor: TENSOR, op: UnaryOp::Exp })];
    let other = record(&other, u64::MAX, Detail::Visible).remove(0);

    let mut another_call = recorded.clone();
    another_call[3].clone_from(&other);
    let (index, was, now) = difference(&another_call).unwrap();
    let (was, now) = (was.unwrap(), now.unwrap());
    assert_eq!((index, was.name.as_str(), now.name.as_str()), (3, "tensors.unary", "tensors.read"));
    let Entry::Call { call, .. } = Entry::decode(&other).unwrap() else { panic!() };
    assert_eq!(was.digest, call);
    let Entry::Call { call, .. } = Entry::decode(&recorded[3]).unwrap() else { panic!() };
    assert_eq!(now.digest, call);

    let mut another_note = recorded.clone();
    another_note[0] = record(&[Say::Note("501")], u64::MAX, Detail::Visible).remove(0);
    let (index, was, now) = difference(&another_note).unwrap();
    assert_eq!((index, was.as_ref().unwrap().name.as_str()), (0, "budget.fuel-left"));
    assert_ne!(was, now);

    let (index, was, now) = difference(&recorded[..4]).unwrap();
    assert_eq!((index, was, now.unwrap().name.as_str()), (4, None, "budget.fuel-left"));

    let longer = [&recorded[..], &[other]].concat();
    let (index, was, now) = difference(&longer).unwrap();
    assert_eq!((index, was.unwrap().name.as_str(), now), (6, "tensors.unary", None));
}

#[test]
fn a_difference_stops_the_unit_and_a_damaged_entry_is_a_fault() {
    let recorded = record(&script(), u64::MAX, Detail::Visible);
    let mut replayer = Replayer::new(entries(&recorded), Detail::Visible);
    let stop = replayer.call(SOFTMAX).unwrap_err();
    assert!(stop.to_string().contains("does not follow its record"), "{stop}");
    replayer.note("budget.fuel-left", "500");
    assert_eq!(replayer.call(SOFTMAX), Err(stop));
    assert_eq!(replayer.transcript().entries(), 0);

    let mut damaged = recorded;
    damaged[1].pop();
    let mut replayer = Replayer::new(entries(&damaged), Detail::Visible);
    let heard = talk(&mut replayer, &script());
    assert!(heard[0].contains("entry 1 of the record"), "{heard:?}");
    assert!(replayer.finish().unwrap_err().0.contains("entry 1 of the record"));
}

#[test]
fn an_execution_is_compared_entry_by_entry() {
    let recorded = record(&script(), u64::MAX, Detail::Full);
    let compare = |engine: Engine, script: &[Say]| {
        let comparer = Comparer::new(entries(&recorded));
        let limits = Limits { work_max: u64::MAX };
        let mut session =
            Session::new(engine, limits, Detail::Full).with_recorder(comparer.recorder());
        let heard = talk(&mut session, script);
        assert!(heard.iter().all(|said| said.starts_with("Ok")), "it runs on: {heard:?}");
        comparer.finish().unwrap()
    };
    assert_eq!(compare(Engine(1), &script()), None);
    let found = compare(Engine(2), &script()).unwrap();
    let (was, now) = (found.recorded.clone().unwrap(), found.now.clone().unwrap());
    assert_eq!((found.index, was.name.as_str()), (1, "tensors.softmax"), "another content");
    assert_eq!(was.name, now.name);
    assert_eq!(was.digest, Digest::of(&recorded[1]));
    assert_ne!(was.digest, now.digest);
    let text = found.to_string();
    assert!(text.starts_with("entry 1: recorded tensors.softmax ("), "{text}");

    let found = compare(Engine(1), &script()[..2]).unwrap();
    assert_eq!((found.index, found.now), (2, None));
    let mut longer = script();
    longer.push(Say::Note("1"));
    let found = compare(Engine(1), &longer).unwrap();
    assert_eq!((found.index, found.recorded), (6, None));
}
