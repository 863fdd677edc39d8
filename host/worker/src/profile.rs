//! What each kind of call used, for a measure's author who wants to know where the budget goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_call::{Call, Execute, Host, Meters, Reply, Session, Stop};
use assay_sandbox::FuelGauge;

/// What one kind of call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often it was made.
    pub calls: u64,
    /// Work charged for it.
    pub work: u64,
    /// Bytes that it moved across the border, both ways.
    pub bytes: u64,
    /// Instructions that the measure executed since the call before, up to this one.
    pub fuel: u64,
}

impl Cost {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(more.calls),
            work: self.work.saturating_add(more.work),
            bytes: self.bytes.saturating_add(more.bytes),
            fuel: self.fuel.saturating_add(more.fuel),
        }
    }
}

/// What a unit used, by the kind of call. It is the same each time, as fuel and work are.
///
/// Fuel is what the measure itself executes, between calls; so it stands with the call that it led up
/// to. The calls' work adds up to the unit's, and their fuel with [`rest`](Self::rest) too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    costs: BTreeMap<String, Cost>,
    rest: u64,
}

impl Profile {
    /// Each kind of call by its name (`networks.logits`), with what it used. What was answered on the
    /// guest's side is there too (`log.write`, `wasi.stdout`), and has no work.
    pub fn costs(&self) -> impl Iterator<Item = (&str, Cost)> {
        self.costs.iter().map(|(name, cost)| (name.as_str(), *cost))
    }

    /// Instructions after the last call.
    pub fn rest(&self) -> u64 {
        self.rest
    }

    /// Adds another unit's.
    pub fn add(&mut self, other: &Self) {
        for (name, cost) in &other.costs {
            self.enter(name, *cost);
        }
        self.rest = self.rest.saturating_add(other.rest);
    }

    fn enter(&mut self, name: &str, cost: Cost) {
        match self.costs.get_mut(name) {
            Some(known) => *known = known.plus(cost),
            None => {
                self.costs.insert(name.to_owned(), cost);
            }
        }
    }
}

/// A session that is watched: whatever crosses is entered in a profile.
pub(crate) struct Profiler<E> {
    session: Arc<Mutex<Session<E>>>,
    profile: Arc<Mutex<Profile>>,
    gauge: FuelGauge,
    /// Fuel that stands in the profile already.
    entered: u64,
}

impl<E> Profiler<E> {
    pub(crate) fn new(session: Arc<Mutex<Session<E>>>, gauge: FuelGauge) -> Self {
        Self { session, profile: Arc::default(), gauge, entered: 0 }
    }

    /// The profile, which grows while the unit runs.
    pub(crate) fn profile(&self) -> Arc<Mutex<Profile>> {
        Arc::clone(&self.profile)
    }

    fn enter(&mut self, name: &str, used: Meters) {
        let fuel = self.gauge.used();
        let since = fuel.saturating_sub(self.entered);
        self.entered = fuel;
        let cost = Cost { calls: 1, work: used.work, bytes: used.bytes, fuel: since };
        lock(&self.profile).enter(name, cost);
    }
}

impl<E: Execute> Host for Profiler<E> {
    fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        let name = call.name();
        let mut session = lock(&self.session);
        let before = session.meters();
        let answer = session.call(call);
        let after = session.meters();
        drop(session);
        let (work, bytes) = (after.work - before.work, after.bytes - before.bytes);
        self.enter(name, Meters { work, bytes, calls: 1 });
        answer
    }

    fn note(&mut self, name: &str, text: &str) {
        lock(&self.session).note(name, text);
        self.enter(name, Meters::default());
    }
}

/// The profile of a unit that is over, which has used so much fuel.
pub(crate) fn finished(profile: &Mutex<Profile>, fuel: u64) -> Profile {
    let mut profile = lock(profile).clone();
    let entered = profile.costs.values().map(|cost| cost.fuel).fold(0, u64::saturating_add);
    profile.rest = fuel.saturating_sub(entered);
    profile
}

/// A panic of the host's code has made the unit inconclusive already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
