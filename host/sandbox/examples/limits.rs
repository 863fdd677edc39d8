//! Prints `docs/limits.md`; `cargo xtask docs` writes it.

use assay_call::{Budget, LIMITS, Limit};
use assay_sandbox::SandboxLimits;

fn main() {
    println!("# Limits of a unit\n");
    println!("Generated from the code by `cargo xtask docs`; do not edit.\n");
    println!(
        "Work, fuel and memory are counted the same on every machine. Only wall time is not, so a unit \
         that it ends is inconclusive and is run again.\n\n## Work\n\n    work = max(passes x training \
         examples, examples_floor) x operations + arithmetic\n\n`operations`: multiply-adds of the \
         network for one example. A contest may set its own numbers. What each call costs: \
         `prices.md`.\n"
    );
    table(&Budget::PUBLISHED.rows());
    println!(
        "\n## Calls, tensors and networks\n\nA call that would pass one of these gets an error value. One call over `calls_max` ends the unit; `frame_bytes_max` and `said_bytes_max` hold between processes.\n"
    );
    table(LIMITS);
    println!("\n## The component\n");
    table(&SandboxLimits::PUBLISHED.rows());
}

fn table(rows: &[Limit]) {
    println!("| name | limit | unit | of what | why |\n|---|---:|---|---|---|");
    for Limit { name, value, what, unit, reason } in rows {
        let what = what.trim_end_matches('.');
        println!(
            "| `{}` | {} | {unit} | {what} | {reason} |",
            name.to_lowercase(),
            grouped(*value)
        );
    }
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut groups: Vec<&str> = if head.is_empty() { vec![] } else { vec![head] };
    groups.extend((0..tail.len()).step_by(3).map(|at| &tail[at..at + 3]));
    groups.join(",")
}
