//! The same bits for every instruction set, thread count and batch split: one table over every
//! function of the contract that computes something.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
#![allow(unreachable_pub, reason = "a module that two tests share")]

mod operations;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use assay_call::{Call, Execute, Reply, TensorHandle, check};
use assay_engine::{Engine, Lane, PreparedData, PreparedNetwork, SimdLevel};
use assay_ids::{Digest, Digester};
use operations::{EXAMPLES, Operation, SPLITS, Slice, operations};

/// An engine with the operands that the operations use.
struct Bench {
    engine: Engine,
}

impl Bench {
    fn new(lane: Lane, network: &Arc<PreparedNetwork>, data: &Arc<PreparedData>) -> Self {
        Self { engine: Engine::new(lane, Arc::clone(network), Arc::clone(data)) }
    }

    fn call(&mut self, call: &Call) -> Reply {
        let plan = check(call, &self.engine).unwrap_or_else(|error| panic!("{call:?}: {error:?}"));
        let reply = self.engine.execute(call, &plan).unwrap();
        assert!(!matches!(reply, Reply::Error(_)), "{call:?}: {reply:?}");
        reply
    }

    /// The one tensor that a call makes.
    fn tensor(&mut self, call: &Call) -> TensorHandle {
        match self.call(call) {
            Reply::Tensors(made) => made[0].0,
            other => panic!("{call:?}: {other:?}"),
        }
    }

    /// Everything that a reply holds, contents of tensors and networks included.
    fn digest(&mut self, call: &Call) -> Digest {
        let reply = self.call(call);
        let mut digester = Digester::new("bits");
        let content = |handle: &TensorHandle| self.engine.content(*handle).unwrap();
        match &reply {
            Reply::Tensors(made) => made.iter().for_each(|(handle, _)| {
                digester.bytes(content(handle).as_bytes());
            }),
            Reply::Ranking { values: (handle, _), indices } => {
                digester.bytes(content(handle).as_bytes()).indices(indices);
            }
            Reply::Network(network) => {
                digester.bytes(self.engine.network_content(*network).unwrap().as_bytes());
            }
            Reply::Indices(indices) => {
                digester.indices(indices);
            }
            Reply::Floats(values) => {
                digester.floats(values);
            }
            other => panic!("{}: {other:?}", call.name()),
        }
        match reply {
            Reply::Tensors(made) => self.drop(made.into_iter().map(|(handle, _)| handle)),
            Reply::Ranking { values: (handle, _), .. } => self.drop([handle]),
            _ => {}
        }
        digester.finish()
    }

    fn drop(&mut self, tensors: impl IntoIterator<Item = TensorHandle>) {
        for tensor in tensors {
            self.call(&Call::TensorDrop { tensor });
        }
    }

    /// The digest of what an operation gives for the whole batch, computed in parts.
    fn digest_of_parts(
        &mut self,
        operation: &Operation,
        operands: &operations::Operands,
    ) -> Digest {
        let mut parts: Vec<Vec<TensorHandle>> = Vec::new();
        for range in SPLITS {
            let slice = operands.slice(range, |call| self.tensor(call));
            let Reply::Tensors(made) = self.call(&(operation.call)(operands, &slice)) else {
                panic!("{} makes tensors", operation.name);
            };
            parts.resize(made.len(), Vec::new());
            for (list, (handle, _)) in parts.iter_mut().zip(made) {
                list.push(handle);
            }
        }
        let mut digester = Digester::new("bits");
        for parts in parts {
            let joined = self.tensor(&Call::TensorConcat { parts: parts.clone(), axis: 0 });
            digester.bytes(self.engine.content(joined).unwrap().as_bytes());
            self.drop(parts.into_iter().chain([joined]));
        }
        digester.finish()
    }
}

