//! From a recipe to a task: trains every network of the grid, measures them, checks, writes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use assay_engine::{Lane, LaneError, Misfit};
use assay_ids::{Digest, Digester};
use assay_network::{Architecture, ArchitectureError, Network, NetworkError};
use assay_task::{Precision, Task, TaskError, TaskWriter, occupied};

use crate::fit::{EpochEnd, Fit, FitError, Job, fit};
use crate::grid::{Cell, GridError};
use crate::keep::Keep;
use crate::outcome::{Outcome, Unfit, check, model_configs};
use crate::pictures::{Pictures, PicturesError};
use crate::recipe::Recipe;
use crate::vgg;

/// Version of everything that turns a recipe into weights: raise it when training changes, so that
/// networks kept by an older program are not mixed with new ones.
const TRAINING: u64 = 1;

/// What a caller decides, none of which changes a weight.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The folder that gets the task.
    pub into: &'a Path,
    /// Networks trained at the same time.
    pub threads: usize,
    /// Folder of the dataset's files, instead of the recipe's.
    pub data_dir: Option<&'a Path>,
}

/// What happens meanwhile, for people who wait.
#[derive(Debug)]
pub enum Event<'a> {
    /// Training begins.
    Start {
        /// Networks in all.
        networks: usize,
        /// Of these, found finished in the work folder.
        kept: usize,
    },
    /// A network ended an epoch.
    Epoch {
        /// The network.
        cell: &'a Cell,
        /// Epochs done.
        done: u32,
        /// Most epochs that it may take.
        of: u32,
        /// Mean loss over the epoch's batches.
        loss: f64,
        /// Time left for this network if it takes them all.
        at_most: Duration,
    },
    /// A network is trained and kept.
    Trained {
        /// The network.
        cell: &'a Cell,
        /// Epochs that it took.
        epochs: u32,
        /// Time that it took.
        took: Duration,
        /// Networks that are finished now.
        finished: usize,
    },
    /// A network is measured.
    Measured {
        /// The network and its figures.
        outcome: &'a Outcome,
    },
}

