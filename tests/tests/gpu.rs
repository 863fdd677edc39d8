//! The `gpu` lane as users meet it: provisional values near the `cpu` lane's, confirmed or not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use assay_call::transport::{Beginning, RemoteHost, say};
use assay_call::{
    Budget, Call, DatasetHandle, Detail, Host, Limits, NetworkHandle, Objective, Pass, Reply,
    Session, Tap, TapPoint, TensorHandle,
};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_task::Task;
use assay_tests::{
    GpuProcess, Ran, assay, built_guest, confinement_supported, import, shared, shipped_task,
};
use serde_json::Value;

fn run(measure: &str, more: &[&str]) -> Ran {
    run_on(measure, &shipped_task(), more)
}

fn run_on(measure: &str, task: &Path, more: &[&str]) -> Ran {
    let measure = built_guest(measure);
    let mut args = vec!["run", measure.to_str().unwrap(), "--task", task.to_str().unwrap()];
    args.extend(more);
    assay(args)
}

fn networks(ran: &Ran) -> Vec<Value> {
    ran.json()["tasks"][0]["networks"].as_array().unwrap().clone()
}

#[test]
fn a_run_is_provisional_near_the_cpu_lane_and_the_same_twice() {
    if GpuProcess::binary().is_none() {
        return;
    }
    // The task that ships is minutes of work for a software adapter; this one is seconds.
    let Some(toy) = shared("pgdl/toy_data") else { return };
    let (_dir, tasks) = import(&toy);
    let task = tasks.join("toy_data");
    let run = |more: &[&str]| run_on("mixup-accuracy", &task, more).ok();
    let first = run(&["--json", "--lane", "gpu"]);
    assert_eq!(run(&["--json", "--lane", "gpu"]).stdout, first.stdout);
    assert_eq!(
        (&first.json()["lane"], &first.json()["provisional"]),
        (&"gpu".into(), &true.into())
    );
    let cpu = run(&["--json"]);
    assert_eq!((&cpu.json()["lane"], &cpu.json()["provisional"]), (&"cpu".into(), &Value::Null));
    let (gpu, cpu) = (networks(&first), networks(&cpu));
    assert_eq!(gpu.len(), cpu.len());
    for (gpu, cpu) in gpu.iter().zip(&cpu) {
        // What is metered depends on shapes only, so the lane cannot change it.
        for field in ["id", "seed", "work", "calls", "bytes", "outcome"] {
            assert_eq!(gpu[field], cpu[field], "{field}");
        }
        let distance = (gpu["value"].as_f64().unwrap() - cpu["value"].as_f64().unwrap()).abs();
        assert!(distance < 0.01, "{gpu} {cpu}");
    }
}

#[test]
fn the_cpu_lane_is_asked_to_confirm() {
    if GpuProcess::binary().is_none() {
        return;
    }
    // It reads weights only, which no lane changes.
    let ran = run("sum-of-squares", &["--json", "--lane", "gpu", "--confirm"]).ok();
    assert_eq!(ran.json()["tasks"][0]["confirmed"], true);
    for network in networks(&ran) {
        assert_eq!(network["value"], network["cpu_value"]);
    }
    let text = run("sum-of-squares", &["--lane", "gpu"]).ok();
    assert!(text.stdout.contains("provisional"), "{}", text.stdout);
    assert!(text.stderr.contains("gpu lane on "), "{}", text.stderr);
}

/// What a measure sees of a network on some examples: logits, activations at every layer, and the
/// gradient of the cross-entropy with respect to the examples.
fn ask(host: &mut dyn Host, layers: u32, labels: &[u32]) -> Vec<Vec<f32>> {
    let mut call = |call: Call| match host.call(call).unwrap() {
        Reply::Tensors(tensors) => tensors,
        other => panic!("{other:?}"),
    };
    let (network, data) = (NetworkHandle(0), DatasetHandle(0));
    let batch = call(Call::DataBatch { dataset: data, start: 0, length: labels.len() as u32 });
    let batch = batch[0].0;
    let taps = (0..layers).map(|layer| Tap { layer, point: TapPoint::Output }).collect();
    let mut tensors = call(Call::NetworkLogits { network, batch });
    tensors.extend(call(Call::NetworkActivations { network, batch, taps }));
    let pass = Pass { network, layer: 0, batch };
    let objective = Objective::CrossEntropy(labels.to_vec());
    let taps = vec![Tap { layer: 0, point: TapPoint::Input }];
    tensors.extend(call(Call::NetworkGradients { pass, objective, taps }));
    tensors.into_iter().map(|(tensor, shape)| read(host, tensor, &shape)).collect()
}

