//! The life of one unit: a fresh store, one call of `evaluate`, an outcome.

use std::hash::{Hash as _, Hasher};

use assay_call::{DatasetHandle, Host, NetworkHandle, Stop, Stopped};
use assay_ids::{Digest, Digester, UnitSeed, printable};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{CallHook, Engine, Store, Trap};

use crate::bindings::MeasurePre;
use crate::engine::new_engine;
use crate::host::add_budget;
use crate::state::{DatasetEntry, NetworkEntry, State};
use crate::watchdog::Watchdog;
use crate::{FuelGauge, Outcome, SandboxLimits, UnitReport, wasi};

/// Compiles, admits and runs components. One of these per process: engines must not be mixed.
pub struct Sandbox {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<State>,
    pub(crate) limits: SandboxLimits,
    /// It ticks as long as it is held.
    watchdog: Option<Watchdog>,
}

/// Code that may be run: compiled, and linked to the host's functions.
pub struct Measure(pub(crate) MeasurePre<State>);

impl Sandbox {
    /// A sandbox under these limits, with a watchdog of its own.
    pub fn new(limits: SandboxLimits) -> wasmtime::Result<Self> {
        let mut sandbox = Self::unwatched(limits)?;
        sandbox.watchdog = Some(Watchdog::start(&sandbox.engine)?);
        Ok(sandbox)
    }

    /// A sandbox without a watchdog, for a process that another one watches: it has no second
    /// thread.
    pub fn unwatched(limits: SandboxLimits) -> wasmtime::Result<Self> {
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
        if limits.wasi {
            wasi::link(&mut linker)?;
        }
        Ok(Self { engine, linker, limits, watchdog: None })
    }

    /// The engine by name and version; a test holds it to `Cargo.lock`.
    pub const ENGINE: &str = "wasmtime 48.0.8";

    /// What compiled code must agree on with the process that runs it.
    pub fn compatibility() -> wasmtime::Result<Digest> {
        let mut hash = Compatibility(Digester::new("assay compiled code"));
        new_engine()?.precompile_compatibility_hash().hash(&mut hash);
        Ok(hash.0.finish())
    }

    /// Takes code that [`Sandbox::compile`] made.
    ///
    /// # Safety
    /// These are the bytes that `compile` of an equal sandbox gave: it is native code, and nothing
    /// checks it again.
    #[expect(unsafe_code, reason = "whether code is genuine only the caller can know")]
    pub unsafe fn load(&self, code: &[u8]) -> wasmtime::Result<Measure> {
        // SAFETY: the caller vouches for the code.
        let component = unsafe { Component::deserialize(&self.engine, code) }?;
        self.link(&component)
    }

    pub(crate) fn link(&self, component: &Component) -> wasmtime::Result<Measure> {
        let pre = self.linker.instantiate_pre(component)?;
        MeasurePre::new(pre).map(Measure)
    }

    /// A store with everything limited.
    pub(crate) fn store(
        &self,
        host: Box<dyn Host + Send>,
        fuel: u64,
        seed: UnitSeed,
    ) -> wasmtime::Result<Store<State>> {
        let mut store = Store::new(&self.engine, State::new(host, self.limits, fuel, seed));
        store.limiter(|state| &mut state.limiter);
        store.set_fuel(fuel)?;
        store.set_hostcall_fuel(self.limits.hostcall_bytes_max);
        store.set_epoch_deadline(Watchdog::ticks(self.limits.wall_max));
        store.epoch_deadline_trap();
        Ok(store)
    }

    /// Evaluates one network: everything that can happen is an outcome.
    pub fn run(&self, measure: &Measure, host: Box<dyn Host + Send>, seed: UnitSeed) -> UnitReport {
        match self.store(host, self.limits.fuel_max, seed) {
            Ok(store) => self.run_in(store, measure, seed),
            Err(error) => UnitReport::inconclusive(format!("no store: {error}"), seed),
        }
    }

    /// As [`Sandbox::run`], with a gauge that the host may read. The report is the same.
    pub fn run_gauged(
        &self,
        measure: &Measure,
        host: Box<dyn Host + Send>,
        seed: UnitSeed,
        gauge: FuelGauge,
    ) -> UnitReport {
        let fuel_max = self.limits.fuel_max;
        let mut store = match self.store(host, fuel_max, seed) {
            Ok(store) => store,
            Err(error) => return UnitReport::inconclusive(format!("no store: {error}"), seed),
        };
        store.call_hook(move |context, transition| {
            if matches!(transition, CallHook::CallingHost) {
                gauge.set(fuel_max.saturating_sub(context.get_fuel()?));
            }
            Ok(())
        });
        self.run_in(store, measure, seed)
    }

    fn run_in(&self, mut store: Store<State>, measure: &Measure, seed: UnitSeed) -> UnitReport {
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
        store.data_mut().end_lines();
        let fuel = self.limits.fuel_max - store.get_fuel().unwrap_or(0);
        let log = std::mem::take(&mut store.data_mut().log);
        UnitReport { outcome, fuel, seed, log }
    }
}

fn call(
    store: &mut Store<State>,
    measure: &Measure,
    seed: UnitSeed,
) -> wasmtime::Result<Result<f64, String>> {
    let network = store.data_mut().table.push(NetworkEntry(NetworkHandle(0)))?;
    let dataset = store.data_mut().table.push(DatasetEntry(DatasetHandle(0)))?;
    let instance = measure.0.instantiate(&mut *store)?;
    instance.call_evaluate(store, network, dataset, seed.0)
}

/// A digest where the standard library wants a hasher of 64 bits.
struct Compatibility(Digester);

impl Hasher for Compatibility {
    fn write(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
    }

    fn finish(&self) -> u64 {
        0 // Nobody asks: `Sandbox::compatibility` takes the whole digest.
    }
}

/// What an error means: what the host stopped, what the machine did, what the guest did.
pub(crate) fn classify(state: &State, error: &wasmtime::Error) -> Outcome {
    match state.stop.as_ref().map(Stop::stopped) {
        Some(Stopped::OutOfWork(text)) => return Outcome::OutOfWork(text),
        Some(Stopped::Inconclusive(text)) => return Outcome::Inconclusive(text),
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
