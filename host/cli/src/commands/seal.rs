//! `assay task seal` and `assay task commitment`: the truth of tasks, encrypted until their release.

use assay_ids::{Digest, Hidden};
use assay_seal::{Opening, Proof, Recipients, SealError, Sealed, seal as seal_truth};
use assay_task::{Files, Task, TruthForm};
use serde_json::{Value, json};

use super::truth::parse;
use crate::args::{CommitmentArgs, SealArgs};
use crate::failure::{Failure, USAGE, read};
use crate::output::{self, Text};

/// One task, ready to be sealed.
struct Ready {
    task: Task,
    truth: Hidden<Vec<u8>>,
    sealed: Sealed,
    files: Files,
    proof: Proof,
}

pub(crate) fn seal(args: &SealArgs) -> Result<(), Failure> {
    let recipients = recipients(args).map_err(|failure| failure.with_code(USAGE))?;
    // Everything is checked and encrypted before the first file changes.
    let mut ready = Vec::with_capacity(args.dir.len());
    for dir in &args.dir {
        let next = prepare(Task::open(dir).map_err(Failure::new)?, &recipients, args.threshold)?;
        if ready.iter().any(|other: &Ready| other.task.dir() == next.task.dir()) {
            let failure = Failure::new(format!("{}: this task is named twice", dir.display()));
            return Err(failure.with_code(USAGE));
        }
        ready.push(next);
    }
    let mut kept = Vec::with_capacity(ready.len());
    for Ready { task, truth, sealed, files, proof } in ready {
        let opens = |files: &Files| {
            let read_back = Sealed::read(files).map_err(|error| error.to_string())?;
            proof.check(&read_back, &truth).map_err(|error| error.to_string())
        };
        task.keep_sealed(&files, opens).map_err(|error| {
            let failure = Failure::new(error);
            if kept.is_empty() { failure } else { failure.hint(sealed_already(&kept)) }
        })?;
        kept.push((task, sealed));
    }
    if args.json {
        let tasks: Vec<Value> =
            kept.iter().map(|(task, sealed)| facts(task, "sealed", sealed)).collect();
        return output::json(&json!({"schema": 1, "tasks": tasks}));
    }
    let row = |(task, sealed): &(Task, Sealed)| {
        vec![task.name().to_owned(), shares(sealed), sealed.commitment().to_string()]
    };
    let rows: Vec<Vec<String>> = kept.iter().map(row).collect();
    output::table(&["sealed", "opens with", "commitment"], &rows).print()?;
    output::note(
        "the plain files are removed, not wiped: copies may be left on the disk and in backups",
    );
    Ok(())
}

fn recipients(args: &SealArgs) -> Result<Recipients, Failure> {
    let mut recipients = Recipients::new();
    for text in &args.recipient {
        recipients.add("--recipient", text).map_err(Failure::new)?;
    }
    for file in &args.recipients_file {
        let place = file.display().to_string();
        recipients.add_file(&place, &read(file)?).map_err(Failure::new)?;
    }
    Ok(recipients)
}

fn prepare(task: Task, to: &Recipients, threshold: usize) -> Result<Ready, Failure> {
    task.check_sealable().map_err(Failure::new)?;
    let truth = task.truth().map_err(Failure::new)?;
    // What does not score now would not score at the release either.
    let reference = parse(&task, &truth)?;
    if let Some(id) = task.network_ids().into_iter().find(|id| reference.model(id).is_none()) {
        return Err(Failure::new(format!("the truth of {} has no {id}", task.name())));
    }
    let sealed = seal_truth(&truth, task.digest(), to, threshold);
    let (sealed, proof) = sealed.map_err(|error| match error {
        SealError::Recipients { .. } | SealError::Threshold { .. } => Failure::new(error)
            .hint("name each organizer with --recipient or --recipients-file, and see --threshold")
            .with_code(USAGE),
        other => Failure::new(other),
    })?;
    let files = sealed.files().map_err(Failure::new)?;
    Ok(Ready { task, truth, sealed, files, proof })
}

fn sealed_already(kept: &[(Task, Sealed)]) -> String {
    let names: Vec<&str> = kept.iter().map(|(task, _)| task.name()).collect();
    format!("sealed already: {}", names.join(", "))
}

/// The sealed form of a task's truth.
pub(crate) fn sealed_of(task: &Task) -> Result<Sealed, Failure> {
    let sealed = Sealed::read(&task.sealed_files().map_err(Failure::new)?);
    let sealed = sealed.and_then(|sealed| sealed.check_task(task.digest()).map(|()| sealed));
    sealed.map_err(|error| {
        Failure::new(format!("the sealed truth of {}: {error}", task.name())).hint(
            "the files were changed or damaged: fetch them again from whoever sealed the truth",
        )
    })
}

/// How many of how many shares open a truth.
pub(crate) fn shares(sealed: &Sealed) -> String {
    format!("{} of {} shares", sealed.threshold(), sealed.recipients().count())
}

fn facts(task: &Task, form: &str, sealed: &Sealed) -> Value {
    json!({
        "task": task.name(),
        "truth": form,
        "commitment": sealed.commitment(),
        "threshold": sealed.threshold(),
        "recipients": sealed.recipients().collect::<Vec<_>>(),
    })
}

/// Prints the commitment to a task's truth; where the truth is unsealed, checks it.
pub(crate) fn commitment(args: &CommitmentArgs) -> Result<(), Failure> {
    let task = Task::open(&args.dir).map_err(Failure::new)?;
    let sealed = sealed_of(&task)?;
    let form = task.truth_form();
    if form == TruthForm::Unsealed {
        check(&task, &sealed)?;
    }
    if args.json {
        let mut json = facts(&task, form.name(), &sealed);
        json["schema"] = 1.into();
        return output::json(&json);
    }
    let verdict = match form {
        TruthForm::Unsealed => {
            "unsealed, and the truth is the one that was committed to".to_owned()
        }
        TruthForm::Interrupted => {
            "sealing was interrupted: the plain truth is there too".to_owned()
        }
        _ => format!("sealed, opens with {}", shares(&sealed)),
    };
    Text::of(sealed.commitment()).line(verdict).print()
}

/// Whether an unsealed truth is the one that was committed to.
fn check(task: &Task, sealed: &Sealed) -> Result<(), Failure> {
    let fail = |error: SealError| {
        Failure::new(format!("the truth of {}: {error}", task.name()))
            .hint("model_configs.json or opening.json was changed since the truth was unsealed")
    };
    let opening = Opening::read(&task.opening().map_err(Failure::new)?).map_err(fail)?;
    let (expected, found): (Digest, Digest) = (sealed.commitment(), opening.commitment());
    if expected != found {
        return Err(fail(SealError::Commitment { expected, found }));
    }
    opening.check(task.digest(), &task.truth().map_err(Failure::new)?).map_err(fail)
}
