//! What must not be written: unfinished code, switched-off tests, and places that exist on one
//! machine only.

use super::Problem;
use super::files::is_rust;
use super::mask::mask;

/// Code that says that it is unfinished, or a test that says that it does not run. Without their last
/// bracket, so that this table does not find itself once literals are masked and it needs no exception.
const CODE: [(&str, &str); 4] = [
    ("todo!", "finish it, or return an error that says what is missing"),
    ("unimplemented!", "finish it, or return an error that says what is missing"),
    ("dbg!", "remove it"),
    ("#[ignore", "a long test asks for ASSAY_FULL=1 instead"),
];

/// Directories of somebody's machine. A user's reader does not have them.
const PLACES: [&str; 4] = ["tmp", "root", "home", "Users"];

/// Settings that make cargo, pip or npm fetch from somewhere else than the public registries.
const MIRRORS: [&str; 4] = ["replace-with", "index-url", "registry-url", "npmrc"];

/// The file that holds the tables above.
const THIS_FILE: &str = "xtask/src/tidy/words.rs";

/// The banned words of one file.
pub(super) fn check(path: &str, text: &str) -> Vec<Problem> {
    if path == THIS_FILE {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if is_rust(path) {
        for (number, line) in mask(text).lines().enumerate() {
            for (word, hint) in CODE {
                if contains_word(line, word) {
                    problems.push(format!("{path}:{}: `{word}`; {hint}", number + 1));
                }
            }
        }
    }
    for (number, line) in text.lines().enumerate() {
        if let Some(place) = machine_place(line) {
            problems.push(format!(
                "{path}:{}: `/{place}/` is a place on one machine; use a path from the checkout, \
                 an environment variable or a temporary directory",
                number + 1
            ));
        }
        for word in MIRRORS {
            if line.contains(word) {
                problems.push(format!(
                    "{path}:{}: `{word}` points at a registry of one network; leave it to the \
                     user's own settings",
                    number + 1
                ));
            }
        }
    }
    problems
}

/// True when `word` occurs and is not the end of a longer name.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !ends_in_name(&line[..at]))
}

/// The first of [`PLACES`] that a line names as an absolute path.
fn machine_place(line: &str) -> Option<&'static str> {
    PLACES.into_iter().find(|place| {
        let path = format!("/{place}/");
        line.match_indices(&path).any(|(at, _)| !ends_in_path(&line[..at]))
    })
}

fn ends_in_name(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// In `fuel/home/bytes` or `~/tmp/x` the directory is no absolute path.
fn ends_in_path(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || "_.~}*)>$-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_code_is_found_outside_comments_and_literals_only() {
        let found = check("a.rs", "fn a() { todo!() }\n#[ignore]\n");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:1: `todo!`"));
        let fine = "// todo!(x)\nlet a = \"dbg!(x)\"; my_dbg!(x);\n";
        assert_eq!(check("a.rs", fine), Vec::<String>::new());
    }

    #[test]
    fn absolute_places_are_found_in_every_kind_of_file() {
        for line in ["path = \"/Users/me/x\"", "see /tmp/x", "(/home/me/x)"] {
            assert_eq!(check("a.md", line).len(), 1, "{line}");
        }
        for line in ["fuel/home/bytes", "./tmp/x", "$DIR/home/x", "${OUT}/tmp/y", "/homestead/"] {
            assert_eq!(check("a.md", line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn mirrors_are_found() {
        assert_eq!(check(".cargo/config.toml", "replace-with = \"x\"").len(), 1);
    }
}
