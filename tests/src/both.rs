//! A unit in this process and in processes of its own: to a guest, and to whoever reads the result,
//! there is no difference.

use std::collections::HashMap;

use assay_ids::UnitSeed;
use assay_sandbox::{Admitted, Refusal, Sandbox, SandboxLimits};
use assay_task::{PhaseView, Task, TaskView};
use assay_worker::{Admission, Engines, Local, NotAdmitted, Program, Unit, Worker};

use crate::{Guest, binary, shipped_task};

/// The seed of every unit here.
pub const SEED: UnitSeed = UnitSeed(7);

/// Both ways to run a guest on the first network of the shipped task.
pub struct Both {
    sandbox: Sandbox,
    local: Local,
    worker: Worker,
    engines: Engines,
    task: TaskView,
    network: String,
    /// What was admitted before, by its bytes.
    here: HashMap<Vec<u8>, Admitted>,
    apart: HashMap<Vec<u8>, Admission>,
}

impl Both {
    /// Under these limits; the engines have one thread.
    ///
    /// # Panics
    ///
    /// If this machine cannot run units.
    pub fn new(limits: SandboxLimits) -> Self {
        let task = Task::open(&shipped_task()).expect("the task is there");
        let phase = PhaseView::new(vec![task.clone()], None);
        let task = TaskView::new(task, None);
        let program = Program::at(&binary("assay"));
        Self {
            sandbox: Sandbox::new(limits).expect("the sandbox starts"),
            local: Local::new(1).expect("a thread starts"),
            worker: Worker::new(program.clone(), limits, None).expect("the sandbox starts"),
            engines: Engines::cpu(program, phase, 1, limits.wall_max),
            network: task.network_ids()[0].clone(),
            task,
            here: HashMap::new(),
            apart: HashMap::new(),
        }
    }

    /// What comes of a guest, which is admitted.
    ///
    /// # Panics
    ///
    /// If it is refused, or if the two ways differ in anything.
    pub fn run(&mut self, guest: &Guest) -> Unit {
        let (here, apart) = (self.in_process(guest), self.apart(guest));
        assert_eq!(here, apart, "in this process, and in processes");
        here
    }

    /// The same in this process alone, for what takes long.
    ///
    /// # Panics
    ///
    /// If it is refused.
    pub fn in_process(&mut self, guest: &Guest) -> Unit {
        let admitted = self.here.entry(guest.bytes()).or_insert_with_key(|bytes| {
            self.sandbox.admit(bytes).unwrap_or_else(|reasons| panic!("{reasons:?}"))
        });
        let (measure, task) = ((&self.sandbox, &admitted.measure), (0, &self.task));
        let unit = self.local.unit(measure, task, &self.network, SEED, None);
        unit.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same in processes of its own alone.
    ///
    /// # Panics
    ///
    /// If it is refused.
    pub fn apart(&mut self, guest: &Guest) -> Unit {
        let admission = self.apart.entry(guest.bytes()).or_insert_with_key(|bytes| {
            self.worker.admit(bytes).unwrap_or_else(|error| panic!("{error:?}"))
        });
        self.worker.unit(&mut self.engines, admission, (0, &self.network), SEED, None)
    }

    /// Everything that speaks against a component.
    ///
    /// # Panics
    ///
    /// If it is admitted, or if the two ways differ.
    pub fn refusals(&self, bytes: &[u8]) -> Vec<Refusal> {
        let here = self.sandbox.admit(bytes).map(|admitted| admitted.description);
        let here = here.expect_err("it is refused in this process");
        match self.worker.admit(bytes) {
            Err(NotAdmitted::Refused(reasons)) => assert_eq!(here, reasons),
            other => panic!("refused in this process, and in processes {other:?}"),
        }
        here
    }
}
