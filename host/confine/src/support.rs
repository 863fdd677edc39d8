//! Which layers a system has, and which hold for a process.

use std::fmt;

/// One way in which a process is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Limits of memory, processor time, files and processes.
    Limits,
    /// Descriptors that it does not need are closed.
    Descriptors,
    /// It cannot gain privileges, be traced or dumped, or outlive its parent.
    Privileges,
    /// Which files it may reach.
    Landlock,
    /// Which system calls it may make.
    Seccomp,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limits => "resource limits",
            Self::Descriptors => "closing descriptors",
            Self::Privileges => "no new privileges",
            Self::Landlock => "Landlock",
            Self::Seccomp => "seccomp",
        })
    }
}

/// What the system has of the layers that not every system has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// Landlock, with what of it; or why not.
    pub landlock: Result<&'static str, String>,
    /// Seccomp; or why not.
    pub seccomp: Result<(), String>,
}

impl Support {
    /// Whether every layer is there.
    pub fn complete(&self) -> bool {
        self.landlock.is_ok() && self.seccomp.is_ok()
    }

    /// What is missing, in one line each.
    pub fn missing(&self) -> Vec<String> {
        let landlock = self.landlock.as_ref().err().map(|why| format!("no Landlock: {why}"));
        let seccomp = self.seccomp.as_ref().err().map(|why| format!("no seccomp: {why}"));
        landlock.into_iter().chain(seccomp).collect()
    }
}

/// What holds for this process from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confined {
    /// Files outside the profile cannot be reached.
    pub landlock: bool,
    /// System calls outside the profile's list end the process.
    pub seccomp: bool,
}
