//! The guest process: one component on one network, with one socket and nothing else.
//!
//! It is told what to do and handed the compiled code over that socket by the worker, which then
//! gives the socket's other end to the engine. Before the first instruction of the component runs,
//! the process has locked itself down: from then on it can compute, and talk over that socket.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixStream;

use assay_call::transport::{
    RemoteHost, TransportError, greet, read, receive_descriptor, say, write,
};
use assay_confine::{ConfineError, Profile, confine};
use assay_ids::UnitSeed;
use assay_sandbox::{Measure, Refusal, Sandbox, SandboxLimits, UnitReport};
use serde::{Deserialize, Serialize};

/// What a guest process is to do; the compiled code follows as a descriptor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Job {
    /// Run `describe` and tell the worker.
    Describe { limits: SandboxLimits },
    /// Evaluate a network with the engine at the socket's other end.
    Evaluate { limits: SandboxLimits, seed: UnitSeed },
}

/// Why a guest process ends early. Nobody but a worker's log reads it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the sandbox cannot start: {0}")]
    Sandbox(String),
    #[error(transparent)]
    Confine(#[from] ConfineError),
    #[error("{0}")]
    Other(String),
}

pub(crate) fn run(mut socket: UnixStream) -> Result<(), Ended> {
    let Some(job) = read(&mut socket, "job")? else { return Ok(()) };
    let code = receive_descriptor(&socket)?;
    // In two hands until the process ends: a second descriptor of it cannot be made once confined.
    let mut socket: &'static UnixStream = Box::leak(Box::new(socket));
    match job {
        Job::Describe { limits } => {
            let (sandbox, measure) = prepare(limits, code, socket)?;
            let described: Result<_, Refusal> = sandbox.describe(&measure);
            write(&mut socket, &described)?;
        }
        Job::Evaluate { limits, seed } => {
            let report = match prepare(limits, code, socket) {
                Ok((sandbox, measure)) => evaluate(&sandbox, &measure, socket, seed)?,
                Err(error) => {
                    greet(&mut socket)?;
                    UnitReport::inconclusive(error.to_string(), seed)
                }
            };
            let report = postcard::to_stdvec(&report);
            say(&mut socket, report.map_err(|error| Ended::Other(error.to_string()))?)?;
        }
    }
    Ok(())
}

/// Takes the code into memory, and gives up everything that the component could want.
fn prepare(
    limits: SandboxLimits,
    code: OwnedFd,
    socket: &UnixStream,
) -> Result<(Sandbox, Measure), Ended> {
    let sandbox = Sandbox::unwatched(limits).map_err(|e| Ended::Sandbox(e.to_string()))?;
    // Copied, so that no descriptor of it stays open.
    let bytes = contents(File::from(code)).map_err(|error| Ended::Other(error.to_string()))?;
    // SAFETY: the worker hands out nothing but sealed copies of what its own compiler process gave,
    // for a sandbox whose compatibility digest is this one's.
    #[expect(unsafe_code, reason = "the worker vouches for the code it hands out")]
    let measure = unsafe { sandbox.load(&bytes) }.map_err(|e| Ended::Sandbox(e.to_string()))?;
    drop(bytes);
    // The worker watches the clock; this is for a guest whose worker is gone.
    let processor_max = limits.wall_max;
    confine(&Profile::Guest { processor_max }, &[socket.as_fd()])?;
    Ok((sandbox, measure))
}

/// All of a file, wherever others with the same file have read to.
fn contents(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; file.metadata()?.len() as usize];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

fn evaluate(
    sandbox: &Sandbox,
    measure: &Measure,
    socket: &'static UnixStream,
    seed: UnitSeed,
) -> Result<UnitReport, Ended> {
    let host = RemoteHost::connect(socket)?;
    Ok(sandbox.run(measure, Box::new(host), seed))
}
