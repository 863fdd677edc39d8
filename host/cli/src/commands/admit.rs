//! Admission as the commands use it: the worker, its cache of compiled code, and the words for a
//! component that was not admitted.

use std::env;
use std::path::PathBuf;

use assay_sandbox::{Refusal, SandboxLimits};
use assay_worker::{Admission, CodeCache, NotAdmitted, Program, Worker};

use crate::failure::Failure;
use crate::output;

/// A worker under these limits, whose processes are this program.
pub(crate) fn worker(limits: SandboxLimits) -> Result<Worker, Failure> {
    let program = Program::own().map_err(Failure::new)?;
    Worker::new(program, limits, cache()).map_err(Failure::new)
}

/// Admits a component; `file` is its name in messages.
pub(crate) fn admit(
    worker: &Worker,
    bytes: &[u8],
    file: impl std::fmt::Display,
) -> Result<Admission, Failure> {
    worker.admit(bytes).map_err(|error| match error {
        NotAdmitted::Refused(reasons) => refused(file, &reasons),
        NotAdmitted::Failed(error) => Failure::new(error),
    })
}

/// The user's cache of compiled code. Without one everything works, only later.
fn cache() -> Option<CodeCache> {
    let home = |variable: &str, below: &str| {
        let stated = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        stated.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(below)))
    };
    let code = home("XDG_CACHE_HOME", ".cache")?.join("assay/code");
    let key = home("XDG_CONFIG_HOME", ".config")?.join("assay/code.key");
    match CodeCache::open(&code, &key) {
        Ok(cache) => Some(cache),
        Err(error) => {
            output::note(format!("compiled code is not kept: {error}"));
            None
        }
    }
}

/// All reasons against a component.
pub(crate) fn refused(file: impl std::fmt::Display, reasons: &[Refusal]) -> Failure {
    let line = |reason: &Refusal| format!("{file}: {}: {}", reason.class.name(), reason.message);
    let failure = Failure::all(reasons.iter().map(line).collect());
    let mut hints: Vec<&str> = Vec::new();
    for reason in reasons {
        if !hints.contains(&&*reason.hint) {
            hints.push(&reason.hint);
        }
    }
    failure.hint(hints.join("; "))
}
