//! Values that must not be printed, logged or serialised by accident.

/// A hidden value. It has no `Debug`, `Display` or `Serialize`, so a value that would leak through
/// a log line or a JSON field does not compile:
///
/// ```compile_fail
/// println!("{:?}", assay_ids::Hidden::new(0.5_f64));
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
