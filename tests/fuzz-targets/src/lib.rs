//! Fuzz targets: one for each place where bytes of others come in. A target takes any input, and panics
//! where something that must hold does not.
//!
//! They are ordinary functions, so that three things can feed them: libFuzzer (`tests/fuzz`, by `cargo
//! xtask fuzz`), the short run with a deterministic mutator (`tests/short.rs`, in the ordinary test
//! command), and whoever has an input that once failed. Beside "no panic" each asserts what its surface
//! promises: one encoding for each value, one verdict for the same bytes, memory bounded by the input's
//! size. `docs/fuzzing.md` says what is covered.
//!
//! Must not know: how anything works inside, but for the readers that the crates offer as `parts`.
//!
//! Begin with [`Target`], then any target, such as [`ENTRY`].

mod component;
mod cut;
mod draw;
mod frames;
mod importer;
mod material;
mod mutate;
mod pipe;
mod records;
mod said;
mod score;
mod session;
mod target;
mod unit;

pub use component::{COMPONENT_ADMIT, COMPONENT_COMPILE};
pub use frames::{FRAMES_ANSWERS, FRAMES_ORDERS, FRAMES_UNIT, LAST_WORDS};
pub use importer::{
    IMPORT_ARCHIVE, IMPORT_CONFIG, IMPORT_SHARD, IMPORT_TASK, IMPORT_WEIGHTS, TASK_FILES,
    TASK_MANIFEST,
};
pub use material::{Material, Seed};
pub use mutate::Mutator;
pub use records::{BUNDLE, BUNDLE_MANIFEST, ENTRY, RECORD, TRANSCRIPT};
pub use score::SCORE;
pub use session::SESSION;
pub use target::{Memory, Target};

/// Every target.
pub const TARGETS: &[Target] = &[
    COMPONENT_COMPILE,
    COMPONENT_ADMIT,
    FRAMES_UNIT,
    FRAMES_ORDERS,
    FRAMES_ANSWERS,
    LAST_WORDS,
    SESSION,
    IMPORT_CONFIG,
    IMPORT_WEIGHTS,
    IMPORT_SHARD,
    IMPORT_ARCHIVE,
    IMPORT_TASK,
    TASK_MANIFEST,
    TASK_FILES,
    ENTRY,
    RECORD,
    TRANSCRIPT,
    BUNDLE,
    BUNDLE_MANIFEST,
    SCORE,
];
