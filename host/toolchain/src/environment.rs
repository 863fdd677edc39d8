//! The environment every guest is compiled in: one profile, and no machine path in the result.
//!
//! `RUSTFLAGS` must be the same for every project, because cargo rebuilds the standard library when
//! they change. So they name only the machine's own places; the project's place is remapped for its
//! own crate alone ([`project_flags`]), and where a library built from source is at stake, a project
//! with path dependencies outside its workspace gets a target directory of its own.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;
use crate::toolchain::{GUEST_TARGET, StdLibrary, Toolchain};

/// The release profile of every guest, whatever its manifest says: measures are comparable only if
/// they are built alike. Aborting on panic leaves out unwinding tables, and one codegen unit makes the
/// order of functions independent of the number of processors.
const PROFILE: [(&str, &str); 9] = [
    ("OPT_LEVEL", "3"),
    ("DEBUG", "false"),
    ("STRIP", "symbols"),
    ("PANIC", "abort"),
    ("LTO", "off"),
    ("CODEGEN_UNITS", "1"),
    ("INCREMENTAL", "false"),
    ("DEBUG_ASSERTIONS", "false"),
    ("OVERFLOW_CHECKS", "false"),
];

/// Prefixes of variables that would change how cargo builds, and are therefore not passed on.
const DROPPED_PREFIXES: [&str; 5] =
    ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_", "CARGO_UNSTABLE_", "RUSTC"];
/// Further such variables. `RUSTUP_TOOLCHAIN` is set inside every `cargo run`.
const DROPPED: [&str; 5] =
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTUP_TOOLCHAIN", "CARGO"];

/// The toolchain's cargo in `dir`, with the user's build settings taken out of the environment.
pub(crate) fn cargo(toolchain: &Toolchain, dir: &Path) -> Command {
    let mut command = Command::new(&toolchain.cargo);
    command.current_dir(dir).env("RUSTC", &toolchain.rustc);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let dropped = DROPPED.contains(&&*text)
            || DROPPED_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if dropped && text != "RUSTC" {
            command.env_remove(&name);
        }
    }
    command
}

/// The command that builds the project's library for the guest target; artifacts are reported as JSON.
pub(crate) fn build(toolchain: &Toolchain, project: &Project, target_dir: &Path) -> Command {
    let mut command = cargo(toolchain, &project.dir);
    for (key, value) in PROFILE {
        command.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
    }
    let flags = machine_flags(toolchain, project, target_dir);
    // Encoded flags are separated by this control character, so that paths may hold spaces.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    command.env("CARGO_TARGET_DIR", target_dir);
    command.args(["rustc", "--lib", "--release", "--target", GUEST_TARGET]);
    command.args(["--package", &project.package_id]);
    command.arg("--message-format=json-render-diagnostics");
    if project.locked {
        command.arg("--locked");
    }
    if let StdLibrary::FromSource { linker } = &toolchain.std {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        // Building the standard library is an unstable option of a stable compiler.
        command.env("RUSTC_BOOTSTRAP", "1");
        command.arg("-Zbuild-std=std,panic_abort");
    }
    command.arg("--").args(project_flags(project));
    command
}

/// Where this project is built: the shared directory, or one beside it where the flags differ.
pub(crate) fn target_dir(toolchain: &Toolchain, project: &Project, shared: &Path) -> PathBuf {
    if project.outside.is_empty() || !toolchain.builds_std() {
        return shared.to_path_buf();
    }
    let places: Vec<String> =
        project.outside.iter().map(|(_, dir)| dir.display().to_string()).collect();
    shared.join("outside").join(format!("{:016x}", fnv1a(places.join("\n").as_bytes())))
}

/// Remappings that hold for every crate of the build. Of several that match, the compiler takes the
/// last, so the general ones come first.
fn machine_flags(toolchain: &Toolchain, project: &Project, target_dir: &Path) -> Vec<String> {
    let mut places = Vec::new();
    if let Some(home) = cargo_home() {
        places.push((home.clone(), "/cargo".to_owned()));
        places.push((home.join("git/checkouts"), "/git".to_owned()));
        // A registry's directory bears the name of the host it was downloaded from.
        places.extend(registries(&home).into_iter().map(|dir| (dir, "/registry".to_owned())));
    }
    let std = format!("/rustc/{}", toolchain.commit);
    let source = toolchain.sysroot.join("lib/rustlib/src/rust");
    if let Ok(real) = source.canonicalize() {
        places.push((real, std.clone()));
    }
    places.push((source, std));
    places.push((target_dir.to_path_buf(), "/target".to_owned()));
    for (name, dir) in &project.outside {
        places.push((dir.clone(), format!("/path/{name}")));
    }
    places.iter().map(|(from, to)| remap(from, to)).collect()
}

/// Remappings of the project's own crate. Its workspace becomes `.`, as cargo itself names the files
/// of a workspace relative to its root; so does the project where it lies outside that root.
fn project_flags(project: &Project) -> Vec<String> {
    let mut flags = vec![remap(&project.workspace_root, ".")];
    if !project.dir.starts_with(&project.workspace_root) {
        flags.push(remap(&project.dir, "."));
    }
    flags
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

fn registries(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(home.join("registry/src")) else {
        return Vec::new();
    };
    let mut dirs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    dirs.retain(|dir| dir.is_dir());
    dirs.sort();
    dirs
}

/// The command as a user can type it, with the variables that it sets.
pub(crate) fn spell(command: &Command) -> String {
    let quote = |text: &OsStr| {
        let text = text.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
        if text.chars().all(plain) {
            return text.into_owned();
        }
        format!("'{}'", text.replace('\u{1f}', " ").replace('\'', "'\\''"))
    };
    let mut words: Vec<String> = command
        .get_envs()
        .filter_map(|(name, value)| {
            // Space-separated flags have the plain name; the encoded form cannot be typed.
            let name = name.to_string_lossy().replace("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS");
            Some(format!("{name}={}", quote(value?)))
        })
        .collect();
    words.push(quote(command.get_program()));
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

/// FNV-1a, 64 bit: names a directory, protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
