//! Forward passes and derivatives of three networks of the contest's families, beside every side.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::pair::{self, Pairs, Spread, Time};
use super::sides::Side;
use super::table::{self, mebibytes, with_range};
use super::worker::{self, Answer, Sample, Worker};
use super::{Bench, agree};
use crate::step;

/// The networks of `tests/bench/nets.py`.
pub(super) const NETWORKS: [&str; 3] = ["nin", "vgg", "fcn"];
/// Examples of a pass.
const BATCH: usize = 64;

/// A pass of a network.
struct Pass {
    /// As the workers know it.
    name: &'static str,
    /// For readers.
    title: &'static str,
    /// Its cost in forward passes, by custom: one product for each layer forward, one to go back, one for
    /// the parameters.
    forward: f64,
    /// How far apart two correct results may be, as [`agree::difference`] has it.
    tolerance: f64,
}

const PASSES: [Pass; 3] = [
    Pass { name: "forward", title: "forward", forward: 1.0, tolerance: 1e-4 },
    Pass { name: "inputs", title: "gradient, inputs", forward: 2.0, tolerance: 3e-2 },
    Pass { name: "parameters", title: "gradient, parameters", forward: 3.0, tolerance: 3e-2 },
];

const HEADERS: [&str; 10] = [
    "network",
    "pass",
    "threads",
    "side",
    "side GFLOP/CPU-s",
    "Assay GFLOP/CPU-s",
    "CPU time side/Assay",
    "clock time side/Assay",
    "side MiB",
    "Assay MiB",
];

const CHECK_HEADERS: [&str; 5] = ["network", "pass", "side", "results apart by", "at most"];

/// Takes times, after the results were compared.
pub(super) fn run(bench: &Bench<'_>) -> Result<String> {
    let mut rows = Vec::new();
    for (name, dir) in networks(bench)? {
        let flops = flops(&dir)?;
        for &threads in &bench.threads {
            for (pass, side) in cases(bench) {
                eprintln!("   {name}, {}, {threads} threads, {}", pass.title, side.title);
                let mut sides = worker::both(bench, side, threads)?;
                let mut row = [name, pass.title].map(str::to_owned).to_vec();
                row.extend([threads.to_string(), side.title.to_owned()]);
                row.extend(match compare(bench, &dir, pass, &mut sides)? {
                    Ok(difference) if difference > pass.tolerance => bail!(
                        "{name} {} with {}: the results differ by {difference:.2e} of their length, at \
                         most {:.0e} may",
                        pass.name,
                        side.title,
                        pass.tolerance
                    ),
                    Ok(_) => {
                        let (pairs, times) = pair::measure(&mut sides, bench.effort)?;
                        cells(&pairs, peaks(&sides), flops * pass.forward * times as f64)
                    }
                    Err(reason) => vec![reason],
                });
                table::keep(&mut rows, row);
            }
        }
    }
    text(&HEADERS, &rows)
}

/// Only compares the results, on the largest number of threads, and fails if any are too far apart.
pub(super) fn check(bench: &Bench<'_>) -> Result<String> {
    let (mut rows, mut apart) = (Vec::new(), 0);
    let threads = bench.threads.iter().copied().max().unwrap_or(1);
    for (name, dir) in networks(bench)? {
        for (pass, side) in cases(bench) {
            let mut sides = worker::both(bench, side, threads)?;
            let mut row = [name, pass.title, side.title].map(str::to_owned).to_vec();
            match compare(bench, &dir, pass, &mut sides)? {
                Ok(difference) => {
                    apart += usize::from(difference > pass.tolerance);
                    row.push(format!("{difference:.1e}"));
                    row.push(format!("{:.0e}", pass.tolerance));
                }
                Err(reason) => row.push(reason),
            }
            table::keep(&mut rows, row);
        }
    }
    let text = text(&CHECK_HEADERS, &rows)?;
    if apart > 0 {
        bail!("{apart} results are too far apart:\n{text}");
    }
    Ok(text)
}

fn text(headers: &[&str], rows: &[Vec<String>]) -> Result<String> {
    let mut text = String::new();
    if !rows.is_empty() {
        writeln!(text, "\n## Passes, batch {BATCH}\n\n{}", table::markdown(headers, rows))?;
    }
    Ok(text)
}

