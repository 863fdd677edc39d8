//! The life of one unit: a fresh store, one call of `evaluate`, an outcome.

use assay_call::{DatasetHandle, Host, NetworkHandle, Stop};
use assay_ids::UnitSeed;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Engine, Store, Trap};

use crate::engine::new_engine;
use crate::host::add_budget;
use crate::state::{DatasetEntry, NetworkEntry, State, printable};
use crate::watchdog::Watchdog;
use crate::{Admitted, Outcome, SandboxLimits, UnitReport};

/// Compiles, admits and runs components. One of these per process: engines must not be mixed.
pub struct Sandbox {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) limits: SandboxLimits,
    _watchdog: Watchdog,
}

impl Sandbox {
    /// A sandbox under these limits.
    pub fn new(limits: SandboxLimits) -> wasmtime::Result<Self> {
        use crate::bindings::assay::measure::{data, images, log, networks, tensors, types};
        let engine = new_engine()?;
        let mut linker = Linker::new(&engine);
        types::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        tensors::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        networks::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        data::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        images::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        log::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        add_budget(&mut linker)?;
        let watchdog = Watchdog::start(&engine)?;
        Ok(Self { engine, linker, limits, _watchdog: watchdog })
    }

    /// A store with everything limited.
    pub(crate) fn store(
        &self,
        host: Box<dyn Host + Send>,
        fuel: u64,
    ) -> wasmtime::Result<Store<State>> {
        let mut store = Store::new(&self.engine, State::new(host, self.limits, fuel));
        store.limiter(|state| &mut state.limiter);
        store.set_fuel(fuel)?;
        store.set_hostcall_fuel(self.limits.hostcall_bytes_max);
        store.set_epoch_deadline(Watchdog::ticks(self.limits.wall_max));
        store.epoch_deadline_trap();
        Ok(store)
    }

    /// Evaluates one network: everything that can happen is an outcome.
    pub fn run(
        &self,
        measure: &Admitted,
        host: Box<dyn Host + Send>,
        seed: UnitSeed,
    ) -> UnitReport {
        let fuel_max = self.limits.fuel_max;
        let mut store = match self.store(host, fuel_max) {
            Ok(store) => store,
            Err(error) => {
                let outcome = Outcome::Inconclusive(format!("no store: {error}"));
                return UnitReport { outcome, fuel: 0, seed, log: Vec::new() };
            }
        };
        // A panic of the host's code must not take other units along: it makes this one
        // inconclusive, and the store is dropped with it.
        let called = std::panic::AssertUnwindSafe(|| call(&mut store, measure, seed));
        let outcome = match std::panic::catch_unwind(called) {
            Ok(Ok(Ok(value))) if value.is_nan() => Outcome::BadOutput,
            Ok(Ok(Ok(value))) => Outcome::Value(value),
            Ok(Ok(Err(text))) => {
                Outcome::MeasureError(printable(&text, self.limits.text_bytes_max))
            }
            Ok(Err(error)) => classify(store.data(), &error),
            Err(_) => Outcome::Inconclusive("the host panicked".to_owned()),
        };
        let fuel = fuel_max - store.get_fuel().unwrap_or(0);
        let log = std::mem::take(&mut store.data_mut().log);
        UnitReport { outcome, fuel, seed, log }
    }
}

fn call(
    store: &mut Store<State>,
    measure: &Admitted,
    seed: UnitSeed,
) -> wasmtime::Result<Result<f64, String>> {
    let network = store.data_mut().table.push(NetworkEntry(NetworkHandle(0)))?;
    let dataset = store.data_mut().table.push(DatasetEntry(DatasetHandle(0)))?;
    let instance = measure.pre.instantiate(&mut *store)?;
    instance.call_evaluate(store, network, dataset, seed.0)
}

/// What an error means: what the host stopped, what the machine did, what the guest did.
pub(crate) fn classify(state: &State, error: &wasmtime::Error) -> Outcome {
    match &state.stop {
        Some(stop @ (Stop::Work(_) | Stop::Calls { .. })) => {
            return Outcome::OutOfWork(stop.to_string());
        }
        Some(stop @ (Stop::Handle { .. } | Stop::Fault(_))) => {
            return Outcome::Inconclusive(stop.to_string());
        }
        None => {}
    }
    if state.limiter.machine_refused {
        return Outcome::Inconclusive("the machine is out of memory".to_owned());
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Outcome::OutOfFuel,
        Some(Trap::Interrupt) => Outcome::Inconclusive("the watchdog fired".to_owned()),
        _ if state.limiter.memory_refused => Outcome::OutOfMemory,
        Some(trap) => Outcome::Trap(trap.to_string()),
        // Everything else wasmtime reports here is the guest's doing too: a forged handle, a list
        // out of bounds, too many bytes in one call.
        None => Outcome::Trap(printable(&error.root_cause().to_string(), 200)),
    }
}
