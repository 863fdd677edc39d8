//! Panics of a measure. In a component one writes its text to the log and ends the unit as a trap; so it
//! does here, and the text is kept.
//!
//! The hook of panics belongs to the whole process, so one is put in front of it once, which looks only at
//! threads that are inside a unit and passes every panic on.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Set while the host computes: what panics then is not the measure.
    static IN_HOST: Cell<bool> = const { Cell::new(false) };
    /// The first panic of the innermost unit's measure; nothing outside units.
    static UNIT: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// What was seen of a unit.
#[derive(Default)]
struct Seen {
    panic: Option<String>,
}

/// How the code of a measure ended.
pub(crate) enum Ended<T> {
    /// It returned.
    Returned(T),
    /// It panicked, with this text, whether or not it caught that: a component has no way to.
    Panicked(String),
    /// It unwound without a panic: the host stopped it.
    Unwound,
}

/// Runs the code of a measure. Units nest: the outer one sees nothing of the inner one's panics.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> Ended<T> {
    put_hook();
    let outer = UNIT.replace(Some(Seen::default()));
    let host = IN_HOST.replace(false);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IN_HOST.set(host);
    let seen = UNIT.replace(outer).and_then(|seen| seen.panic);
    match (result, seen) {
        (_, Some(text)) => Ended::Panicked(text),
        (Ok(value), None) => Ended::Returned(value),
        // Somebody has put another hook in place of ours.
        (Err(payload), None) => text_of(&*payload).map_or(Ended::Unwound, Ended::Panicked),
    }
}

/// Runs code of the host inside a unit.
pub(crate) fn of_the_host<T>(work: impl FnOnce() -> T) -> T {
    let outer = IN_HOST.replace(true);
    let result = work();
    IN_HOST.set(outer);
    result
}

fn put_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IN_HOST.get() && UNIT.with_borrow(Option::is_some) {
                let text = info.to_string();
                assay_sdk::log::warning(&text);
                UNIT.with_borrow_mut(|unit| {
                    unit.get_or_insert_default().panic.get_or_insert(text);
                });
            }
            others(info);
        }));
    });
}

fn text_of(payload: &(dyn Any + Send)) -> Option<String> {
    let fixed = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    fixed.or_else(|| payload.downcast_ref::<String>().cloned())
}