/// The networks that were asked for, with their folders, written for all sides.
fn networks(bench: &Bench<'_>) -> Result<Vec<(&'static str, PathBuf)>> {
    let dir = bench.dir().join("networks");
    let wanted = NETWORKS.into_iter().filter(|name| bench.wants(name));
    let wanted: Vec<_> = wanted.map(|name| (name, dir.join(name))).collect();
    if !wanted.is_empty() {
        let mut write = Command::new(bench.python()?);
        write.arg(bench.workspace.root().join("tests/bench/nets.py")).arg(&dir);
        step::inherit(&mut write)?;
    }
    Ok(wanted)
}

/// Every pass with every side that can do it.
fn cases(bench: &Bench<'_>) -> Vec<(&'static Pass, &'static Side)> {
    let with = |pass: &'static Pass| {
        let able = bench.sides.iter().filter(move |side| side.passes.contains(&pass.name));
        able.map(move |side| (pass, *side))
    };
    PASSES.iter().flat_map(with).collect()
}

/// Floating-point operations of a batch's forward pass.
fn flops(dir: &Path) -> Result<f64> {
    let about = dir.join("about.json");
    let text = fs::read(&about).with_context(|| format!("cannot read {}", about.display()))?;
    let one = serde_json::from_slice::<Value>(&text)?["flops"].as_f64();
    Ok(one.context("about.json has no `flops`")? * BATCH as f64)
}

/// Makes both sides ready, and says how far apart their results are. The inner error says why a side
/// cannot do this at all.
fn compare(
    bench: &Bench<'_>,
    dir: &Path,
    pass: &Pass,
    sides: &mut [Worker; 2],
) -> Result<Result<f64, String>> {
    let ready = json!({"do": "network", "path": dir, "batch": BATCH, "what": pass.name});
    // Ours first: what it cannot do need not wait for the other.
    for side in sides.iter_mut().rev() {
        if let Answer::Unsupported(reason) = side.ask(&ready)? {
            return Ok(Err(reason));
        }
    }
    let mut results = Vec::new();
    for (side, file) in sides.iter_mut().zip(["theirs.f32", "ours.f32"]) {
        let into = bench.dir().join(file);
        side.must(&json!({"do": "output", "into": into}))?;
        results.push(agree::read(&into)?);
    }
    agree::difference(&results[0], &results[1]).map(Ok)
}

fn peaks([theirs, ours]: &[Worker; 2]) -> [Option<u64>; 2] {
    [theirs.peak(), ours.peak()]
}

fn cells(pairs: &Pairs, [theirs, ours]: [Option<u64>; 2], flops: f64) -> Vec<String> {
    let speed = |samples: &[Sample]| {
        let rates = samples.iter().map(|sample| Some(flops / sample.cpu? / 1e9));
        let spread = rates.collect::<Option<Vec<f64>>>().and_then(Spread::of);
        spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.1}", spread.median))
    };
    vec![
        speed(&pairs.theirs),
        speed(&pairs.ours),
        with_range(pairs.faster(Time::Cpu)),
        with_range(pairs.faster(Time::Wall)),
        mebibytes(theirs),
        mebibytes(ours),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::sides::SIDES;
    use super::*;

    #[test]
    fn sides_name_passes_that_there_are() {
        for side in &SIDES {
            let known = |name: &&str| PASSES.iter().any(|pass| pass.name == *name);
            assert!(!side.passes.is_empty() && side.passes.iter().all(known));
        }
    }

    #[test]
    fn a_row_has_speeds_and_how_many_times_faster_we_are() {
        let mut pairs = Pairs::default();
        let sample = |wall, cpu| Sample { wall, cpu: Some(cpu) };
        pairs.push(sample(3.0, 4.0), sample(1.0, 2.0));
        let found = cells(&pairs, [Some(5 << 20), None], 8e9);
        let expected = ["2.0", "4.0", "2.00 (2.00-2.00)", "3.00 (3.00-3.00)", "5", "-"];
        assert_eq!(found, expected);
    }
}
