//! The host's side of the WIT interfaces: one file per interface, each function one [`Call`].
//!
//! [`Call`]: assay_call::Call

mod budget;
mod data;
mod images;
mod log;
mod networks;
mod operations;
mod tensors;

pub(crate) use budget::add_to_linker as add_budget;

/// Asks the host and expects one form of reply; anything else stops the unit as a host fault.
macro_rules! fallible {
    ($state:expr, $call:expr, $pattern:pat => $value:expr) => {{
        let state: &mut crate::state::State = $state;
        match state.ask($call)? {
            Ok($pattern) => Ok(Ok($value)),
            Ok(other) => Err(state.unexpected(&other)),
            Err(error) => Ok(Err(error)),
        }
    }};
}

/// As `fallible`, for functions that cannot fail.
macro_rules! infallible {
    ($state:expr, $call:expr, $pattern:pat => $value:expr) => {{
        let state: &mut crate::state::State = $state;
        match state.ask($call)? {
            Ok($pattern) => Ok($value),
            Ok(other) => Err(state.unexpected(&other)),
            Err(error) => Err(state.unexpected_error(&error)),
        }
    }};
}

use {fallible, infallible};
