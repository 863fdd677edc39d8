//! Small made-up datasets in Fashion-MNIST's files, for tests.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::random::Random;

/// Writes `train` and `test` pictures: a bright bar whose place is the class, under noise.
pub(crate) fn write(dir: &Path, train: usize, test: usize) {
    for (part, count) in [("train", train), ("t10k", test)] {
        let mut random = Random::new(part, &[]);
        let mut pictures = vec![0, 0, 8, 3];
        for axis in [count, 28, 28] {
            pictures.extend((axis as u32).to_be_bytes());
        }
        let mut labels = vec![0, 0, 8, 1];
        labels.extend((count as u32).to_be_bytes());
        for example in 0..count {
            let class = example % 10;
            labels.push(class as u8);
            for row in 0..28 {
                for column in 0..28 {
                    let bar = if class < 5 { row / 5 == class } else { column / 5 == class - 5 };
                    let noise = (random.unit() * 120.0) as u8;
                    pictures.push(if bar { 120 + noise } else { noise });
                }
            }
        }
        gzip(&dir.join(format!("{part}-images-idx3-ubyte.gz")), &pictures);
        gzip(&dir.join(format!("{part}-labels-idx1-ubyte.gz")), &labels);
    }
}

fn gzip(path: &Path, bytes: &[u8]) {
    let mut encoder = GzEncoder::new(File::create(path).unwrap(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap();
}
