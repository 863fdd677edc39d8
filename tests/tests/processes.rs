//! Units in processes of their own: the same results as in one process, and nothing that a guest's
//! process does can do worse than lose its own unit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_ids::UnitSeed;
use assay_sandbox::{Outcome, SandboxLimits};
use assay_task::{PhaseView, Task};
use assay_tests::{
    ChildProcess, Guest, assay, binary, built_guest, confinement_supported, shipped_task,
};
use assay_worker::{ATTEMPTS_MAX, Admission, Engines, Program, Unit, Worker, attempts};
use tempfile::TempDir;

const MEASURES: [&str; 3] = ["sum-of-squares", "mixup-accuracy", "dbi-times-mixup"];

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
    let measures = [admit("dbi-times-mixup"), admit("mixup-accuracy"), admit("dbi-times-mixup")];
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
        let measure = worker.admit(&fs::read(built_guest("sum-of-squares")).unwrap());
        let measure = measure.unwrap_or_else(|error| panic!("{error:?}"));
        let task = Task::open(&shipped_task()).unwrap();
        let network = task.network_ids()[0].to_owned();
        let phase = PhaseView::new(vec![task], None);
        let engines = Engines::cpu(program, phase, 1, wall_max);
        Self { worker, measure, engines, network, names: TempDir::new().unwrap() }
    }

    /// A unit whose guest process is the false one, under a name.
    fn falsely(&mut self, name: &str) -> Unit {
        self.played_by(&self.link("false-guest", name))
    }

    /// A link to a binary of ours under another name.
    fn link(&self, to: &str, name: &str) -> PathBuf {
        let path = self.names.path().join(name);
        if !path.exists() {
            std::os::unix::fs::symlink(binary(to), &path).unwrap();
        }
        path
    }

    /// A unit whose guest process is this program.
    fn played_by(&mut self, program: &Path) -> Unit {
        let worker = Worker::new(Program::at(program), self.worker.limits(), None).unwrap();
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
    let lost = || Outcome::Inconclusive("the guest process was lost".to_owned());
    let unknown = |call: &str| {
        Outcome::Inconclusive(format!("call {call} names a handle that does not exist"))
    };
    let out_of_work = || Outcome::OutOfWork("the work budget is exhausted".to_owned());
    let expected = [
        ("ends-at-once", lost()),
        ("greets-nobody", lost()),
        ("says-nothing", lost()),
        ("is-killed", lost()),
        ("closes-its-socket", lost()),
        ("sends-garbage", lost()),
        ("claims-gigabytes", lost()),
        ("claims-one-byte-too-many", lost()),
        ("fills-the-largest-frame", lost()),
        ("sends-an-empty-frame", lost()),
        ("sends-half-a-length", lost()),
        ("sends-half-a-frame", lost()),
        ("sends-byte-by-byte", Outcome::Value(1.5)),
        ("gives-descriptors-away", lost()),
        ("forges-a-handle", unknown("tensors.shape")),
        ("forges-a-network", unknown("networks.logits")),
        ("drops-the-network-it-was-lent", unknown("networks.drop")),
        ("uses-a-handle-it-dropped", unknown("tensors.shape")),
        ("drops-a-handle-twice", unknown("tensors.drop")),
        ("goes-on-after-its-budget", out_of_work()),
        ("says-nan", Outcome::BadOutput),
        ("says-too-much", lost()),
        ("says-no-report", lost()),
        ("says-a-value", Outcome::Value(2.5)),
    ];
    let engine = ChildProcess::only("engine");
    // Nobody but root may look into a confined process.
    let open = engine.descriptors().ok();
    for (name, outcome) in expected {
        assert_eq!(stage.falsely(name).report.outcome, outcome, "{name}");
        assert_eq!(stage.honestly(), honest, "after {name}");
    }
    assert_eq!(ChildProcess::all(), std::slice::from_ref(&engine), "one process serves them all");
    assert_eq!(engine.descriptors().ok(), open, "it keeps nothing of them");
}

#[test]
fn a_guest_process_that_stalls_is_ended_by_the_watchdog() {
    let mut stage = Stage::new(Duration::from_secs(2));
    let honest = stage.honestly();
    for name in ["stalls-in-a-frame", "stalls-between-frames", "never-reads"] {
        let outcome = stage.falsely(name).report.outcome;
        assert_eq!(outcome, Outcome::Inconclusive("the watchdog fired".to_owned()), "{name}");
        assert_eq!(stage.honestly(), honest, "after {name}");
    }
}

