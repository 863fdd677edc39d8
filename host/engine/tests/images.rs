//! Image operations against TensorFlow and NumPy (`vectors/images.py` made `vectors/images.json`),
//! and the promise that threads and batches change no bit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_call::{Area, Border, Cells, ValueRange};
use assay_engine::{Lane, Tensor, images};
use serde_json::Value;

/// Largest distance from the expected values, which lie between -4 and 4: both sides compute in
/// 32-bit floats, in different orders.
const CLOSE: f64 = 1e-5;

fn floats(list: &Value) -> Vec<f32> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn sizes(list: &Value) -> Vec<usize> {
    list.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as usize).collect()
}

fn pair(list: &Value) -> (u32, u32) {
    let sizes = sizes(list);
    (sizes[0] as u32, sizes[1] as u32)
}

fn range(list: &Value) -> ValueRange {
    let list = floats(list);
    ValueRange { low: list[0], high: list[1] }
}

fn areas(list: &Value) -> Vec<Area> {
    let area = |area: &Value| {
        let [top, left, height, width] = floats(area).try_into().unwrap();
        Area { top, left, height, width }
    };
    list.as_array().unwrap().iter().map(area).collect()
}

fn cells(list: &Value) -> Vec<Cells> {
    let cells = |cells: &Value| {
        let [top, left, height, width] = sizes(cells).try_into().unwrap();
        let [top, left, height, width] = [top, left, height, width].map(|n: usize| n as u32);
        Cells { top, left, height, width }
    };
    list.as_array().unwrap().iter().map(cells).collect()
}

