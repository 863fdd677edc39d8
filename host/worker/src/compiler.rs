//! The compiler process: turns one uploaded component into native code.
//!
//! A compiler fed with hostile bytes may take any time and memory, and may be led astray. So it runs
//! in a process that has little of either and can reach nothing; what it gives is run by a guest
//! process, which can reach nothing either.

use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use assay_call::transport::{read, receive, send, write};
use assay_confine::{Profile, confine};
use assay_sandbox::{Refusal, Sandbox, SandboxLimits};
use serde::{Deserialize, Serialize};

use crate::guest::Ended;

/// How long compiling may take: seconds are usual. Over it, a component is refused.
pub(crate) const COMPILE_MAX: Duration = Duration::from_mins(5);

/// Bytes of memory that compiling may take. A Python component of 18 MB takes less than half.
const MEMORY_MAX: u64 = 4 << 30;

/// What a compiler process is told; the component follows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Compile {
    pub(crate) limits: SandboxLimits,
    pub(crate) bytes: usize,
}

/// What it answers; the code follows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Compiled {
    Code { imports: Vec<String>, bytes: usize },
    Refused(Vec<Refusal>),
}

pub(crate) fn run(mut socket: UnixStream) -> Result<(), Ended> {
    confine(
        &Profile::Compiler { processor_max: COMPILE_MAX, memory_max: MEMORY_MAX },
        &[socket.as_fd()],
    )?;
    let Some(Compile { limits, bytes }) = read(&mut socket, "order to compile")? else {
        return Ok(());
    };
    let sandbox = Sandbox::unwatched(limits).map_err(|e| Ended::Sandbox(e.to_string()))?;
    let component = receive(&mut socket, bytes, u8::from_le_bytes)?;
    match sandbox.compile(&component) {
        Ok((imports, code)) => {
            write(&mut socket, &Compiled::Code { imports, bytes: code.len() })?;
            send(&mut socket, &code, u8::to_le_bytes)?;
        }
        Err(reasons) => write(&mut socket, &Compiled::Refused(reasons))?,
    }
    Ok(())
}
