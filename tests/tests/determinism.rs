//! One unit, one transcript: whatever computes it, wherever, beside whatever else. Transcripts are full,
//! so they cover the contents of every tensor.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use assay_call::{Budget, Detail, Session};
use assay_engine::{Cache, Engine, Lane, PreparedData, PreparedNetwork, SimdLevel};
use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_sandbox::{Admitted, Outcome, Sandbox, SandboxLimits};
use assay_task::{PhaseView, Task};
use assay_tests::{Guest, binary, built_guest, shipped_task};
use assay_worker::{Engines, Program, Recording, Worker};
use tempfile::TempDir;

/// What must be the same of a unit.
#[derive(Debug, Clone, PartialEq)]
struct Came {
    outcome: Outcome,
    fuel: u64,
    work: u64,
    entries: u64,
    transcript: Digest,
}

/// A network with its data, and what runs on it.
struct Stage {
    sandbox: Sandbox,
    task: Task,
    id: String,
    network: Arc<PreparedNetwork>,
    data: Arc<PreparedData>,
}

impl Stage {
    fn new() -> Self {
        let task = Task::open(&shipped_task()).unwrap();
        let id = task.network_ids()[0].to_owned();
        Self {
            sandbox: Sandbox::new(SandboxLimits::PUBLISHED).unwrap(),
            network: Arc::new(PreparedNetwork::new(task.network(&id).unwrap())),
            data: Arc::new(PreparedData::new(task.dataset().unwrap())),
            task,
            id,
        }
    }

    fn admit(&self, component: &[u8]) -> Admitted {
        self.sandbox.admit(component).unwrap_or_else(|reasons| panic!("{reasons:?}"))
    }

    fn seed(&self, component: Digest) -> UnitSeed {
        let network = self.task.network_digest(&self.id).unwrap();
        UnitSeed::derive(ContestSeed(0), component, network)
    }

    /// In this process.
    fn here(&self, admitted: &Admitted, lane: &Lane, cache: Option<&Arc<Cache>>) -> Came {
        let limits = Budget::PUBLISHED.of_unit(self.network.network(), self.data.dataset());
        let (network, data) = (Arc::clone(&self.network), Arc::clone(&self.data));
        let mut engine = Engine::new(lane.clone(), network, data);
        if let Some(cache) = cache {
            engine = engine.with_cache(Arc::clone(cache));
        }
        let session = Arc::new(Mutex::new(Session::new(engine, limits, Detail::Full)));
        let host = Box::new(Arc::clone(&session));
        let report = self.sandbox.run(&admitted.measure, host, self.seed(admitted.digest));
        let session = session.lock().unwrap();
        Came {
            outcome: report.outcome,
            fuel: report.fuel,
            work: session.meters().work,
            entries: session.transcript().entries(),
            transcript: session.transcript().digest(),
        }
    }

    /// In processes of its own, with an engine that is a program of the caller's.
    fn apart(&self, component: &[u8], engine: Program, threads: usize) -> Came {
        let limits = SandboxLimits::PUBLISHED;
        let worker = Worker::new(Program::at(&binary("assay")), limits, None).unwrap();
        let measure = worker.admit(component).unwrap();
        let phase = PhaseView::new(vec![self.task.clone()], None);
        let mut engines = Engines::cpu(engine, phase, threads, limits.wall_max);
        let recording = Recording { detail: Detail::Full, recorder: Box::new(|_| Ok(())) };
        let seed = self.seed(measure.digest);
        let unit = worker.unit(&mut engines, &measure, (0, &self.id), seed, Some(recording));
        let used = unit.used.unwrap();
        Came {
            outcome: unit.report.outcome,
            fuel: unit.report.fuel,
            work: used.meters.work,
            entries: used.entries,
            transcript: used.transcript,
        }
    }
}

/// What runs everywhere: the probe calls every function of the interface, the winning measure passes
/// many examples through the network, the other two are light. All that ship would take too long.
const MEASURES: [&str; 4] = ["dbi-times-mixup", "distance-from-init", "probe", "sum-of-squares"];

/// The measures by name.
fn measures() -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| (name.to_owned(), fs::read(built_guest(name)).unwrap());
    MEASURES.map(read).into()
}

