//! A small bundle of real sessions on an engine that computes nothing.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::path::Path;
use std::sync::{Arc, Mutex};

use assay_call::{
    Call, DatasetHandle, Detail, Execute, Fault, Host, Inventory, Limits, Live, NetworkHandle,
    Plan, Recorder, Reply, Session, TensorHandle,
};
use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_network::Architecture;
use assay_record::{
    Bundle, BundleWriter, HostBuild, NamedTask, Outcome, Record, SandboxBuild, SecretKey,
    TranscriptSummary, limits_digest, log_digest,
};

/// One tensor of three elements, all of them `self.0`.
pub struct Constant(pub f32);

impl Inventory for Constant {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        (tensor.0 == 0).then_some(&[3])
    }

    fn network(&self, _: NetworkHandle) -> Option<(&Architecture, bool)> {
        None
    }

    fn dataset(&self, _: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        None
    }

    fn live(&self) -> Live {
        Live { tensors: 1, networks: 1, bytes: 12 }
    }
}

impl Execute for Constant {
    fn execute(&mut self, call: &Call, _: &Plan) -> Result<Reply, Fault> {
        match call {
            Call::TensorRead { length, .. } => Ok(Reply::Floats(vec![self.0; *length as usize])),
            other => Err(Fault(format!("{} is not needed", other.name()))),
        }
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        None
    }

    fn network_content(&self, _: NetworkHandle) -> Option<Digest> {
        None
    }
}

pub const READ: Call = Call::TensorRead { tensor: TensorHandle(0), offset: 0, length: 2 };

/// What the measure of these tests does: its value is the first element.
pub fn measure(host: &mut dyn Host) -> f64 {
    host.note("budget.fuel-left", "90");
    match host.call(READ) {
        Ok(Reply::Floats(values)) => f64::from(values[0]),
        other => panic!("{other:?}"),
    }
}

pub fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

pub fn task() -> NamedTask {
    NamedTask { name: "small".to_owned(), digest: digest("task small") }
}

/// The record of a unit on this network of the task, after its session.
pub fn record(component: &str, id: &str, value: f64, session: &Session<Constant>) -> Record {
    let (component, network) = (digest(component), digest(id));
    let contest_seed = ContestSeed(7);
    Record {
        component,
        task: task().digest,
        network_id: id.to_owned(),
        network,
        dataset: digest("data"),
        limits: limits_digest([("work", 1_000_000), ("calls", 10)]),
        world: "assay:measure@0.1.0".to_owned(),
        phase_key: None,
        contest_seed,
        unit_seed: UnitSeed::derive(contest_seed, component, network),
        host: HostBuild::of_this(),
        sandbox: SandboxBuild {
            version: "wasmtime 48.0.8".to_owned(),
            compatibility: "0123456789abcdef".to_owned(),
        },
        lane: "cpu".to_owned(),
        processor: "avx2 fma".to_owned(),
        outcome: Outcome::Value(value),
        fuel: 10,
        meters: session.meters(),
        log: log_digest([("info", "hello")]),
        transcript: TranscriptSummary {
            detail: session.transcript().detail(),
            digest: session.transcript().digest(),
            entries: session.transcript().entries(),
        },
        salt: None,
        previous: Digest::of(b""),
    }
}

/// Runs the measure on a network whose values are `value`.
pub fn unit(value: f32, recorder: Recorder) -> (Session<Constant>, f64) {
    let limits = Limits { work_max: 1_000_000 };
    let mut session =
        Session::new(Constant(value), limits, Detail::Visible).with_recorder(recorder);
    let value = measure(&mut session);
    (session, value)
}

pub fn add(writer: &mut BundleWriter, component: &str, id: &str, value: f32) -> Record {
    let recorder = writer.begin(Detail::Visible).unwrap();
    let (session, value) = unit(value, recorder);
    writer.append(record(component, id, value, &session)).unwrap()
}

/// A bundle of one component on networks `model_0`, `model_1`, … with these values.
pub fn bundle(target: &Path, values: &[f32], key: Option<&SecretKey>) -> Bundle {
    let mut writer = BundleWriter::create(target, "public", vec![task()]).unwrap();
    for (at, value) in values.iter().enumerate() {
        add(&mut writer, "a measure", &format!("model_{at}"), *value);
    }
    writer.finish(key).unwrap()
}

pub type Kept = Arc<Mutex<Vec<Vec<u8>>>>;

/// A recorder that keeps what it is handed.
pub fn keeper() -> (Kept, Recorder) {
    let kept = Kept::default();
    let keep = Arc::clone(&kept);
    let recorder: Recorder = Box::new(move |entry| {
        keep.lock().unwrap().push(entry.to_vec());
        Ok(())
    });
    (kept, recorder)
}
