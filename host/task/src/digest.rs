//! Digests of a task's content. They cover values, not files, so they do not depend on how the
//! values are stored (f32, f16, bytes with a scale), nor on the task having been a zip.

use assay_ids::{Digest, Digester};
use assay_network::{Dataset, Network};

use crate::layers::LayerList;
use crate::manifest::Manifest;

/// The digest of a network: layers, input shape, final and initial weights by their `f32` bits.
pub fn network_digest(network: &Network) -> Digest {
    let mut digester = Digester::new("assay network 1");
    digester.text(&LayerList::of(network.architecture()).to_json());
    let initial = network.initial().unwrap_or_default();
    for arrays in [network.weights(), initial] {
        digester.number(arrays.len() as u64);
        for array in arrays {
            digester.floats(array);
        }
    }
    digester.finish()
}

/// The digest of labelled examples: shape, classes, inputs by their `f32` bits, labels.
pub fn dataset_digest(dataset: &Dataset) -> Digest {
    let mut digester = Digester::new("assay dataset 1");
    digester.shape(dataset.shape()).number(u64::from(dataset.classes()));
    digester.floats(dataset.inputs()).indices(dataset.labels());
    digester.finish()
}

/// The digest of a task: its name, what it says of itself, networks and data. Truth is left out,
/// since it is kept apart; so are provenance and storage, which change nothing that a measure sees.
pub(crate) fn task_digest(manifest: &Manifest) -> Digest {
    let mut digester = Digester::new("assay task 1");
    digester.text(&manifest.name);
    for text in [&manifest.family, &manifest.dataset] {
        digester.number(u64::from(text.is_some()));
        digester.text(text.as_deref().unwrap_or_default());
    }
    digester.bytes(manifest.data.digest.as_bytes());
    digester.number(manifest.networks.len() as u64);
    for network in &manifest.networks {
        digester.text(&network.id).bytes(network.digest.as_bytes());
    }
    digester.finish()
}
