//! Which files a role may reach: Landlock.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use crate::{Profile, roles};

/// The newest version whose rights are known here; an older kernel enforces what it knows of them.
const NEWEST: ABI = ABI::V6;

/// Applies a role's rules: no file, no TCP, no signal to others and no abstract socket of theirs, but
/// for the files that the role needs. Gives whether they hold.
pub(crate) fn restrict(profile: &Profile) -> Result<bool, RulesetError> {
    let handled = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    let rules = handled.create()?;
    let rules = match profile {
        Profile::Guest { .. } | Profile::Compiler { .. } => rules,
        Profile::Engine { read } => allow(rules, read, reading())?,
        Profile::GpuEngine => {
            let rules = allow(rules, &roles::gpu::READ, reading())?;
            let using = reading() | AccessFs::WriteFile | AccessFs::IoctlDev;
            allow(rules, &roles::gpu::devices(), using)?
        }
    };
    Ok(rules.restrict_self()?.ruleset != RulesetStatus::NotEnforced)
}

fn reading() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

/// Rights to files, and to everything below directories; none where there is nothing.
fn allow<P: AsRef<Path>>(
    rules: RulesetCreated,
    paths: &[P],
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    rules.add_rules(path_beneath_rules(paths, rights))
}
