//! The contract without a component: calls go to a [`Host`] in this process. Not for measures.
//!
//! The crate `assay-native` implements [`Host`] with the real engine and runs measures on it; this module is
//! the seam between the two, so that this crate need not know the host. It exists on native targets only.
//!
//! There is a module for each interface of the contract, with a trait of the interface's functions. A unit
//! belongs to the thread that it was [entered](enter) on: units on several threads do not meet. Handles
//! carry the unit they were made in, and cannot be used in another one.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Dataset, Network};

pub mod budget;
pub mod data;
pub mod images;
mod interface;
pub mod log;
pub mod networks;
pub mod tensors;

pub use crate::bindings::assay::measure::types::Error;

/// Answers everything that a measure can ask. A function that cannot go on, since the unit is stopped,
/// unwinds.
pub trait Host:
    tensors::Tensors + images::Images + networks::Networks + data::Data + budget::Budget + log::Log
{
}

impl<T> Host for T where
    T: tensors::Tensors
        + images::Images
        + networks::Networks
        + data::Data
        + budget::Budget
        + log::Log
{
}

/// Runs `work` with the host's network 0 and dataset 0, as a component's `evaluate` is run. Until it
/// returns or unwinds, the host answers the calls of this thread. Units nest.
pub fn enter<R>(host: Rc<dyn Host>, work: impl FnOnce(&Network<'_>, &Dataset<'_>) -> R) -> R {
    let _entered = Entered::new(host);
    // Both are lent: a measure cannot give them back.
    let network = ManuallyDrop::new(networks::Network::numbered(0));
    let dataset = ManuallyDrop::new(data::Dataset::numbered(0));
    work(&Network::new(&network), &Dataset::new(&dataset))
}

thread_local! {
    /// The units that this thread is in, the innermost last, each with its number in this process.
    static UNITS: RefCell<Vec<(u64, Rc<dyn Host>)>> = const { RefCell::new(Vec::new()) };
}

/// A unit that this thread is in, until it is dropped.
struct Entered;

impl Entered {
    fn new(host: Rc<dyn Host>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let unit = NEXT.fetch_add(1, Ordering::Relaxed);
        UNITS.with_borrow_mut(|units| units.push((unit, host)));
        Self
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = UNITS.with_borrow_mut(Vec::pop);
        // Only now: a host may drop handles of its own.
        drop(left);
    }
}

/// The innermost unit of this thread.
fn innermost() -> Option<(u64, Rc<dyn Host>)> {
    UNITS.try_with(|units| units.borrow().last().cloned()).ok().flatten()
}

/// The host that answers a call.
fn host() -> Rc<dyn Host> {
    innermost().expect("there is no host: outside a component, run this by `assay_native`").1
}

/// What a resource is on the host's side.
#[derive(Debug)]
struct Handle {
    unit: u64,
    number: u32,
}

impl Handle {
    fn new(number: u32) -> Self {
        let (unit, _) = innermost().expect("handles are made inside a unit");
        Self { unit, number }
    }

    fn number(&self) -> u32 {
        let unit = innermost().map(|(unit, _)| unit);
        assert!(
            unit == Some(self.unit),
            "this handle belongs to another unit than the calling one"
        );
        self.number
    }

    /// The host that is to hear that this is dropped; nothing once its unit is over.
    fn owner(&self) -> Option<Rc<dyn Host>> {
        innermost().and_then(|(unit, host)| (unit == self.unit).then_some(host))
    }
}

/// Outside a component there is nobody to export to: this holds the type to the trait.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_measure {
    ($measure:ty) => {
        const _: fn() = $crate::native::is_measure::<$measure>;
    };
}

/// A type that could be exported. A trait of its own, so that the compiler says of another type what it says
/// of it in a component.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a measure",
    label = "does not implement `assay_sdk::Measure`",
    note = "a measure has a `NAME`, `AUTHORS` and a function `evaluate`: `impl Measure for {Self} {{ .. }}`"
)]
pub trait Exported {}

impl<M: crate::Measure> Exported for M {}

#[doc(hidden)]
pub fn is_measure<M: Exported>() {}