/// What one lane gives for every operation: of the whole batch, and of its parts.
fn run(lane: Lane) -> Vec<(Digest, Option<Digest>)> {
    let (network, data) = operations::network_and_data();
    let mut bench = Bench::new(lane, &network, &data);
    let operands = operations::Operands::new(|call| bench.tensor(call));
    let whole = Slice::whole(&operands);
    let mut results = Vec::new();
    for operation in operations() {
        let all = bench.digest(&(operation.call)(&operands, &whole));
        let parts = operation.per_example.then(|| bench.digest_of_parts(&operation, &operands));
        results.push((all, parts));
    }
    results
}

#[test]
fn every_operation_has_the_same_bits_everywhere() {
    let operations = operations();
    let mut columns = Vec::new();
    for level in SimdLevel::available() {
        for threads in [1, 2] {
            let lane = Lane::with_level(threads, level).unwrap();
            columns.push((format!("{level:?}/{threads}"), run(lane)));
        }
    }
    let (reference_name, reference) = columns.last().unwrap().clone();
    let mut table =
        format!("bits against {reference_name}, batches of {EXAMPLES}\n{:28}", "operation");
    for (name, _) in &columns {
        write!(table, "{name:>12}").unwrap();
    }
    table.push_str("      splits\n");
    let mut same = true;
    for (at, operation) in operations.iter().enumerate() {
        write!(table, "{:28}", operation.name).unwrap();
        for (_, results) in &columns {
            let equal = results[at].0 == reference[at].0;
            same &= equal;
            write!(table, "{:>12}", if equal { "same" } else { "DIFFERS" }).unwrap();
        }
        let cuts = columns.iter().filter_map(|(_, results)| Some((results[at].0, results[at].1?)));
        let cuts: Vec<bool> = cuts.map(|(whole, parts)| whole == parts).collect();
        same &= cuts.iter().all(|equal| *equal);
        let verdict = match (cuts.is_empty(), cuts.iter().all(|equal| *equal)) {
            (true, _) => "-",
            (false, true) => "same",
            (false, false) => "DIFFERS",
        };
        writeln!(table, "{verdict:>12}").unwrap();
    }
    println!("{table}");
    assert!(same, "{table}");
}

/// Functions that hand out what is stored, or end a handle: nothing is computed that could differ.
const STORED: [&str; 26] = [
    "tensors.from-list",
    "tensors.shape",
    "tensors.read",
    "tensors.scalar",
    "tensors.reshape",
    "tensors.full",
    "tensors.one-hot",
    "networks.input-shape",
    "networks.layers",
    "networks.parameters",
    "networks.parameter",
    "networks.initial-parameter",
    "data.examples",
    "data.classes",
    "data.shape",
    "data.value-statistics",
    "data.labels",
    "data.class-indices",
    "data.batch",
    "data.gather",
    "budget.work-limit",
    "budget.work-left",
    "budget.fuel-limit",
    "budget.fuel-left",
    "log.write",
    "networks.with-parameters",
];

/// The functions that the contract's files declare, as `interface.function`.
fn contract() -> BTreeSet<String> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/v0.1.0");
    let mut functions = BTreeSet::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut interface = None;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("interface ") {
                interface = name.split_whitespace().next();
            }
            if let (Some(interface), Some((name, rest))) = (interface, line.split_once(": "))
                && (rest.starts_with("func(") || rest.starts_with("static func("))
            {
                functions.insert(format!("{interface}.{name}"));
            }
        }
    }
    functions
}

#[test]
fn the_table_has_every_function_of_the_contract() {
    let declared = contract();
    assert!(declared.len() > 80, "the contract's files were not understood: {declared:?}");
    let mut covered: BTreeSet<String> = operations()
        .iter()
        .map(|operation| operation.name.split(' ').next().unwrap().to_owned())
        .collect();
    covered.extend(STORED.map(str::to_owned));
    let missing: Vec<&String> = declared.difference(&covered).collect();
    let unknown: Vec<&String> = covered.difference(&declared).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
}
