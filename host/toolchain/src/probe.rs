//! Looks at the Rust toolchains of this machine and says what each can do.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::exec;
use crate::toolchain::{GUEST_TARGET, StdLibrary, Toolchain, fallback_cargo};

/// Where Debian puts a compiler; it is shadowed on PATH when rustup is there too.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// One compiler found on this machine.
pub(crate) struct Candidate {
    pub(crate) rustc: PathBuf,
    pub(crate) sysroot: PathBuf,
    pub(crate) release: String,
    pub(crate) commit: String,
    host: String,
    /// A compiled standard library for the guest target is there.
    pub(crate) has_target: bool,
    /// The standard library's source is there.
    pub(crate) has_source: bool,
    /// It is the system's own compiler, whose source package fits it exactly.
    pub(crate) is_system: bool,
}

impl Candidate {
    fn look(rustc: &Path) -> Option<Self> {
        let sysroot = PathBuf::from(exec::ask(rustc, &["--print", "sysroot"])?.trim());
        let version = exec::ask(rustc, &["-vV"])?;
        let field = |name: &str| {
            let line = version.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        // A rustup proxy picks a toolchain by the directory it runs in; the compiler inside the
        // sysroot is always the same one.
        let own = sysroot.join("bin/rustc");
        let rustc = if own.is_file() { own } else { rustc.to_path_buf() };
        let libraries = sysroot.join("lib/rustlib");
        Some(Self {
            has_target: has_std(&libraries.join(GUEST_TARGET).join("lib")),
            has_source: libraries.join("src/rust/library/std/Cargo.toml").is_file(),
            is_system: rustc == Path::new(SYSTEM_RUSTC),
            release: field("release:"),
            commit: field("commit-hash:"),
            host: field("host:"),
            rustc,
            sysroot,
        })
    }

    /// This compiler as a toolchain, with its own cargo if it has one.
    pub(crate) fn toolchain(&self, std: StdLibrary) -> Toolchain {
        let own = self.sysroot.join("bin/cargo");
        // The system's cargo may be older than its compiler's users expect; the one on PATH drives
        // any compiler.
        let cargo = if own.is_file() && !self.is_system { own } else { active_cargo() };
        Toolchain {
            cargo,
            rustc: self.rustc.clone(),
            sysroot: self.sysroot.clone(),
            release: self.release.clone(),
            commit: self.commit.clone(),
            std,
        }
    }

    /// Why this compiler does not serve.
    pub(crate) fn shortcoming(&self) -> String {
        format!(
            "rustc {} at {} (neither the target {GUEST_TARGET} nor the standard library's source)",
            self.release,
            self.rustc.display()
        )
    }
}

/// Every compiler of this machine: the active one, the other rustup toolchains (newest name first),
/// the system's.
pub(crate) fn candidates() -> Vec<Candidate> {
    let mut compilers: Vec<PathBuf> = exec::on_path("rustc").into_iter().collect();
    compilers.extend(rustup_compilers());
    compilers.push(PathBuf::from(SYSTEM_RUSTC));
    let mut seen = BTreeSet::new();
    compilers
        .iter()
        .filter_map(|rustc| Candidate::look(rustc))
        .filter(|candidate| seen.insert(candidate.rustc.clone()))
        .collect()
}

/// A linker for WebAssembly: the one that rustup toolchains carry, else one on PATH.
pub(crate) fn linker(candidates: &[Candidate]) -> Option<PathBuf> {
    let inside = candidates.iter().map(|candidate| {
        let libraries = candidate.sysroot.join("lib/rustlib");
        libraries.join(&candidate.host).join("bin/rust-lld")
    });
    inside
        .into_iter()
        .find(|linker| linker.is_file())
        .or_else(|| exec::on_path("rust-lld"))
        .or_else(|| exec::on_path("wasm-ld"))
}

/// The cargo inside the active toolchain rather than a rustup proxy, which a project's
/// `rust-toolchain.toml` could redirect.
fn active_cargo() -> PathBuf {
    exec::on_path("rustc")
        .and_then(|rustc| exec::ask(&rustc, &["--print", "sysroot"]))
        .map(|sysroot| Path::new(sysroot.trim()).join("bin/cargo"))
        .filter(|cargo| cargo.is_file())
        .unwrap_or_else(fallback_cargo)
}

fn rustup_compilers() -> Vec<PathBuf> {
    let home = env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".rustup")));
    let Some(entries) = home.and_then(|home| fs::read_dir(home.join("toolchains")).ok()) else {
        return Vec::new();
    };
    let mut compilers: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path().join("bin/rustc")).collect();
    compilers.retain(|rustc| rustc.is_file());
    compilers.sort();
    // `stable-…` sorts after `nightly-…` and after version numbers, and is the better choice.
    compilers.reverse();
    compilers
}

/// The target's directory can outlive an interrupted download, so the library itself is looked for.
fn has_std(dir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(dir) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
