//! `assay task share` and `assay task unseal`: enough organizers open the truth of tasks, on one machine
//! or on several.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use assay_seal::{Identities, Opened, SealError, Sealed, Share};
use assay_task::Task;
use serde_json::{Value, json};

use super::seal::{sealed_of, shares};
use super::truth::parse;
use crate::args::{ShareArgs, UnsealArgs};
use crate::failure::{Failure, USAGE, read};
use crate::output::{self, Text};

const HAND_OVER: &str = "`assay task share` makes a share from an organizer's key; each organizer does \
                         that where the key is, and hands over the share";

/// Opens the share that is for an identity, for its organizer to hand over.
pub(crate) fn share(args: &ShareArgs) -> Result<(), Failure> {
    let task = Task::open(&args.dir).map_err(Failure::new)?;
    let sealed = sealed_of(&task)?;
    let identities = identities(&args.identity)?;
    let found = sealed.shares_of(&identities).map_err(|error| failed(error, &sealed))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let [share] = &found[..] else {
        let failure =
            Failure::new(format!("{}: it opens {} shares", args.identity.display(), found.len()));
        return Err(failure.hint("give a file with one identity"));
    };
    let out = &args.output;
    let mut file = options.open(out).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let failure = Failure::new(format!("{} exists already", out.display()));
            failure.hint("choose another file").with_code(USAGE)
        }
        _ => Failure::new(format!("cannot write {}: {error}", out.display())),
    })?;
    let written = file.write_all(share.text().reveal().as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| Failure::new(format!("cannot write {}: {error}", out.display())))?;
    Text::of(format_args!(
        "share {} of {}, which opens with {}",
        share.index(),
        task.name(),
        shares(&sealed)
    ))
    .print()
}

/// Brings the truth of tasks back.
pub(crate) fn unseal(args: &UnsealArgs) -> Result<(), Failure> {
    if args.identity.is_empty() && args.share.is_empty() {
        let failure = Failure::new("neither a key nor a share is given");
        return Err(failure.hint("name files with --identity, --share or both").with_code(USAGE));
    }
    let mut tasks = Vec::with_capacity(args.dir.len());
    for dir in &args.dir {
        let task = Task::open(dir).map_err(Failure::new)?;
        task.check_unsealable().map_err(Failure::new)?;
        let sealed = sealed_of(&task)?;
        tasks.push((task, sealed));
    }
    let identities: Vec<Identities> =
        args.identity.iter().map(|file| identities(file)).collect::<Result<_, _>>()?;
    let mut given = given(args, &tasks)?;
    // All are opened before the first is written.
    let mut opened = Vec::with_capacity(tasks.len());
    for (task, sealed) in tasks {
        let (own, rest) =
            given.into_iter().partition(|share| share.commitment() == sealed.commitment());
        given = rest;
        let next = open(&task, &sealed, &identities, own)?;
        opened.push((task, sealed, next));
    }
    for (task, _, Opened { truth, opening }) in &opened {
        let opening = opening.write().map_err(Failure::new)?;
        task.keep_unsealed(truth, &opening).map_err(Failure::new)?;
    }
    if args.json {
        let json_of = |(task, sealed, _): &(Task, Sealed, Opened)| json!({"task": task.name(), "truth": "unsealed", "commitment": sealed.commitment()});
        let tasks: Vec<Value> = opened.iter().map(json_of).collect();
        return output::json(&json!({"schema": 1, "tasks": tasks}));
    }
    let row = |(task, sealed, _): &(Task, Sealed, Opened)| {
        vec![task.name().to_owned(), sealed.commitment().to_string()]
    };
    let rows: Vec<Vec<String>> = opened.iter().map(row).collect();
    output::table(&["unsealed", "commitment"], &rows).print()
}

fn identities(file: &Path) -> Result<Identities, Failure> {
    Identities::read(&file.display().to_string(), &read(file)?)
        .map_err(|error| Failure::new(error).with_code(USAGE))
}

/// The shares that were handed over; each is of one of the tasks.
fn given(args: &UnsealArgs, tasks: &[(Task, Sealed)]) -> Result<Vec<Share>, Failure> {
    let mut given = Vec::with_capacity(args.share.len());
    for file in &args.share {
        let share = Share::read(&file.display().to_string(), &read(file)?)
            .map_err(|error| Failure::new(error).hint(HAND_OVER).with_code(USAGE))?;
        let known = |(_, sealed): &&(Task, Sealed)| sealed.commitment() == share.commitment();
        if !tasks.iter().any(|task| known(&task)) {
            let expected = tasks.first().map(|(_, sealed)| sealed.commitment());
            let place = share.place().to_owned();
            let error = SealError::ForeignShare {
                place,
                found: share.commitment(),
                expected: expected.unwrap_or_else(|| share.commitment()),
            };
            return Err(Failure::new(error).hint(HAND_OVER));
        }
        given.push(share);
    }
    Ok(given)
}

fn open(
    task: &Task,
    sealed: &Sealed,
    identities: &[Identities],
    mut shares: Vec<Share>,
) -> Result<Opened, Failure> {
    for identity in identities {
        shares.extend(sealed.shares_of(identity).map_err(|error| failed(error, sealed))?);
    }
    let opened = sealed.open(&shares).map_err(|error| failed(error, sealed))?;
    // Sealing has checked it, but what was sealed may be from elsewhere.
    parse(task, &opened.truth)?;
    Ok(opened)
}

fn failed(error: SealError, sealed: &Sealed) -> Failure {
    match error {
        SealError::NoShare { .. } => {
            let recipients: Vec<&str> = sealed.recipients().collect();
            Failure::new(error).hint(format!("the recipients are {}", recipients.join(", ")))
        }
        SealError::TooFew { .. } => Failure::new(error).hint(HAND_OVER),
        SealError::SameShare { .. } => {
            Failure::new(error).hint("name each organizer's key or share once")
        }
        SealError::ForeignShare { .. } | SealError::FalseShare { .. } => {
            Failure::new(error).hint(HAND_OVER)
        }
        other => Failure::new(other),
    }
}
