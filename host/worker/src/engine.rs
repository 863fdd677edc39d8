//! The engine process of the `cpu` lane: reads the tasks it was started for, and no other file;
//! answers the calls of one guest after another.

use std::ffi::OsString;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;

use assay_call::Session;
use assay_call::transport::{
    Order, TransportError, accept, greet, receive_descriptor, recorder, refuse, report, take_order,
    unit,
};
use assay_confine::{Profile, confine};
use assay_engine::{Cache, Engine, Lane, PreparedData, PreparedNetwork};
use assay_ids::PhaseKey;
use assay_task::{Task, TaskView};

use crate::guest::Ended;
use crate::last_data::LastData;

/// What the process is started with, after its role.
pub(crate) struct Arguments {
    /// 0 takes one for each core.
    pub(crate) threads: usize,
    /// Bytes of results that it may keep for later units; 0 keeps none.
    pub(crate) cache_bytes_max: u64,
    /// Directories of the tasks.
    pub(crate) tasks: Vec<PathBuf>,
}

impl Arguments {
    pub(crate) fn words(self) -> Vec<OsString> {
        let numbers = [self.threads.to_string(), self.cache_bytes_max.to_string()];
        let numbers = numbers.map(OsString::from).into_iter();
        numbers.chain(self.tasks.into_iter().map(OsString::from)).collect()
    }

    fn read(words: &[OsString]) -> Option<Self> {
        let [threads, cache_bytes_max, tasks @ ..] = words else { return None };
        Some(Self {
            threads: threads.to_str()?.parse().ok()?,
            cache_bytes_max: cache_bytes_max.to_str()?.parse().ok()?,
            tasks: tasks.iter().map(PathBuf::from).collect(),
        })
    }
}

/// A task, opened when it is first asked for.
struct Named {
    dir: PathBuf,
    task: Option<TaskView>,
}

/// The tasks that the process was started for, and what of them is in memory.
struct Tasks {
    named: Vec<Named>,
    /// Of a hidden phase.
    key: Option<Arc<PhaseKey>>,
    data: LastData,
    chosen: Option<Chosen>,
}

struct Chosen {
    task: usize,
    id: String,
    network: Arc<PreparedNetwork>,
    data: Arc<PreparedData>,
}

pub(crate) fn run(mut socket: UnixStream, args: &[OsString]) -> Result<(), Ended> {
    let args = Arguments::read(args).ok_or_else(|| Ended::Other(USAGE.to_owned()))?;
    let Arguments { threads, cache_bytes_max, tasks: dirs } = args;
    // Before the threads of the lane are there. Files can be reached below the tasks only.
    confine(&Profile::Engine { read: dirs.clone() }, &[socket.as_fd()])?;
    greet(&mut socket)?;
    let lane = Lane::new(threads).map_err(|error| Ended::Other(error.to_string()))?;
    accept(&mut socket, "the cpu lane")?;
    let named = dirs.into_iter().map(|dir| Named { dir, task: None }).collect();
    // Shared by all units of this process, whatever measures they are of.
    let cache = (cache_bytes_max > 0).then(|| Arc::new(Cache::new(cache_bytes_max)));
    let mut tasks = Tasks { named, key: None, data: LastData::default(), chosen: None };
    while let Some(order) = take_order(&mut socket)? {
        match order {
            Order::Phase(key) => match tasks.hide(key) {
                Ok(()) => accept(&mut socket, "")?,
                Err(reason) => refuse(&mut socket, reason)?,
            },
            Order::Data(_) | Order::Network(_) => {
                refuse(&mut socket, "this engine reads its tasks itself: select a network")?;
            }
            Order::Select { task, network } => match tasks.select(task, network) {
                Ok(()) => accept(&mut socket, "")?,
                Err(reason) => refuse(&mut socket, &reason)?,
            },
            Order::Unit(beginning) => {
                let guest = UnixStream::from(receive_descriptor(&socket)?);
                let Some(Chosen { network, data, .. }) = &tasks.chosen else {
                    refuse(&mut socket, "a unit needs a network first")?;
                    continue;
                };
                accept(&mut socket, "")?;
                let limits = beginning.budget.of_unit(network.network(), data.dataset());
                let mut engine = Engine::new(lane.clone(), Arc::clone(network), Arc::clone(data));
                if let Some(cache) = &cache {
                    engine = engine.with_cache(Arc::clone(cache));
                }
                let mut session = Session::new(engine, limits, beginning.detail);
                if beginning.recorded {
                    let copy = socket.try_clone().map_err(TransportError::from)?;
                    session = session.with_recorder(recorder(copy));
                }
                report(&mut socket, unit(guest, &mut session, limits))?;
            }
        }
    }
    Ok(())
}

const USAGE: &str =
    "it is started with a number of threads, bytes of its cache, and directories of tasks";

impl Tasks {
    /// Shows the tasks as a hidden phase with this key does. Nothing was shown in another way before.
    fn hide(&mut self, key: PhaseKey) -> Result<(), &'static str> {
        if self.key.is_some() || self.named.iter().any(|named| named.task.is_some()) {
            return Err("a phase has one key, and it comes before the first network");
        }
        self.key = Some(Arc::new(key));
        Ok(())
    }

    /// Reads a network, and its task's data if it is not the last one's.
    fn select(&mut self, at: usize, id: String) -> Result<(), String> {
        if self.chosen.as_ref().is_some_and(|chosen| chosen.task == at && chosen.id == id) {
            return Ok(());
        }
        // Never two networks in memory; and the last one's data would be held by it.
        self.chosen = None;
        let count = self.named.len();
        let named = self.named.get_mut(at).ok_or_else(|| format!("task {at} of {count} tasks"))?;
        let task = match &mut named.task {
            Some(task) => task,
            none => {
                let task = Task::open(&named.dir).map_err(|error| error.to_string())?;
                none.insert(TaskView::new(task, self.key.clone()))
            }
        };
        let data = self.data.of(at, task).map_err(|error| error.to_string())?;
        let network = task.network(&id).map_err(|error| error.to_string())?;
        let network = Arc::new(PreparedNetwork::new(network));
        self.chosen = Some(Chosen { task: at, id, network, data });
        Ok(())
    }
}
