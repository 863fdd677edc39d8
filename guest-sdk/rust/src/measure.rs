//! The one trait that a measure implements.

use crate::{Dataset, Error, Network};

/// A measure: what it is, and how it is computed.
///
/// The host makes a fresh instance for each network, so nothing survives from one network to the
/// next. There is no clock, no file and no randomness but the seed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a measure",
    label = "does not implement `assay_sdk::Measure`",
    note = "a measure has a `NAME`, `AUTHORS` and a function `evaluate`: `impl Measure for {Self} {{ .. }}`"
)]
pub trait Measure {
    /// Short name in lower case with hyphens, at most 64 bytes.
    const NAME: &str;

    /// Authors, at most 16 of at most 128 bytes each.
    const AUTHORS: &[&str];

    /// Version, at most 32 bytes; [`None`] means the version of the package that exports it.
    const VERSION: Option<&str> = None;

    /// Computes the measure of one network. **Larger means: expected to generalise worse.**
    ///
    /// The seed is the unit's only source of randomness; it is the same whenever the same component
    /// meets the same network. NaN fails the unit, infinities are values.
    ///
    /// # Errors
    /// Whatever keeps the measure from having a value. The text is shown on public tasks and thrown
    /// away unread on hidden ones; a failed unit fails the submission for its phase.
    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error>;
}

/// Exports a type that implements [`Measure`] as the component's measure. Once per component. The version
/// reported is the package's, unless the measure sets its own.
///
/// Outside a component it holds the type to the trait and does nothing else.
#[macro_export]
macro_rules! export_measure {
    ($measure:ty $(,)?) => {
        // Of two exports in one crate, the compiler itself would speak of symbols, and the linker only.
        #[doc(hidden)]
        #[allow(non_local_definitions, reason = "a mark of the whole crate")]
        #[macro_export]
        macro_rules! a_component_exports_one_measure {
            () => {};
        }

        $crate::__export_measure!($measure);
    };
    ($first:ty, $($more:tt)+) => {
        ::core::compile_error!(
            "a component exports one measure: make a project of its own for each, and a library without \
             `export_measure!` for what they share"
        );
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`export_measure!` takes the type that implements `Measure`, as in `export_measure!(MyMeasure);`"
        );
    };
}
