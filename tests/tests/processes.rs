//! Units in processes of their own: the same results as in one process, and nothing that a guest's
//! process does can do worse than lose its own unit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_ids::UnitSeed;
use assay_sandbox::{Outcome, SandboxLimits};
use assay_task::{PhaseView, Task};
use assay_tests::{assay, binary, built_guest, shipped_task};
use assay_worker::{Admission, Engines, Program, Unit, Worker};
use tempfile::TempDir;

const MEASURES: [&str; 3] = ["sum-of-squares", "mixup-accuracy", "dbi-mixup"];

#[test]
fn in_one_process_and_in_several_the_json_is_the_same() {
    for measure in MEASURES {
        let (component, task) = (built_guest(measure), shipped_task());
        let run = |more: &[&str]| {
            let mut args = vec!["run", component.to_str().unwrap(), "--json", "--task"];
            args.push(task.to_str().unwrap());
            args.extend(more);
            assay(args).ok().stdout
        };
        let apart = run(&[]);
        assert_eq!(apart, run(&["--in-process"]), "{measure}");
        assert_eq!(apart, run(&["--threads", "1"]), "{measure}");
    }
}

#[test]
fn a_cache_shared_by_measures_changes_nothing() {
    let wall_max = SandboxLimits::PUBLISHED.wall_max;
    let program = Program::at(&binary("assay"));
    let worker = Worker::new(program.clone(), SandboxLimits::PUBLISHED, None).unwrap();
    let admit = |name: &str| {
        let admitted = worker.admit(&std::fs::read(built_guest(name)).unwrap());
        admitted.unwrap_or_else(|error| panic!("{error:?}"))
    };
    // The second asks for passes that the first has asked for.
    let measures = [admit("dbi-mixup"), admit("mixup-accuracy"), admit("dbi-mixup")];
    let run = |cache_bytes| {
        let task = Task::open(&shipped_task()).unwrap();
        let network = task.network_ids()[0].to_owned();
        let phase = PhaseView::new(vec![task], None);
        let engines = Engines::cpu(program.clone(), phase, 0, wall_max);
        let mut engines = engines.with_cache(cache_bytes);
        let mut unit =
            |measure| worker.unit(&mut engines, measure, (0, &network), UnitSeed(3), None);
        measures.iter().map(&mut unit).collect::<Vec<Unit>>()
    };
    let alone = run(0);
    assert!(alone.iter().all(|unit| unit.report.outcome.value().is_some()), "{alone:?}");
    assert_eq!(run(256 << 20), alone);
}

/// A task, an honest measure, and engines for both kinds of guests.
struct Stage {
    worker: Worker,
    measure: Admission,
    engines: Engines,
    network: String,
    names: TempDir,
}

impl Stage {
    fn new(wall_max: Duration) -> Self {
        let limits = SandboxLimits { wall_max, ..SandboxLimits::PUBLISHED };
        let program = Program::at(&binary("assay"));
        let worker = Worker::new(program.clone(), limits, None).unwrap();
        let measure = worker.admit(&std::fs::read(built_guest("sum-of-squares")).unwrap());
        let measure = measure.unwrap_or_else(|error| panic!("{error:?}"));
        let task = Task::open(&shipped_task()).unwrap();
        let network = task.network_ids()[0].to_owned();
        let phase = PhaseView::new(vec![task], None);
        let engines = Engines::cpu(program, phase, 1, wall_max);
        Self { worker, measure, engines, network, names: TempDir::new().unwrap() }
    }

    /// A unit whose guest process is the false one, under a name.
    fn falsely(&mut self, name: &str) -> Unit {
        let path: PathBuf = self.names.path().join(name);
        std::os::unix::fs::symlink(binary("false-guest"), &path).unwrap();
        let limits = self.worker.limits();
        let worker = Worker::new(Program::at(&path), limits, None).unwrap();
        worker.unit(&mut self.engines, &self.measure, (0, &self.network), UnitSeed(3), None)
    }

    fn honestly(&mut self) -> Unit {
        self.worker.unit(&mut self.engines, &self.measure, (0, &self.network), UnitSeed(3), None)
    }
}

#[test]
fn whatever_a_guest_process_does_only_its_own_unit_is_lost() {
    let mut stage = Stage::new(Duration::from_secs(20));
    let honest = stage.honestly();
    assert!(matches!(honest.report.outcome, Outcome::Value(_)), "{honest:?}");
    let lost = "the guest process was lost";
    let unknown = |call: &str| format!("call {call} names a handle that does not exist");
    let expected: [(&str, Outcome); 12] = [
        ("ends-at-once", Outcome::Inconclusive(lost.to_owned())),
        ("greets-nobody", Outcome::Inconclusive(lost.to_owned())),
        ("says-nothing", Outcome::Inconclusive(lost.to_owned())),
        ("is-killed", Outcome::Inconclusive(lost.to_owned())),
        ("sends-garbage", Outcome::Inconclusive(lost.to_owned())),
        ("claims-gigabytes", Outcome::Inconclusive(lost.to_owned())),
        ("forges-a-handle", Outcome::Inconclusive(unknown("tensors.shape"))),
        ("forges-a-network", Outcome::Inconclusive(unknown("networks.logits"))),
        ("says-nan", Outcome::BadOutput),
        ("says-too-much", Outcome::Inconclusive(lost.to_owned())),
        ("says-no-report", Outcome::Inconclusive(lost.to_owned())),
        ("says-a-value", Outcome::Value(2.5)),
    ];
    for (name, outcome) in expected {
        assert_eq!(stage.falsely(name).report.outcome, outcome, "{name}");
        assert_eq!(stage.honestly(), honest, "after {name}");
    }
    let budget = stage.falsely("goes-on-after-its-budget").report.outcome;
    assert!(matches!(budget, Outcome::OutOfWork(_)), "{budget:?}");
    assert_eq!(stage.honestly(), honest);
    assert_no_children();
}

#[test]
fn a_guest_process_that_stalls_is_ended_by_the_watchdog() {
    let mut stage = Stage::new(Duration::from_secs(2));
    let honest = stage.honestly();
    for name in ["stalls-in-a-frame", "stalls-between-frames"] {
        let outcome = stage.falsely(name).report.outcome;
        assert_eq!(outcome, Outcome::Inconclusive("the watchdog fired".to_owned()), "{name}");
        assert_eq!(stage.honestly(), honest, "after {name}");
    }
}

/// Nothing of a unit is left: no child, living or dead, but the engine.
fn assert_no_children() {
    let own = std::process::id();
    let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
    let guests: Vec<String> = children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| {
            std::fs::read_to_string(Path::new("/proc").join(child).join("comm")).ok()
        })
        .filter(|name| name.contains("guest"))
        .collect();
    assert!(guests.is_empty(), "{guests:?}");
}
