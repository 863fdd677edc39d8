//! Weights in HDF5.

use assay_network::Architecture;
use assay_task::parts;
use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder};
use hdf5_reader::checksum::jenkins_lookup3;

use super::config::{TINY, places};
use crate::material::files;
use crate::target::{arrays, twice};
use crate::{Memory, Seed, Target};

/// Weights of a small network, or of the contest's.
pub const IMPORT_WEIGHTS: Target = Target {
    name: "import_weights",
    about: "HDF5 weights: arrays of the layers' sizes or an error, and no more memory than a file of \
            that size may cost",
    weight: 600,
    short: 15_000,
    length_max: 1 << 16,
    // 16 MiB of values are free, as they lie in the file and as they are handed on.
    memory: Memory::new(64, 512),
    run: |input| {
        // The first byte is no part of the file: it chooses the layers, and whether checksums are right.
        let Some((choice, file)) = input.split_first() else { return };
        let architecture = layers(*choice);
        let mut file = file.to_vec();
        if choice / 3 % 2 == 0 {
            repair(&mut file);
        }
        let read = || {
            let read = parts::weights(file.clone(), &architecture);
            read.map(|read| arrays(&read)).map_err(|error| error.to_string())
        };
        if let Ok(arrays) = twice(read) {
            let sizes = architecture.parameters().iter().map(|p| p.shape.iter().product::<usize>());
            assert!(arrays.iter().map(Vec::len).eq(sizes), "arrays of other sizes");
        }
    },
    seeds: |material| {
        let with = |choice: u8, bytes: &[u8]| [&[choice], bytes].concat();
        let mut seeds: Vec<Seed> = files(&places(material), ".hdf5", (1 << 16) - 1, 6)
            .into_iter()
            .map(|seed| Seed::new(seed.name, with(1, &seed.bytes)))
            .collect();
        for (name, how) in [("plain", PLAIN), ("packed", packed), ("double", double)] {
            seeds.push(Seed::new(name, with(0, &tiny(how))));
        }
        // A shape of 2^28 values, of which none is there.
        seeds.push(Seed::new("empty-giant", with(2, &giant())));
        seeds
    },
    words: &[
        "layer_names",
        "weight_names",
        "kernel:0",
        "bias:0",
        "gamma:0",
        "TREE",
        "HEAP",
        "SNOD",
        "GCOL",
        "OHDR",
        "FRHP",
        "BTHD",
        "\u{89}HDF\r\n\u{1a}\n",
    ],
};

fn layers(choice: u8) -> Architecture {
    let text = match choice % 3 {
        0 => TINY,
        1 => {
            // The layers of the contest's toy task, as far as an array's shape can tell.
            r#"{"input_shape": [32, 32, 3], "model_config": [
 {"layer_name": "Conv2D", "filters": 4, "kernel_size": 3}, {"layer_name": "Flatten"},
 {"layer_name": "Dense", "units": 10}]}"#
        }
        _ => {
            r#"{"input_shape": [16384], "model_config": [
 {"layer_name": "Dense", "units": 16384, "use_bias": false}]}"#
        }
    };
    parts::config(text.as_bytes()).expect("the layers fit together")
}

/// How an array is stored.
type Store = fn(&mut DatasetBuilder, &[usize]);

const PLAIN: Store = |data, shape| {
    data.with_f32_data(&values(shape)).with_shape(&wide(shape));
};

fn packed(data: &mut DatasetBuilder, shape: &[usize]) {
    data.with_f32_data(&values(shape)).with_shape(&wide(shape));
    // One chunk, which needs no list of chunks under checksums.
    data.with_chunks(&wide(shape)).with_shuffle().with_deflate(6);
}

fn double(data: &mut DatasetBuilder, shape: &[usize]) {
    let values: Vec<f64> = values(shape).into_iter().map(f64::from).collect();
    data.with_f64_data(&values).with_shape(&wide(shape));
}

