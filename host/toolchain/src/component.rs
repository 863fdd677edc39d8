//! From a project directory to the bytes of a component: compile, check, encode.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::error::BuildError;
use crate::project::Project;
use crate::toolchain::Toolchain;
use crate::{Progress, environment, exec};

/// The custom section in which bindings describe the world that a module implements; a suffix follows.
const BINDINGS_SECTION: &str = "component-type";

/// Builds the measure project in `project_dir` and returns the component's bytes.
///
/// `target_dir` holds intermediate files and is best shared between projects, since a standard library
/// built from source lies there too. The project's `Cargo.lock` is kept to if there is one.
///
/// # Errors
/// See [`BuildError`]; compile errors carry the compiler's own text.
pub fn build_component(
    project_dir: &Path,
    toolchain: &Toolchain,
    target_dir: &Path,
) -> Result<Vec<u8>, BuildError> {
    build_component_with(project_dir, toolchain, target_dir, &mut |_| {})
}

/// As [`build_component`]; `progress` receives cargo's lines as they come.
///
/// # Errors
/// As [`build_component`].
pub fn build_component_with(
    project_dir: &Path,
    toolchain: &Toolchain,
    target_dir: &Path,
    progress: Progress<'_>,
) -> Result<Vec<u8>, BuildError> {
    let project = Project::read(project_dir, toolchain)?;
    let target_dir = prepare(&environment::target_dir(toolchain, &project, target_dir))?;
    // Two projects of one name share the file that cargo writes, so it is read under a lock that
    // spans the build. The lock is released when the file closes.
    let lock_path = target_dir.join(".assay-build.lock");
    let lock = File::create(&lock_path).map_err(io_error("cannot create", &lock_path))?;
    lock.lock().map_err(io_error("cannot lock", &lock_path))?;
    let path = compile(&project, toolchain, &target_dir, progress)?;
    let module = fs::read(&path).map_err(io_error("cannot read", &path))?;
    drop(lock);
    encode(&project.package, &module)
}

/// Creates the directory and returns its absolute path, which remapping needs.
fn prepare(dir: &Path) -> Result<PathBuf, BuildError> {
    fs::create_dir_all(dir).map_err(io_error("cannot create the directory", dir))?;
    dir.canonicalize().map_err(io_error("cannot open", dir))
}

fn compile(
    project: &Project,
    toolchain: &Toolchain,
    target_dir: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, BuildError> {
    let mut command = environment::build(toolchain, project, target_dir);
    let (status, messages, errors) = exec::run_streaming(&mut command, progress)
        .map_err(io_error("cannot start", &toolchain.cargo))?;
    if !status.success() {
        return Err(BuildError::Compile {
            package: project.package.clone(),
            status: status.code().map_or_else(|| status.to_string(), |code| code.to_string()),
            output: errors.trim_end().to_owned(),
            dir: project.dir.clone(),
            command: environment::spell(&command),
        });
    }
    artifact(&messages, &project.package_id)
        .ok_or_else(|| BuildError::NoArtifact { package: project.package.clone() })
}

/// The fields of cargo's build messages that matter here.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    package_id: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The module that cargo reports for the package.
fn artifact(messages: &str, package_id: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact" && message.package_id == package_id)
        .flat_map(|message| message.filenames)
        .rfind(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// Wraps a module with bindings into a component, and validates the result.
fn encode(package: &str, module: &[u8]) -> Result<Vec<u8>, BuildError> {
    if !has_bindings(package, module)? {
        return Err(BuildError::NoBindings { package: package.to_owned() });
    }
    let encoder = ComponentEncoder::default().validate(true).module(module);
    let encoded = encoder.and_then(|mut encoder| encoder.encode());
    encoded.map_err(|error| BuildError::Encode {
        package: package.to_owned(),
        reason: format!("{error:#}"),
    })
}

fn has_bindings(package: &str, module: &[u8]) -> Result<bool, BuildError> {
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| BuildError::BadModule {
            package: package.to_owned(),
            reason: error.to_string(),
        })?;
        if let Payload::CustomSection(section) = payload
            && section.name().starts_with(BINDINGS_SECTION)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BuildError {
    let path = path.to_path_buf();
    move |source| BuildError::Io { what, path, source }
}