/// Why there is no task.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The pictures cannot be read.
    #[error(transparent)]
    Pictures(#[from] PicturesError),
    /// A batch is larger than the training slice.
    #[error("`bs` is {batch}, but the training slice has {examples} pictures")]
    Batch {
        /// The batch size.
        batch: u32,
        /// Pictures in the slice.
        examples: usize,
    },
    /// The grid has no cells.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A cell's layers do not fit together.
    #[error("network {cell}: {source}")]
    Architecture {
        /// The cell's number.
        cell: usize,
        /// What does not fit.
        source: ArchitectureError,
    },
    /// A network could not be trained.
    #[error("network {cell}: {source}")]
    Fit {
        /// The cell's number.
        cell: usize,
        /// Why.
        source: FitError,
    },
    /// A training thread broke down.
    #[error("a training thread ended without a result; its message stands above")]
    Thread,
    /// The work folder cannot be used.
    #[error("{path}: {source}")]
    Keep {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder already has such a task.
    #[error("{path} exists; remove it or train into another folder")]
    Exists {
        /// The task or its truth.
        path: PathBuf,
    },
    /// The system gave no threads.
    #[error("no threads to train on: {0}")]
    Pool(#[from] rayon::ThreadPoolBuildError),
    /// The engine got no threads.
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// A trained network does not take the pictures.
    #[error("network {cell}: {source}")]
    Misfit {
        /// The cell's number.
        cell: usize,
        /// What does not fit.
        source: Misfit,
    },
    /// Trained weights do not fit their layers.
    #[error("network {cell}: {source}")]
    Network {
        /// The cell's number.
        cell: usize,
        /// What does not fit.
        source: NetworkError,
    },
    /// The networks make no task. They stay in the work folder.
    #[error("the networks are trained and kept, but make no task: {0}")]
    Unfit(#[from] Unfit),
    /// The task cannot be written.
    #[error(transparent)]
    Task(#[from] TaskError),
}

impl From<(PathBuf, std::io::Error)> for TrainError {
    fn from((path, source): (PathBuf, std::io::Error)) -> Self {
        Self::Keep { path, source }
    }
}

/// Trains a recipe's task into `settings.into`. Finished networks are kept in `.NAME.training`
/// there, so that a run that was killed goes on where it stopped.
///
/// Returns the measured networks with the outcome of checking and writing, so that a caller can
/// show the figures of networks that are refused.
pub fn train(
    recipe: &Recipe,
    settings: Settings<'_>,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<(Vec<Outcome>, Result<Task, TrainError>), TrainError> {
    // Asked before hours of training, not only when the task is written.
    if let Some(path) = occupied(&settings.into.join(&recipe.name)) {
        return Err(TrainError::Exists { path });
    }
    let pictures = Pictures::read(&recipe.dataset, settings.data_dir)?;
    let keep = Keep::open(settings.into, &recipe.name)?;
    let outcomes = train_networks(recipe, &pictures, &keep, settings.threads, on_event)?;
    let written = check(&outcomes, recipe.require_train_acc)
        .map_err(TrainError::from)
        .and_then(|()| write(recipe, &pictures, &outcomes, settings.into))
        .and_then(|task| {
            keep.discard()?;
            Ok(task)
        });
    Ok((outcomes, written))
}

/// One network still to be trained, or found in the work folder.
struct Plan {
    cell: Cell,
    architecture: Arc<Architecture>,
    key: Digest,
}

pub(crate) fn train_networks(
    recipe: &Recipe,
    pictures: &Pictures,
    keep: &Keep,
    threads: usize,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Vec<Outcome>, TrainError> {
    let plans = plan(recipe, pictures)?;
    let mut fits: Vec<Option<Fit>> =
        plans.iter().map(|p| keep.load(p.cell.number, p.key, &p.architecture)).collect();
    let kept = fits.iter().flatten().count();
    on_event(Event::Start { networks: plans.len(), kept });
    let mut missing: Vec<usize> = (0..plans.len()).filter(|i| fits[*i].is_none()).collect();
    // The longest first, so that no thread begins a long network when the others are done.
    missing.sort_by_key(|i| std::cmp::Reverse(plans[*i].architecture.operations()));
    let crew = Crew {
        recipe,
        pictures,
        keep,
        plans: &plans,
        queue: &missing,
        next: AtomicUsize::new(0),
        finished: AtomicUsize::new(kept),
        failed: AtomicBool::new(false),
        on_event,
    };
    for (index, fit) in crew.work(threads)? {
        fits[index] = Some(fit);
    }
    let lane = Lane::new(threads)?;
    let mut outcomes = Vec::new();
    for (plan, fit) in plans.into_iter().zip(fits) {
        let number = plan.cell.number;
        let fit = fit.ok_or(TrainError::Thread)?;
        let network = Network::new(plan.architecture, fit.weights, Some(fit.initial))
            .map_err(|source| TrainError::Network { cell: number, source })?;
        let outcome = Outcome::measure(&lane, plan.cell, network, fit.epochs, pictures)
            .map_err(|source| TrainError::Misfit { cell: number, source })?;
        on_event(Event::Measured { outcome: &outcome });
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn plan(recipe: &Recipe, pictures: &Pictures) -> Result<Vec<Plan>, TrainError> {
    let train = &pictures.train;
    let plan = |cell: Cell| {
        let (batch, examples) = (cell.integer("bs"), train.examples());
        if batch as usize > examples {
            return Err(TrainError::Batch { batch, examples });
        }
        let architecture = vgg::architecture(&cell, train.shape(), train.classes())
            .map_err(|source| TrainError::Architecture { cell: cell.number, source })?;
        let mut digester = Digester::new("assay trained network");
        digester.number(TRAINING).number(cell.number as u64);
        digester.bytes(pictures.digest().as_bytes());
        recipe.digest_training(&mut digester);
        cell.digest(&mut digester);
        Ok(Plan { cell, architecture: Arc::new(architecture), key: digester.finish() })
    };
    recipe.grid.cells()?.into_iter().map(plan).collect()
}

/// Threads that take networks from a queue.
struct Crew<'a> {
    recipe: &'a Recipe,
    pictures: &'a Pictures,
    keep: &'a Keep,
    plans: &'a [Plan],
    queue: &'a [usize],
    next: AtomicUsize,
    finished: AtomicUsize,
    failed: AtomicBool,
    on_event: &'a (dyn Fn(Event<'_>) + Sync),
}

impl Crew<'_> {
    fn work(&self, threads: usize) -> Result<Vec<(usize, Fit)>, TrainError> {
        let threads = threads.clamp(1, self.queue.len().max(1));
        // Each network has a pool of one thread: Burn's own parallelism gains little on networks
        // this small, and two networks in one pool would run inside each other.
        let pools = (0..threads)
            .map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<Vec<_>, _>>()?;
        let results: Vec<Result<Vec<(usize, Fit)>, TrainError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = pools
                .iter()
                .map(|pool| scope.spawn(|| pool.install(|| self.take_turns())))
                .collect();
            workers.into_iter().map(|w| w.join().unwrap_or(Err(TrainError::Thread))).collect()
        });
        let mut fits = Vec::new();
        for result in results {
            fits.extend(result?);
        }
        Ok(fits)
    }

    fn take_turns(&self) -> Result<Vec<(usize, Fit)>, TrainError> {
        let mut fits = Vec::new();
        while !self.failed.load(Ordering::Relaxed) {
            let Some(index) = self.queue.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            match self.train(&self.plans[*index]) {
                Ok(fit) => fits.push((*index, fit)),
                Err(error) => {
                    self.failed.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(fits)
    }

    fn train(&self, plan: &Plan) -> Result<Fit, TrainError> {
        let cell = &plan.cell;
        let schedule = &self.recipe.schedule;
        let job = Job {
            cell,
            architecture: Arc::clone(&plan.architecture),
            schedule,
            seed: self.recipe.seed,
            train: &self.pictures.train,
        };
        let start = Instant::now();
        let trained = fit(&job, &mut |EpochEnd { done, loss }| {
            let of = schedule.max_epochs;
            let at_most = start.elapsed() / done * (of - done);
            (self.on_event)(Event::Epoch { cell, done, of, loss, at_most });
        });
        let trained = trained.map_err(|source| TrainError::Fit { cell: cell.number, source })?;
        self.keep.store(cell.number, plan.key, &trained)?;
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        let (epochs, took) = (trained.epochs, start.elapsed());
        (self.on_event)(Event::Trained { cell, epochs, took, finished });
        Ok(trained)
    }
}

/// Writes a task; the pictures stay bytes and the weights `f16`, both exactly what was trained on.
pub(crate) fn write(
    recipe: &Recipe,
    pictures: &Pictures,
    outcomes: &[Outcome],
    into: &Path,
) -> Result<Task, TrainError> {
    let mut writer = TaskWriter::create(into, &recipe.name)?;
    let train = &pictures.train;
    let dataset = format!(
        "Fashion-MNIST, {} training pictures, equally many per class, standardised",
        train.examples()
    );
    let fixed: Vec<String> =
        recipe.grid.fixed().map(|(name, value)| format!("{name} {value}")).collect();
    let provenance = format!(
        "trained by assay-train {} with seed {}, slice seed {}; {}",
        env!("CARGO_PKG_VERSION"),
        recipe.seed,
        recipe.dataset.seed,
        fixed.join(", ")
    );
    writer.describe(Some(recipe.family.name()), Some(&dataset), &provenance);
    writer.dataset_u8(
        train.shape(),
        &pictures.bytes,
        train.labels(),
        train.classes(),
        &[pictures.scale],
        &[pictures.offset],
    )?;
    for outcome in outcomes {
        let id = format!("model_{}", outcome.cell.number);
        writer.network(&id, &outcome.network, Precision::F16)?;
    }
    writer.truth(&model_configs(outcomes, &recipe.grid))?;
    Ok(writer.finish()?)
}
