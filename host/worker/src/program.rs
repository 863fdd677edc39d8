//! Starting processes: this program again in another role, with one socket and nothing else.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use assay_call::transport::inherited_socket;

use crate::{WorkerError, compiler, engine, guest};

/// The word before a role's name on the command line.
const PROCESS: &str = "process";

/// The variable that the engine's kernels obey.
const SIMD: &str = "ASSAY_SIMD";

/// What a process of this program does for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs one component on one network.
    Guest,
    /// Answers the calls of guests.
    Engine,
    /// Compiles one component.
    Compiler,
}

impl Role {
    const ALL: [Self; 3] = [Self::Guest, Self::Engine, Self::Compiler];

    /// The role's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Engine => "engine",
            Self::Compiler => "compiler",
        }
    }

    /// The role that this process was started in, if it was started in one: to be asked first thing in
    /// `main`, before any thread is there.
    pub fn of_this_process() -> Option<Self> {
        let mut args = std::env::args_os().skip(1);
        if args.next()? != PROCESS {
            return None;
        }
        let name = args.next()?;
        Self::ALL.into_iter().find(|role| name == role.name())
    }

    /// Plays the role to its end.
    pub fn play(self) -> ExitCode {
        let socket = match inherited_socket() {
            Ok(socket) => socket,
            Err(reason) => {
                eprintln!("error: {reason}\nhint: `assay` starts its processes itself");
                return ExitCode::from(2);
            }
        };
        let args: Vec<OsString> = std::env::args_os().skip(3).collect();
        let played = match self {
            Self::Guest => guest::run(socket),
            Self::Engine => engine::run(socket, &args),
            Self::Compiler => compiler::run(socket),
        };
        match played {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // A guest has no standard error any more; the others' is their parent's.
                eprintln!("error: the {} process: {error}", self.name());
                ExitCode::FAILURE
            }
        }
    }
}

/// The program that plays the roles.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

impl Program {
    /// A program by its path; its `main` asks [`Role::of_this_process`] first.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// This one.
    pub fn own() -> Result<Self, WorkerError> {
        let path = std::env::current_exe();
        path.map(Self).map_err(|error| WorkerError::Start { what: "this program again", error })
    }

    /// Starts it in a role, with an empty environment, and gives this side's end of its socket.
    pub(crate) fn start(
        &self,
        role: Role,
        args: impl IntoIterator<Item = OsString>,
    ) -> Result<(Process, UnixStream), WorkerError> {
        let mut command = Command::new(&self.0);
        command.arg(PROCESS).arg(role.name()).args(args).env_clear();
        if role == Role::Engine {
            // Which instruction set to compute with, for tests: it changes no bit of any result.
            command.envs(std::env::var_os(SIMD).map(|level| (SIMD, level)));
        }
        if role == Role::Guest {
            command.stderr(Stdio::null());
        }
        Process::start(command, role.name())
    }
}

/// A child process. It ends with this value.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a command with one end of a new socket as its standard input; gives the other end.
    pub(crate) fn start(
        mut command: Command,
        what: &'static str,
    ) -> Result<(Self, UnixStream), WorkerError> {
        let failed = |error| WorkerError::Start { what, error };
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null());
        let child = command.spawn().map_err(failed)?;
        Ok((Self { child }, ours))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing of it is wanted any more; a process that is gone already is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
