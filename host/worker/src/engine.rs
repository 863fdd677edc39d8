//! The engine process of the `cpu` lane: reads the tasks it was started for, and no other file;
//! answers the calls of one guest after another.

use std::ffi::OsString;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;

use assay_call::Session;
use assay_call::transport::{
    Order, accept, greet, receive_descriptor, refuse, report, take_order, unit,
};
use assay_confine::{Profile, confine};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};
use assay_task::Task;

use crate::guest::Ended;

/// What the process is started with, after its role.
pub(crate) fn arguments(threads: usize, tasks: &[PathBuf]) -> Vec<OsString> {
    let mut args = vec![OsString::from(threads.to_string())];
    args.extend(tasks.iter().map(OsString::from));
    args
}

/// A task, and what of it is in memory.
struct Open {
    dir: PathBuf,
    task: Option<Task>,
    data: Option<Arc<PreparedData>>,
}

struct Chosen {
    task: usize,
    id: String,
    network: Arc<PreparedNetwork>,
    data: Arc<PreparedData>,
}

pub(crate) fn run(mut socket: UnixStream, args: &[OsString]) -> Result<(), Ended> {
    let (threads, dirs) = args.split_first().ok_or_else(|| Ended::Other(USAGE.to_owned()))?;
    let threads = threads.to_str().and_then(|threads| threads.parse().ok());
    let threads: usize = threads.ok_or_else(|| Ended::Other(USAGE.to_owned()))?;
    let dirs: Vec<PathBuf> = dirs.iter().map(PathBuf::from).collect();
    // Before the threads of the lane are there. Files can be reached below the tasks only.
    confine(&Profile::Engine { read: dirs.clone() }, &[socket.as_fd()])?;
    greet(&mut socket)?;
    let lane = Lane::new(threads).map_err(|error| Ended::Other(error.to_string()))?;
    accept(&mut socket, "the cpu lane")?;
    let mut tasks: Vec<Open> =
        dirs.into_iter().map(|dir| Open { dir, task: None, data: None }).collect();
    let mut chosen = None;
    while let Some(order) = take_order(&mut socket)? {
        match order {
            Order::Data(_) | Order::Network(_) => {
                refuse(&mut socket, "this engine reads its tasks itself: select a network")?;
            }
            Order::Select { task, network } => match select(&mut tasks, &mut chosen, task, network)
            {
                Ok(()) => accept(&mut socket, "")?,
                Err(reason) => refuse(&mut socket, &reason)?,
            },
            Order::Unit { budget, detail } => {
                let guest = UnixStream::from(receive_descriptor(&socket)?);
                let Some(Chosen { network, data, .. }) = &chosen else {
                    refuse(&mut socket, "a unit needs a network first")?;
                    continue;
                };
                accept(&mut socket, "")?;
                let operations = network.network().architecture().operations();
                let limits = budget.limits(operations, data.dataset().examples() as u64);
                let engine = Engine::new(lane.clone(), Arc::clone(network), Arc::clone(data));
                let mut session = Session::new(engine, limits, detail);
                report(&mut socket, unit(guest, &mut session, limits))?;
            }
        }
    }
    Ok(())
}

const USAGE: &str = "it is started with a number of threads and directories of tasks";

/// Reads a network, and its task's data if it is not the last one's.
fn select(
    tasks: &mut [Open],
    chosen: &mut Option<Chosen>,
    at: usize,
    id: String,
) -> Result<(), String> {
    if chosen.as_ref().is_some_and(|chosen| chosen.task == at && chosen.id == id) {
        return Ok(());
    }
    // Never two networks in memory, nor the data of two tasks.
    *chosen = None;
    for (other, open) in tasks.iter_mut().enumerate() {
        if other != at {
            open.data = None;
        }
    }
    let count = tasks.len();
    let open = tasks.get_mut(at).ok_or_else(|| format!("task {at} of {count} tasks"))?;
    let task = match &mut open.task {
        Some(task) => task,
        none => none.insert(Task::open(&open.dir).map_err(|error| error.to_string())?),
    };
    let data = if let Some(data) = &open.data {
        Arc::clone(data)
    } else {
        let data = task.dataset().map_err(|error| error.to_string())?;
        Arc::clone(open.data.insert(Arc::new(PreparedData::new(data))))
    };
    let network = task.network(&id).map_err(|error| error.to_string())?;
    let network = Arc::new(PreparedNetwork::new(network));
    *chosen = Some(Chosen { task: at, id, network, data });
    Ok(())
}
