//! Where a new project finds the SDK. It is in no registry, so the project names its directory.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::args::Language;
use crate::failure::{Failure, USAGE};

/// A language's package `assay-sdk`, in a directory.
#[derive(Debug)]
pub(crate) struct Sdk(PathBuf);

impl Sdk {
    /// The one in a directory; else the one of the checkout in whose target directory this program lies.
    pub(crate) fn find(language: Language, stated: Option<&Path>) -> Result<Self, Failure> {
        let usage = |message: String| {
            let hint =
                format!("--sdk names the directory {} of a checkout of Assay", lies(language));
            Failure::new(message).hint(hint).with_code(USAGE)
        };
        if let Some(dir) = stated {
            if !is_sdk(language, dir) {
                let (dir, name) = (dir.display(), name(language));
                return Err(usage(format!("{dir}: this is not the SDK for {name}")));
            }
            return dir
                .canonicalize()
                .map(Self)
                .map_err(|error| Failure::new(format!("cannot open {}: {error}", dir.display())));
        }
        let own = env::current_exe()
            .and_then(|program| program.canonicalize())
            .map_err(|error| Failure::new(format!("cannot find this program's place: {error}")))?;
        let near = own.ancestors().map(|above| above.join(lies(language)));
        let found = near.into_iter().find(|dir| is_sdk(language, dir));
        found.map(Self).ok_or_else(|| {
            let (name, own) = (name(language), own.display());
            usage(format!("there is no SDK for {name} near {own}"))
        })
    }

    /// Its directory as text: manifests hold no other.
    pub(crate) fn path_text(&self) -> Result<&str, Failure> {
        self.0.to_str().ok_or_else(|| {
            let failure = Failure::new(format!("{}: this path is not UTF-8", self.0.display()));
            failure.hint("manifests of projects hold no other: move the SDK").with_code(USAGE)
        })
    }

    /// The lock file that lies beside the SDK for Rust for new projects, if it is there.
    pub(crate) fn lock(&self) -> Option<String> {
        fs::read_to_string(self.0.parent()?.join("project.lock")).ok()
    }
}

fn name(language: Language) -> &'static str {
    match language {
        Language::Rust => "Rust",
        Language::Python => "Python",
    }
}

/// Its directory in a checkout.
fn lies(language: Language) -> &'static str {
    match language {
        Language::Rust => "guest-sdk/rust",
        Language::Python => "guest-sdk/python",
    }
}

fn is_sdk(language: Language, dir: &Path) -> bool {
    let manifest = match language {
        Language::Rust => "Cargo.toml",
        Language::Python => "pyproject.toml",
    };
    let manifest = fs::read_to_string(dir.join(manifest));
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == "name = \"assay-sdk\""))
}

/// A text as a string of TOML.
pub(crate) fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_one_string() {
        for path in ["/plain/path", "/with \"quotes\" and \\", "/line\nbreak", "/tab\tand 'single'"]
        {
            let text = format!("path = {}", toml_string(path));
            let table: toml::Table = text.parse().unwrap();
            assert_eq!(table["path"].as_str(), Some(path), "{text}");
        }
    }

    #[test]
    fn what_is_stated_must_be_the_sdk_for_the_language() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (rust, python) = (own.join("../../guest-sdk/rust"), own.join("../../guest-sdk/python"));
        let find = |language, dir: &Path| Sdk::find(language, Some(dir));
        assert!(find(Language::Rust, &rust).unwrap().lock().is_some());
        assert!(find(Language::Python, &python).unwrap().path_text().is_ok());
        for wrong in [own, &own.join("absent"), &python] {
            let failure = find(Language::Rust, wrong).unwrap_err();
            assert!(failure.first_line().ends_with("not the SDK for Rust"), "{failure:?}");
        }
        let failure = find(Language::Python, &rust).unwrap_err();
        assert!(failure.first_line().ends_with("not the SDK for Python"), "{failure:?}");
    }
}
