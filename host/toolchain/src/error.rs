//! What can go wrong between a project directory and a component, each with its operands and a hint.

use std::io;
use std::path::PathBuf;

/// Why no toolchain can be used.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// Neither kind of toolchain was found.
    #[error(
        "no Rust toolchain here can build for {target}; looked at: {}\n\
         hint: run `rustup target add {target}`, or on Debian \
         `apt-get install rustc-web rust-web-src`",
        if looked.is_empty() { "nothing (no rustc found)".to_owned() } else { looked.join("; ") }
    )]
    NotFound {
        /// The compile target.
        target: &'static str,
        /// Each candidate with the reason why it does not serve.
        looked: Vec<String>,
    },
    /// A toolchain was found, but no linker for WebAssembly.
    #[error(
        "{rustc} could build the standard library for {target}, but no WebAssembly linker was found \
         (looked for rust-lld in the toolchains, then rust-lld and wasm-ld on PATH)\n\
         hint: install a rustup toolchain, or on Debian `apt-get install rust-web-llvm`"
    )]
    NoLinker {
        /// The compiler that would have been used.
        rustc: PathBuf,
        /// The compile target.
        target: &'static str,
    },
    /// Installing was tried and did not succeed.
    #[error(transparent)]
    Install(#[from] InstallError),
}

/// Why packages could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// This system has no package manager that is known here.
    #[error("cannot install {packages}: this system has no apt-get\nhint: {hint}")]
    NoPackageManager {
        /// What was wanted.
        packages: String,
        /// What the user can do instead.
        hint: String,
    },
    /// The package manager failed, or may not be run by this user.
    #[error(
        "installing failed; run this yourself, then try again:\n    {command}\nit said:\n{output}"
    )]
    Failed {
        /// The exact command to run.
        command: String,
        /// The end of its output.
        output: String,
    },
}

/// Why a project gave no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The directory holds no project.
    #[error(
        "{dir} is no measure project: it has neither Cargo.toml nor pyproject.toml\n\
         hint: `guest-sdk/README.md` shows the two files that a project takes"
    )]
    NoProject {
        /// The directory that was given.
        dir: PathBuf,
    },
    /// `cargo metadata` refused the project.
    #[error("cargo cannot read the project in {dir}:\n{output}")]
    Metadata {
        /// The project.
        dir: PathBuf,
        /// Cargo's own words.
        output: String,
    },
    /// The manifest is a workspace without a package.
    #[error(
        "{manifest} describes a workspace, not a measure\nhint: give the directory of one of its members"
    )]
    NoPackage {
        /// The manifest.
        manifest: PathBuf,
    },
    /// The package builds no dynamic library.
    #[error(
        "package `{package}` in {manifest} builds no cdylib, so it cannot become a component \
         (its library kinds: {kinds})\n\
         hint: write in Cargo.toml:\n    [lib]\n    crate-type = [\"cdylib\", \"rlib\"]"
    )]
    NoCdylib {
        /// The package's name.
        package: String,
        /// Its manifest.
        manifest: PathBuf,
        /// The crate types that it does build.
        kinds: String,
    },
    /// The compiler refused the source.
    #[error(
        "package `{package}` does not compile (cargo's exit status: {status}):\n{output}\n\
         to repeat it by hand, in {dir}:\n    {command}"
    )]
    Compile {
        /// The package's name.
        package: String,
        /// Cargo's exit status in words.
        status: String,
        /// What cargo and the compiler wrote.
        output: String,
        /// The project.
        dir: PathBuf,
        /// The command with the environment that matters.
        command: String,
    },
    /// Cargo succeeded, but named no module.
    #[error("cargo built package `{package}` but reported no .wasm file for its library")]
    NoArtifact {
        /// The package's name.
        package: String,
    },
    /// The module lacks the section that tells which world it implements.
    #[error(
        "package `{package}` compiled to a WebAssembly module without component bindings\n\
         hint: depend on assay-sdk and export a measure, or call wit_bindgen::generate! and export!"
    )]
    NoBindings {
        /// The package's name.
        package: String,
    },
    /// The module is no valid WebAssembly.
    #[error("the module of package `{package}` cannot be read: {reason}")]
    BadModule {
        /// The package's name.
        package: String,
        /// The parser's words.
        reason: String,
    },
    /// The module does not fit the world that its bindings name.
    #[error(
        "the module of package `{package}` cannot become a component: {reason}\n\
         hint: a measure may import only what its WIT world declares; a crate that wants a browser \
         or an operating system (js-sys, getrandom, wasi) does not fit"
    )]
    Encode {
        /// The package's name.
        package: String,
        /// The encoder's words, outermost first.
        reason: String,
    },
    /// There is no Python for a project in Python.
    #[error(
        "no Python was found for this project (looked for python3 and python on PATH)\n\
         hint: install Python 3.11 or later, or name one in ASSAY_PYTHON"
    )]
    NoPython,
    /// Python is there, but not what builds measures with it.
    #[error(
        "{python} has no package assay-sdk, or is older than Python 3.11\n\
         hint: `{python} -m pip install guest-sdk/python` installs it from a checkout; ASSAY_PYTHON \
         names another Python, such as that of a virtual environment"
    )]
    NoPythonSdk {
        /// The program.
        python: PathBuf,
    },
    /// The project in Python gave no component.
    #[error("the Python project in {dir} gave no component:\n{output}")]
    Python {
        /// The project.
        dir: PathBuf,
        /// The package's own words.
        output: String,
    },
    /// A file or a program could not be used.
    #[error("{what} {path}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file or program.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}
