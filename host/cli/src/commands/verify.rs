//! `assay task verify`: train accuracy and loss, recomputed and compared with the truth.

use assay_engine::{Evaluation, Lane, PreparedNetwork, evaluate};
use assay_score::{Metrics, Reference, json_number};
use assay_task::Task;
use serde_json::{Value, json};

use super::truth::truth;
use crate::args::VerifyArgs;
use crate::failure::Failure;
use crate::output::{self, Text};
use crate::progress::Progress;

/// How far a recomputed loss may lie from the recorded one, as a share of it where it is over 1.
const LOSS_TOLERANCE: f64 = 1e-4;

struct Verified {
    id: String,
    found: Evaluation,
    recorded: Metrics,
    ok: bool,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let task = Task::open(&args.dir).map_err(Failure::new)?;
    let reference = truth(&task)?;
    let verified = verify(&task, &reference)?;
    if args.json {
        output::json(&json!({
            "schema": 1,
            "networks": verified.iter().map(json_of).collect::<Vec<_>>(),
        }))?;
    } else {
        text(&task, &verified).print()?;
    }
    let differ: Vec<&str> =
        verified.iter().filter(|network| !network.ok).map(|network| network.id.as_str()).collect();
    if differ.is_empty() {
        return Ok(());
    }
    let message = format!("{}: {} differ from the truth", task.name(), differ.join(", "));
    Err(Failure::new(message)
        .hint("the truth, the weights or the data are not of one training run"))
}

fn verify(task: &Task, reference: &Reference) -> Result<Vec<Verified>, Failure> {
    let lane = Lane::new(0).map_err(Failure::new)?;
    let dataset = task.dataset().map_err(Failure::new)?;
    let ids = task.network_ids();
    let bar = Progress::new(ids.len(), task.name());
    let mut verified = Vec::with_capacity(ids.len());
    for id in ids {
        let network = PreparedNetwork::new(task.network(id).map_err(Failure::new)?);
        let found = evaluate(&lane, &network, &dataset)
            .map_err(|error| Failure::new(format!("{} {id}: {error}", task.name())))?;
        let model = reference
            .model(id)
            .ok_or_else(|| Failure::new(format!("the truth of {} has no {id}", task.name())))?;
        let recorded = *model.metrics();
        let ok = agrees(&found, &recorded);
        verified.push(Verified { id: id.to_owned(), found, recorded, ok });
        bar.advance();
    }
    Ok(verified)
}

/// Accuracy must be the same number of examples (files hold it rounded to 32 bits), loss close.
fn agrees(found: &Evaluation, recorded: &Metrics) -> bool {
    let correct = (recorded.train_acc * found.examples as f64).round();
    let loss_fits = recorded.train_loss.is_none_or(|recorded| {
        (found.loss - recorded).abs() <= LOSS_TOLERANCE * recorded.abs().max(1.0)
    });
    correct == found.correct as f64 && loss_fits
}

fn json_of(network: &Verified) -> Value {
    let recorded = &network.recorded;
    json!({
        "id": network.id,
        "train_acc": json_number(network.found.accuracy()),
        "train_loss": json_number(network.found.loss),
        "recorded": {
            "train_acc": json_number(recorded.train_acc),
            "train_loss": recorded.train_loss.map(json_number),
        },
        "ok": network.ok,
    })
}

fn text(task: &Task, verified: &[Verified]) -> Text {
    let row = |network: &Verified| {
        let recorded = &network.recorded;
        vec![
            network.id.clone(),
            format!("{:.6}", network.found.accuracy()),
            format!("{:.6}", recorded.train_acc),
            format!("{:.6}", network.found.loss),
            recorded.train_loss.map_or_else(|| "-".to_owned(), |loss| format!("{loss:.6}")),
            if network.ok { "ok" } else { "DIFFERS" }.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = verified.iter().map(row).collect();
    let header = ["network", "train acc", "recorded", "train loss", "recorded", ""];
    let ok = verified.iter().filter(|network| network.ok).count();
    let count = verified.len();
    let mut text = output::table(&header, &rows);
    text.blank().line(format_args!("{}: {ok} of {count} networks ok", task.name()));
    text
}
