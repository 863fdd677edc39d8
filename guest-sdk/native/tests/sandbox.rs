//! A measure run natively has the value, the work and the calls that its component has in the sandbox, to the
//! bit. The comparison needs the program `assay`, which the guests' workspace does not build: `ASSAY_BIN` names
//! it. Components are those of `cargo xtask guests`, or lie where `ASSAY_GUESTS` says.

mod common;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use assay_native::Task;
use assay_sdk::Measure;
use serde_json::Value;

use common::SHIPPED_TASK;

const NETWORK: &str = "model_0";

static TASK: LazyLock<Task> = LazyLock::new(|| Task::open(SHIPPED_TASK).expect("the task ships"));

/// The program, if it is to be had.
#[expect(
    clippy::print_stderr,
    reason = "whoever reads the output learns that nothing was compared"
)]
fn assay() -> Option<PathBuf> {
    let program = env::var_os("ASSAY_BIN").filter(|program| !program.is_empty());
    if program.is_none() {
        eprintln!(
            "skipped: ASSAY_BIN names no program `assay` (cargo build -p assay-cli makes one)"
        );
    }
    program.map(PathBuf::from)
}

fn component(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    let guests = env::var_os("ASSAY_GUESTS").map_or(built, PathBuf::from);
    let file = guests.join(format!("{name}.wasm"));
    assert!(file.is_file(), "{} is missing: run `cargo xtask guests`", file.display());
    file
}

/// What `assay run` says of a component on the network.
fn sandboxed(program: &Path, component: &Path) -> Value {
    let mut command = Command::new(program);
    command.arg("run").arg(component).args(["--task", SHIPPED_TASK, "--only", NETWORK]);
    let output = command.args(["--in-process", "--json"]).output().expect("ASSAY_BIN starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", component.display());
    let mut json: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
    json["tasks"][0]["networks"][0].take()
}

/// A value as `--json` prints it.
fn float(value: &Value) -> f64 {
    let word = value.as_str().and_then(|word| word.parse().ok());
    value.as_f64().or(word).expect("a number")
}

fn compare<M: Measure>() {
    let Some(program) = assay() else { return };
    let component = component(M::NAME);
    let there = sandboxed(&program, &component);
    let bytes = std::fs::read(&component).expect("it can be read");
    let seed = TASK.seed(NETWORK, &bytes, 0).expect("the network is there");
    assert_eq!(there["seed"].as_u64(), Some(seed));
    let here = TASK.unit(NETWORK).expect("the network is there").with_seed(seed).run::<M>();
    let here = here.expect("it has a value");
    assert_eq!(here.calls, there["calls"].as_u64().expect("a count"), "calls");
    assert_eq!(here.work, there["work"].as_u64().expect("a number"), "work");
    assert_eq!(here.bytes, there["bytes"].as_u64().expect("a count"), "bytes");
    // Every call and every reply that a measure sees.
    assert_eq!(Some(here.transcript.to_string().as_str()), there["transcript"].as_str());
    let value = float(&there["value"]);
    assert_eq!(here.value.to_bits(), value.to_bits(), "{} here, {value} there", here.value);
}

/// Some ten seconds or more each.
#[expect(
    clippy::print_stderr,
    reason = "whoever reads the output learns that nothing was compared"
)]
fn compare_long<M: Measure>() {
    if env::var_os("ASSAY_FULL").is_none() {
        eprintln!("skipped: {} takes long, and ASSAY_FULL is not set", M::NAME);
        return;
    }
    compare::<M>();
}

macro_rules! compared {
    ($by:ident: $($name:ident: $measure:ident;)+) => {
        $(
            #[test]
            fn $name() {
                $by::<$name::$measure>();
            }
        )+
    };
}

compared! { compare:
    augment_margin: AugmentMargin;
    augmentation_robustness: AugmentationRobustness;
    constrained_margin: ConstrainedMargin;
    davies_bouldin: DaviesBouldin;
    dbi_mixup: DbiMixup;
    dbi_times_mixup: DbiTimesMixup;
    distance_from_init: DistanceFromInit;
    fisher_rao: FisherRao;
    flip_penalty: FlipPenalty;
    frobenius_norm: FrobeniusNorm;
    gi_score: GiScore;
    gradient_norm: GradientNorm;
    input_gradient_norm: InputGradientNorm;
    jacobian_norm: JacobianNorm;
    kv_gn_margin: KvGnMargin;
    kv_margin: KvMargin;
    l1_norm: L1Norm;
    l2_norm: L2Norm;
    manifold_mixup: ManifoldMixup;
    margin_first_layer: MarginFirstLayer;
    mixup_accuracy: MixupAccuracy;
    mixup_margin: MixupMargin;
    pac_bayes_flatness: PacBayesFlatness;
    pal_score: PalScore;
    path_norm: PathNorm;
    sharpness: Sharpness;
    sharpness_repaired: SharpnessRepaired;
    spectral_norm: SpectralNorm;
    sum_of_squares: SumOfSquares;
    vc_dimension: VcDimension;
    vpm: Vpm;
    vr: Vr;
    wcv: Wcv;
}

compared! { compare_long:
    adversarial_radius: AdversarialRadius;
    hutchinson_trace: HutchinsonTrace;
}
