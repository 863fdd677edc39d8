//! Which programs made a record.

use assay_ids::Digest;

/// The host's build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostBuild {
    /// Version of the workspace's crates.
    pub version: String,
    /// Digest of `Cargo.lock`: every dependency at its exact version.
    pub lock: Digest,
    /// What `rustc --version` said, or `unknown`.
    pub compiler: String,
}

impl HostBuild {
    /// The build that this code is part of.
    pub fn of_this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            lock: Digest::of(include_bytes!("../../../Cargo.lock")),
            compiler: env!("ASSAY_COMPILER").to_owned(),
        }
    }
}

/// The engine that ran the component, as it calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxBuild {
    /// Its name and version.
    pub version: String,
    /// Its hash over everything that decides whether compiled code fits: settings, target, version.
    pub compatibility: String,
}
