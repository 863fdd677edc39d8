//! `assay task import`.

use assay_task::{Progress as Step, Stage, import};

use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::output::{self, Text};
use crate::progress::Progress;

pub(crate) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let bar = Progress::new(0, "import");
    let mut show = |at: Step| {
        bar.activity(at.task);
        bar.step(match at.stage {
            Stage::Data => "shards",
            Stage::Networks => "networks",
        });
        bar.at(at.done, at.total);
    };
    let imported = import(&args.src, &args.into, &mut show);
    drop(bar);
    let mut text = Text::default();
    for task in imported.map_err(Failure::new)? {
        let manifest = task.task.manifest();
        text.line(format_args!(
            "{}: {} networks, {} training examples",
            task.task.dir().display(),
            manifest.networks.len(),
            manifest.data.examples,
        ));
        for note in task.notes {
            output::note(format!("{}: {note}", manifest.name));
        }
    }
    text.print()
}