/// Puts right checksums where newer forms of the format have them; no mutation would pass those. The
/// contest's files are of the oldest form, which has none.
fn repair(file: &mut [u8]) {
    /// Bytes of an object header before its flags, and of the times and limits that they announce.
    const BEFORE: usize = 6;
    // The superblock of versions 2 and 3 has four addresses of eight bytes.
    if matches!(file.get(8), Some(2 | 3)) {
        sum(file, 0, 12 + 4 * 8);
    }
    for at in 0..file.len() {
        if !file[at..].starts_with(b"OHDR") {
            continue;
        }
        let Some(flags) = file.get(at + BEFORE - 1) else { return };
        let extra = usize::from(flags & 0x20) / 2 + usize::from(flags & 0x10) / 4;
        let width = 1 << (flags & 3);
        let start = at + BEFORE + extra;
        let Some(length) = file.get(start..start + width) else { continue };
        let length = length.iter().rev().fold(0_usize, |all, byte| all << 8 | usize::from(*byte));
        sum(file, at, (start + width).saturating_add(length));
    }
}

/// Writes the checksum of a range after it, if there is room.
fn sum(file: &mut [u8], start: usize, end: usize) {
    let Some(covered) = file.get(start..end) else { return };
    let sum = jenkins_lookup3(covered).to_le_bytes();
    if let Some(place) = file.get_mut(end..end.saturating_add(sum.len())) {
        place.copy_from_slice(&sum);
    }
}

fn values(shape: &[usize]) -> Vec<f32> {
    crate::unit::values(shape.iter().product(), 5)
}

fn wide(shape: &[usize]) -> Vec<u64> {
    shape.iter().map(|axis| *axis as u64).collect()
}

fn list(names: &[&str]) -> AttrValue {
    AttrValue::StringArray(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The weights of the tiny network.
pub(super) fn tiny(store: Store) -> Vec<u8> {
    let architecture = layers(0);
    let mut file = FileBuilder::new();
    let names = ["conv2d", "batch_normalization", "dropout", "dense"];
    file.set_attr("layer_names", list(&names));
    let layers = architecture.layers();
    let with_arrays = [0, 1, 5];
    for (name, layer) in ["conv2d", "batch_normalization", "dense"].into_iter().zip(with_arrays) {
        let parameters = &architecture.parameters()[layers[layer].parameters.clone()];
        let mut group = file.create_group(name);
        let leaves: Vec<String> =
            parameters.iter().map(|parameter| format!("{}:0", parameter.role.name())).collect();
        let paths = leaves.iter().map(|leaf| format!("{name}/{leaf}"));
        group.set_attr("weight_names", AttrValue::StringArray(paths.collect()));
        let mut inner = group.create_group(name);
        for (leaf, parameter) in leaves.iter().zip(parameters) {
            store(inner.create_dataset(leaf), &parameter.shape);
        }
        group.add_group(inner.finish());
        file.add_group(group.finish());
    }
    let mut idle = file.create_group("dropout");
    idle.set_attr("weight_names", AttrValue::F64Array(Vec::new()));
    file.add_group(idle.finish());
    file.finish().expect("a small file can be written")
}

/// As the tiny one, plainly stored.
pub(super) fn tiny_plain() -> Vec<u8> {
    tiny(PLAIN)
}

/// One array whose stated shape is far larger than what is stored of it.
fn giant() -> Vec<u8> {
    let mut file = FileBuilder::new();
    file.set_attr("layer_names", list(&["dense"]));
    let mut group = file.create_group("dense");
    group.set_attr("weight_names", list(&["kernel:0"]));
    let kernel = group.create_dataset("kernel:0");
    kernel.with_f32_data(&[0.5; 4]).with_shape(&[2, 2]).with_chunks(&[2, 2]).with_deflate(6);
    file.add_group(group.finish());
    let mut bytes = file.finish().expect("a small file can be written");
    // The dataspace states its two axes as eight bytes each.
    let small = [2_u64.to_le_bytes(), 2_u64.to_le_bytes()].concat();
    let large = [16384_u64.to_le_bytes(), 16384_u64.to_le_bytes()].concat();
    let places: Vec<usize> =
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&small)).collect();
    for at in places {
        bytes[at..at + large.len()].copy_from_slice(&large);
    }
    repair(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_files_that_are_read_and_one_that_must_not_be() {
        for store in [PLAIN, packed, double] {
            let file = tiny(store);
            let mut again = file.clone();
            repair(&mut again);
            assert!(again == file, "a sound file needs no repair");
            let read = parts::weights(file, &layers(0)).unwrap();
            assert_eq!(read[0], values(&[2, 2, 1, 2]));
        }
        let error = parts::weights(giant(), &layers(2)).unwrap_err().to_string();
        assert!(error.contains("1073741824 bytes of weights from a file of"), "{error}");
    }
}
