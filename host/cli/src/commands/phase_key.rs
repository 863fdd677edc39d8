//! `assay key phase`, `commitment` and `order`: the keys of hidden phases. `docs/phases.md` says what
//! they do.

use std::sync::Arc;

use assay_record::{new_phase_key, read_revealed_phase_key};
use assay_task::{Task, TaskView};
use serde_json::{Value, json};

use crate::args::{KeyArgs, OrderArgs};
use crate::failure::Failure;
use crate::output::{self, Text};

pub(crate) fn new(args: &KeyArgs) -> Result<(), Failure> {
    let key = new_phase_key(&args.file).map_err(Failure::new)?;
    Text::of(key.commitment()).print()
}

pub(crate) fn commitment(args: &KeyArgs) -> Result<(), Failure> {
    let key = read_revealed_phase_key(&args.file).map_err(Failure::new)?;
    Text::of(key.commitment()).print()
}

pub(crate) fn order(args: &OrderArgs) -> Result<(), Failure> {
    let key = Arc::new(read_revealed_phase_key(&args.phase_key).map_err(Failure::new)?);
    let mut views = Vec::with_capacity(args.task.len());
    for dir in &args.task {
        let task = Task::open(dir).map_err(Failure::new)?;
        views.push(TaskView::new(task, Some(Arc::clone(&key))));
    }
    if args.json {
        let tasks: Vec<Value> = views.iter().map(json_of).collect();
        let commitment = key.commitment();
        return output::json(&json!({"schema": 1, "phase_key": commitment, "tasks": tasks}));
    }
    let mut text = Text::default();
    for (at, view) in views.iter().enumerate() {
        if at > 0 {
            text.blank();
        }
        text.text(&table(view));
    }
    text.print()
}

/// Ids as they are seen, each with the task's own.
fn pairs(view: &TaskView) -> impl Iterator<Item = (&str, &str)> {
    let ids = view.network_ids().iter().map(String::as_str);
    ids.filter_map(|seen| Some((seen, view.own_id(seen)?)))
}

fn json_of(view: &TaskView) -> Value {
    let networks = pairs(view).map(|(seen, own)| json!({"id": seen, "network": own}));
    json!({"task": view.task().name(), "networks": networks.collect::<Vec<Value>>()})
}

fn table(view: &TaskView) -> Text {
    let rows: Vec<Vec<String>> =
        pairs(view).map(|(seen, own)| vec![seen.to_owned(), own.to_owned()]).collect();
    output::table(&[view.task().name(), "network"], &rows)
}
