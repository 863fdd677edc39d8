//! Writes what a fuzzer begins with: `corpus/TARGET/` with seeds and `dictionaries/TARGET.txt`, under the
//! directory that is its one argument; and prints the targets as JSON, which `cargo xtask fuzz` reads.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use assay_fuzz_targets::{Material, TARGETS, Target};
use serde_json::json;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("error: no directory for the corpus was named\nhint: fuzz-seeds DIR");
        return ExitCode::from(2);
    };
    let material = Material::find();
    let mut rows = Vec::new();
    for target in TARGETS {
        match write(target, &dir, &material) {
            Ok(seeds) => rows.push(json!({
                "name": target.name,
                "weight": target.weight,
                "length_max": target.length_max,
                "dictionary": !target.words.is_empty(),
                "seeds": seeds,
            })),
            Err(error) => {
                eprintln!("error: {}: {error}", dir.display());
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{}", json!({"schema": 1, "targets": rows}));
    ExitCode::SUCCESS
}

/// Writes a target's seeds and words; gives the number of seeds.
fn write(target: &Target, dir: &Path, material: &Material) -> std::io::Result<usize> {
    let corpus = dir.join("corpus").join(target.name);
    fs::create_dir_all(&corpus)?;
    let seeds = (target.seeds)(material);
    for seed in &seeds {
        let length = seed.bytes.len().min(target.length_max);
        fs::write(corpus.join(format!("seed-{}", seed.name)), &seed.bytes[..length])?;
    }
    let dictionaries = dir.join("dictionaries");
    fs::create_dir_all(&dictionaries)?;
    let words: String = target.words.iter().map(|word| quoted(word)).collect();
    fs::write(dictionaries.join(format!("{}.txt", target.name)), words)?;
    Ok(seeds.len())
}

/// A line of a dictionary: bytes in quotes, those that are no plain letters as `\xNN`.
fn quoted(word: &str) -> String {
    let mut line = String::from("\"");
    for byte in word.bytes() {
        match byte {
            b'"' | b'\\' => line.extend(['\\', char::from(byte)]),
            b' '..=b'~' => line.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => write!(line, "\\x{byte:02X}").unwrap_or_default(),
        }
    }
    line + "\"\n"
}
