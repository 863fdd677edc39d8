//! The files of a measure project in Rust.

use std::path::Path;

use super::lock::lock_file;
use super::sdk::{Sdk, toml_string};
use super::{File, Files};
use crate::args::Language;
use crate::failure::Failure;

/// Where each file lies, and its text with places for `{name}` and `{sdk}`. The manifest is not called
/// `Cargo.toml` here, so that cargo does not take the template for a package.
const TEMPLATE: [File; 4] = [
    ("Cargo.toml", include_str!("../../../templates/rust/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("../../../templates/rust/src/lib.rs.txt")),
    ("README.md", include_str!("../../../templates/rust/README.md")),
    (".gitignore", "/target\n*.wasm\n"),
];

/// The files, ready to be written.
pub(crate) fn files(name: &str, sdk: Option<&Path>) -> Result<Files, Failure> {
    let sdk = Sdk::find(Language::Rust, sdk)?;
    let place = toml_string(sdk.path_text()?);
    let filled = |text: &str| text.replace("{name}", name).replace("{sdk}", &place);
    let mut files: Files = TEMPLATE.iter().map(|(file, text)| (*file, filled(text))).collect();
    // The crates that the SDK is tested with, rather than what a registry has got since.
    if let Some(lock) = sdk.lock().and_then(|text| lock_file(&text, name)) {
        files.push(("Cargo.lock", lock));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_the_template_is_filled() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-sdk/rust");
        let files = files("some-name", Some(&sdk)).unwrap();
        assert_eq!(files.last().unwrap().0, "Cargo.lock");
        for (file, text) in files {
            assert!(!text.contains("{sdk") && !text.contains("{name"), "{file}");
        }
    }
}
