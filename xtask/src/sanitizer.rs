//! The engine's tests under AddressSanitizer: its kernels are the one place with `unsafe` code.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::step;
use crate::workspace::Workspace;

/// Where the sanitizer's run time exists for Rust, of the platforms that the project runs on.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Runs the engine's tests with the processor's best instruction set and with plain code; says why
/// where it cannot.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        eprintln!("== sanitizer: not run (only on {TARGET})");
        return Ok(());
    }
    if !has_nightly() {
        eprintln!(
            "== sanitizer: not run (no nightly toolchain; `rustup toolchain install nightly`)"
        );
        return Ok(());
    }
    for level in ["", "scalar"] {
        let name = if level.is_empty() { "sanitizer" } else { "sanitizer, plain code" };
        let words = [
            "run",
            "nightly",
            "cargo",
            "test",
            "-p",
            "assay-engine",
            "--lib",
            "--tests",
            "--target",
            TARGET,
        ];
        let mut command = Command::new("rustup");
        command.current_dir(workspace.root()).args(words);
        command.env("RUSTFLAGS", "-Zsanitizer=address");
        // Flags differ, so the daily target directory would be built anew each time.
        command.env("CARGO_TARGET_DIR", workspace.root().join("target/sanitizer"));
        // Rustup's own proxy is meant, not the toolchain that runs this program.
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTC");
        let mut again = format!("RUSTFLAGS=-Zsanitizer=address rustup {}", words.join(" "));
        if !level.is_empty() {
            command.env("ASSAY_SIMD", level);
            again = format!("ASSAY_SIMD={level} {again}");
        }
        step::run(name, &again, || step::inherit(&mut command))?;
    }
    Ok(())
}

fn has_nightly() -> bool {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "rustc", "--version"]);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
