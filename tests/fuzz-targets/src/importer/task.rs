//! Tasks of our own format.

use assay_task::{Task, parts};

use super::config::{WORDS, survives};
use crate::cut::Cut;
use crate::frames::pieces;
use crate::material::files;
use crate::target::{arrays, bits, twice};
use crate::{Material, Memory, Seed, Target};

/// `task.toml`.
pub const TASK_MANIFEST: Target = Target {
    name: "task_manifest",
    about: "task.toml: what is read is written and read back the same",
    weight: 700,
    short: 12_000,
    length_max: 1 << 13,
    memory: Memory::new(2, 1024),
    run: |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        let read = || {
            let read = parts::manifest(text).map_err(|error| error.to_string());
            read.map(|manifest| (parts::manifest_text(&manifest).ok(), manifest))
        };
        // As text: statistics may be NaN.
        let read = twice(|| read().map(|(text, _)| text));
        if let Ok(Some(text)) = read {
            let again = parts::manifest(&text).expect("a manifest that was written is read");
            assert_eq!(parts::manifest_text(&again).ok(), Some(text));
        }
    },
    seeds: |material| {
        let mut seeds = files(&[Some(&material.task)], "task.toml", 1 << 14, 1);
        let short = shortened(&material.task);
        seeds.push(Seed::new("short", short));
        seeds
    },
    words: &[
        "schema",
        "name",
        "family",
        "dataset",
        "provenance",
        "[data]",
        "examples",
        "classes",
        "input_shape",
        "digest",
        "storage",
        "scale",
        "offset",
        "kind",
        "\"u8\"",
        "\"f32\"",
        "values",
        "[[networks]]",
        "id",
        "parameters",
        "model_0",
        "nan",
        "inf",
        "9223372036854775807",
    ],
};

/// The manifest of the shipped task with its first network only.
fn shortened(task: &std::path::Path) -> Vec<u8> {
    let text = std::fs::read_to_string(task.join("task.toml")).unwrap_or_default();
    let parts: Vec<&str> = text.split("[[networks]]").collect();
    parts.iter().take(2).copied().collect::<Vec<_>>().join("[[networks]]").into_bytes()
}

/// `layers.json`, weights and examples.
pub const TASK_FILES: Target = Target {
    name: "task_files",
    about: "layers.json, weights and examples in safetensors: arrays of the sizes that they state, \
            or an error",
    weight: 800,
    short: 15_000,
    length_max: 1 << 14,
    memory: Memory::new(2, 256),
    run: |input| {
        let mut cut = Cut::new(input);
        let choice = cut.byte();
        let (first, second) = (cut.piece(), cut.rest());
        if choice.is_multiple_of(2) {
            network(first, second);
        } else {
            examples(first, second);
        }
    },
    seeds,
    words: WORDS,
};

fn network(layers: &[u8], weights: &[u8]) {
    let Ok(architecture) = twice(|| parts::layers(layers).map_err(|error| error.to_string()))
    else {
        return;
    };
    survives(&architecture);
    let read = || {
        let read = parts::parameters(weights, &architecture);
        read.map(|read| arrays(&read)).map_err(|error| error.to_string())
    };
    if let Ok(arrays) = twice(read) {
        let sizes = architecture.parameters().iter().map(|p| p.shape.iter().product::<usize>());
        assert!(arrays.iter().map(Vec::len).eq(sizes), "arrays of other sizes");
    }
}

fn examples(manifest: &[u8], data: &[u8]) {
    let Ok(text) = std::str::from_utf8(manifest) else { return };
    let Ok(manifest) = parts::manifest(text) else { return };
    let read = || {
        let read = parts::examples(&manifest, data);
        read.map(|data| (data.shape().to_vec(), bits(data.inputs()), data.labels().to_vec()))
            .map_err(|error| error.to_string())
    };
    if let Ok((shape, inputs, labels)) = twice(read) {
        let size: usize = shape.iter().product();
        assert_eq!(inputs.len(), size * labels.len());
        assert!(labels.iter().all(|label| *label < manifest.data.classes));
    }
}

/// The smallest network of the shipped task, a network of a few values, and a few examples.
fn seeds(material: &Material) -> Vec<Seed> {
    let architecture = crate::unit::architecture();
    let layers = parts::layers_text(&architecture).into_bytes();
    let arrays = crate::unit::network();
    let weights =
        architecture.parameters().iter().zip(arrays.weights()).map(|(parameter, array)| {
            let bytes: Vec<u8> = array.iter().flat_map(|value| value.to_le_bytes()).collect();
            let name = format!("{:02}.{}", parameter.layer, parameter.role.name());
            (name, safetensors::Dtype::F32, parameter.shape.clone(), bytes)
        });
    let weights = safetensor(&weights.collect::<Vec<_>>());
    let with = |choice: u8, first: &[u8], second: &[u8]| {
        [&[choice], pieces([first]).as_slice(), second].concat()
    };
    let mut seeds = vec![Seed::new("network", with(0, &layers, &weights))];
    if let Ok(task) = Task::open(&material.task) {
        // As the shipped task, of four examples: bytes with a scale.
        let mut manifest = task.manifest().clone();
        manifest.data.examples = 4;
        manifest.networks.truncate(1);
        let size: usize = manifest.data.input_shape.iter().product();
        let shape = [&[4], manifest.data.input_shape.as_slice()].concat();
        let data = safetensor(&[
            ("inputs".to_owned(), safetensors::Dtype::U8, shape, vec![7; 4 * size]),
            ("labels".to_owned(), safetensors::Dtype::U32, vec![4], vec![0; 16]),
        ]);
        let text = parts::manifest_text(&manifest).unwrap_or_default();
        seeds.push(Seed::new("examples", with(1, text.as_bytes(), &data)));
        // And of two small ones, as floats.
        manifest.data.examples = 2;
        manifest.data.input_shape = vec![2];
        manifest.data.storage = assay_task::Storage::F32;
        let data = safetensor(&[
            ("inputs".to_owned(), safetensors::Dtype::F32, vec![2, 2], vec![0; 16]),
            ("labels".to_owned(), safetensors::Dtype::U32, vec![2], vec![0; 8]),
        ]);
        let text = parts::manifest_text(&manifest).unwrap_or_default();
        seeds.push(Seed::new("floats", with(1, text.as_bytes(), &data)));
    }
    seeds
}

fn safetensor(tensors: &[(String, safetensors::Dtype, Vec<usize>, Vec<u8>)]) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
        let view = safetensors::tensor::TensorView::new(*dtype, shape.clone(), bytes);
        (name.as_str(), view.expect("the bytes fill the shape"))
    });
    safetensors::serialize(views, None).expect("a small file can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read() {
        let all = seeds(&Material::find());
        assert_eq!(all.len(), 3);
        for seed in all {
            let mut cut = Cut::new(&seed.bytes);
            let choice = cut.byte();
            let (first, second) = (cut.piece(), cut.rest());
            if choice == 0 {
                let architecture = parts::layers(first).unwrap();
                parts::parameters(second, &architecture).unwrap();
            } else {
                let manifest = parts::manifest(std::str::from_utf8(first).unwrap()).unwrap();
                parts::examples(&manifest, second).unwrap();
            }
        }
    }
}
