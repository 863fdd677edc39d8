//! Forward passes and derivatives of three networks of the contest's families.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::pair::{self, Pairs, Spread, Time};
use super::table::{self, mebibytes, ratio};
use super::worker::{self, Answer, Sample, Worker};
use super::{Bench, agree};
use crate::step;

/// The networks of `tests/bench/nets.py`.
pub(super) const NETWORKS: [&str; 3] = ["nin", "vgg", "fcn"];
/// Examples of a pass.
const BATCH: usize = 64;

/// A pass as the workers know it, its name for readers, its cost in forward passes (by custom: one
/// product for each layer forward, one to go back, one for the parameters), and how far apart two
/// correct results may be, as [`agree::difference`] has it.
const PASSES: [(&str, &str, f64, f64); 3] = [
    ("forward", "forward", 1.0, 1e-4),
    ("inputs", "gradient, inputs", 2.0, 3e-2),
    ("parameters", "gradient, parameters", 3.0, 3e-2),
];

const HEADERS: [&str; 9] = [
    "network",
    "pass",
    "threads",
    "TensorFlow GFLOP/CPU-s",
    "Assay GFLOP/CPU-s",
    "CPU time Assay/TensorFlow",
    "clock time Assay/TensorFlow",
    "TensorFlow MiB",
    "Assay MiB",
];

pub(super) fn run(bench: &Bench<'_>) -> Result<String> {
    let networks: Vec<&str> = NETWORKS.into_iter().filter(|name| bench.wants(name)).collect();
    if networks.is_empty() {
        return Ok(String::new());
    }
    let dir = bench.dir().join("networks");
    let mut write = Command::new(&bench.python);
    write.arg(bench.workspace.root().join("tests/bench/nets.py")).arg(&dir);
    step::inherit(&mut write)?;
    let mut rows = Vec::new();
    for name in networks {
        let about = dir.join(name).join("about.json");
        let about = fs::read(&about).with_context(|| format!("cannot read {}", about.display()))?;
        let flops = serde_json::from_slice::<Value>(&about)?["flops"].as_f64();
        let flops = flops.context("about.json has no `flops`")? * BATCH as f64;
        for &threads in &bench.threads {
            for (what, title, passes, tolerance) in PASSES {
                eprintln!("   {name}, {title}, {threads} threads");
                let mut sides = worker::both(bench, threads)?;
                let case = Case { dir: &dir.join(name), what, tolerance };
                let cells = match case.measure(bench, &mut sides)? {
                    Ok((pairs, times)) => cells(&pairs, &sides, flops * passes * times as f64),
                    Err(reason) => vec![reason],
                };
                let mut row = vec![name.to_owned(), title.to_owned(), threads.to_string()];
                row.extend(cells);
                table::keep(&mut rows, row);
            }
        }
    }
    let mut text = format!("\n## Passes, batch {BATCH}\n\n");
    writeln!(text, "{}", table::markdown(&HEADERS, &rows))?;
    Ok(text)
}

/// One pass of one network.
struct Case<'a> {
    dir: &'a Path,
    what: &'a str,
    tolerance: f64,
}

impl Case<'_> {
    /// Makes both sides ready, compares their results, then takes times. The inner error says why a
    /// side cannot do this at all.
    fn measure(
        &self,
        bench: &Bench<'_>,
        sides: &mut [Worker; 2],
    ) -> Result<Result<(Pairs, usize), String>> {
        let ready = json!({"do": "network", "path": self.dir, "batch": BATCH, "what": self.what});
        // Ours first: what it cannot do yet need not wait for TensorFlow.
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
        let difference = agree::difference(&results[0], &results[1])?;
        if difference > self.tolerance {
            bail!(
                "{} {}: the results differ by {difference:.2e} of their length, at most {:.0e} may",
                self.dir.display(),
                self.what,
                self.tolerance
            );
        }
        Ok(Ok(pair::measure(sides, bench.effort)?))
    }
}

fn cells(pairs: &Pairs, sides: &[Worker; 2], flops: f64) -> Vec<String> {
    let speed = |samples: &[Sample]| {
        let rates = samples.iter().map(|sample| Some(flops / sample.cpu? / 1e9));
        let spread = rates.collect::<Option<Vec<f64>>>().and_then(Spread::of);
        spread.map_or_else(|| "-".to_owned(), |spread| format!("{:.1}", spread.median))
    };
    vec![
        speed(&pairs.theirs),
        speed(&pairs.ours),
        ratio(pairs.ratio(Time::Cpu)),
        ratio(pairs.ratio(Time::Wall)),
        mebibytes(sides[0].peak()),
        mebibytes(sides[1].peak()),
    ]
}
