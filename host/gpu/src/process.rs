//! The engine process: takes orders and serves units over one stream until it ends.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use assay_call::Session;
use assay_call::transport::{
    Order, TransportError, accept, greet, receive_descriptor, recorder, refuse, report, take_order,
    unit,
};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork};

use crate::{Adapter, GpuEngine, NoAdapter, ResidentNetwork};

/// Why an engine process ends early.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The conversation broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// There is nothing to compute on.
    #[error(transparent)]
    NoAdapter(#[from] NoAdapter),
}

/// One network in both forms: for the adapter, and for the calls that it does not run.
struct Both {
    resident: Arc<ResidentNetwork>,
    prepared: Arc<PreparedNetwork>,
}

/// Greets, opens the adapter, and follows orders until the stream ends. `lane` runs what the adapter
/// does not.
pub fn serve_process(stream: &mut UnixStream, lane: &Lane) -> Result<(), ProcessError> {
    greet(stream)?;
    let adapter = match Adapter::open() {
        Ok(adapter) => adapter,
        Err(error) => {
            refuse(stream, &error.to_string())?;
            return Err(error.into());
        }
    };
    accept(stream, adapter.about())?;
    let (mut data, mut network) = (None, None);
    while let Some(order) = take_order(stream)? {
        match order {
            Order::Data(own) => {
                data = Some(Arc::new(PreparedData::new(own)));
                accept(stream, "")?;
            }
            Order::Network(own) => {
                let resident = Arc::new(ResidentNetwork::new(own.clone(), &adapter));
                let prepared = Arc::new(PreparedNetwork::new(own));
                network = Some(Both { resident, prepared });
                accept(stream, "")?;
            }
            Order::Select { .. } | Order::Phase(_) => {
                refuse(stream, "this engine reads no tasks: hand them over")?;
            }
            Order::Unit(beginning) => {
                let guest = UnixStream::from(receive_descriptor(stream)?);
                let (Some(data), Some(network)) = (&data, &network) else {
                    refuse(stream, "a unit needs data and a network first")?;
                    continue;
                };
                accept(stream, "")?;
                let prepared = Arc::clone(&network.prepared);
                let limits = beginning.budget.of_unit(prepared.network(), data.dataset());
                let cpu = Engine::new(lane.clone(), prepared, Arc::clone(data));
                let engine = GpuEngine::new(cpu, adapter.clone(), Arc::clone(&network.resident));
                let mut session = Session::new(engine, limits, beginning.detail);
                if beginning.recorded {
                    let copy = stream.try_clone().map_err(TransportError::from)?;
                    session = session.with_recorder(recorder(copy));
                }
                report(stream, unit(guest, &mut session, limits))?;
            }
        }
    }
    Ok(())
}
