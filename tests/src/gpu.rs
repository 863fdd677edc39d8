//! The engine process of the `gpu` lane, started as the command starts it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use assay_call::transport::Link;

/// A running `assay-gpu`. It ends with this value.
pub struct GpuProcess {
    /// For orders and reports.
    pub link: Link,
    child: Child,
}

impl GpuProcess {
    /// The binary, if it is built and finds an adapter; nothing, and a line that says why, if not.
    ///
    /// # Panics
    ///
    /// If the binary is missing where long tests were asked for, or fails without a reason.
    pub fn binary() -> Option<PathBuf> {
        let own = std::env::current_exe().expect("a test knows its own path");
        let folder = own.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
        let binary = folder.join("assay-gpu");
        if !binary.is_file() {
            let hint = "run `cargo build -p assay-gpu`";
            let asked = std::env::var_os("ASSAY_FULL").is_some();
            assert!(!asked, "{} is missing: {hint}", binary.display());
            eprintln!("skipped: {} is not built ({hint})", binary.display());
            return None;
        }
        let probe = Command::new(&binary).arg("--probe").output().expect("the binary starts");
        if probe.status.success() {
            return Some(binary);
        }
        let said = String::from_utf8_lossy(&probe.stderr).into_owned();
        assert_eq!(probe.status.code(), Some(1), "{said}");
        assert!(said.contains("hint: install your adapter's Vulkan driver"), "{said}");
        eprintln!("skipped: {said}");
        None
    }

    /// Starts it, if it can be.
    ///
    /// # Panics
    ///
    /// If it can be, and does not start.
    pub fn start() -> Option<Self> {
        let binary = Self::binary()?;
        let (stream, theirs) = UnixStream::pair().expect("a socket can be made");
        let child = Command::new(binary)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .expect("the binary starts");
        let link = Link::connect(stream).unwrap_or_else(|error| panic!("{error}"));
        Some(Self { link, child })
    }

    /// Whether the kernel holds the process to a filter and keeps it from privileges.
    ///
    /// # Panics
    ///
    /// If the kernel says nothing of it.
    pub fn confined(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the kernel tells of a child");
        ["NoNewPrivs:\t1", "Seccomp:\t2"].iter().all(|line| status.contains(line))
    }
}

impl Drop for GpuProcess {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
