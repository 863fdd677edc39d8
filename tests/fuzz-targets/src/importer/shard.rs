//! Shards of examples: TFRecord around protocol buffers.

use assay_task::parts;

use super::config::places;
use crate::cut::Cut;
use crate::frames::pieces;
use crate::material::files;
use crate::{Memory, Seed, Target};

/// A shard as it is, or payloads under right checksums: a fuzzer would never get past those.
pub const IMPORT_SHARD: Target = Target {
    name: "import_shard",
    about: "TFRecord shards: examples of one shape with finite values, or an error; repetitions are \
            bounded by the shard's size",
    weight: 900,
    short: 60_000,
    length_max: 1 << 14,
    // 16 MiB of repeated values are free; they are held twice while a tensor is put together.
    memory: Memory::new(80, 512),
    run: |input| {
        let mut cut = Cut::new(input);
        let shard = if cut.byte().is_multiple_of(2) {
            cut.rest().to_vec()
        } else {
            let mut payloads = Vec::new();
            while !cut.is_empty() {
                payloads.push(cut.piece());
            }
            parts::shard(&payloads)
        };
        // A shard after itself: what the first reading leaves behind must not change the second.
        let read = parts::shards(&[&shard, &shard]);
        if let Ok((shape, inputs, labels)) = read {
            let size: usize = shape.iter().product();
            assert_eq!(inputs.len(), size * labels.len(), "values that are no whole examples");
            assert!(inputs.iter().all(|value| value.is_finite()));
            let (half, other) = labels.split_at(labels.len() / 2);
            assert_eq!(half, other, "the same shard gave other labels");
            let (half, other) = inputs.split_at(inputs.len() / 2);
            assert_eq!(half, other, "the same shard gave other values");
        }
    },
    seeds: |material| {
        let mut seeds: Vec<Seed> = files(&places(material), ".tfrecord", 1 << 20, 2)
            .into_iter()
            .map(|seed| {
                // The first records of a shard are one, too.
                let records = records(&seed.bytes);
                let some: Vec<u8> =
                    records.iter().take(1).flat_map(|record| (*record).to_vec()).collect();
                Seed::new(seed.name, [&[0], some.as_slice()].concat())
            })
            .collect();
        let examples = examples();
        let payloads: Vec<&[u8]> = examples.iter().map(Vec::as_slice).collect();
        seeds.push(Seed::new("raw", [&[0], parts::shard(&payloads).as_slice()].concat()));
        seeds.push(Seed::new("framed", [&[1], pieces(payloads).as_slice()].concat()));
        let repeated = example(&[64, 64], &fixed32(5, 1.5), 1);
        seeds
            .push(Seed::new("repeated", [&[1], pieces([repeated.as_slice()]).as_slice()].concat()));
        seeds
    },
    words: &["inputs", "output", "\u{a}", "\u{12}", "\u{1a}"],
};

/// Records with their frames.
fn records(shard: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = shard;
    while let Some((length, _)) = rest.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let Some((record, after)) = rest.split_at_checked(length.saturating_add(16)) else { break };
        records.push(record);
        rest = after;
    }
    records
}

/// A field that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
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

fn fixed32(number: u8, value: f32) -> Vec<u8> {
    [&[number << 3 | 5], value.to_le_bytes().as_slice()].concat()
}

fn tensor(dtype: u8, shape: &[u8], values: &[u8]) -> Vec<u8> {
    let axes: Vec<u8> = shape.iter().flat_map(|axis| field(2, &[1 << 3, *axis])).collect();
    [&[1 << 3, dtype], field(2, &axes).as_slice(), values].concat()
}

fn example(shape: &[u8], values: &[u8], label: u8) -> Vec<u8> {
    let feature = |name: &str, value: &[u8]| {
        let list = field(1, &field(1, value));
        field(1, &[field(1, name.as_bytes()), field(2, &list)].concat())
    };
    let inputs = feature("inputs", &tensor(1, shape, values));
    let output = feature("output", &tensor(9, &[], &field(4, &u64::from(label).to_le_bytes())));
    field(1, &[inputs, output].concat())
}

/// Examples of `[2, 2, 1]` with labels of three classes.
pub(super) fn examples() -> Vec<Vec<u8>> {
    let bytes = |salt| -> Vec<u8> {
        crate::unit::values(4, salt).iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    (0..6).map(|at| example(&[2, 2, 1], &field(4, &bytes(at)), at as u8 % 3)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_shards_that_are_read() {
        let examples = examples();
        let payloads: Vec<&[u8]> = examples.iter().map(Vec::as_slice).collect();
        let shard = parts::shard(&payloads);
        let (shape, inputs, labels) = parts::shards(&[&shard]).unwrap();
        assert_eq!((shape, inputs.len(), labels), (vec![2, 2, 1], 24, vec![0, 1, 2, 0, 1, 2]));
        assert_eq!(records(&shard).len(), 6);
        let repeated = parts::shard(&[&example(&[64, 64], &fixed32(5, 1.5), 1)]);
        assert_eq!(parts::shards(&[&repeated]).unwrap().1, vec![1.5; 4096]);
    }
}
