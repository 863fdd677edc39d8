//! One module per command. Each parses nothing and decides everything about its output.

mod admit;
mod beside;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod compare;
mod confirm;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod new;
pub(crate) mod phase_key;
mod profile;
pub(crate) mod recorder;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod score;
mod scored;
pub(crate) mod seal;
mod sources;
mod stage;
pub(crate) mod train;
mod truth;
pub(crate) mod unseal;
pub(crate) mod verify;
pub(crate) mod verify_bundle;
mod way;
