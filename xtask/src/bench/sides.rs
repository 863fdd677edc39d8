//! The programs that the engine is measured beside: one row each. Adding one is a row here and a script
//! in `tests/bench/` that speaks the protocol of `worker.py`.

use anyhow::{Result, bail};

/// One program of others.
#[derive(Debug)]
pub(crate) struct Side {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Its name for readers.
    pub(crate) title: &'static str,
    /// Its worker in `tests/bench/`.
    pub(crate) script: &'static str,
    /// What its worker needs, in `tests/bench/`.
    pub(crate) requirements: &'static str,
    /// Packages whose versions belong to the numbers.
    pub(crate) packages: &'static [&'static str],
    /// The passes that it can run, by their names in requests.
    pub(crate) passes: &'static [&'static str],
    /// Measured only if `--with` names it: what it installs is large.
    pub(crate) asked_for: bool,
}

/// All of them; the first, TensorFlow, is also what the winning measure is compared with.
pub(crate) const SIDES: [Side; 3] = [
    Side {
        name: "tensorflow",
        title: "TensorFlow",
        script: "tensorflow_side.py",
        requirements: "requirements.txt",
        packages: &["tensorflow", "tf-keras", "numpy"],
        passes: &["forward", "inputs", "parameters"],
        asked_for: false,
    },
    Side {
        name: "onnxruntime",
        title: "ONNX Runtime",
        script: "onnxruntime_side.py",
        requirements: "requirements-onnxruntime.txt",
        packages: &["onnxruntime"],
        passes: &["forward"],
        asked_for: false,
    },
    Side {
        name: "torch",
        title: "PyTorch",
        script: "torch_side.py",
        requirements: "requirements-torch.txt",
        packages: &["torch"],
        passes: &["forward", "inputs", "parameters"],
        asked_for: true,
    },
];

pub(crate) const TENSORFLOW: &Side = &SIDES[0];

/// The sides to measure when these are asked for.
pub(crate) fn chosen(with: &[String]) -> Result<Vec<&'static Side>> {
    if let Some(name) = with.iter().find(|name| SIDES.iter().all(|side| side.name != **name)) {
        let known: Vec<&str> = SIDES.iter().map(|side| side.name).collect();
        bail!("there is no side `{name}`; the sides are {}", known.join(", "));
    }
    let wanted = |side: &&Side| !side.asked_for || with.iter().any(|name| name == side.name);
    Ok(SIDES.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    fn names(with: &[&str]) -> Vec<&'static str> {
        let with: Vec<String> = with.iter().map(|name| (*name).to_owned()).collect();
        chosen(&with).unwrap().into_iter().map(|side| side.name).collect()
    }

    #[test]
    fn large_sides_are_asked_for() {
        assert_eq!(names(&[]), ["tensorflow", "onnxruntime"]);
        assert_eq!(names(&["torch", "tensorflow"]), ["tensorflow", "onnxruntime", "torch"]);
        assert!(chosen(&["jax".to_owned()]).is_err());
    }

    #[test]
    fn every_side_has_its_files() {
        let folder = Workspace::find().unwrap().root().join("tests/bench");
        for side in &SIDES {
            for file in [side.script, side.requirements] {
                assert!(folder.join(file).is_file(), "{}: {file}", side.name);
            }
        }
    }
}
