//! Counting checks and naming the first that fails.

use std::fmt::Debug;
use std::mem::discriminant;

use assay_sdk::{Error, Tensor};

/// The kinds of error values, for [`Checks::refused`].
pub(crate) mod kind {
    use assay_sdk::Error;

    pub(crate) type Kind = fn(String) -> Error;
    pub(crate) const SHAPE: Kind = Error::ShapeMismatch;
    pub(crate) const RANGE: Kind = Error::OutOfRange;
    pub(crate) const ARGUMENT: Kind = Error::InvalidArgument;
    pub(crate) const UNSUPPORTED: Kind = Error::Unsupported;
    pub(crate) const LARGE: Kind = Error::TooLarge;
}

/// The checks passed so far.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    passed: u32,
}

impl Checks {
    pub(crate) fn passed(&self) -> u32 {
        self.passed
    }

    /// Passes if the condition holds.
    pub(crate) fn that(&mut self, what: &str, holds: bool) -> Result<(), Error> {
        if !holds {
            return Err(format!("check failed: {what}").into());
        }
        self.passed += 1;
        Ok(())
    }

    /// Passes if the two are equal.
    pub(crate) fn same<T: PartialEq + Debug>(
        &mut self,
        what: &str,
        found: T,
        expected: T,
    ) -> Result<(), Error> {
        if found != expected {
            return Err(format!("check failed: {what}: {found:?}, not {expected:?}").into());
        }
        self.passed += 1;
        Ok(())
    }

    /// Passes if a tensor has this shape and these values; NaN equals NaN.
    pub(crate) fn tensor(
        &mut self,
        what: &str,
        found: &Tensor,
        shape: &[u32],
        values: &[f32],
    ) -> Result<(), Error> {
        self.tensor_within(what, found, shape, values, 0.0)
    }

    /// As [`tensor`](Self::tensor), each value within a distance: transcendental functions are the
    /// host's own.
    pub(crate) fn tensor_within(
        &mut self,
        what: &str,
        found: &Tensor,
        shape: &[u32],
        values: &[f32],
        distance: f32,
    ) -> Result<(), Error> {
        let (found_shape, found_values) = (found.shape(), found.to_vec());
        let close = |(a, b): (&f32, &f32)| {
            (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= distance
        };
        let equal = found_shape == shape
            && found_values.len() == values.len()
            && found_values.iter().zip(values).all(close);
        if !equal {
            return Err(format!(
                "check failed: {what}: {found_shape:?} {found_values:?}, not {shape:?} {values:?}"
            )
            .into());
        }
        self.passed += 1;
        Ok(())
    }

    /// Passes if the host refused the call with this kind of error.
    pub(crate) fn refused<T>(
        &mut self,
        what: &str,
        result: Result<T, Error>,
        kind: kind::Kind,
    ) -> Result<(), Error> {
        let expected = kind(String::new());
        match result {
            Err(error) if discriminant(&error) == discriminant(&expected) => {
                self.passed += 1;
                Ok(())
            }
            Err(error) => {
                Err(format!("check failed: {what}: refused as {error:?}, not as {expected:?}")
                    .into())
            }
            Ok(_) => Err(format!("check failed: {what}: accepted, not {expected:?}").into()),
        }
    }
}
