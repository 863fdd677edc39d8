//! The toolchain that compiles guests: which one is taken, and what it is made of.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::ToolchainError;
use crate::probe::{self, Candidate};
use crate::{Progress, exec, install};

/// The target that guests are compiled for: WebAssembly without any system interface.
pub const GUEST_TARGET: &str = "wasm32-unknown-unknown";

/// A compiler, a cargo, and a way to a standard library for [`GUEST_TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    pub(crate) sysroot: PathBuf,
    pub(crate) release: String,
    pub(crate) commit: String,
    pub(crate) std: StdLibrary,
}

/// Where the guests' standard library comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StdLibrary {
    /// Compiled, inside the toolchain.
    Installed,
    /// Built by cargo from the toolchain's source, linked by a linker named here.
    FromSource { linker: PathBuf },
}

impl Toolchain {
    /// Finds a toolchain that can build guests.
    ///
    /// A toolchain with the target installed is preferred (the active one first, then the other
    /// rustup toolchains); otherwise one that carries the standard library's source: Debian's, then
    /// any other.
    ///
    /// # Errors
    /// [`ToolchainError::NotFound`] with every candidate and its shortcoming, or
    /// [`ToolchainError::NoLinker`] when only the linker is missing.
    pub fn find() -> Result<Self, ToolchainError> {
        let candidates = probe::candidates();
        if let Some(found) = candidates.iter().find(|candidate| candidate.has_target) {
            return Ok(found.toolchain(StdLibrary::Installed));
        }
        Self::from_source(&candidates)
    }

    /// Finds a toolchain that builds the standard library from its source, whether or not another one
    /// has it compiled: what [`Toolchain::find`] falls back to.
    ///
    /// # Errors
    /// As [`Toolchain::find`].
    pub fn find_with_source() -> Result<Self, ToolchainError> {
        Self::from_source(&probe::candidates())
    }

    fn from_source(candidates: &[Candidate]) -> Result<Self, ToolchainError> {
        let with_source = candidates
            .iter()
            .filter(|candidate| candidate.has_source)
            .max_by_key(|candidate| candidate.is_system);
        let Some(found) = with_source else {
            return Err(ToolchainError::NotFound {
                target: GUEST_TARGET,
                looked: candidates.iter().map(Candidate::shortcoming).collect(),
            });
        };
        let linker = probe::linker(candidates).ok_or_else(|| ToolchainError::NoLinker {
            rustc: found.rustc.clone(),
            target: GUEST_TARGET,
        })?;
        Ok(found.toolchain(StdLibrary::FromSource { linker }))
    }

    /// Finds a toolchain, installing what is missing: first `rustup target add`, then Debian's
    /// packages (as root, or through sudo if it asks for no password).
    ///
    /// # Errors
    /// [`ToolchainError::Install`] names the exact command to run when installing is not possible.
    pub fn install(progress: Progress<'_>) -> Result<Self, ToolchainError> {
        if let Ok(found) = Self::find() {
            return Ok(found);
        }
        if install::add_rustup_target(progress)
            && let Ok(found) = Self::find()
        {
            return Ok(found);
        }
        let packages: &[&str] = match Self::find() {
            Err(ToolchainError::NoLinker { .. }) => &["rust-web-llvm"],
            _ => &["rustc-web", "rust-web-src"],
        };
        install::install_debian_packages(packages, progress)?;
        Self::find()
    }

    /// True when the standard library is compiled on first use, which takes minutes.
    pub fn builds_std(&self) -> bool {
        matches!(self.std, StdLibrary::FromSource { .. })
    }

    /// The compiler's version, such as `1.95.0`. Components are equal only between equal compilers.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The compiler that is used.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let std = if self.builds_std() { "built from its source" } else { "installed" };
        write!(
            out,
            "rustc {} ({}), standard library for {GUEST_TARGET} {std}",
            self.release,
            self.rustc.display()
        )
    }
}

/// The cargo to use where a compiler comes without one.
pub(crate) fn fallback_cargo() -> PathBuf {
    exec::on_path("cargo").unwrap_or_else(|| PathBuf::from("cargo"))
}
