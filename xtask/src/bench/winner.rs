//! The whole winning measure over tasks, against its authors' own steps under the competition's runner.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Bench;
use super::pair::{Pairs, Time, in_turn, median_seconds};
use super::sides::TENSORFLOW;
use super::table::{self, mebibytes, with_range};
use super::tasks::Case;
use super::worker;

/// The part's name on the command line.
pub(super) const PART: &str = "winner";
/// The measure's component.
const MEASURE: &str = "dbi-times-mixup.wasm";
/// Values may differ by what midpoints whose logits nearly tie can change: the index times this.
const TOLERANCE: f64 = 0.02;

const HEADERS: [&str; 11] = [
    "task",
    "networks",
    "threads",
    "as submitted, s",
    "same steps, exact, s",
    "Assay, s",
    "faster than submitted",
    "faster than exact",
    "the same in CPU time",
    "TensorFlow MiB",
    "Assay MiB",
];

pub(super) fn run(bench: &Bench<'_>, cases: &[Case]) -> Result<String> {
    let mut rows = Vec::new();
    for case in cases {
        for &threads in &bench.threads {
            eprintln!("   {}, {threads} threads", case.title);
            table::keep(&mut rows, measure(case, bench, threads)?);
        }
    }
    let table = table::markdown(&HEADERS, &rows);
    Ok(format!(
        "\n## Davies-Bouldin index x label-wise mixup, seconds for one network\n\n{table}\n"
    ))
}

fn measure(case: &Case, bench: &Bench<'_>, threads: usize) -> Result<Vec<String>> {
    let [mut theirs, mut ours] = worker::both(bench, TENSORFLOW, threads)?;
    let component = bench.workspace.components_dir().join(MEASURE);
    theirs.must(&json!({"do": "task", "path": case.theirs}))?;
    ours.must(&json!({"do": "task", "path": case.ours, "measures": [component]}))?;
    let unit = |network: &str| json!({"do": "unit", "network": network});
    let form = |network: &str, form: &str| json!({"do": "unit", "network": network, "form": form});
    if !case.large {
        // The first unit of a process pays for what all share. One network alone needs minutes, to
        // which this adds nothing.
        theirs.must(&form(&case.networks[0], "exact"))?;
        ours.must(&unit(&case.networks[0]))?;
    }
    let (mut exact, mut submitted) = (Pairs::default(), Pairs::default());
    for (round, id) in case.networks.iter().enumerate() {
        let (them, us) = in_turn(round, &mut theirs, &mut ours, &form(id, "exact"), &unit(id))?;
        agree(&case.title, id, &them.0, &us.0)?;
        exact.push(them.1, us.1);
        if !case.large {
            let (_, sample) = theirs.timed(&form(id, "submitted"))?;
            submitted.push(sample, us.1);
        }
    }
    Ok(vec![
        case.title.clone(),
        case.networks.len().to_string(),
        threads.to_string(),
        median_seconds(&submitted.theirs),
        median_seconds(&exact.theirs),
        median_seconds(&exact.ours),
        with_range(submitted.faster(Time::Wall)),
        with_range(exact.faster(Time::Wall)),
        with_range(exact.faster(Time::Cpu)),
        mebibytes(theirs.peak()),
        mebibytes(ours.peak()),
    ])
}

/// Fails unless both sides found the same value, up to midpoints at the border of two classes.
fn agree(task: &str, network: &str, theirs: &Value, ours: &Value) -> Result<()> {
    let number = |value: &Value, name: &str| {
        value[name].as_f64().with_context(|| format!("{task} {network}: no number `{name}`"))
    };
    let (a, b) = (number(theirs, "value")?, number(ours, "value")?);
    let index = number(theirs, "davies_bouldin")?;
    // Written so that a NaN fails.
    if (a - b).abs() <= TOLERANCE * index {
        return Ok(());
    }
    bail!("{task} {network}: TensorFlow's value is {a}, Assay's {b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_agree_up_to_a_few_midpoints() {
        let theirs = json!({"value": 0.5, "davies_bouldin": 2.0});
        assert!(agree("t", "n", &theirs, &json!({"value": 0.52})).is_ok());
        assert!(agree("t", "n", &theirs, &json!({"value": 0.55})).is_err());
        assert!(agree("t", "n", &theirs, &json!({"value": null})).is_err());
        assert!(agree("t", "n", &json!({"value": 0.5}), &json!({"value": 0.5})).is_err());
    }
}
