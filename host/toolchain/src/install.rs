//! Installs what building guests needs: a rustup target or Debian packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::InstallError;
use crate::toolchain::GUEST_TARGET;
use crate::{Progress, exec};

/// rustup's server answers within seconds or, behind a closed network, not at all.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);
/// Package downloads are some hundred megabytes.
const APT_LIMIT: Duration = Duration::from_mins(20);
/// How much of a failed command's output is shown.
const SHOWN_LINES: usize = 12;

/// Tries `rustup target add`; false when there is no rustup or it does not succeed, which is no
/// drama, since another way follows.
pub(crate) fn add_rustup_target(progress: Progress<'_>) -> bool {
    let Some(rustup) = exec::on_path("rustup") else {
        progress("no rustup here");
        return false;
    };
    progress(&format!("rustup target add {GUEST_TARGET}"));
    let mut command = Command::new(rustup);
    command.args(["target", "add", GUEST_TARGET]).env("RUSTUP_MAX_RETRIES", "1");
    match exec::run_limited(&mut command, RUSTUP_LIMIT) {
        Ok(finished) if finished.success => true,
        Ok(finished) => {
            progress(&format!("rustup could not: {}", last_lines(&finished.output, 1)));
            false
        }
        Err(error) => {
            progress(&format!("rustup could not be started: {error}"));
            false
        }
    }
}

/// Installs Debian packages, as root or through `sudo -n`, refreshing the package lists if the first
/// try fails. It never removes a package to make room.
///
/// # Errors
/// [`InstallError`] with the exact command for the user to run.
pub fn install_debian_packages(
    packages: &[&str],
    progress: Progress<'_>,
) -> Result<(), InstallError> {
    let names = packages.join(" ");
    let Some(apt) = exec::on_path("apt-get") else {
        return Err(InstallError::NoPackageManager {
            packages: names,
            hint: format!(
                "for guests, `rustup target add {GUEST_TARGET}` is enough; \
                 other packages come from your system's package manager"
            ),
        });
    };
    let shown = format!("apt-get install {names}");
    progress(&shown);
    let mut install = vec!["install", "-y", "--no-remove"];
    install.extend_from_slice(packages);
    let first = run_as_root(&apt, &install);
    if first.success {
        return Ok(());
    }
    progress("apt-get update");
    let update = run_as_root(&apt, &["update"]);
    let second = if update.success { run_as_root(&apt, &install) } else { update };
    if second.success {
        return Ok(());
    }
    Err(InstallError::Failed {
        command: format!("sudo apt-get update && sudo {shown}"),
        output: last_lines(&second.output, SHOWN_LINES),
    })
}

fn run_as_root(program: &Path, args: &[&str]) -> exec::Finished {
    let sudo = (!is_root()).then(|| PathBuf::from("sudo"));
    let mut command = Command::new(sudo.as_deref().unwrap_or(program));
    if sudo.is_some() {
        // `-n`: a question for a password would wait for ever where nobody sits.
        command.arg("-n").arg(program);
    }
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    exec::run_limited(&mut command, APT_LIMIT).unwrap_or_else(|error| exec::Finished {
        success: false,
        output: format!("{}: {error}", command.get_program().display()),
    })
}

fn is_root() -> bool {
    exec::ask(Path::new("id"), &["-u"]).is_some_and(|id| id.trim() == "0")
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
