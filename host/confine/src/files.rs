//! Which files a role may reach: Landlock.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError,
    RulesetStatus, Scope,
};

use crate::Profile;

/// The newest version whose rights are known here; an older kernel enforces what it knows of them.
const NEWEST: ABI = ABI::V6;

/// What a driver reads: libraries, descriptions of devices, itself.
const DRIVER_READ: [&str; 7] = ["/usr", "/lib", "/lib64", "/etc", "/sys", "/proc", "/opt"];
/// What a driver writes to: devices.
const DRIVER_WRITE: [&str; 2] = ["/dev", "/run/nvidia-persistenced"];

/// Applies a role's rules. Gives whether they hold: not on a kernel that has no Landlock.
pub(crate) fn restrict(profile: &Profile) -> Result<bool, RulesetError> {
    let handled = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    let mut rules = handled.create()?;
    match profile {
        Profile::Guest { .. } | Profile::Compiler { .. } => {}
        Profile::Engine { read } => {
            for dir in read {
                rules = allow(rules, dir, AccessFs::ReadFile | AccessFs::ReadDir)?;
            }
        }
        Profile::GpuEngine => {
            for dir in DRIVER_READ {
                let read = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
                rules = allow(rules, Path::new(dir), read)?;
            }
            let write = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::WriteFile;
            for dir in DRIVER_WRITE {
                rules = allow(rules, Path::new(dir), write | AccessFs::IoctlDev)?;
            }
        }
    }
    Ok(rules.restrict_self()?.ruleset != RulesetStatus::NotEnforced)
}

/// A right to everything below a directory; none where the directory is not there.
fn allow(
    rules: RulesetCreated,
    dir: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    match PathFd::new(dir) {
        Ok(at) => rules.add_rule(PathBeneath::new(at, rights)),
        Err(_) => Ok(rules),
    }
}

/// What of Landlock the kernel has; or why nothing.
pub(crate) fn support() -> Result<&'static str, String> {
    let must = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let files = must().handle_access(AccessFs::Execute).map(drop);
    files.map_err(|error| error.to_string())?;
    if must().scope(Scope::Signal).is_ok() {
        Ok("files, network and signals")
    } else if must().handle_access(AccessNet::BindTcp).is_ok() {
        Ok("files and network")
    } else {
        Ok("files")
    }
}
