//! What [`export_measure!`](crate::export_measure) expands to needs these names. Not for measures.

pub use crate::bindings::{
    __export_world_measure_cabi, __post_return_describe, __post_return_evaluate,
    _export_describe_cabi, _export_evaluate_cabi, Description, Guest, export,
};

use crate::bindings;
use crate::{Dataset, Measure, Network, log};

/// The host's handles, as the generated trait hands them over.
pub type RawNetwork = bindings::Network;
/// See [`RawNetwork`].
pub type RawDataset = bindings::Dataset;

#[doc(hidden)]
#[macro_export]
macro_rules! __export_measure {
    ($measure:ty) => {
        #[allow(
            unsafe_code,
            unused_qualifications,
            clippy::all,
            clippy::pedantic,
            reason = "generated code; exporting a function needs an unmangled name"
        )]
        const _: () = {
            struct Component;

            impl $crate::export::Guest for Component {
                fn describe() -> $crate::export::Description {
                    <$measure as $crate::export::Exported>::describe(::core::env!(
                        "CARGO_PKG_VERSION"
                    ))
                }

                fn evaluate(
                    network: &$crate::export::RawNetwork,
                    dataset: &$crate::export::RawDataset,
                    seed: u64,
                ) -> ::core::result::Result<f64, ::std::string::String> {
                    <$measure as $crate::export::Exported>::evaluate(network, dataset, seed)
                }
            }

    $crate::export::export!(Component with_types_in $crate::export);
        };
    };
}

/// What a measure becomes. Both functions are one trait's, so that the compiler says once, and not twice, of
/// a type that it is no measure.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a measure",
    label = "does not implement `assay_sdk::Measure`",
    note = "a measure has a `NAME`, `AUTHORS` and a function `evaluate`: `impl Measure for {Self} {{ .. }}`"
)]
pub trait Exported {
    /// Answers the host's `describe`.
    fn describe(package_version: &str) -> Description;

    /// Answers the host's `evaluate`.
    fn evaluate(network: &RawNetwork, dataset: &RawDataset, seed: u64) -> Result<f64, String>;
}

impl<M: Measure> Exported for M {
    #[inline]
    fn describe(package_version: &str) -> Description {
        describe::<M>(package_version)
    }

    #[inline]
    fn evaluate(network: &RawNetwork, dataset: &RawDataset, seed: u64) -> Result<f64, String> {
        evaluate::<M>(network, dataset, seed)
    }
}

/// Answers the host's `describe`.
pub fn describe<M: Measure>(package_version: &str) -> Description {
    report_panics();
    Description {
        name: M::NAME.to_owned(),
        version: M::VERSION.unwrap_or(package_version).to_owned(),
        authors: M::AUTHORS.iter().map(|&author| author.to_owned()).collect(),
    }
}

/// Answers the host's `evaluate`.
pub fn evaluate<M: Measure>(
    network: &RawNetwork,
    dataset: &RawDataset,
    seed: u64,
) -> Result<f64, String> {
    report_panics();
    M::evaluate(&Network::new(network), &Dataset::new(dataset), seed)
        .map_err(|error| error.to_string())
}

/// A component has no standard error: without this, a panic's text would be lost in the trap.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| log::warning(&panic.to_string())));
}
