//! The measures that ship, as their manifests and READMEs describe them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::published::{self, Published};
use crate::workspace::Workspace;

/// Where they lie, one folder each.
const MEASURES: &str = "guest-sdk/measures";

/// Kinds of measures.
pub(super) struct Group {
    /// As manifests have it: `group` in `[package.metadata.assay]`.
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// What its measures have in common.
    pub(super) about: &'static str,
}

/// In the page's order.
pub(super) const GROUPS: [Group; 6] = [
    Group {
        key: "norms",
        title: "Norms and sizes",
        about: "How large the weights are, or how far they have moved. They look at no data.",
    },
    Group {
        key: "margins",
        title: "Margins",
        about: "How far examples, or what layers make of them, are from where the network's answer changes.",
    },
    Group {
        key: "clustering",
        title: "Clustering",
        about: "How well the classes are apart in what hidden layers compute.",
    },
    Group {
        key: "augmentation",
        title: "Augmentation and mixup",
        about: "Whether predictions survive when examples are changed or mixed.",
    },
    Group {
        key: "sharpness",
        title: "Sharpness",
        about: "How far the weights can be moved before the accuracy on the training data falls.",
    },
    Group {
        key: "curvature",
        title: "Gradients and curvature",
        about: "Derivatives of the loss or of the logits at the trained weights.",
    },
];

/// A measure that ships.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shipped {
    pub(super) name: String,
    /// What it is, in a phrase.
    pub(super) description: String,
    /// Position in [`GROUPS`].
    pub(super) group: usize,
    /// Scores in the contest, where any were published.
    pub(super) published: Option<Published>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    description: Option<String>,
    manifest_path: PathBuf,
    metadata: Option<Ours>,
}

/// `[package.metadata]`.
#[derive(Deserialize)]
struct Ours {
    assay: Option<Assay>,
}

#[derive(Deserialize)]
struct Assay {
    group: String,
    /// What the published scores are for, where that is not just the measure.
    published: Option<String>,
}

/// Every measure, in order of group and name.
pub(super) fn find(workspace: &Workspace) -> Result<Vec<Shipped>> {
    let metadata: Metadata = workspace.metadata("guest-sdk/Cargo.toml")?;
    let nursery = workspace.root().join(MEASURES);
    let mut found = Vec::new();
    for package in metadata.packages {
        if package.manifest_path.parent().and_then(|dir| dir.parent()) == Some(&*nursery) {
            found.push(shipped(package)?);
        }
    }
    if found.is_empty() {
        bail!("cargo knows of no measure in {MEASURES}");
    }
    found.sort_by(|a, b| (a.group, &a.name).cmp(&(b.group, &b.name)));
    Ok(found)
}

fn shipped(package: Package) -> Result<Shipped> {
    let manifest = package.manifest_path;
    let place = manifest.display();
    let assay = package.metadata.and_then(|metadata| metadata.assay);
    let assay = assay.with_context(|| {
        format!("{place}: no [package.metadata.assay] with its `group` ({})", keys())
    })?;
    let group = GROUPS.iter().position(|group| group.key == assay.group);
    let group =
        group.with_context(|| format!("{place}: `{}` is no group ({})", assay.group, keys()))?;
    let description = package.description.with_context(|| format!("{place}: no `description`"))?;
    let readme = manifest.with_file_name("README.md");
    let text =
        fs::read_to_string(&readme).with_context(|| format!("cannot read {}", readme.display()))?;
    let published = published::parse(&text).with_context(|| readme.display().to_string())?;
    let published = published.map(|found| found.with_form(assay.published));
    Ok(Shipped { name: package.name, description, group, published })
}

fn keys() -> String {
    GROUPS.map(|group| group.key).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_a_measure_in_a_group() {
        let workspace = Workspace::find().unwrap();
        let found = find(&workspace).unwrap();
        let folders = fs::read_dir(workspace.root().join(MEASURES)).unwrap();
        let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir());
        assert_eq!(found.len(), folders.count());
        for (at, group) in GROUPS.iter().enumerate() {
            assert!(found.iter().any(|measure| measure.group == at), "{}", group.key);
        }
        let winner = found.iter().find(|measure| measure.name == "dbi-mixup").unwrap();
        let published = winner.published.as_ref().unwrap();
        assert_eq!(published.of("1").as_deref(), Some("25.22"));
        assert_eq!(published.form, None);
    }

    #[test]
    fn a_manifest_without_a_known_group_is_named() {
        let package = |group: Option<&str>| Package {
            name: "m".to_owned(),
            description: Some("d".to_owned()),
            manifest_path: PathBuf::from("m/Cargo.toml"),
            metadata: group.map(|group| Ours {
                assay: Some(Assay { group: group.to_owned(), published: None }),
            }),
        };
        let error = |group| shipped(package(group)).unwrap_err().to_string();
        assert!(error(Some("odd")).starts_with("m/Cargo.toml: `odd` is no group (norms, "));
        assert!(error(None).starts_with("m/Cargo.toml: no [package.metadata.assay]"));
    }
}
