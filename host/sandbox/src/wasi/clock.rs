//! Clocks that stand still, timers that are over at once, and polls that find everything ready: a
//! component that sleeps goes on, and learns nothing of real time. One that spins until a clock moves
//! runs out of fuel.

use wasmtime::bail;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::sync::io::poll;

use crate::state::State;

/// Something that is ready, as everything is.
struct Ready;

impl State {
    /// A handle of something ready. It counts among the handles alive, like any other.
    pub(super) fn ready(&mut self) -> wasmtime::Result<Resource<DynPollable>> {
        Ok(Resource::new_own(self.table.push(Ready)?.rep()))
    }
}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<monotonic_clock::Instant> {
        Ok(0)
    }

    fn resolution(&mut self) -> wasmtime::Result<monotonic_clock::Duration> {
        Ok(1)
    }

    fn subscribe_instant(
        &mut self,
        _when: monotonic_clock::Instant,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        self.ready()
    }

    fn subscribe_duration(
        &mut self,
        _when: monotonic_clock::Duration,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        self.ready()
    }
}

impl wall_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 0 })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1 })
    }
}

impl poll::Host for State {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let (length, max) = (pollables.len(), self.limits.poll_max);
        if length == 0 {
            bail!("wasi:io/poll was called with an empty list");
        }
        if length > max {
            bail!("wasi:io/poll was called with {length} pollables, at most {max} are taken");
        }
        Ok((0..length as u32).collect())
    }
}

impl poll::HostPollable for State {
    fn ready(&mut self, _pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        Ok(true)
    }

    fn block(&mut self, _pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        Ok(())
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Ready>::new_own(pollable.rep()))?;
        Ok(())
    }
}