fn run(lane: &Lane, operation: &str, batch: &Tensor, arguments: &Value) -> Tensor {
    let factors = || floats(&arguments["factors"]);
    match operation {
        "flip-horizontal" => images::flip_horizontal(lane, batch),
        "flip-vertical" => images::flip_vertical(lane, batch),
        "pad" => {
            let named = |border: &&Border| arguments["border"] == border.name();
            let border = *Border::ALL.iter().find(named).unwrap();
            let [vertical, horizontal] =
                ["vertical", "horizontal"].map(|key| pair(&arguments[key]));
            images::pad(lane, batch, vertical, horizontal, border)
        }
        "crop-resize" => {
            let size = sizes(&arguments["size"]);
            images::crop_resize(lane, batch, &areas(&arguments["areas"]), size[0], size[1])
        }
        "rotate" => {
            let fill = arguments["fill"].as_f64().unwrap() as f32;
            images::rotate(lane, batch, &floats(&arguments["angles"]), fill)
        }
        "brightness" => images::brightness(lane, batch, &factors()),
        "contrast" => images::contrast(lane, batch, &factors()),
        "saturation" => images::saturation(lane, batch, &factors(), range(&arguments["range"])),
        "hue" => images::hue(lane, batch, &factors(), range(&arguments["range"])),
        "rgb-to-gray" => images::rgb_to_gray(lane, batch),
        "gray-to-rgb" => images::gray_to_rgb(lane, batch),
        "sobel" => images::sobel(lane, batch),
        "erase" => {
            let value = arguments["value"].as_f64().unwrap() as f32;
            images::erase(lane, batch, &cells(&arguments["areas"]), value)
        }
        other => panic!("the vectors name {other}"),
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/images.json")).unwrap()
}

#[test]
fn operations_agree_with_tensorflow() {
    let vectors = vectors();
    let lane = Lane::new(1).unwrap();
    let mut operations = std::collections::BTreeSet::new();
    for case in vectors["cases"].as_array().unwrap() {
        let batch = &vectors["images"][case["images"].as_str().unwrap()];
        let batch = Tensor::new(sizes(&batch["shape"]), floats(&batch["values"]));
        let (operation, arguments) = (case["operation"].as_str().unwrap(), &case["arguments"]);
        let found = run(&lane, operation, &batch, arguments);
        assert_eq!(found.shape(), sizes(&case["shape"]), "{operation} {arguments}");
        let expected = case["values"].as_array().unwrap();
        for (at, (found, expected)) in found.values().iter().zip(expected).enumerate() {
            let distance = (f64::from(*found) - expected.as_f64().unwrap()).abs();
            assert!(distance <= CLOSE, "{operation} {arguments} at {at}: {found}, not {expected}");
        }
        operations.insert(operation);
    }
    assert_eq!(operations.len(), 13, "every operation has a vector: {operations:?}");
}

/// Values in [-0.25, 1.75), all different in their low bits.
fn batch(shape: [usize; 4]) -> Tensor {
    let count: usize = shape.iter().product();
    let value = |index: usize| {
        let mixed = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as f32 / (1_u64 << 23) as f32 - 0.25
    };
    Tensor::new(shape.to_vec(), (0..count).map(value).collect::<Vec<_>>())
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn threads_and_batches_change_no_bit() {
    let lanes = [1, 2].map(|threads| Lane::new(threads).unwrap());
    // Enough values for several threads' shares.
    let (examples, shape) = (90, [37, 29]);
    let vectors = vectors();
    for case in vectors["cases"].as_array().unwrap() {
        let (operation, mut arguments) =
            (case["operation"].as_str().unwrap(), case["arguments"].clone());
        for key in ["factors", "angles", "areas"] {
            // A list's first entry serves all.
            if let Some(Value::Array(list)) = arguments.get_mut(key) {
                list.truncate(1);
            }
        }
        let channels = if case["images"] == "gray" { 1 } else { 3 };
        let all = batch([examples, shape[0], shape[1], channels]);
        let [one, two] = lanes.each_ref().map(|lane| run(lane, operation, &all, &arguments));
        assert_eq!(bits(one.values()), bits(two.values()), "{operation} {arguments}");
        let (before, after) = (all.values().len() / examples, one.values().len() / examples);
        for example in [0, examples - 1] {
            let alone = all.values()[example * before..][..before].to_vec();
            let alone = Tensor::new(vec![1, shape[0], shape[1], channels], alone);
            let alone = run(&lanes[0], operation, &alone, &arguments);
            let within = &one.values()[example * after..][..after];
            assert_eq!(bits(alone.values()), bits(within), "{operation} {arguments}");
        }
    }
}

#[test]
fn doing_nothing_copies_every_bit() {
    let lane = Lane::new(1).unwrap();
    let mut values = batch([2, 5, 7, 3]).values().to_vec();
    values[..6].copy_from_slice(&[f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -0.0, 1e-45, -1e38]);
    let batch = Tensor::new(vec![2, 5, 7, 3], values);
    let whole = Area { top: 0.0, left: 0.0, height: 5.0, width: 7.0 };
    let nothing = Cells { top: 5, left: 7, height: 0, width: 0 };
    for same in [
        images::crop_resize(&lane, &batch, &[whole], 5, 7),
        images::rotate(&lane, &batch, &[0.0], 9.0),
        images::pad(&lane, &batch, (0, 0), (0, 0), Border::Reflect),
        images::erase(&lane, &batch, &[nothing], 9.0),
        images::flip_vertical(&lane, &images::flip_vertical(&lane, &batch)),
        images::flip_horizontal(&lane, &images::flip_horizontal(&lane, &batch)),
    ] {
        assert_eq!(bits(same.values()), bits(batch.values()));
    }
}

#[test]
fn lists_of_one_serve_all_and_empty_batches_pass() {
    let lane = Lane::new(1).unwrap();
    let batch = batch([3, 4, 4, 3]);
    let range = ValueRange { low: 0.0, high: 1.0 };
    let hue = |turns: &[f32]| images::hue(&lane, &batch, turns, range);
    assert_eq!(hue(&[0.3]), hue(&[0.3; 3]));
    assert_ne!(hue(&[0.3]), hue(&[0.3, 0.3, 0.4]));
    let far = Area { top: -3e38, left: 3e38, height: 1.0, width: 1.0 };
    let corner = images::crop_resize(&lane, &batch, &[far], 1, 1);
    assert_eq!(corner.values()[..3], batch.values()[9..12]);
    let none = Tensor::new(vec![0, 4, 4, 3], Vec::new());
    assert_eq!(images::sobel(&lane, &none).shape(), [0, 4, 4, 3, 2]);
    let flat = Tensor::new(vec![2, 0, 4, 1], Vec::new());
    let padded = images::pad(&lane, &flat, (1, 0), (0, 0), Border::Edge);
    assert_eq!(padded, Tensor::new(vec![2, 1, 4, 1], vec![0.0; 8]));
}
