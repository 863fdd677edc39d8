//! A second measure that needs what a first one has computed: with the cache and without.

use anyhow::{Result, bail};
use serde_json::json;

use super::Bench;
use super::pair::{Pairs, Time, in_turn, median_seconds};
use super::table;
use super::tasks::Case;
use super::worker::Worker;

/// The part's name on the command line.
pub(super) const PART: &str = "cache";
/// The second measure is a factor of the first.
const FIRST: &str = "dbi-times-mixup.wasm";
const SECOND: &str = "mixup-accuracy.wasm";
/// Bytes of the cache.
const CACHE: u64 = 1 << 30;

const HEADERS: [&str; 6] =
    ["task", "networks", "threads", "alone, s", "after the first, s", "faster"];

pub(super) fn run(bench: &Bench<'_>, cases: &[Case]) -> Result<String> {
    let mut rows = Vec::new();
    for case in cases {
        for &threads in &bench.threads {
            eprintln!("   cache, {}, {threads} threads", case.title);
            table::keep(&mut rows, measure(case, bench, threads)?);
        }
    }
    let table = table::markdown(&HEADERS, &rows);
    Ok(format!("\n## A second measure through the cache, seconds for one network\n\n{table}\n"))
}

fn measure(case: &Case, bench: &Bench<'_>, threads: usize) -> Result<Vec<String>> {
    let mut alone = Worker::ours(bench, threads, "alone.log")?;
    let mut cached = Worker::ours(bench, threads, "cached.log")?;
    let component = |name: &str| bench.workspace.components_dir().join(name);
    let second = [component(SECOND)];
    let both = [component(FIRST), component(SECOND)];
    alone.must(&json!({"do": "task", "path": case.ours, "measures": second}))?;
    cached.must(&json!({"do": "task", "path": case.ours, "measures": both, "cache": CACHE}))?;
    let unit = |id: &str, measure: u32| json!({"do": "unit", "network": id, "measure": measure});
    let mut pairs = Pairs::default();
    for (round, id) in case.networks.iter().enumerate() {
        cached.must(&unit(id, 0))?;
        let (without, with) = in_turn(round, &mut alone, &mut cached, &unit(id, 0), &unit(id, 1))?;
        if without.0 != with.0 {
            bail!("{} {id}: {} without the cache, {} with it", case.title, without.0, with.0);
        }
        pairs.push(without.1, with.1);
    }
    Ok(vec![
        case.title.clone(),
        case.networks.len().to_string(),
        threads.to_string(),
        median_seconds(&pairs.theirs),
        median_seconds(&pairs.ours),
        table::with_range(pairs.faster(Time::Wall)),
    ])
}
