//! Names of tasks and networks: checked before they become parts of paths.

use crate::TaskError;

/// Suffix of the directory that holds a task's truth.
pub(crate) const TRUTH_SUFFIX: &str = ".truth";

/// Longest name of a task; file systems allow 255 bytes, and suffixes are added.
const NAME_BYTES_MAX: usize = 100;

/// Checks a task's name, which becomes a directory's.
pub(crate) fn check_task_name(name: &str) -> Result<(), TaskError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = !name.is_empty() && name.len() <= NAME_BYTES_MAX;
    if fits && name.bytes().all(plain) && !name.starts_with('.') && !name.ends_with(TRUTH_SUFFIX) {
        return Ok(());
    }
    Err(TaskError::BadName {
        what: "task",
        name: name.to_owned(),
        rule: "use 1 to 100 of a-z A-Z 0-9 . _ -, neither starting with a dot nor ending in .truth",
    })
}

/// The number in a network's id (`model_20` is 20), which is also its key in `model_configs.json`.
pub(crate) fn network_number(id: &str) -> Result<u64, TaskError> {
    let number = id.strip_prefix("model_").and_then(|digits| {
        let canonical = digits == "0" || !digits.starts_with('0');
        let plain = canonical && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    });
    number.ok_or_else(|| TaskError::BadName {
        what: "network",
        name: id.to_owned(),
        rule: "ids are model_<number>, without leading zeros",
    })
}

/// At most eight of some ids, and how many more there are.
pub(crate) fn shortened<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let ids: Vec<&str> = ids.collect();
    match ids.len() {
        0 => "none".to_owned(),
        1..=8 => ids.join(", "),
        count => format!("{} and {} more", ids[..8].join(", "), count - 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_directory() {
        for name in ["", ".", "..", "../a", "a/b", "a\\b", ".hidden", "task.truth", "a b", "ä"] {
            assert!(check_task_name(name).is_err(), "{name:?}");
        }
        assert!(check_task_name("task1_v4").is_ok());
    }

    #[test]
    fn ids_are_numbers_in_one_spelling() {
        assert_eq!(network_number("model_20").unwrap(), 20);
        assert_eq!(network_number("model_0").unwrap(), 0);
        for id in ["model_", "model_020", "model_+1", "model_-1", "model_1/..", "20"] {
            assert!(network_number(id).is_err(), "{id:?}");
        }
    }
}