fn read(host: &mut dyn Host, tensor: TensorHandle, shape: &[u32]) -> Vec<f32> {
    let (count, window) = (shape.iter().product::<u32>(), 1 << 18);
    let mut values = Vec::new();
    for offset in (0..count).step_by(window as usize) {
        let length = window.min(count - offset);
        match host.call(Call::TensorRead { tensor, offset, length }).unwrap() {
            Reply::Floats(part) => values.extend(part),
            other => panic!("{other:?}"),
        }
    }
    values
}

/// Largest distance, relative to the largest value.
fn distance(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 0.0, "nothing to compare");
    let distances = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
    // Not `max`, which forgets NaN.
    distances.fold(0.0_f32, |worst, next| if next <= worst { worst } else { next }) / largest
}

/// What the lane states (`host/gpu/src/lib.rs`).
const TOLERANCE: f32 = 2e-5;
const EXAMPLES: usize = 8;
const BOUNDLESS: Budget =
    Budget { passes: u64::MAX, examples_floor: u64::MAX, arithmetic: u64::MAX };

#[test]
fn trained_networks_of_every_family_agree_and_repeat() {
    let Some(zoo) = shared("zoo") else { return };
    let Some(mut process) = GpuProcess::start() else { return };
    assert_eq!(process.confined(), confinement_supported());
    let dir = tempfile::TempDir::new().unwrap();
    let into = dir.path().join("tasks");
    assay_task::import(&zoo, &into, &mut |_| ()).unwrap();
    let limits = Limits { work_max: u64::MAX };
    for name in ["task1_mini", "task2_mini", "task4_mini", "task8_mini"] {
        let task = Task::open(&into.join(name)).unwrap();
        let data = task.dataset().unwrap();
        let network = task.network(task.network_ids()[1]).unwrap();
        let (layers, labels) = (network.architecture().layers().len() as u32, data.labels());
        let labels = labels[..EXAMPLES].to_vec();
        process.link.data(&data).unwrap();
        process.link.network(&network).unwrap();
        let mut run = || {
            let (theirs, guest) = UnixStream::pair().unwrap();
            let beginning =
                Beginning { budget: BOUNDLESS, detail: Detail::Visible, recorded: false };
            process.link.begin(beginning, theirs).unwrap();
            let mut host = RemoteHost::connect(guest.try_clone().unwrap()).unwrap();
            let answers = ask(&mut host, layers, &labels);
            say(&mut &guest, Vec::new()).unwrap();
            (answers, process.link.report(None, || false).unwrap())
        };
        let (first, report) = run();
        let (second, again) = run();
        let bits = |answers: &[Vec<f32>]| -> Vec<u32> {
            answers.iter().flatten().map(|value| value.to_bits()).collect()
        };
        assert!(bits(&first) == bits(&second) && report == again, "{name}: no two runs alike");

        let prepared = Arc::new(PreparedNetwork::new(network));
        let engine =
            Engine::new(Lane::new(0).unwrap(), prepared, Arc::new(PreparedData::new(data)));
        let mut session = Session::new(engine, limits, Detail::Visible);
        let cpu = ask(&mut session, layers, &labels);
        assert_eq!(
            report.meters,
            session.meters(),
            "{name}: what is metered depends on shapes only"
        );
        let (gradients, values) = (first.len() - 1, &first[..first.len() - 1]);
        for (at, (ours, theirs)) in values.iter().zip(&cpu).enumerate() {
            let far = distance(ours, theirs);
            assert!(far <= TOLERANCE, "{name}, answer {at}: {far} away");
        }
        assert_mostly_close(&first[gradients], &cpu[gradients], name);
    }
}

/// Close on most examples. Where a value lies within rounding of a kink (a relu's zero, two equal
/// maxima), the lanes take different sides, and the whole example's gradient follows.
fn assert_mostly_close(ours: &[f32], theirs: &[f32], what: &str) {
    let size = ours.len() / EXAMPLES;
    let rows = ours.chunks_exact(size).zip(theirs.chunks_exact(size));
    let far: Vec<f32> = rows.map(|(a, b)| distance(a, b)).collect();
    let close = far.iter().filter(|far| **far <= 5.0 * TOLERANCE).count();
    assert!(4 * close >= 3 * EXAMPLES, "{what}: gradients are {far:?} away");
    assert!(far.iter().all(|far| *far < 0.2), "{what}: {far:?} are no matter of kinks");
}

#[test]
fn confirming_the_cpu_lane_by_itself_is_wrong_use() {
    let ran = run("sum-of-squares", &["--confirm"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--lane gpu"), "{}", ran.stderr);
}
