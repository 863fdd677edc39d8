//! The probe, a guest that calls every function of the contract and checks every answer, passes natively too:
//! up to the one check that fuel is charged, which here it is not.

mod common;

use assay_native::{Reason, Task};
use contract_probe::Probe;

#[test]
fn the_probe_misses_nothing_but_fuel() {
    let task = Task::open(common::SHIPPED_TASK).unwrap();
    let failure = task.unit("model_0").unwrap().run::<Probe>().unwrap_err();
    let Reason::MeasureError(text) = &failure.reason else { panic!("{failure:?}") };
    assert_eq!(text, "check failed: fuel is charged");
    assert!(failure.until.calls > 1000, "{} calls", failure.until.calls);
}
