//! The published price list and the prices that are charged: the same numbers, for every call.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod fake;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use assay_call::price::{self, PRICES, Price, VARIABLES, evaluate};
use assay_call::{
    Call, DatasetHandle, Descent, Detail, ErrorKind, Execute, Exhausted, Fault, Host, Inventory,
    Limits, Live, NetworkHandle, Plan, Rejected, Reply, Session, Stop, TensorHandle, check,
};
use assay_ids::Digest;
use assay_network::{Activation, Architecture, LayerKind};
use fake::Fake;
use fake::cases::{Case, cases};
use proptest::prelude::*;

const SIZES: [[usize; 4]; 5] =
    [[1, 1, 1, 1], [2, 3, 5, 7], [8, 4, 2, 9], [5, 33, 6, 2], [17, 1, 64, 3]];

fn row(call: &Call) -> &'static Price {
    PRICES.iter().find(|row| row.call == call.name()).unwrap()
}

fn plan(case: &Case) -> Plan {
    let Case { call, inventory, .. } = case;
    check(call, inventory).unwrap_or_else(|error| panic!("{call:?}: {error:?}"))
}

/// What the session charges in all.
fn total(case: &Case) -> u64 {
    price::CALL + case.call.bytes_in() / 4 + plan(case).work.unwrap()
}

#[test]
fn every_call_has_a_case_and_one_row() {
    let rows: BTreeSet<_> = PRICES.iter().map(|row| row.call).collect();
    assert_eq!(rows.len(), PRICES.len(), "two calls of one name");
    let covered: BTreeSet<_> = cases(SIZES[0]).iter().map(|case| case.call.name()).collect();
    assert_eq!(rows, covered);
}

#[test]
fn formulas_give_what_is_charged() {
    for case in SIZES.into_iter().flat_map(cases) {
        let row = row(&case.call);
        let work = evaluate(row.formula, |name| case.variable(name));
        assert_eq!(work, Ok(plan(&case).work), "{} = {}, {case:?}", row.call, row.formula);
    }
}

#[test]
fn examples_bind_the_variables_that_are_explained() {
    for row in PRICES {
        let used = std::cell::RefCell::new(BTreeSet::new());
        let bound = |name: &str| {
            used.borrow_mut().insert(name.to_owned());
            row.example.iter().find(|(at, _)| *at == name).map(|(_, value)| *value)
        };
        assert!(evaluate(row.formula, bound).unwrap().is_some(), "{row:?}");
        assert_eq!(used.borrow().len(), row.example.len(), "{row:?}");
        for name in used.into_inner() {
            assert!(VARIABLES.iter().any(|(explained, _)| *explained == name), "{row:?}");
        }
    }
}

/// Whether a price is the exact number, or nothing where that is past `u64`.
fn agrees(priced: Option<u64>, exact: Option<u128>) -> bool {
    priced == exact.and_then(|exact| u64::try_from(exact).ok())
}

fn product(factors: &[u64]) -> Option<u128> {
    factors.iter().try_fold(1_u128, |product, factor| product.checked_mul(u128::from(*factor)))
}

proptest! {
    #[test]
    fn prices_grow_with_each_size(
        sizes in prop::array::uniform4(1_usize..12),
        more in prop::array::uniform4(0_usize..6),
    ) {
        let larger = std::array::from_fn(|at| sizes[at] + more[at]);
        for (small, large) in cases(sizes).iter().zip(&cases(larger)) {
            prop_assert!(plan(small).work <= plan(large).work, "{small:?}, {large:?}");
            prop_assert!(total(small) <= total(large), "{small:?}, {large:?}");
        }
    }

    #[test]
    fn prices_never_wrap(numbers in prop::array::uniform4(1_u64..), shift in 0_u32..64) {
        // From numbers that fit to numbers whose products do not.
        let [a, b, c, d] = numbers.map(|number| (number >> shift).max(1));
        let plus = |left: Option<u128>, right: u64| left?.checked_add(u128::from(right));
        prop_assert!(agrees(price::elements(a, b), product(&[a, b])));
        prop_assert!(agrees(price::matmul(a, b, c), product(&[a, b, c])));
        prop_assert!(agrees(price::forward(a, b, c), plus(product(&[a, b]), c)));
        prop_assert!(agrees(price::derivative(a, b, c, d), plus(product(&[a, b, c]), d)));
        prop_assert!(agrees(price::decomposition(a, b, c), product(&[a, b, a.min(b), c])));
        let depth = u64::from((u128::from(b)).next_power_of_two().trailing_zeros());
        prop_assert!(agrees(price::order(a, b), product(&[a, 8 + depth])));
    }
}

