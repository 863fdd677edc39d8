//! The child processes of a test, as the system lists them.

use std::fs;

/// A child of this process, living, or dead and not waited for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildProcess {
    /// Its number.
    pub id: u32,
    /// The role that it was started in; empty for another program, and for one that is dead.
    pub role: String,
}

impl ChildProcess {
    /// Every child that this process has now.
    ///
    /// # Panics
    ///
    /// If there is no `/proc`.
    pub fn all() -> Vec<Self> {
        Self::all_of(std::process::id())
    }

    /// Every child that another process has now.
    ///
    /// # Panics
    ///
    /// If there is no `/proc`.
    pub fn all_of(parent: u32) -> Vec<Self> {
        let listed = fs::read_dir("/proc").expect("the system lists its processes");
        let numbers = listed.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let mut found: Vec<Self> = numbers
            .filter(|id| parent_of(*id) == Some(parent))
            .map(|id| Self { id, role: role(id).unwrap_or_default() })
            .collect();
        found.sort();
        found
    }

    /// The one child in a role.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    pub fn only(role: &str) -> Self {
        let found: Vec<Self> = Self::all().into_iter().filter(|child| child.role == role).collect();
        let [child] = found.as_slice() else { panic!("no single {role}: {found:?}") };
        child.clone()
    }

    /// Descriptors that it has open.
    ///
    /// # Errors
    ///
    /// It is gone, or is not this user's to look at: a confined process is not.
    pub fn descriptors(&self) -> std::io::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.id))?.count())
    }

    /// Memory that it really has, in bytes.
    ///
    /// # Panics
    ///
    /// If it is gone.
    pub fn resident(&self) -> u64 {
        resident(self.id)
    }
}

/// Memory that a process really has, in bytes.
///
/// # Panics
///
/// If it is gone.
pub fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has memory");
    let kibibytes = line.trim().trim_end_matches(" kB").parse::<u64>();
    1024 * kibibytes.expect("the system writes a number")
}

/// The field after the name in brackets, which may hold anything, and the state.
fn parent_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// What stands after `process` on its command line.
fn role(id: u32) -> Option<String> {
    let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    words.find(|word| word == "process")?;
    words.next().map(std::borrow::Cow::into_owned)
}
