//! What `assay new` takes.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

#[derive(Debug, Parser)]
pub(crate) struct NewArgs {
    /// Name of the measure: 1 to 64 lower-case letters, digits and hyphens.
    pub(crate) name: String,
    /// Directory to put the project's directory into.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
    /// Language to write it in.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub(crate) lang: Language,
    /// Directory of the language's SDK [default: that of the checkout which this program was built in].
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<PathBuf>,
}

/// What a measure project can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// With the crate `assay-sdk`.
    Rust,
    /// With the package `assay-sdk`.
    Python,
}
