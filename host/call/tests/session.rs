//! The order of a session: charged before done, mistakes cost the constant, everything is recorded.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_call::{
    Call, DatasetHandle, Detail, Execute, Exhausted, Fault, Host, Inventory, Limits, Live,
    NetworkHandle, Plan, Reply, Session, Stop, TensorHandle, UnaryOp, price,
};
use assay_ids::Digest;
use assay_network::Architecture;

/// An engine with one tensor of 1,000 elements that counts what it is asked to do.
struct Counting {
    executed: std::rc::Rc<std::cell::Cell<u32>>,
    content: &'static [u8],
}

impl Inventory for Counting {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        (tensor.0 == 0).then_some(&[1000])
    }

    fn network(&self, _: NetworkHandle) -> Option<(&Architecture, bool)> {
        None
    }

    fn dataset(&self, _: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        None
    }

    fn live(&self) -> Live {
        Live { tensors: 1, networks: 1, bytes: 4000 }
    }
}

impl Execute for Counting {
    fn network_content(&self, _network: NetworkHandle) -> Option<Digest> {
        None
    }

    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        self.executed.set(self.executed.get() + 1);
        match call {
            Call::TensorUnary { .. } => {
                let shape = plan.results[0].iter().map(|axis| *axis as u32).collect();
                Ok(Reply::Tensors(vec![(TensorHandle(0), shape)]))
            }
            other => Err(Fault(other.name().to_owned())),
        }
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        Some(Digest::of(self.content))
    }
}

fn session(
    work_max: u64,
    detail: Detail,
    content: &'static [u8],
) -> (Session<Counting>, std::rc::Rc<std::cell::Cell<u32>>) {
    let executed = std::rc::Rc::default();
    let engine = Counting { executed: std::rc::Rc::clone(&executed), content };
    (Session::new(engine, Limits { work_max }, detail), executed)
}

const NEGATE: Call = Call::TensorUnary { tensor: TensorHandle(0), op: UnaryOp::Negate };
const COST: u64 = price::CALL + 1000;

#[test]
fn the_last_unit_of_work_counts_and_nothing_runs_unpaid() {
    let (mut exact, executed) = session(2 * COST, Detail::Visible, b"");
    assert!(exact.call(NEGATE).is_ok());
    assert!(exact.call(NEGATE).is_ok());
    assert_eq!((executed.get(), exact.meters().work), (2, 2 * COST));
    let (mut short, executed) = session(2 * COST - 1, Detail::Visible, b"");
    assert!(short.call(NEGATE).is_ok());
    assert_eq!(short.call(NEGATE), Err(Stop::Work(Exhausted)));
    assert_eq!(executed.get(), 1, "the second was not covered, so it was not done");
}

#[test]
fn a_mistake_is_a_value_that_costs_the_constant() {
    let (mut session, executed) = session(COST, Detail::Visible, b"");
    let slice = Call::TensorSlice { tensor: TensorHandle(0), axis: 1, start: 0, length: 1 };
    assert!(matches!(session.call(slice), Ok(Reply::Error(_))));
    assert_eq!((executed.get(), session.meters().work), (0, price::CALL));
    assert_eq!(session.transcript().entries(), 1, "mistakes are recorded too");
}

#[test]
fn the_budget_is_seen_after_its_own_cost() {
    let (mut session, _) = session(10_000, Detail::Visible, b"");
    let left = session.call(Call::BudgetWorkLeft).unwrap();
    let Reply::Number(left) = left else { panic!("{left:?}") };
    assert_eq!(left, 10_000 - session.meters().work);
    assert_eq!(session.call(Call::BudgetWorkLimit), Ok(Reply::Number(10_000)));
}

#[test]
fn a_fault_is_the_hosts_and_a_missing_handle_the_sandboxs() {
    let fresh = || session(u64::MAX, Detail::Visible, b"").0;
    let scalar = Call::TensorSoftmax { tensor: TensorHandle(0) };
    let mut faulty = fresh();
    let fault = faulty.call(scalar);
    assert!(matches!(fault, Err(Stop::Fault(_))));
    let missing = Call::TensorScalar { tensor: TensorHandle(5) };
    assert!(matches!(fresh().call(missing.clone()), Err(Stop::Handle { .. })));
    // A stopped unit stays stopped, for the same reason.
    assert_eq!(faulty.call(missing), fault);
    assert_eq!(faulty.stop(), fault.as_ref().err());
}

#[test]
fn only_a_full_transcript_sees_what_the_guest_did_not() {
    let digest = |detail, content| {
        let (mut session, _) = session(u64::MAX, detail, content);
        session.call(NEGATE).unwrap();
        session.note("log.write", "hello");
        session.transcript().digest()
    };
    assert_eq!(digest(Detail::Visible, b"a"), digest(Detail::Visible, b"b"));
    assert_ne!(digest(Detail::Full, b"a"), digest(Detail::Full, b"b"));
    assert_ne!(digest(Detail::Visible, b"a"), digest(Detail::Full, b"a"));
}
