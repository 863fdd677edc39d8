//! The files of a measure project in Python.

use std::fmt::Write as _;
use std::path::Path;

use super::sdk::{Sdk, toml_string};
use super::{File, Files};
use crate::args::Language;
use crate::failure::Failure;

/// Where each file lies, and its text with places for `{name}`, `{sdk}` (a requirement, as TOML) and
/// `{place}` (a path, as a shell reads it). Sources are not called `.py` here, so that no tool takes the
/// template for a package.
const TEMPLATE: [File; 5] = [
    ("pyproject.toml", include_str!("../../../templates/python/pyproject.toml.txt")),
    ("measure.py", include_str!("../../../templates/python/measure.py.txt")),
    ("test_measure.py", include_str!("../../../templates/python/test_measure.py.txt")),
    ("README.md", include_str!("../../../templates/python/README.md")),
    (".gitignore", "/target\n*.wasm\n__pycache__/\n"),
];

/// The files, ready to be written, and how the SDK is installed.
pub(crate) fn files(name: &str, sdk: Option<&Path>) -> Result<(Files, String), Failure> {
    let sdk = Sdk::find(Language::Python, sdk)?;
    let path = sdk.path_text()?;
    let (requirement, place) = (toml_string(&requirement(path)), shell_word(path));
    let filled = |text: &str| {
        let text = text.replace("{name}", name).replace("{sdk}", &requirement);
        text.replace("{place}", &place)
    };
    let files = TEMPLATE.iter().map(|(file, text)| (*file, filled(text))).collect();
    Ok((files, format!("pip install {place}")))
}

/// The SDK by its place, as the specification of dependencies (PEP 508) has it.
fn requirement(path: &str) -> String {
    let mut text = "assay-sdk @ file://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// A path as one word of a shell's.
fn shell_word(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._".contains(&byte);
    if path.bytes().all(plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_the_template_is_filled() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-sdk/python");
        let (files, install) = files("some-name", Some(&sdk)).unwrap();
        for (file, text) in &files {
            for place in ["{sdk", "{name", "{place"] {
                assert!(!text.contains(place), "{place} in {file}");
            }
        }
        let manifest: toml::Table = files[0].1.parse().unwrap();
        assert_eq!(manifest["project"]["name"].as_str(), Some("some-name"));
        let requirement = manifest["project"]["dependencies"][0].as_str().unwrap();
        assert!(requirement.starts_with("assay-sdk @ file:///"), "{requirement}");
        assert!(requirement.ends_with("/guest-sdk/python"), "{requirement}");
        assert!(install.starts_with("pip install /"), "{install}");
    }

    #[test]
    fn a_place_is_one_address_and_one_word() {
        assert_eq!(requirement("/a b/ä%"), "assay-sdk @ file:///a%20b/%C3%A4%25");
        assert_eq!(shell_word("/a-b/c.d"), "/a-b/c.d");
        assert_eq!(shell_word("/it's a b"), r"'/it'\''s a b'");
    }
}
