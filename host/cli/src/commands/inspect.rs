//! `assay task inspect`: what an organizer wants to see of a task.

use assay_score::{Model, Reference, json_number, kendall_tau};
use assay_seal::Sealed;
use assay_task::{Task, TruthForm};
use serde_json::{Value, json};

use super::seal::{sealed_of, shares};
use super::truth::truth_if_there;
use crate::args::VerifyArgs;
use crate::failure::Failure;
use crate::output::{self, Text};

/// Bins and width of the histogram of gaps.
const BINS: usize = 10;
const BAR: usize = 40;

pub(crate) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let task = Task::open(&args.dir).map_err(Failure::new)?;
    let truth = truth_if_there(&task)?;
    let sealed = match task.truth_form() {
        TruthForm::Absent | TruthForm::Plain => None,
        _ => Some(sealed_of(&task)?),
    };
    let counts = task.dataset().map_err(Failure::new)?.class_counts();
    if args.json {
        let mut json = json_of(&task, truth.reference(), &counts);
        json["truth"] = truth_json(&task, sealed.as_ref());
        return output::json(&json);
    }
    let mut text = summary(&task, &counts);
    text.blank().text(&networks(&task, truth.reference())?);
    if let Some(truth) = truth.reference() {
        text.blank().text(&gaps(truth));
    }
    if let Some(why) = truth.missing() {
        text.blank().line(why);
    }
    if let Some(sealed) = &sealed {
        let (form, commitment) = (task.truth_form().name(), sealed.commitment());
        text.blank();
        text.line(format_args!("truth {form}: {}, commitment {commitment}", shares(sealed)));
    }
    text.print()
}

fn summary(task: &Task, counts: &[usize]) -> Text {
    let manifest = task.manifest();
    let data = &manifest.data;
    let mut text = Text::of(&manifest.name);
    let mut line = |name: &str, value: String| {
        text.line(format_args!("  {name:<11} {value}"));
    };
    line("digest", task.digest().to_string());
    if let Some(family) = &manifest.family {
        line("family", family.clone());
    }
    if let Some(dataset) = &manifest.dataset {
        line("dataset", dataset.clone());
    }
    line("provenance", manifest.provenance.clone());
    line("examples", format!("{} of shape {:?}", data.examples, data.input_shape));
    line("classes", format!("{}: {counts:?}", data.classes));
    let values = &data.values;
    line(
        "values",
        format!(
            "{:.4} to {:.4}, mean {:.4}, deviation {:.4}",
            values.min, values.max, values.mean, values.std
        ),
    );
    text
}

fn networks(task: &Task, truth: Option<&Reference>) -> Result<Text, Failure> {
    let mut rows = Vec::new();
    for id in task.network_ids() {
        let network = task.network(id).map_err(Failure::new)?;
        let architecture = network.architecture();
        let metrics = truth.and_then(|truth| truth.model(id)).map(Model::metrics);
        let share =
            |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
        rows.push(vec![
            id.to_owned(),
            architecture.layers().len().to_string(),
            architecture.parameter_count().to_string(),
            share(metrics.map(|metrics| metrics.train_acc)),
            share(metrics.map(|metrics| metrics.test_acc)),
            share(metrics.map(|metrics| metrics.train_acc - metrics.test_acc)),
        ]);
    }
    let header = ["network", "layers", "parameters", "train acc", "test acc", "gap"];
    Ok(output::table(&header, &rows))
}

/// The distribution of the gaps, and how each hyper-parameter goes with them.
fn gaps(truth: &Reference) -> Text {
    let gaps: Vec<f64> = truth.models().iter().map(Model::gap).collect();
    let low = gaps.iter().copied().fold(f64::INFINITY, f64::min);
    let high = gaps.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low) / BINS as f64;
    let mut bins = [0_usize; BINS];
    for gap in &gaps {
        // The largest gap falls on the upper edge, which belongs to the last bin.
        let bin = if width > 0.0 { ((gap - low) / width) as usize } else { 0 };
        bins[bin.min(BINS - 1)] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(1).max(1);
    let mut text = Text::of(format_args!("gaps {low:.4} to {high:.4}"));
    for (at, count) in bins.iter().enumerate() {
        let bar = "#".repeat(count * BAR / most);
        text.line(format_args!("  {:.4} {bar} {count}", low + width * at as f64));
    }
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    let ties = sorted.windows(2).filter(|pair| pair[0] == pair[1]).count();
    text.line(format_args!("  {ties} ties")).blank();
    text.line("hyper-parameter (Kendall's tau with the gap)");
    for parameter in truth.hyperparameters() {
        let pairs: Option<Vec<(f64, f64)>> = truth
            .models()
            .iter()
            .map(|model| Some((model.value(&parameter.name)?.as_f64()?, model.gap())))
            .collect();
        let tau =
            pairs.map_or_else(|| "-".to_owned(), |pairs| format!("{:+.3}", kendall_tau(&pairs)));
        let count = parameter.possible_values.len();
        text.line(format_args!("  {:<18} {count} values  {tau}", parameter.name));
    }
    text
}

fn truth_json(task: &Task, sealed: Option<&Sealed>) -> Value {
    let mut json = json!({"form": task.truth_form().name()});
    if let Some(sealed) = sealed {
        json["commitment"] = json!(sealed.commitment());
        json["threshold"] = sealed.threshold().into();
        json["shares"] = sealed.recipients().count().into();
    }
    json
}

fn json_of(task: &Task, truth: Option<&Reference>, counts: &[usize]) -> Value {
    let manifest = task.manifest();
    let values = &manifest.data.values;
    let network = |id: &str| {
        let metrics = truth.and_then(|truth| truth.model(id)).map(Model::metrics);
        json!({
            "id": id,
            "train_acc": metrics.map(|metrics| json_number(metrics.train_acc)),
            "test_acc": metrics.map(|metrics| json_number(metrics.test_acc)),
            "gap": metrics.map(|metrics| json_number(metrics.train_acc - metrics.test_acc)),
        })
    };
    json!({
        "schema": 1,
        "task": manifest.name,
        "digest": task.digest(),
        "family": manifest.family,
        "dataset": manifest.dataset,
        "provenance": manifest.provenance,
        "examples": manifest.data.examples,
        "input_shape": manifest.data.input_shape,
        "class_counts": counts,
        "values": {"min": values.min, "max": values.max, "mean": values.mean, "std": values.std},
        "networks": task.network_ids().into_iter().map(network).collect::<Vec<_>>(),
    })
}