/// Descriptors that this process hands to each child, unasked: everything that its own code opens, it
/// opens to be closed.
fn inherited() -> Vec<String> {
    let listed = fs::read_dir("/proc/self/fdinfo").unwrap();
    let open = listed.filter_map(|entry| {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).ok()?;
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let flags = i32::from_str_radix(flags.trim(), 8).unwrap();
        (flags & libc::O_CLOEXEC == 0).then(|| path.file_name().unwrap().to_owned())
    });
    let names = open.map(|name| name.into_string().unwrap());
    names.filter(|name| !["0", "1", "2"].contains(&name.as_str())).collect()
}

#[test]
fn a_guest_process_starts_with_a_socket_and_nothing_else() {
    let has = Stage::new(Duration::from_secs(20)).falsely("says-what-it-has").report.outcome;
    // What it reads, and two that lead nowhere; and what this test was itself started with by somebody
    // who did not close it, which confinement closes.
    let mut open: Vec<String> = ["0", "1", "2"].map(str::to_owned).into();
    open.extend(inherited());
    open.sort();
    let expected = format!("variables [], descriptors {open:?}");
    assert_eq!(has, Outcome::MeasureError(expected));
}

#[test]
fn a_guest_that_fails_once_is_run_again() {
    let mut stage = Stage::new(Duration::from_secs(20));
    let honest = stage.honestly();
    let program = stage.link("false-guest", "fails-once");
    stage.link("assay", "fails-once.honest");
    let mut said = Vec::new();
    let unit = attempts::<()>(
        || Ok(stage.played_by(&program)),
        |reason, attempt| said.push((reason.to_owned(), attempt)),
    );
    assert_eq!(unit, Ok(honest), "nothing of the first attempt is left");
    assert_eq!(said, [("the guest process was lost".to_owned(), 2)]);
}

#[test]
fn a_guest_that_always_fails_is_inconclusive_in_the_end() {
    let mut stage = Stage::new(Duration::from_secs(20));
    let program = stage.link("false-guest", "ends-at-once");
    let mut tried = 0;
    let run = || {
        tried += 1;
        Ok(stage.played_by(&program))
    };
    let unit = attempts::<()>(run, |_, _| ()).unwrap();
    let lost = Outcome::Inconclusive("the guest process was lost".to_owned());
    assert_eq!((unit.report.outcome, tried), (lost, ATTEMPTS_MAX));
}

/// The state of a process that has installed its filter; nothing as long as it has not, or is gone.
fn confined(id: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.contains("\nSeccomp:\t2\n").then_some(status)
}

#[test]
fn a_guest_at_work_has_one_socket_and_no_rights() {
    if !confinement_supported() {
        return;
    }
    let mut stage = Stage::new(Duration::from_mins(1));
    let limits = SandboxLimits { fuel_max: 2_000_000_000, ..stage.worker.limits() };
    stage.worker = Worker::new(stage.worker.program().clone(), limits, None).unwrap();
    let endless = Guest::new("(loop (br 0)) f64.const 0").bytes();
    stage.measure = stage.worker.admit(&endless).unwrap();
    let looked = std::thread::scope(|scope| {
        let unit = scope.spawn(|| stage.honestly());
        let mut looked = None;
        while looked.is_none() && !unit.is_finished() {
            let children = ChildProcess::all();
            let guest = children.into_iter().find(|child| child.role == "guest");
            looked = guest.and_then(|guest| Some((confined(guest.id)?, guest)));
            if let Some((_, guest)) = &looked {
                // Only root may look at these of a process that cannot be dumped.
                if let Ok(open) = guest.descriptors() {
                    assert_eq!(open, 1);
                }
                if let Ok(variables) = fs::read(format!("/proc/{}/environ", guest.id)) {
                    assert_eq!(variables, b"");
                }
            }
        }
        assert_eq!(unit.join().unwrap().report.outcome, Outcome::OutOfFuel);
        looked
    });
    let (status, _) = looked.expect("it was seen at work");
    for line in ["NoNewPrivs:\t1", "Threads:\t1", "CapPrm:\t0000000000000000"] {
        assert!(status.lines().any(|found| found == line), "{line}: {status}");
    }
}
