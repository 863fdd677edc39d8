//! Where a new project finds the SDK. It is in no registry, so the project names its directory.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::failure::{Failure, USAGE};

/// The SDK's directory in a checkout.
const IN_CHECKOUT: &str = "guest-sdk/rust";

const HINT: &str = "--sdk names the directory guest-sdk/rust of a checkout of Assay";

/// The crate `assay-sdk`, in a directory.
pub(crate) struct RustSdk(PathBuf);

impl RustSdk {
    /// The one in a directory; else the one of the checkout in whose target directory this program lies.
    pub(crate) fn find(stated: Option<&Path>) -> Result<Self, Failure> {
        if let Some(dir) = stated {
            if !is_sdk(dir) {
                let failure = Failure::new(format!("{}: this is not the SDK", dir.display()));
                return Err(failure.hint(HINT).with_code(USAGE));
            }
            return dir
                .canonicalize()
                .map(Self)
                .map_err(|error| Failure::new(format!("cannot open {}: {error}", dir.display())));
        }
        let own = env::current_exe()
            .and_then(|program| program.canonicalize())
            .map_err(|error| Failure::new(format!("cannot find this program's place: {error}")))?;
        let found = own.ancestors().map(|above| above.join(IN_CHECKOUT)).find(|dir| is_sdk(dir));
        found.map(Self).ok_or_else(|| {
            let message = format!("there is no SDK near {}", own.display());
            Failure::new(message).hint(HINT).with_code(USAGE)
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    /// The lock file of the workspace that the SDK is tested in, if it is there.
    pub(crate) fn lock(&self) -> Option<String> {
        fs::read_to_string(self.0.parent()?.join("Cargo.lock")).ok()
    }
}

fn is_sdk(dir: &Path) -> bool {
    let manifest = fs::read_to_string(dir.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == "name = \"assay-sdk\""))
}

/// A path as a string of TOML.
pub(crate) fn toml_string(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().ok_or_else(|| {
        let failure = Failure::new(format!("{}: this path is not UTF-8", path.display()));
        failure.hint("cargo's manifests hold no other: move the SDK").with_code(USAGE)
    })?;
    Ok(toml::Value::String(text.to_owned()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_one_string() {
        for path in ["/plain/path", "/with \"quotes\" and \\", "/line\nbreak", "/tab\tand 'single'"]
        {
            let text = format!("path = {}", toml_string(Path::new(path)).unwrap());
            let table: toml::Table = text.parse().unwrap();
            assert_eq!(table["path"].as_str(), Some(path), "{text}");
        }
    }

    #[test]
    fn what_is_stated_must_be_the_sdk() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sdk = own.join("../../guest-sdk/rust");
        assert!(RustSdk::find(Some(&sdk)).unwrap().lock().is_some());
        assert!(RustSdk::find(Some(own)).is_err());
        assert!(RustSdk::find(Some(&own.join("absent"))).is_err());
    }
}
