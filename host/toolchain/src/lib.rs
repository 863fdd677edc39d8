//! Builds measures: finds (or installs) a Rust toolchain that can compile to WebAssembly, compiles a
//! measure project with it, and wraps the module into a component.
//!
//! Two kinds of toolchain serve: one that carries a compiled standard library for
//! `wasm32-unknown-unknown` (what `rustup target add` gives), and one that carries the library's
//! source, from which cargo builds it once. The target has no WASI, so a component built here imports
//! the contest's interfaces and nothing else. The same source gives the same component bytes wherever
//! the project, cargo's home and the toolchain lie on disk.
//!
//! Measures in Python are built by the package `assay-sdk` for Python, which is found and run here.
//!
//! Must not know: the contest, tasks, how a component is run. What a component may import is decided
//! at admission, not here.
//!
//! Begin with [`Toolchain`], then [`build_component`].

mod component;
mod environment;
mod error;
mod exec;
mod install;
mod probe;
mod project;
mod python;
mod toolchain;

pub use component::{build_component, build_component_with};
pub use error::{BuildError, InstallError, ToolchainError};
pub use exec::wait_limited;
pub use install::install_debian_packages;
pub use python::{build_python_component, is_python_project};
pub use toolchain::{GUEST_TARGET, Toolchain};

/// Receives one line of progress at a time (a step begun, a line of cargo's output).
pub type Progress<'a> = &'a mut dyn FnMut(&str);
