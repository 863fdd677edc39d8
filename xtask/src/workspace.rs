//! Where things lie: the repository's root, its target directory, the guests, the program `assay`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::step;

/// The places of one checkout.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = root.canonicalize().with_context(|| {
            format!("the checkout at {} is gone; run `cargo xtask` again there", root.display())
        })?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts the host's binaries; the user may have moved it.
    pub(crate) fn target_dir(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) if !dir.is_empty() => self.root.join(dir),
            _ => self.root.join("target"),
        }
    }

    /// Where guests are compiled. It never moves, because tests look beside it, and it is not the
    /// host's, so that building guests and building the host do not wait for each other.
    pub(crate) fn guest_target_dir(&self) -> PathBuf {
        self.root.join("target/guest")
    }

    /// Where finished components lie, as `NAME.wasm`.
    pub(crate) fn components_dir(&self) -> PathBuf {
        self.root.join("target/guests")
    }

    /// The manifest of the guests' own workspace, if there is one.
    pub(crate) fn guest_manifest(&self) -> Option<PathBuf> {
        Some(self.root.join("guest-sdk/Cargo.toml")).filter(|manifest| manifest.is_file())
    }

    /// What cargo says of the members of a workspace, whose manifest is named from the root; the caller's
    /// type says which part of it.
    pub(crate) fn metadata<T: DeserializeOwned>(&self, manifest: &str) -> Result<T> {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root).args(["metadata", "--no-deps", "--format-version", "1"]);
        let output = step::capture(command.args(["--manifest-path", manifest]))?;
        serde_json::from_str(&output).context("cargo's metadata is not as expected")
    }
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