/// An engine that does nothing and counts how often it is asked to.
struct Idle {
    inventory: Fake,
    executed: Rc<Cell<u32>>,
}

impl Inventory for Idle {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        self.inventory.tensor(tensor)
    }

    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)> {
        self.inventory.network(network)
    }

    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        self.inventory.dataset(dataset)
    }

    fn live(&self) -> Live {
        self.inventory.live()
    }
}

impl Execute for Idle {
    fn execute(&mut self, _: &Call, _: &Plan) -> Result<Reply, Fault> {
        self.executed.set(self.executed.get() + 1);
        Ok(Reply::Done)
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        None
    }

    fn network_content(&self, _: NetworkHandle) -> Option<Digest> {
        None
    }
}

/// What one call comes to under a budget: the answer, the work charged, and how often it was executed.
fn under(work_max: u64, inventory: &Fake, call: &Call) -> (Result<Reply, Stop>, u64, u32) {
    let executed = Rc::default();
    let engine = Idle { inventory: inventory.clone(), executed: Rc::clone(&executed) };
    let mut session = Session::new(engine, Limits { work_max }, Detail::Visible);
    let reply = session.call(call.clone());
    (reply, session.meters().work, executed.get())
}

#[test]
fn a_budget_covers_a_call_to_the_unit() {
    for case in cases([3, 4, 2, 5]) {
        let Case { call, inventory, .. } = &case;
        let total = total(&case);
        assert!(total >= price::CALL);
        let once = u32::from(!matches!(call, Call::BudgetWorkLimit | Call::BudgetWorkLeft));
        for budget in [total, total + 1] {
            let (reply, work, executed) = under(budget, inventory, call);
            assert!(reply.is_ok(), "{call:?} under {budget}: {reply:?}");
            assert_eq!((work, executed), (total, once), "{call:?} under {budget}");
        }
        let short = under(total - 1, inventory, call);
        assert_eq!(short, (Err(Stop::Work(Exhausted)), total - 1, 0), "{call:?}");
    }
}

#[test]
fn a_refused_call_costs_the_constant_and_its_bytes() {
    let mut refused = 0;
    for case in cases([3, 4, 2, 5]) {
        // No room for one more tensor or network.
        let live = Live { tensors: 4096, networks: 64, bytes: 2 << 30 };
        let inventory = Fake { live, ..case.inventory.clone() };
        let Err(Rejected::Error(error)) = check(&case.call, &inventory) else { continue };
        assert_eq!(error.kind, ErrorKind::TooLarge);
        let cost = price::CALL + case.call.bytes_in() / 4;
        for budget in [cost, u64::MAX] {
            let (reply, work, executed) = under(budget, &inventory, &case.call);
            assert!(matches!(reply, Ok(Reply::Error(_))), "{:?}: {reply:?}", case.call);
            assert_eq!((work, executed), (cost, 0), "{:?}", case.call);
        }
        let unpaid = under(cost - 1, &inventory, &case.call).0;
        assert_eq!(unpaid, Err(Stop::Work(Exhausted)), "the refusal itself was not paid");
        refused += 1;
    }
    assert!(refused > 60, "only {refused} calls make something");
}

#[test]
fn no_budget_covers_a_price_past_counting() {
    let wide = 1 << 13;
    let dense = LayerKind::Dense { units: wide, activation: Activation::Linear, bias: false };
    let network = Architecture::new(&[wide as usize], vec![dense]).unwrap();
    let inventory = Fake { network, ..Fake::new(&[&[1, wide as usize]]) };
    let train = |batch_size, steps| Call::NetworkTrain {
        network: NetworkHandle(0),
        examples: TensorHandle(0),
        labels: vec![0],
        descent: Descent {
            learning_rate: 0.1,
            momentum: 0.0,
            weight_decay: 0.0,
            batch_size,
            steps,
        },
    };
    // 2^31 examples of 2^26 multiply-adds, four times: 2^59 a step.
    let (large, past) = (train(1 << 31, 31), train(1 << 31, 32));
    assert!(check(&large, &inventory).unwrap().work.is_some_and(|work| work > 31 << 59));
    assert_eq!(check(&past, &inventory).unwrap().work, None);
    assert_eq!(under(u64::MAX, &inventory, &large).2, 1);
    assert_eq!(under(u64::MAX, &inventory, &past), (Err(Stop::Work(Exhausted)), u64::MAX, 0));
}
