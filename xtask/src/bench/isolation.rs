//! What processes of their own cost: a call's round trip between guest and engine, and what a unit costs
//! whatever it computes, beside the same in one process.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;

use super::Bench;
use super::pair::Spread;
use super::table::{self, with_range};
use super::worker::Worker;

/// The part's name on the command line.
pub(super) const PART: &str = "isolation";
/// The task whose networks the units look at: it ships with the project.
const TASK: &str = "tasks/fashion-mini";

/// Calls that are repeated in one unit: as the worker names them, for readers, and how often.
const CALLS: [(&str, &str, u32); 3] = [
    ("work-left", "call `budget.work-left`, µs", 20_000),
    ("scalar", "call `tensor.scalar`, µs", 20_000),
    ("read", "call `tensor.read` of 1 MiB, µs", 200),
];
const UNIT: &str = "a unit that computes nothing, ms";

const HEADERS: [&str; 4] = ["what", "in one process", "in processes", "difference"];

/// Both ways to run a unit, as the worker names them.
const WAYS: [&str; 2] = ["in-process", "processes"];

pub(super) fn run(bench: &Bench<'_>) -> Result<String> {
    let mut worker = Worker::ours(bench, 1, "isolation.log")?;
    let program = bench.workspace.target_dir().join("release/assay");
    let task = bench.workspace.root().join(TASK);
    worker.must(&json!({"do": "isolation", "task": task, "program": program}))?;
    let mut rows = Vec::new();
    for (call, title, calls) in CALLS {
        let rounds = rounds(bench, |way| {
            let none = units(&mut worker, way, call, 0, 1)?;
            let all = units(&mut worker, way, call, calls, 1)?;
            Ok((all - none) / f64::from(calls) * 1e6)
        })?;
        table::keep(&mut rows, row(title, &rounds));
    }
    let count = bench.effort.units;
    let rounds = rounds(bench, |way| {
        Ok(units(&mut worker, way, CALLS[0].0, 0, count)? / f64::from(count) * 1e3)
    })?;
    table::keep(&mut rows, row(UNIT, &rounds));
    let mut text = format!("\n## Isolation, {} rounds\n\n", bench.effort.rounds);
    writeln!(text, "{}", table::markdown(&HEADERS, &rows))?;
    writeln!(text, "Aims: a round trip under 30 µs, a unit's overhead under 15 ms.")?;
    Ok(text)
}

/// Seconds of so many units, each of which makes so many calls.
fn units(worker: &mut Worker, way: &str, call: &str, calls: u32, units: u32) -> Result<f64> {
    let request = json!({"do": "units", "way": way, "call": call, "calls": calls, "units": units});
    Ok(worker.timed(&request)?.1.wall)
}

/// One number for each way, round by round; which way begins changes from round to round. A round
/// before the first is not counted: it compiles guests and starts the engine's process.
fn rounds(
    bench: &Bench<'_>,
    mut measure: impl FnMut(&str) -> Result<f64>,
) -> Result<Vec<[f64; 2]>> {
    for way in WAYS {
        measure(way)?;
    }
    (0..bench.effort.rounds)
        .map(|round| {
            let first = round % 2;
            let mut both = [0.0; 2];
            for way in [first, 1 - first] {
                both[way] = measure(WAYS[way])?;
            }
            Ok(both)
        })
        .collect()
}

fn row(title: &str, rounds: &[[f64; 2]]) -> Vec<String> {
    let column = |of: fn(&[f64; 2]) -> f64| with_range(Spread::of(rounds.iter().map(of).collect()));
    let [within, apart, difference] =
        [column(|both| both[0]), column(|both| both[1]), column(|both| both[1] - both[0])];
    vec![title.to_owned(), within, apart, difference]
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn differences_are_taken_round_by_round() {
        let row = row("call", &[[1.0, 10.0], [2.0, 9.0], [3.0, 20.0]]);
        let expected = ["call", "2.00 (1.00-3.00)", "10.00 (9.00-20.00)", "9.00 (7.00-17.00)"];
        assert_eq!(row, expected);
    }
}
