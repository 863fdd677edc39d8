//! `assay task import`.

use std::fmt::Write as _;

use assay_task::{Progress, Stage, import};

use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::{output, progress};

pub(crate) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let bar = progress::bar(0, "import");
    let mut show = |at: Progress| {
        bar.set_prefix(at.task);
        bar.set_message(match at.stage {
            Stage::Data => "shards",
            Stage::Networks => "networks",
        });
        bar.set_length(at.total as u64);
        bar.set_position(at.done as u64);
    };
    let imported = import(&args.src, &args.into, &mut show);
    bar.finish_and_clear();
    let mut text = String::new();
    for task in imported.map_err(Failure::new)? {
        let manifest = task.task.manifest();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}: {} networks, {} training examples",
            task.task.dir().display(),
            manifest.networks.len(),
            manifest.data.examples,
        );
        for note in task.notes {
            eprintln!("note: {}: {note}", manifest.name);
        }
    }
    output::print(&text)
}
