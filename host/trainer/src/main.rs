//! `assay-train RECIPE --into DIR`: builds a task from a recipe. `assay train` starts this program.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use assay_trainer::{Event, Grid, Outcome, Recipe, Settings, Summary, train};
use clap::Parser;

/// Train the networks of a recipe and write them as a task.
///
/// Finished networks are kept in DIR/.NAME.training, so a run that was stopped goes on where it
/// was. Exit codes: 0 the task is written, 1 it is not, 2 usage.
#[derive(Parser)]
#[command(name = "assay-train", version)]
struct Arguments {
    /// The recipe, a TOML file such as tasks/recipes/fashion-mini.toml.
    recipe: PathBuf,
    /// The folder that gets the task NAME and, beside it, NAME.truth.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Networks trained at the same time; by default one per core. It changes no result.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder of the dataset's files, instead of the recipe's.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if the error stream is gone.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let recipe = Recipe::read(&arguments.recipe)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = Settings {
        into: &arguments.into,
        threads: arguments.threads.map_or(cores, usize::from),
        data_dir: arguments.data_dir.as_deref(),
    };
    let reporter = Reporter::new(&recipe.grid);
    let (outcomes, written) = train(&recipe, settings, &|event| reporter.report(&event))?;
    write_table(&mut io::stdout().lock(), &outcomes, &recipe.grid)?;
    let task = written?;
    writeln!(io::stdout(), "wrote {}, digest {}", task.dir().display(), task.digest())?;
    Ok(())
}

/// How often one network reports; more would scroll faster than anybody reads.
const PAUSE: Duration = Duration::from_secs(10);

/// Prints progress, one line at a time.
struct Reporter<'a> {
    grid: &'a Grid,
    start: Instant,
    /// When each network reported last.
    last: Mutex<BTreeMap<usize, Instant>>,
    networks: Mutex<usize>,
}

impl<'a> Reporter<'a> {
    fn new(grid: &'a Grid) -> Self {
        Self {
            grid,
            start: Instant::now(),
            last: Mutex::new(BTreeMap::new()),
            networks: Mutex::new(0),
        }
    }

    fn report(&self, event: &Event<'_>) {
        let line = match event {
            Event::Start { networks, kept } => {
                if let Ok(mut count) = self.networks.lock() {
                    *count = *networks;
                }
                format!("{networks} networks, {kept} of them already trained")
            }
            Event::Epoch { cell, done, of, loss, at_most } => {
                if !self.is_due(cell.number) {
                    return;
                }
                format!(
                    "network {}: epoch {done} of {of}, loss {loss:.4}, at most {} left",
                    cell.number,
                    clock(*at_most)
                )
            }
            Event::Trained { cell, epochs, took, finished } => {
                let networks = self.networks.lock().map_or(0, |count| *count);
                let settings: Vec<String> = self
                    .grid
                    .varied()
                    .filter_map(|(name, _)| cell.value(name).map(|v| format!("{name} {v}")))
                    .collect();
                format!(
                    "network {} ({}): {epochs} epochs in {}; {finished} of {networks} after {}",
                    cell.number,
                    settings.join(", "),
                    clock(*took),
                    clock(self.start.elapsed())
                )
            }
            Event::Measured { outcome } => format!(
                "network {}: train {:.4}, test {:.4}",
                outcome.cell.number,
                outcome.train.accuracy(),
                outcome.test.accuracy()
            ),
        };
        // Progress is a courtesy: a closed error stream must not end hours of training.
        let _ = writeln!(io::stderr(), "{line}");
    }

    fn is_due(&self, cell: usize) -> bool {
        let Ok(mut last) = self.last.lock() else { return false };
        let now = Instant::now();
        let due = last.get(&cell).is_none_or(|before| now - *before >= PAUSE);
        if due {
            last.insert(cell, now);
        }
        due
    }
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}m{:02}s", seconds / 60, seconds % 60)
}

fn write_table(out: &mut impl Write, outcomes: &[Outcome], grid: &Grid) -> io::Result<()> {
    let names: Vec<&str> = grid.varied().map(|(name, _)| name).collect();
    write!(out, "{:>7}", "network")?;
    for name in &names {
        write!(out, " {name:>15}")?;
    }
    writeln!(out, " epochs  train   test    train loss  test loss  gap")?;
    for outcome in outcomes {
        write!(out, "{:>7}", outcome.cell.number)?;
        for name in &names {
            let value = outcome.cell.value(name).map_or_else(String::new, |v| v.to_string());
            write!(out, " {value:>15}")?;
        }
        writeln!(
            out,
            " {:>6}  {:.4}  {:.4}  {:>10.4}  {:>9.4}  {:.4}",
            outcome.epochs,
            outcome.train.accuracy(),
            outcome.test.accuracy(),
            outcome.train.loss,
            outcome.test.loss,
            outcome.gap()
        )?;
    }
    let Some(summary) = Summary::of(outcomes, grid) else { return Ok(()) };
    let (min, max) = (summary.min, summary.max);
    writeln!(
        out,
        "gaps: min {min:.4}, max {max:.4}, spread {:.4}, mean {:.4}, exact ties {}",
        max - min,
        summary.mean,
        summary.ties.len()
    )?;
    for (name, means) in &summary.effects {
        let means: Vec<String> =
            means.iter().map(|(value, gap)| format!("{value}: {gap:.4}")).collect();
        writeln!(out, "mean gap by {name}: {}", means.join(", "))?;
    }
    Ok(())
}
