//! Tests of the weights reader on layouts that Keras has written over the years.

use assay_network::{Activation, LayerKind};
use hdf5_pure::{AttrValue, FileBuilder};
use proptest::prelude::*;

use super::*;

/// Two layers: `[2] -> dense 3 -> batch norm`.
fn architecture() -> Architecture {
    let dense = LayerKind::Dense { units: 3, activation: Activation::Linear, bias: true };
    let norm = LayerKind::BatchNorm { epsilon: 0.001, scale: false, center: true };
    Architecture::new(&[2], vec![dense, norm]).unwrap()
}

fn list(names: &[&str]) -> AttrValue {
    AttrValue::StringArray(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Values 0, 1, 2, … from a start.
fn values(start: u8, count: u8) -> Vec<f32> {
    (start..start + count).map(f32::from).collect()
}

const NORM: [&str; 3] = ["beta:0", "moving_mean:0", "moving_variance:0"];

/// The network's file, with levels between layer group and arrays, and a change to the kernel.
fn file(levels: &[&str], kernel: impl Fn(&mut hdf5_pure::DatasetBuilder)) -> Vec<u8> {
    let mut file = FileBuilder::new();
    file.set_attr("layer_names", list(&["dense_7", "dropout", "bn"]));
    let named = |leaf: &str| [levels, &[leaf]].concat().join("/");
    let layers = [("dense_7", &["kernel:0", "bias:0"][..]), ("bn", &NORM[..])];
    for (layer, leaves) in layers {
        let mut group = file.create_group(layer);
        let names: Vec<String> = leaves.iter().map(|leaf| named(leaf)).collect();
        group.set_attr("weight_names", AttrValue::StringArray(names));
        let mut inner: Vec<_> = levels.iter().map(|level| group.create_group(level)).collect();
        let mut last = inner.pop();
        for (index, leaf) in leaves.iter().enumerate() {
            let target = last.as_mut().unwrap_or(&mut group);
            let data = target.create_dataset(leaf);
            if *leaf == "kernel:0" {
                kernel(data);
            } else {
                data.with_f32_data(&values(10 * index as u8, 3)).with_shape(&[3]);
            }
        }
        // Close the levels from the innermost outwards.
        while let Some(done) = last {
            last = inner.pop();
            last.as_mut().map_or(&mut group, |outer| outer).add_group(done.finish());
        }
        file.add_group(group.finish());
    }
    let mut idle = file.create_group("dropout");
    idle.set_attr("weight_names", AttrValue::F64Array(Vec::new()));
    file.add_group(idle.finish());
    file.finish().unwrap()
}

fn plain(data: &mut hdf5_pure::DatasetBuilder) {
    data.with_f32_data(&values(1, 6)).with_shape(&[2, 3]);
}

fn expected() -> Vec<Vec<f32>> {
    vec![values(1, 6), values(10, 3), values(0, 3), values(10, 3), values(20, 3)]
}

#[test]
fn levels_between_do_not_matter() {
    for levels in [&[][..], &["dense_7"], &["sequential_3", "dense_7"]] {
        assert_eq!(read(file(levels, plain), &architecture()).unwrap(), expected(), "{levels:?}");
    }
}

#[test]
fn double_half_and_packed_arrays_are_converted() {
    let double = |data: &mut hdf5_pure::DatasetBuilder| {
        let wide: Vec<f64> = values(1, 6).into_iter().map(f64::from).collect();
        data.with_f64_data(&wide).with_shape(&[2, 3]);
    };
    let packed = |data: &mut hdf5_pure::DatasetBuilder| {
        data.with_f32_data(&values(1, 6)).with_shape(&[2, 3]);
        data.with_chunks(&[1, 2]).with_shuffle().with_deflate(6);
    };
    assert_eq!(read(file(&["d"], double), &architecture()).unwrap(), expected());
    assert_eq!(read(file(&["d"], packed), &architecture()).unwrap(), expected());
    let halves: Vec<u8> =
        [1.0, -0.5].into_iter().flat_map(|v| f16::from_f32(v).to_be_bytes()).collect();
    assert_eq!(elements(&halves, true, |b| f16::from_le_bytes(b).to_f32()), [1.0, -0.5]);
}

#[test]
fn lists_split_over_several_attributes_are_joined() {
    let mut file = FileBuilder::new();
    file.set_attr("layer_names0", list(&["a"]));
    file.set_attr("layer_names1", list(&["b"]));
    for (name, start) in [("a", 1), ("b", 5)] {
        let mut group = file.create_group(name);
        group.set_attr("weight_names0", list(&["kernel:0"]));
        group.create_dataset("kernel:0").with_f32_data(&values(start, 4)).with_shape(&[2, 2]);
        file.add_group(group.finish());
    }
    let dense = LayerKind::Dense { units: 2, activation: Activation::Relu, bias: false };
    let architecture = Architecture::new(&[2], vec![dense.clone(), dense]).unwrap();
    let read = read(file.finish().unwrap(), &architecture).unwrap();
    assert_eq!(read, [values(1, 4), values(5, 4)]);
}

#[test]
fn what_does_not_fit_is_named() {
    let error = |bytes| read(bytes, &architecture()).unwrap_err().to_string();
    let turned = file(&["d"], |data| {
        data.with_f32_data(&values(1, 6)).with_shape(&[3, 2]);
    });
    let expected = "dense_7/d/kernel:0: shape [3, 2], but layer 0 (dense) of config.json needs a kernel of shape [2, 3] here";
    assert_eq!(error(turned), expected);
    let integers = file(&["d"], |data| {
        data.with_i32_data(&[0; 6]).with_shape(&[2, 3]);
    });
    assert!(error(integers).starts_with("dense_7/d/kernel:0: element type"));
    let empty = FileBuilder::new().finish().unwrap();
    assert!(error(empty).starts_with("there is no attribute \"layer_names\" at /"));
    let no_scale = LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: false };
    let kinds = vec![architecture().layers()[0].kind.clone(), no_scale];
    let other = Architecture::new(&[2], kinds).unwrap();
    let error = read(file(&["d"], plain), &other).unwrap_err().to_string();
    assert!(error.contains("by its name it is a beta, but layer 1 (batch_norm)"), "{error}");
}

#[test]
fn a_small_file_does_not_give_large_arrays() {
    // 32 MiB of zeros in a few kilobytes.
    let (input, units) = (2048, 4096);
    let mut file = FileBuilder::new();
    file.set_attr("layer_names", list(&["dense"]));
    let mut group = file.create_group("dense");
    group.set_attr("weight_names", list(&["kernel:0"]));
    let kernel = group.create_dataset("kernel:0");
    kernel.with_f32_data(&vec![0.0; input * units]).with_shape(&[input as u64, units as u64]);
    kernel.with_chunks(&[input as u64, units as u64]).with_deflate(6);
    file.add_group(group.finish());
    let bytes = file.finish().unwrap();
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let units = units as u32;
    let dense = LayerKind::Dense { units, activation: Activation::Linear, bias: false };
    let architecture = Architecture::new(&[input], vec![dense]).unwrap();
    let error = read(bytes, &architecture).unwrap_err().to_string();
    assert!(error.contains("33554432 bytes of weights from a file of"), "{error}");
}

proptest! {
    #[test]
    fn spoiled_files_never_panic(
        at in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = file(&["sequential", "d"], plain);
        for (at, to) in at {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let _ = read(bytes, &architecture());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut signed = b"\x89HDF\r\n\x1a\n".to_vec();
        signed.extend_from_slice(&bytes);
        prop_assert!(read(signed, &architecture()).is_err());
        prop_assert!(read(bytes, &architecture()).is_err());
    }
}
