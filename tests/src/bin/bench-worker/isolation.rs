//! Units of small guests, in this process and in processes of their own, as `assay run` runs them.

use std::collections::HashMap;
use std::path::Path;

use assay_ids::{ContestSeed, UnitSeed};
use assay_sandbox::{Admitted, Outcome, Sandbox, SandboxLimits};
use assay_task::{PhaseView, Task, TaskView};
use assay_tests::Guest;
use assay_worker::{Admission, Engines, Local, NotAdmitted, Program, Worker};

use crate::Refusal;

/// A call that a guest repeats: its name, what comes before the first, and the call. What is there is in
/// `tests/src/guest.wat`.
const CALLS: [(&str, &str, &str); 3] = [
    // The cheapest: nothing goes in, a number comes out.
    ("work-left", "", "(drop (call $work-left))"),
    (
        "scalar",
        "(local.set $tensor (call $tensor (f32.const 1)))",
        "(call $scalar (local.get $tensor) (i32.const 1024))",
    ),
    // The largest window: 2^18 floats.
    (
        "read",
        "(i32.store (i32.const 2048) (i32.const 262144))
         (call $full (i32.const 2048) (i32.const 1) (f32.const 1) (i32.const 1024))
         (local.set $tensor (call $made))",
        "(call $read (local.get $tensor) (i32.const 0) (i32.const 262144) (i32.const 1024))",
    ),
];

/// Every answer goes to the same place, so that memory holds any number of them.
const ANSWERS_AT: &str = "(i32.const 16384)";
/// Pages of memory that hold the largest answer there.
const PAGES: &str = "17";

/// Both ways to run a unit of a task.
pub(crate) struct Isolation {
    sandbox: Sandbox,
    local: Local,
    worker: Worker,
    engines: Engines,
    task: TaskView,
    /// By call and number of calls.
    guests: HashMap<(String, usize), (Admitted, Admission)>,
}

/// Where a unit runs.
#[derive(Clone, Copy)]
enum Way {
    InProcess,
    Processes,
}

impl Isolation {
    /// On the networks of a task; processes are played by `program`, and engines have so many threads.
    pub(crate) fn new(task: &Path, program: &Path, threads: usize) -> Result<Self, Refusal> {
        let limits = SandboxLimits::PUBLISHED;
        let task = Task::open(task)?;
        let phase = PhaseView::new(vec![task.clone()], None);
        let program = Program::at(program);
        let sandbox = Sandbox::new(limits).map_err(|error| failed(format!("{error:#}")))?;
        Ok(Self {
            sandbox,
            local: Local::new(threads)?,
            worker: Worker::new(program.clone(), limits, None)?,
            engines: Engines::cpu(program, phase, threads, limits.wall_max),
            task: TaskView::new(task, None),
            guests: HashMap::new(),
        })
    }

    /// Runs so many units of the guest that makes so many calls, on one network of the task after
    /// another.
    pub(crate) fn run(
        &mut self,
        way: &str,
        (call, calls): (&str, usize),
        units: usize,
    ) -> Result<(), Refusal> {
        let way = match way {
            "in-process" => Way::InProcess,
            "processes" => Way::Processes,
            other => return Err(Refusal::Unsupported(format!("`{other}` is no way"))),
        };
        let key = (call.to_owned(), calls);
        if !self.guests.contains_key(&key) {
            let admitted = self.admit(&guest(call, calls)?)?;
            self.guests.insert(key.clone(), admitted);
        }
        let (here, apart) = &self.guests[&key];
        let ids = self.task.network_ids().to_vec();
        for id in ids.iter().cycle().take(units) {
            let digest = self.task.network_digest(id);
            let digest = digest.ok_or_else(|| failed(format!("{id} has no digest")))?;
            let seed = UnitSeed::derive(ContestSeed(0), apart.digest, digest);
            let unit = match way {
                Way::InProcess => {
                    let measure = (&self.sandbox, &here.measure);
                    self.local.unit(measure, (0, &self.task), id, seed, None)?
                }
                Way::Processes => self.worker.unit(&mut self.engines, apart, (0, id), seed, None),
            };
            // What ended early took less time than it should.
            if unit.report.outcome != Outcome::Value(0.0) {
                return Err(failed(format!("{id}: {}", unit.report.outcome.explain())));
            }
        }
        Ok(())
    }

    fn admit(&self, guest: &Guest) -> Result<(Admitted, Admission), Refusal> {
        let bytes = guest.bytes();
        let reasons = |reasons: Vec<assay_sandbox::Refusal>| {
            let reasons: Vec<String> = reasons.into_iter().map(|reason| reason.message).collect();
            failed(reasons.join("; "))
        };
        let here = self.sandbox.admit(&bytes).map_err(reasons)?;
        let apart = self.worker.admit(&bytes).map_err(|error| match error {
            NotAdmitted::Refused(refused) => reasons(refused),
            NotAdmitted::Failed(error) => error.into(),
        })?;
        Ok((here, apart))
    }
}

fn failed(text: String) -> Refusal {
    Refusal::Failed(text)
}

/// A guest that makes a call so often; with none it computes nothing.
fn guest(call: &str, calls: usize) -> Result<Guest, Refusal> {
    let found = CALLS.into_iter().find(|(name, _, _)| *name == call);
    let (_, before, one) =
        found.ok_or_else(|| Refusal::Unsupported(format!("`{call}` is no call to repeat")))?;
    let body = format!(
        "(local $left i32) (local $tensor i32)
         {before}
         (local.set $left (i32.const {calls}))
         (block $end (loop $again
            (br_if $end (i32.eqz (local.get $left)))
            {one}
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br $again)))
         (f64.const 0)"
    );
    Ok(Guest::new(&body).name("calls").memory(PAGES).realloc(ANSWERS_AT))
}