/// `assay` with an instruction set for its engine.
fn with_level(dir: &Path, level: SimdLevel) -> Program {
    let script = dir.join(level.name());
    let assay = binary("assay");
    let text =
        format!("#!/bin/sh\nASSAY_SIMD={} exec '{}' \"$@\"\n", level.name(), assay.display());
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Program::at(&script)
}

#[test]
fn threads_instruction_sets_and_caches_leave_no_trace() {
    let stage = Stage::new();
    let levels = SimdLevel::available();
    for (name, component) in measures() {
        let admitted = stage.admit(&component);
        let lane = |threads, level| Lane::with_level(threads, level).unwrap();
        let expected = stage.here(&admitted, &lane(1, levels[0]), None);
        assert!(matches!(expected.outcome, Outcome::Value(_)), "{name}: {expected:?}");
        let same = |came: Came, how: &str| assert_eq!(came, expected, "{name}, {how}");
        for level in levels.iter().copied().filter(|level| *level != SimdLevel::Scalar) {
            for threads in [2, 1].into_iter().filter(|one| (*one, level) != (1, levels[0])) {
                let how = format!("{threads} threads, {}", level.name());
                same(stage.here(&admitted, &lane(threads, level), None), &how);
            }
        }
        let lane = lane(2, levels[0]);
        let cache = Arc::new(Cache::new(1 << 30));
        same(stage.here(&admitted, &lane, Some(&cache)), "a cold cache");
        let cold = cache.statistics();
        same(stage.here(&admitted, &lane, Some(&cache)), "a warm cache");
        let warm = cache.statistics();
        assert_eq!(warm.misses, cold.misses, "{name}: everything was there the second time");
        // So small that results come and go all the time.
        let small = Arc::new(Cache::new(1 << 20));
        same(stage.here(&admitted, &lane, Some(&small)), "a cache that overflows");
    }
}

/// Without instructions for it, a fused multiply-add takes very long, so the measures that pass many
/// examples through the network are left out, and a guest that passes a few is in. The engine's own
/// tests compare every function.
#[test]
fn plain_code_leaves_no_trace() {
    let stage = Stage::new();
    let logits = Guest::new(
        "(call $batch (global.get $dataset) (i32.const 0) (i32.const 8) (i32.const 1024))
         (call $logits (global.get $network) (call $made) (i32.const 1024))
         (call $singular-values (call $made) (i32.const 1024))
         (call $read (call $made) (i32.const 0) (i32.const 8) (i32.const 1024))
         (call $check)
         (f64.promote_f32 (f32.load (i32.load (i32.const 1028))))",
    );
    let mut components = vec![("logits".to_owned(), logits.bytes())];
    let light = ["sum-of-squares", "distance-from-init"];
    components.extend(measures().into_iter().filter(|(name, _)| light.contains(&name.as_str())));
    assert_eq!(components.len(), 3);
    for (name, component) in components {
        let admitted = stage.admit(&component);
        let came = |threads, level| {
            stage.here(&admitted, &Lane::with_level(threads, level).unwrap(), None)
        };
        let expected = came(1, SimdLevel::available()[0]);
        assert!(matches!(expected.outcome, Outcome::Value(_)), "{name}: {expected:?}");
        for threads in [1, 2] {
            let plain = came(threads, SimdLevel::Scalar);
            assert_eq!(plain, expected, "{name}, {threads} threads, scalar");
        }
    }
}

#[test]
fn processes_leave_no_trace() {
    let stage = Stage::new();
    let dir = TempDir::new().unwrap();
    let assay = || Program::at(&binary("assay"));
    for (name, component) in measures() {
        let lane = Lane::with_level(1, SimdLevel::available()[0]).unwrap();
        let expected = stage.here(&stage.admit(&component), &lane, None);
        let same = |came: Came, how: &str| assert_eq!(came, expected, "{name}, {how}");
        // The first is what is taken unasked.
        for level in SimdLevel::available().into_iter().skip(1) {
            if level != SimdLevel::Scalar || name == "sum-of-squares" {
                let program = with_level(dir.path(), level);
                let how = format!("processes, {}", level.name());
                same(stage.apart(&component, program, 1), &how);
            }
        }
        std::thread::scope(|scope| {
            let two = [1, 2].map(|threads| {
                let (stage, component) = (&stage, &component);
                scope.spawn(move || stage.apart(component, assay(), threads))
            });
            for (at, one) in two.into_iter().enumerate() {
                same(one.join().unwrap(), &format!("two at once, with {} threads", at + 1));
            }
        });
    }
}
