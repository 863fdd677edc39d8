//! The importer of the contest's files, part by part and as a whole; and tasks of our own format.

mod archive;
mod config;
mod hdf5;
mod shard;
mod task;

pub(crate) use config::places;

pub use archive::{IMPORT_ARCHIVE, IMPORT_TASK};
pub use config::IMPORT_CONFIG;
pub use hdf5::IMPORT_WEIGHTS;
pub use shard::IMPORT_SHARD;
pub use task::{TASK_FILES, TASK_MANIFEST};
