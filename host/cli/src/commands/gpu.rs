//! The `gpu` lane as `assay run` uses it: the binary `assay-gpu` as a child, one for all units, spoken
//! to over a socket that is its standard input.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use assay_call::transport::{Link, RemoteHost, Report, TransportError};
use assay_call::{Detail, Host, Limits};
use assay_network::{Dataset, Network};
use assay_sandbox::{Outcome, SandboxLimits, UnitReport};

use super::beside::beside;
use crate::failure::Failure;

const BINARY: &str = "assay-gpu";

/// The lane, with its engine process while one is running.
pub(crate) struct GpuLane {
    binary: PathBuf,
    threads: usize,
    process: Option<Process>,
}

struct Process {
    child: Child,
    link: Link<UnixStream>,
    /// The same socket again, for the units' calls.
    stream: UnixStream,
    has_data: bool,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing of it is wanted any more, and a hung driver must not keep this process waiting.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl GpuLane {
    /// Finds the binary and starts it; fails with its own words where there is no adapter. `threads`
    /// is for the calls that the adapter does not run.
    pub(crate) fn start(threads: usize) -> Result<Self, Failure> {
        let binary = beside(BINARY, "assay-gpu")?;
        let mut lane = Self { binary, threads, process: None };
        let about = lane.running().map_err(|error| Failure::new(format!("gpu lane: {error}")))?;
        eprintln!("note: gpu lane on {}; its values are provisional", about.link.about());
        Ok(lane)
    }

    /// Another task's data is to be sent before the next unit.
    pub(crate) fn next_task(&mut self) {
        if let Some(process) = &mut self.process {
            process.has_data = false;
        }
    }

    /// Runs one unit: `run` is handed the host. What the unit used is known if the engine process
    /// lived to tell; if it did not, the next unit gets a fresh one.
    pub(crate) fn unit(
        &mut self,
        data: &Dataset,
        network: &Network,
        limits: Limits,
        run: impl FnOnce(Box<dyn Host + Send>) -> UnitReport,
    ) -> Result<(UnitReport, Option<Report>), TransportError> {
        let host = match self.begin(data, network, limits) {
            Ok(host) => host,
            Err(error) => {
                self.process = None;
                return Err(error);
            }
        };
        let mut report = run(Box::new(host));
        let used = match &mut self.process {
            Some(process) => process.link.report(),
            None => Err(TransportError::Closed),
        };
        match used {
            Ok(used) => Ok((report, Some(used))),
            Err(error) => {
                self.process = None;
                if report.outcome.value().is_some() {
                    let text = format!("the engine process was lost: {error}");
                    report.outcome = Outcome::Inconclusive(text);
                }
                Ok((report, None))
            }
        }
    }

    fn begin(
        &mut self,
        data: &Dataset,
        network: &Network,
        limits: Limits,
    ) -> Result<RemoteHost<UnixStream>, TransportError> {
        let process = self.running()?;
        if !process.has_data {
            process.link.data(data)?;
            process.has_data = true;
        }
        process.link.network(network)?;
        process.link.begin(limits, Detail::Visible)?;
        Ok(RemoteHost::over(process.stream.try_clone()?))
    }

    /// The engine process, started if there is none.
    fn running(&mut self) -> Result<&mut Process, TransportError> {
        let process = match self.process.take() {
            Some(process) => process,
            None => self.spawn()?,
        };
        Ok(self.process.insert(process))
    }

    fn spawn(&self) -> Result<Process, TransportError> {
        let (stream, theirs) = UnixStream::pair()?;
        // No honest call takes longer than a whole unit may.
        stream.set_read_timeout(Some(SandboxLimits::PUBLISHED.wall_max))?;
        let mut command = Command::new(&self.binary);
        command.arg("--threads").arg(self.threads.to_string());
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null());
        if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
            // Graphics libraries look for a window system there, and complain on stderr if they cannot.
            command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
        }
        let mut child = command.spawn()?;
        match stream.try_clone().map_err(TransportError::from).and_then(Link::connect) {
            Ok(link) => Ok(Process { child, link, stream, has_data: false }),
            Err(error) => {
                child.kill().ok();
                child.wait().ok();
                Err(error)
            }
        }
    }
}
