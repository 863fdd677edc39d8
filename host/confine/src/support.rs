//! Which layers a system has, and which hold for a process.

use std::fmt;

/// One way in which a process is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Limits of memory, processor time, files and processes.
    Limits,
    /// Descriptors that it does not need are closed.
    Descriptors,
    /// It has no privileges and cannot gain any, cannot be traced or dumped, and ends with its parent.
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
            Self::Privileges => "dropping privileges",
            Self::Landlock => "Landlock",
            Self::Seccomp => "seccomp",
        })
    }
}

/// The version of Landlock's interface that the kernel offers. Files are kept away by all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Landlock(
    /// The kernel's number: 1 is Linux 5.13.
    pub u32,
);

impl Landlock {
    /// Whether TCP is kept away too (Linux 6.7). Without it seccomp alone does.
    pub fn network(self) -> bool {
        self.0 >= 4
    }

    /// Whether signals to other processes and their abstract sockets are kept away too (Linux 6.12).
    /// Without it seccomp alone does.
    pub fn signals(self) -> bool {
        self.0 >= 6
    }
}

impl fmt::Display for Landlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {}: files", self.0)?;
        f.write_str(if self.network() { ", network" } else { "" })?;
        f.write_str(if self.signals() { ", signals" } else { "" })
    }
}

/// What the system has of the layers that not every system has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// Landlock; or why not.
    pub landlock: Result<Landlock, String>,
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

/// A line for each layer.
impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.landlock {
            Ok(landlock) => writeln!(f, "Landlock: {landlock}")?,
            Err(why) => writeln!(f, "Landlock: missing: {why}")?,
        }
        match &self.seccomp {
            Ok(()) => write!(f, "seccomp: system calls"),
            Err(why) => write!(f, "seccomp: missing: {why}"),
        }
    }
}

/// What holds for this process from now on. Limits, closed descriptors and dropped privileges hold
/// wherever [`confine`](crate::confine) does anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confined {
    /// Files outside the profile cannot be reached.
    pub landlock: bool,
    /// System calls outside the profile's list end the process, or fail (`roles/`).
    pub seccomp: bool,
}

impl Confined {
    /// Whether every layer holds.
    pub fn complete(&self) -> bool {
        self.landlock && self.seccomp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_and_only_that() {
        let whole = Support { landlock: Ok(Landlock(6)), seccomp: Ok(()) };
        assert!(whole.complete());
        assert_eq!(whole.missing(), [""; 0]);
        assert_eq!(
            whole.to_string(),
            "Landlock: version 6: files, network, signals\nseccomp: system calls"
        );
        let half = Support { landlock: Err("too old".to_owned()), ..whole };
        assert!(!half.complete());
        assert_eq!(half.missing(), ["no Landlock: too old"]);
        assert_eq!(half.to_string(), "Landlock: missing: too old\nseccomp: system calls");
        assert_eq!(Landlock(1).to_string(), "version 1: files");
        assert_eq!(Landlock(5).to_string(), "version 5: files, network");
    }
}
