//! The worker's side of an engine process, on either lane.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use assay_call::Recorder;
use assay_call::transport::{Beginning, Link, Report, TransportError};
use assay_task::PhaseView;

use crate::program::Process;
use crate::{Program, Role, WorkerError, engine};

/// An engine process for the tasks of one phase, started anew when it is lost.
pub struct Engines {
    phase: PhaseView,
    lane: Lane,
    threads: usize,
    wall_max: Duration,
    cache_bytes_max: u64,
    running: Option<Running>,
}

enum Lane {
    /// This program, which reads the tasks itself, and is handed the phase's key.
    Cpu(Program),
    /// The binary `assay-gpu`, which is handed data and networks as the phase shows them.
    Gpu(PathBuf),
}

struct Running {
    link: Link,
    /// Task whose data the process was handed.
    handed: Option<usize>,
    /// When the unit that runs is late.
    late: Instant,
    _process: Process,
}

impl Engines {
    /// The `cpu` lane for a phase's tasks. A unit may take `wall_max`.
    pub fn cpu(program: Program, phase: PhaseView, threads: usize, wall_max: Duration) -> Self {
        Self::new(phase, Lane::Cpu(program), threads, wall_max)
    }

    /// The `gpu` lane for a phase's tasks, by the binary `assay-gpu`.
    pub fn gpu(binary: &Path, phase: PhaseView, threads: usize, wall_max: Duration) -> Self {
        Self::new(phase, Lane::Gpu(binary.to_owned()), threads, wall_max)
    }

    fn new(phase: PhaseView, lane: Lane, threads: usize, wall_max: Duration) -> Self {
        Self { phase, lane, threads, wall_max, cache_bytes_max: 0, running: None }
    }

    /// Lets the `cpu` lane's process keep so many bytes of results, for later units that ask for the
    /// same: worth it where several measures look at one network, one after another. It changes no
    /// result and no price.
    #[must_use]
    pub fn with_cache(mut self, bytes_max: u64) -> Self {
        self.cache_bytes_max = bytes_max;
        self
    }

    /// Starts the process if it is not running; gives what it says of itself.
    ///
    /// # Errors
    /// It cannot be started, or says that it cannot compute (there is no adapter).
    pub fn about(&mut self) -> Result<String, WorkerError> {
        let running = self.take()?;
        let about = running.link.about().to_owned();
        self.running = Some(running);
        Ok(about)
    }

    /// Begins a unit whose guest is at the other end of a socket.
    pub(crate) fn begin(
        &mut self,
        task: usize,
        network: &str,
        unit: Beginning,
        guest: impl AsFd,
    ) -> Result<(), WorkerError> {
        // Taken out, and put back if all goes well: after an error the next unit gets a fresh process.
        let mut running = self.take()?;
        let of = self.phase.tasks().get(task).ok_or_else(|| {
            let error = std::io::Error::other(format!("there is no task {task}"));
            WorkerError::Machine { what: WHAT, error }
        })?;
        match self.lane {
            Lane::Cpu(_) => running.link.select(task, network).map_err(transport)?,
            Lane::Gpu(_) => {
                if running.handed != Some(task) {
                    running.link.data(&of.dataset()?).map_err(transport)?;
                    running.handed = Some(task);
                }
                running.link.network(&of.network(network)?).map_err(transport)?;
            }
        }
        running.link.begin(unit, guest).map_err(transport)?;
        running.late = Instant::now() + self.wall_max;
        self.running = Some(running);
        Ok(())
    }

    /// Waits for a unit's end, and hands its entries to a recorder until then; nothing if the end does
    /// not come in time. Then `late` is called, which is to end the guest.
    pub(crate) fn report(
        &mut self,
        recorder: Option<Recorder>,
        late: impl FnOnce(),
    ) -> Result<Option<Report>, WorkerError> {
        let mut running = self.running.take().ok_or_else(|| transport(TransportError::Closed))?;
        let due = running.late;
        match running.link.report(recorder, || Instant::now() >= due) {
            Ok(report) => {
                self.running = Some(running);
                Ok(Some(report))
            }
            Err(TransportError::Stream(error)) if is_timeout(&error) => {
                late();
                // In the middle of a call the process could not be told to stop, so it goes too.
                Ok(None)
            }
            Err(error) => Err(transport(error)),
        }
    }

    /// The process, started if there is none.
    fn take(&mut self) -> Result<Running, WorkerError> {
        self.running.take().map_or_else(|| self.start(), Ok)
    }

    fn start(&self) -> Result<Running, WorkerError> {
        let (process, socket) = match &self.lane {
            Lane::Cpu(program) => {
                let tasks = self.phase.tasks().iter().map(|view| view.task().dir().to_owned());
                let arguments = engine::Arguments {
                    threads: self.threads,
                    cache_bytes_max: self.cache_bytes_max,
                    tasks: tasks.collect(),
                };
                program.start(Role::Engine, arguments.words())?
            }
            Lane::Gpu(binary) => Process::start(self.gpu_command(binary), "assay-gpu")?,
        };
        let machine = |error| WorkerError::Machine { what: WHAT, error };
        socket.set_read_timeout(Some(self.wall_max)).map_err(machine)?;
        let mut link = Link::connect(socket).map_err(transport)?;
        if let (Lane::Cpu(_), Some(key)) = (&self.lane, self.phase.key()) {
            link.phase(key).map_err(transport)?;
        }
        Ok(Running { link, handed: None, late: Instant::now(), _process: process })
    }

    fn gpu_command(&self, binary: &Path) -> Command {
        let mut command = Command::new(binary);
        command.arg("--threads").arg(OsString::from(self.threads.to_string()));
        if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
            // Graphics libraries look for a window system there, and complain on stderr if they
            // cannot.
            command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
        }
        command
    }
}

const WHAT: &str = "the engine process";

fn transport(error: TransportError) -> WorkerError {
    WorkerError::Transport { what: WHAT, error }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
