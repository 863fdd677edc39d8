//! What a measure project may be called: the measure, its directory and its package have one name.

use crate::args::Language;
use crate::failure::{Failure, USAGE};

/// Most bytes of a measure's name.
const NAME_MAX: usize = 64;
/// Names that cargo or the compiler has no package under: keywords, the compiler's own crates, and what
/// the project depends on.
const TAKEN_IN_RUST: [&str; 57] = [
    "abstract",
    "alloc",
    "as",
    "assay-sdk",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// Distributions that a project in Python needs.
const TAKEN_IN_PYTHON: [&str; 2] = ["assay-sdk", "componentize-py"];

/// Whether a measure, a package of the language and a directory can have this name.
pub(crate) fn check_name(name: &str, language: Language) -> Result<(), Failure> {
    let usage = |why: &str| {
        let failure = Failure::new(format!("`{name}` cannot name a measure: {why}"));
        failure.hint("for example `my-measure`").with_code(USAGE)
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
        return Err(usage("names are 1 to 64 lower-case letters, digits and hyphens"));
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(usage("it must begin with a letter"));
    }
    if language == Language::Python && name.ends_with('-') {
        return Err(usage("a package of Python must end with a letter or a digit"));
    }
    let taken: &[&str] = match language {
        Language::Rust => &TAKEN_IN_RUST,
        Language::Python => &TAKEN_IN_PYTHON,
    };
    if taken.contains(&name) {
        return Err(usage("the language or its tools have a meaning for it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::Rust, Language::Python];

    #[test]
    fn names_fit_measures_packages_and_directories() {
        let long = "x".repeat(65);
        for language in BOTH {
            for name in ["a", "my-measure", "l2-norm", &"x".repeat(64)] {
                assert!(check_name(name, language).is_ok(), "{name}");
            }
            for name in ["", "-a", "2-norm", "A", "a_b", "a b", "../a", "ä", "\u{1b}[2J", &long] {
                assert!(check_name(name, language).is_err(), "{name:?}");
            }
        }
    }

    #[test]
    fn each_language_has_words_of_its_own() {
        assert!(check_name("self", Language::Rust).is_err());
        assert!(check_name("self", Language::Python).is_ok());
        assert!(check_name("a-", Language::Rust).is_ok());
        assert!(check_name("a-", Language::Python).is_err());
        assert!(BOTH.iter().all(|language| check_name("assay-sdk", *language).is_err()));
        assert!(TAKEN_IN_RUST.is_sorted());
    }
}
