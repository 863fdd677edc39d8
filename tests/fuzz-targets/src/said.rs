//! The last words of a guest's process.

use assay_call::Stopped;
use assay_ids::{UnitSeed, steers};
use assay_sandbox::{Level, LogLine, Outcome, SandboxLimits, UnitReport};
use assay_worker::judge;

use crate::Seed;
use crate::target::twice;

const SEED: UnitSeed = UnitSeed(0x5eed);
const LIMITS: SandboxLimits = SandboxLimits::PUBLISHED;

/// Judges what a guest said, and checks what holds of each judgement.
pub(crate) fn check(said: Option<&[u8]>, stopped: Option<&Stopped>) {
    // As text: a report may hold any float.
    let report = || judge(said, stopped.cloned(), SEED, &LIMITS);
    twice(|| format!("{:?}", report()));
    let report = report();
    assert_eq!(report.seed, SEED, "the seed is the worker's");
    assert!(report.fuel <= LIMITS.fuel_max);
    match stopped {
        Some(Stopped::OutOfWork(text)) => {
            assert_eq!(report.outcome, Outcome::OutOfWork(text.clone()));
        }
        Some(Stopped::Inconclusive(text)) => {
            assert_eq!(report.outcome, Outcome::Inconclusive(text.clone()));
        }
        None => {}
    }
    assert!(report.outcome.value().is_none_or(|value| !value.is_nan()), "NaN is no value");
    let log: usize = report.log.iter().map(|line| line.text.len()).sum();
    assert!(report.log.len() <= LIMITS.log_lines_max && log <= LIMITS.log_bytes_max);
    let explained = report.outcome.explain();
    let texts = report.log.iter().map(|line| line.text.as_str()).chain([explained.as_str()]);
    for text in texts {
        // A sentence of ours before the measure's words.
        assert!(text.len() <= LIMITS.text_bytes_max + 64, "{} bytes of text", text.len());
        assert!(!text.contains(steers), "{text:?} steers a terminal");
    }
}

pub(crate) fn seeds() -> Vec<Seed> {
    let text = || "a sentence".to_owned();
    let outcomes = [
        Outcome::Value(2.5),
        Outcome::Value(f64::NAN),
        Outcome::BadOutput,
        Outcome::MeasureError(text()),
        Outcome::Trap("wasm `unreachable` instruction executed".to_owned()),
        Outcome::OutOfFuel,
        Outcome::OutOfWork(text()),
        Outcome::OutOfMemory,
        Outcome::Inconclusive("\u{1b}[2J\u{202e}".repeat(300)),
    ];
    let line = |text: &str| LogLine { level: Level::Info, text: text.to_owned() };
    let logs = [vec![], vec![line("layer 3: 0.25")], vec![line("x"); 300]];
    outcomes
        .into_iter()
        .enumerate()
        .map(|(at, outcome)| {
            let report =
                UnitReport { outcome, fuel: 1 << 30, seed: SEED, log: logs[at % 3].clone() };
            let bytes = postcard::to_stdvec(&report).expect("a report can be written");
            Seed::new(format!("report-{at}"), [&[at as u8], bytes.as_slice()].concat())
        })
        .collect()
}
