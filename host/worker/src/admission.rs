//! Admission in processes: compiled in one, described in another.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use assay_call::transport::{TransportError, read, receive, send, send_descriptor, write};
use assay_ids::Digest;
use assay_sandbox::{Description, Refusal};
use serde::{Deserialize, Serialize};

use crate::compiler::{COMPILE_MAX, Compile, Compiled};
use crate::guest::Job;
use crate::{Role, Worker, WorkerError, code};

/// How long `describe` may take: far more than its fuel lasts.
const DESCRIBE_MAX: Duration = Duration::from_mins(1);

/// Bytes of compiled code. A Python component of 18 MB compiles to some 60 MB.
const CODE_BYTES_MAX: usize = 512 << 20;

/// A component that may run, with its code at hand for guests.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Digest of the component's bytes.
    pub digest: Digest,
    /// Size in bytes.
    pub size: usize,
    /// Interfaces that it imports, in its order.
    pub imports: Vec<String>,
    /// What it says of itself.
    pub description: Description,
    pub(crate) code: Arc<OwnedFd>,
}

/// Why a component was not admitted.
#[derive(Debug)]
pub enum NotAdmitted {
    /// Everything that speaks against it.
    Refused(Vec<Refusal>),
    /// It could not be found out.
    Failed(WorkerError),
}

impl From<WorkerError> for NotAdmitted {
    fn from(error: WorkerError) -> Self {
        Self::Failed(error)
    }
}

/// What is kept of an admission.
#[derive(Serialize, Deserialize)]
struct Kept {
    imports: Vec<String>,
    description: Description,
}

impl Worker {
    /// Admits a component, or says everything that speaks against it.
    pub fn admit(&self, bytes: &[u8]) -> Result<Admission, NotAdmitted> {
        let (digest, compatibility) = (Digest::of(bytes), self.compatibility);
        let size = bytes.len();
        let kept = self.cache.as_ref().and_then(|cache| cache.get(digest, compatibility));
        if let Some((Kept { imports, description }, code)) = kept.as_deref().and_then(open) {
            // What was admitted before may be forbidden now.
            let reasons = Refusal::of_imports(&imports, &self.limits);
            if !reasons.is_empty() {
                return Err(NotAdmitted::Refused(reasons));
            }
            let code = Arc::new(sealed(code)?);
            return Ok(Admission { digest, size, imports, description, code });
        }
        let (imports, native) = self.compile(bytes)?;
        let code = Arc::new(sealed(&native)?);
        let description =
            self.describe(&code)?.map_err(|refusal| NotAdmitted::Refused(vec![refusal]))?;
        let kept = Kept { imports: imports.clone(), description: description.clone() };
        if let (Some(cache), Ok(mut all)) = (&self.cache, postcard::to_stdvec(&kept)) {
            all.extend(native);
            // A full disk costs the next run some seconds, and this one nothing.
            cache.put(digest, compatibility, &all).ok();
        }
        Ok(Admission { digest, size, imports, description, code })
    }

    fn compile(&self, bytes: &[u8]) -> Result<(Vec<String>, Vec<u8>), NotAdmitted> {
        let (_process, mut socket) = self.program.start(Role::Compiler, [])?;
        let limits = self.limits;
        let mut talk = || -> Result<_, TransportError> {
            socket.set_read_timeout(Some(COMPILE_MAX))?;
            socket.set_write_timeout(Some(COMPILE_MAX))?;
            write(&mut socket, &Compile { limits, bytes: bytes.len() })?;
            send(&mut socket, bytes, u8::to_le_bytes)?;
            match read(&mut socket, "answer of a compiler")?.ok_or(TransportError::Closed)? {
                Compiled::Code { bytes, .. } if bytes > CODE_BYTES_MAX => {
                    let (length, max) = (bytes as u64, CODE_BYTES_MAX as u64);
                    Err(TransportError::TooLarge { length, max })
                }
                Compiled::Code { imports, bytes } => {
                    Ok(Ok((imports, receive(&mut socket, bytes, u8::from_le_bytes)?)))
                }
                // The process has read a competitor's bytes: what it says of them is shown.
                Compiled::Refused(reasons) => {
                    Ok(Err(reasons.into_iter().map(Refusal::shown).collect()))
                }
            }
        };
        match talk() {
            Ok(compiled) => compiled.map_err(NotAdmitted::Refused),
            // Our process is at fault only if every component fails; one that does not compile within
            // the limits is refused.
            Err(error) => {
                Err(NotAdmitted::Refused(vec![Refusal::uncompilable(&error.to_string())]))
            }
        }
    }

    fn describe(&self, code: &OwnedFd) -> Result<Result<Description, Refusal>, WorkerError> {
        let (_process, mut socket) = self.program.start(Role::Guest, [])?;
        let limits = self.limits;
        let mut talk = || -> Result<Result<Description, Refusal>, TransportError> {
            socket.set_read_timeout(Some(DESCRIBE_MAX))?;
            hand_over(&mut socket, &Job::Describe { limits }, code)?;
            read(&mut socket, "description")?.ok_or(TransportError::Closed)
        };
        // The process has run a competitor's code: what it says of itself is shown.
        let said =
            talk().map_err(|error| WorkerError::Transport { what: "the guest process", error })?;
        Ok(said.map_err(Refusal::shown).and_then(Description::shown))
    }
}

/// Tells a guest process what to do, with which code.
pub(crate) fn hand_over(
    socket: &mut UnixStream,
    job: &Job,
    code: &OwnedFd,
) -> Result<(), TransportError> {
    write(socket, job)?;
    send_descriptor(socket, code)
}

fn open(kept: &[u8]) -> Option<(Kept, &[u8])> {
    postcard::take_from_bytes(kept).ok()
}

fn sealed(native: &[u8]) -> Result<OwnedFd, WorkerError> {
    let what = "memory for compiled code";
    code::sealed(native).map_err(|error| WorkerError::Machine { what, error })
}
