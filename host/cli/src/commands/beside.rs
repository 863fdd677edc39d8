//! Programs that lie beside this one: they carry a framework that dominates build time, so they are
//! built apart.

use std::path::PathBuf;

use crate::failure::Failure;

/// The program `binary` beside this one; `package` builds it.
pub(crate) fn beside(binary: &str, package: &str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program's place: {error}")))?;
    let path = own.with_file_name(binary);
    if path.is_file() {
        return Ok(path);
    }
    let message = format!("`{binary}` is not beside {}", own.display());
    Err(Failure::new(message).hint(format!(
        "it is built apart because of its size: `cargo build -p {package}` (with the profile of this program)"
    )))
}
