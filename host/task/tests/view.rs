//! What a phase shows of a task: in a hidden one, examples and networks in its key's order, networks
//! under neutral ids; in a public one, everything as it lies on disk.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::sync::Arc;

use assay_ids::{Ordered, PhaseKey};
use assay_network::{Activation, Architecture, Dataset, LayerKind, Network};
use assay_task::{PhaseView, Precision, Task, TaskView, TaskWriter, network_digest};
use tempfile::TempDir;

const EXAMPLES: u32 = 60;

/// A network that its number can be read off.
fn network(number: usize) -> Network {
    let kind = LayerKind::Dense { units: 3, activation: Activation::Linear, bias: true };
    let architecture = Arc::new(Architecture::new(&[2], vec![kind]).unwrap());
    Network::new(architecture, vec![vec![number as f32; 6], vec![0.5; 3]], None).unwrap()
}

/// A task whose example `i` is `[i, -i]` of class `i % 3`.
fn task(into: &Path, name: &str, networks: usize) -> Task {
    let mut writer = TaskWriter::create(into, name).unwrap();
    let inputs = (0..EXAMPLES).flat_map(|at| [at as f32, -(at as f32)]).collect();
    let labels = (0..EXAMPLES).map(|at| at % 3).collect();
    writer.dataset_f32(&Dataset::new(vec![2], inputs, labels, 3).unwrap()).unwrap();
    for number in 0..networks {
        writer.network(&format!("model_{}", number * 2), &network(number), Precision::F32).unwrap();
    }
    writer.finish().unwrap()
}

fn key(byte: u8) -> Arc<PhaseKey> {
    Arc::new(PhaseKey::from_bytes([byte; 32]))
}

#[test]
fn without_a_key_everything_is_as_it_lies() {
    let dir = TempDir::new().unwrap();
    let task = task(dir.path(), "open", 3);
    let phase = PhaseView::new(vec![task.clone()], None);
    assert!(phase.key().is_none());
    let view = &phase.tasks()[0];
    assert_eq!(view.network_ids(), ["model_0", "model_2", "model_4"]);
    for id in task.network_ids() {
        assert_eq!((view.own_id(id), view.seen_id(id)), (Some(id), Some(id)));
        assert_eq!(view.network_digest(id), task.network_digest(id));
        assert_eq!(view.network(id).unwrap().weights(), task.network(id).unwrap().weights());
    }
    let (seen, own) = (view.dataset().unwrap(), task.dataset().unwrap());
    assert_eq!((seen.inputs(), seen.labels()), (own.inputs(), own.labels()));
}

#[test]
fn under_a_key_networks_have_neutral_ids_and_there_is_a_way_back() {
    let dir = TempDir::new().unwrap();
    let task = task(dir.path(), "hidden", 12);
    let key = key(1);
    let view = TaskView::new(task.clone(), Some(Arc::clone(&key)));
    let order = key.order(Ordered::Networks, task.digest(), 12);
    assert!(!order.iter().copied().eq(0..12), "{order:?}");
    let expected: Vec<String> = (0..12).map(|at| format!("network-{at:02}")).collect();
    assert_eq!(view.network_ids(), expected);
    for (seen, at) in view.network_ids().iter().zip(order) {
        let own = format!("model_{}", at * 2);
        assert_eq!(
            (view.own_id(seen), view.seen_id(&own)),
            (Some(own.as_str()), Some(seen.as_str()))
        );
        let network_seen = view.network(seen).unwrap();
        assert_eq!(network_seen.weights()[0][0], at as f32);
        assert_eq!(view.network_digest(seen), Some(network_digest(&network_seen)));
    }
    // A neutral id tells no number, and the task's own ids are not there under a key.
    let error = view.network("model_0").unwrap_err().to_string();
    assert!(error.contains("network-00") && error.contains("4 more"), "{error}");
    assert_eq!((view.own_id("model_0"), view.own_id("network-12")), (None, None));
    assert_eq!((view.network_digest("model_0"), view.seen_id("model_1")), (None, None));
}

#[test]
fn under_a_key_inputs_and_labels_change_places_together() {
    let dir = TempDir::new().unwrap();
    let task = task(dir.path(), "hidden", 1);
    let key = key(2);
    let seen = TaskView::new(task.clone(), Some(Arc::clone(&key))).dataset().unwrap();
    let order = key.order(Ordered::Examples, task.digest(), EXAMPLES);
    assert!(!order.iter().copied().eq(0..EXAMPLES));
    for (at, own) in order.iter().enumerate() {
        assert_eq!(seen.example(at).unwrap(), [*own as f32, -(*own as f32)]);
        assert_eq!(seen.labels()[at], own % 3);
    }
    let own = task.dataset().unwrap();
    assert_eq!((seen.shape(), seen.classes()), (own.shape(), own.classes()));
    assert_eq!(seen.class_counts(), own.class_counts());
}

#[test]
fn tasks_and_keys_have_orders_of_their_own() {
    let dir = TempDir::new().unwrap();
    let (one, two) = (task(dir.path(), "one", 12), task(dir.path(), "two", 12));
    let own = |view: &TaskView| -> Vec<String> {
        view.network_ids().iter().map(|id| view.own_id(id).unwrap().to_owned()).collect()
    };
    let phase = PhaseView::new(vec![one.clone(), two], Some(key(1)));
    assert_ne!(own(&phase.tasks()[0]), own(&phase.tasks()[1]));
    let other = TaskView::new(one, Some(key(2)));
    assert_ne!(own(&phase.tasks()[0]), own(&other));
    assert_ne!(phase.tasks()[0].dataset().unwrap().labels(), other.dataset().unwrap().labels());
}

#[test]
fn ids_of_many_networks_have_one_length() {
    let dir = TempDir::new().unwrap();
    let view = TaskView::new(task(dir.path(), "many", 101), Some(key(1)));
    assert_eq!(view.network_ids()[0], "network-000");
    assert_eq!(view.network_ids()[100], "network-100");
}
