//! `assay verify`: a bundle of records, checked without running anything.

use std::path::Path;

use assay_record::{PublicKey, RecordError, Score, Signed, TaskFacts, Verification, verify};
use assay_score::json_number;
use assay_task::Task;
use serde_json::{Value, json};

use super::truth::{Truth, truth_if_there};
use crate::args::VerifyBundleArgs;
use crate::failure::{Failure, USAGE};
use crate::output::{self, Text};

pub(crate) fn run(args: &VerifyBundleArgs) -> Result<(), Failure> {
    let key = args.key.as_deref().map(key).transpose()?;
    let facts = args.task.iter().map(|dir| facts(dir)).collect::<Result<Vec<_>, Failure>>()?;
    let found = match verify(&args.bundle, key.as_ref(), &facts) {
        Ok(found) => found,
        Err(error @ RecordError::Damaged { .. }) => return damaged(args, error),
        Err(error) => return Err(unreadable(error)),
    };
    if args.json {
        output::json(&json_of(&found))?;
    } else {
        text(&found).print()?;
    }
    if found.problems.is_empty() {
        return Ok(());
    }
    let lines = found.problems.iter().map(|problem| format!("{}: {}", problem.file, problem.what));
    Err(Failure::all(lines.collect()).hint(HINT))
}

const HINT: &str = "do not rely on this bundle: fetch it again, or ask whoever published it";

/// A bundle that cannot be read, or what of it cannot be believed.
pub(crate) fn unreadable(error: RecordError) -> Failure {
    match error {
        error @ RecordError::Damaged { .. } => Failure::new(error).hint(HINT),
        error => Failure::new(error).with_code(USAGE).hint(
            "a bundle is a directory with bundle.json in it, as `assay run --record` makes it",
        ),
    }
}

/// A bundle of which nothing more can be said than what is wrong.
fn damaged(args: &VerifyBundleArgs, error: RecordError) -> Result<(), Failure> {
    if args.json
        && let RecordError::Damaged { file, reason } = &error
    {
        let problems = json!([{"file": file, "what": reason}]);
        output::json(&json!({"schema": 1, "ok": false, "problems": problems}))?;
    }
    Err(Failure::new(error).hint(HINT))
}

/// A key by its digits or from its file.
fn key(text: &str) -> Result<PublicKey, Failure> {
    let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let key = if digits {
        text.parse().map_err(Failure::new)
    } else {
        PublicKey::read(Path::new(text)).map_err(Failure::new)
    };
    key.map_err(|failure| {
        failure.hint("--key takes a file or 64 lower-case hexadecimal digits").with_code(USAGE)
    })
}

fn facts(dir: &Path) -> Result<TaskFacts, Failure> {
    let task = Task::open(dir).map_err(|error| Failure::new(error).with_code(USAGE))?;
    let truth = match truth_if_there(&task)? {
        Truth::There(reference) => Some(*reference),
        missing => {
            if let Some(why) = missing.missing() {
                output::note(format!("{}: {why}, so there is no score", task.name()));
            }
            None
        }
    };
    let networks = &task.manifest().networks;
    Ok(TaskFacts {
        digest: task.digest(),
        dataset: task.manifest().data.digest,
        networks: networks.iter().map(|network| (network.id.clone(), network.digest)).collect(),
        truth,
    })
}

fn json_of(found: &Verification) -> Value {
    let problems = found.problems.iter();
    let problems = problems.map(|problem| json!({"file": problem.file, "what": problem.what}));
    let scores = found.scores.iter().map(|score| {
        json!({
            "task": score.task,
            "component": score.component,
            "lane": score.lane,
            "units": score.units,
            "failed": score.failed,
            "score": score.score.map(json_number),
        })
    });
    let (signed, key) = match &found.signed {
        Signed::No => ("no", None),
        Signed::ByItsOwnKey(key) => ("own-key", Some(key)),
        Signed::ByTheExpectedKey(key) => ("expected-key", Some(key)),
    };
    json!({
        "schema": 1,
        "ok": found.problems.is_empty(),
        "phase": found.phase,
        "records": found.records,
        "head": found.head,
        "signed": signed,
        "key": key,
        "scores": scores.collect::<Vec<Value>>(),
        "problems": problems.collect::<Vec<Value>>(),
    })
}

fn text(found: &Verification) -> Text {
    let row = |score: &Score| {
        vec![
            score.task.clone(),
            score.component.to_string()[..16].to_owned(),
            score.lane.clone(),
            score.units.to_string(),
            score.failed.to_string(),
            score.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.12}")),
        ]
    };
    let rows: Vec<Vec<String>> = found.scores.iter().map(row).collect();
    let header = ["task", "component", "lane", "units", "failed", "score"];
    let signed = match &found.signed {
        Signed::No => "not signed".to_owned(),
        Signed::ByItsOwnKey(key) => {
            format!("signed by {key}, a key that the bundle itself brings: see --key")
        }
        Signed::ByTheExpectedKey(key) => format!("signed by {key}, as expected"),
    };
    let verdict = match found.problems.len() {
        0 => "everything fits".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let mut text = output::table(&header, &rows);
    text.line(format_args!(
        "phase {}, {} records, head {}",
        found.phase, found.records, found.head
    ));
    text.line(signed).line(verdict);
    text
}
