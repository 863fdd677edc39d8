//! Values that must not be printed, logged or serialised by accident.

/// A hidden value. It has no `Debug`, `Display` or `Serialize`, so a value that would leak through
/// a log line or a JSON field does not compile. Each example below compiles with a plain value in
/// the place of the hidden one:
///
/// ```compile_fail
/// let score = assay_ids::Hidden::new(0.5_f64);
/// println!("{score:?}");
/// ```
///
/// ```compile_fail
/// let score = assay_ids::Hidden::new(0.5_f64);
/// println!("{score}");
/// ```
///
/// ```compile_fail
/// fn written(_: &impl serde::Serialize) {}
/// let score = assay_ids::Hidden::new(0.5_f64);
/// written(&score);
/// ```
///
/// Neither does a type that holds one get them by deriving:
///
/// ```compile_fail
/// #[derive(Debug)]
/// struct Row {
///     score: assay_ids::Hidden<f64>,
/// }
/// ```
///
/// ```compile_fail
/// #[derive(serde::Serialize)]
/// struct Row {
///     score: assay_ids::Hidden<f64>,
/// }
/// ```
///
/// The same with a plain value, which shows that the value's being hidden is what does not compile:
///
/// ```
/// fn written(_: &impl serde::Serialize) {}
/// #[derive(Debug, serde::Serialize)]
/// struct Row {
///     score: f64,
/// }
/// let score = *assay_ids::Hidden::new(0.5_f64).reveal();
/// println!("{score:?} {score} {:?}", Row { score });
/// written(&score);
/// ```
#[derive(Clone, PartialEq)]
pub struct Hidden<T>(T);

impl<T> Hidden<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value to code whose job is to use it (the scorer, the judge). Every call of this
    /// function is a place to review.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}
