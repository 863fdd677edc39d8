//! Tests of the example reader, on messages encoded here by hand.

use proptest::prelude::*;

use super::super::tfrecord::tests::shard;
use super::*;

/// A length-delimited field.
fn bytes_field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend_from_slice(bytes);
    field
}

/// A number field of less than 128.
fn small_field(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn tensor(dtype: u8, shape: &[u8], values: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> =
        shape.iter().flat_map(|axis| bytes_field(2, &small_field(1, *axis))).collect();
    [small_field(1, dtype), bytes_field(2, &dims), values.to_vec()].concat()
}

fn feature(name: &str, value: &[u8]) -> Vec<u8> {
    let feature = bytes_field(1, &bytes_field(1, value));
    bytes_field(1, &[bytes_field(1, name.as_bytes()), bytes_field(2, &feature)].concat())
}

fn example(inputs: &[u8], output: &[u8]) -> Vec<u8> {
    bytes_field(1, &[feature("inputs", inputs), feature("output", output)].concat())
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn inputs(values: &[f32]) -> Vec<u8> {
    tensor(1, &[values.len() as u8], &bytes_field(4, &floats(values)))
}

fn label(value: i32) -> Vec<u8> {
    tensor(3, &[], &bytes_field(4, &value.to_le_bytes()))
}

type Read = (Vec<usize>, Vec<f32>, Vec<u32>);

fn read(examples: &[Vec<u8>]) -> Result<Read, RecordError> {
    let mut read = Examples::default();
    read.add_shard(&shard(examples))?;
    Ok(read.finish())
}

#[test]
fn every_way_to_store_values_reads_the_same() {
    let packed = tensor(1, &[3], &bytes_field(5, &floats(&[1.0, 2.0, 2.0])));
    // TensorFlow leaves out repetitions of the last value.
    let shortened = tensor(1, &[3], &bytes_field(5, &floats(&[1.0, 2.0])));
    let single = |value: f32| [vec![5 << 3 | 5], value.to_le_bytes().to_vec()].concat();
    let one_by_one = tensor(1, &[3], &[single(1.0), single(2.0), single(2.0)].concat());
    let labels = [
        label(1),
        tensor(9, &[], &bytes_field(4, &1_i64.to_le_bytes())),
        tensor(3, &[], &small_field(7, 1)),
        tensor(3, &[1], &bytes_field(7, &[1])),
        tensor(9, &[], &bytes_field(10, &[1])),
    ];
    let expected = (vec![3], vec![1.0, 2.0, 2.0], vec![1]);
    for inputs in [inputs(&[1.0, 2.0, 2.0]), packed, shortened, one_by_one] {
        for label in &labels {
            assert_eq!(read(&[example(&inputs, label)]), Ok(expected.clone()));
        }
    }
}

#[test]
fn what_is_wrong_is_named_with_its_record() {
    let good = example(&inputs(&[1.0, 2.0]), &label(0));
    let large = tensor(1, &[2], &bytes_field(4, &floats(&[1.0])));
    let twice = bytes_field(1, &[feature("inputs", &[]), feature("inputs", &[])].concat());
    let negative = tensor(9, &[], &bytes_field(4, &(-1_i64).to_le_bytes()));
    let huge_axis = [8, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let huge = [small_field(1, 1), bytes_field(2, &bytes_field(2, &huge_axis))].concat();
    let cases = [
        (example(&inputs(&[1.0]), &label(0)), "the example has shape [1], those before have [2]"),
        (example(&inputs(&[1.0, f32::NAN]), &label(0)), "input value 1 is NaN"),
        (example(&inputs(&[f32::INFINITY, 0.0]), &label(0)), "input value 0 is inf"),
        (example(&inputs(&[1.0, 2.0]), &label(-7)), "the label is -7"),
        (example(&inputs(&[1.0, 2.0]), &negative), "the label is -1"),
        (example(&inputs(&[1.0, 2.0]), &inputs(&[1.0])), "output has element type 1"),
        (example(&label(0), &label(0)), "inputs has element type 3 of TensorFlow, expected 1"),
        (example(&large, &label(0)), "inputs has shape [2] but 4 values"),
        (example(&huge, &label(0)), "inputs has an unknown, negative or too large shape"),
        (twice, "it has 2 values of feature \"inputs\""),
        (
            bytes_field(1, &feature("inputs", &inputs(&[1.0]))),
            "it has 0 values of feature \"output\"",
        ),
        (vec![0x0a, 9], "Example is no sound protocol buffer: it ends inside a field"),
    ];
    let offset = shard(std::slice::from_ref(&good)).len();
    for (bad, reason) in cases {
        let error = read(&[good.clone(), bad]).unwrap_err().to_string();
        let expected = format!("record 1 at byte {offset}: {reason}");
        assert!(error.starts_with(&expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn repetitions_are_bounded_by_what_is_there() {
    // Two million values from one: eight megabytes for some seventy bytes.
    let one = [&[5 << 3 | 5], 1.5_f32.to_le_bytes().as_slice()].concat();
    let repeated = example(&tensor(1, &[127; 3], &one), &label(1));
    let (shape, inputs, _) = read(&[repeated.clone(), repeated.clone()]).unwrap();
    assert_eq!((shape, inputs.len()), (vec![127; 3], 2 * 127_usize.pow(3)));
    let error = read(&[repeated.clone(), repeated.clone(), repeated]).unwrap_err();
    assert_eq!(error.record, 2);
    assert!(error.to_string().contains("left out as repetitions"), "{error}");
    // Nor does a shape of many axes cost much.
    let many = example(&tensor(1, &[1; 9], &one), &label(1));
    let error = read(&[many]).unwrap_err();
    assert_eq!(error.reason, RecordReason::Shape { feature: "inputs" });
}

proptest! {
    #[test]
    fn arbitrary_payloads_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = read(std::slice::from_ref(&bytes));
        let _ = read(&[example(&bytes, &label(0))]);
        let _ = read(&[example(&inputs(&[0.0]), &bytes)]);
    }

    #[test]
    fn spoiled_examples_never_panic(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let mut bytes = example(&inputs(&[1.0, 2.0, 3.0]), &label(1));
        let at = at.index(bytes.len());
        bytes[at] = to;
        let _ = read(&[bytes]);
    }
}
