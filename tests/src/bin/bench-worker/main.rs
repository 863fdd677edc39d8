//! Assay's side of the benchmark: does what the driver (`cargo xtask bench`) tells it, one JSON line at
//! a time, on as many threads as its only argument says.
//!
//! The protocol is that of `tests/bench/worker.py`, where it is described. The driver measures time and
//! memory from outside. It uses what users use: the engine's and the sandbox's public functions.

mod isolation;
mod network;
mod unit;

use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;

use assay_engine::Lane;
use serde_json::{Value, json};

use crate::isolation::Isolation;
use crate::network::Pass;
use crate::unit::Units;

/// What the driver has told this worker so far.
struct Worker {
    lane: Lane,
    pass: Option<Pass>,
    units: Option<Units>,
    isolation: Option<Isolation>,
}

/// Why a request was not done.
enum Refusal {
    /// This side has no way to do it.
    Unsupported(String),
    /// It went wrong.
    Failed(String),
}

/// A standard error, in its own words.
impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

type Answer = Result<Value, Refusal>;

fn main() -> ExitCode {
    let threads = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let Some(threads) = threads else {
        eprintln!("usage: bench-worker THREADS (it is started by `cargo xtask bench`)");
        return ExitCode::from(2);
    };
    let lane = match Lane::new(threads) {
        Ok(lane) => lane,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut worker = Worker { lane, pass: None, units: None, isolation: None };
    for line in stdin().lock().lines().map_while(Result::ok) {
        let answer = match worker.answer(&line) {
            Ok(value) => json!({"ok": value}),
            Err(Refusal::Unsupported(what)) => json!({"unsupported": what}),
            Err(Refusal::Failed(what)) => json!({"error": what}),
        };
        let mut out = stdout().lock();
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

impl Worker {
    fn answer(&mut self, line: &str) -> Answer {
        let request: Value = serde_json::from_str(line)?;
        match text(&request, "do")? {
            "about" => Ok(format!("Assay {}", env!("CARGO_PKG_VERSION")).into()),
            "network" => {
                let (path, what) = (text(&request, "path")?, text(&request, "what")?);
                let batch = number(&request, "batch")?;
                // A pass that was made before gives its memory back first.
                self.pass = None;
                let pass = self.pass.insert(Pass::new(path.as_ref(), what, batch)?);
                pass.repeat(&self.lane, 2);
                Ok(Value::Null)
            }
            "repeat" => {
                let times = number(&request, "times")?;
                let lane = self.lane.clone();
                self.pass()?.repeat(&lane, times);
                Ok(Value::Null)
            }
            "output" => {
                self.pass()?.output(text(&request, "into")?.as_ref())?;
                Ok(Value::Null)
            }
            "task" => {
                let measures = request["measures"].as_array().into_iter().flatten();
                let measures: Vec<&Path> =
                    measures.filter_map(Value::as_str).map(Path::new).collect();
                let path = text(&request, "path")?.as_ref();
                let cache = request["cache"].as_u64();
                self.units = None;
                self.units = Some(Units::new(path, &measures, cache, &self.lane)?);
                Ok(Value::Null)
            }
            "unit" => {
                let units = self.units.as_ref();
                let units = units.ok_or_else(|| Refusal::Failed("no task yet".to_owned()))?;
                let measure = request["measure"].as_u64().unwrap_or(0) as usize;
                units.run(measure, text(&request, "network")?)
            }
            "isolation" => {
                let (task, program) = (text(&request, "task")?, text(&request, "program")?);
                self.isolation = None;
                let made = Isolation::new(task.as_ref(), program.as_ref(), self.lane.threads())?;
                self.isolation = Some(made);
                Ok(Value::Null)
            }
            "units" => {
                let isolation = self.isolation.as_mut();
                let isolation =
                    isolation.ok_or_else(|| Refusal::Failed("no task yet".to_owned()))?;
                let (way, call) = (text(&request, "way")?, text(&request, "call")?);
                let (calls, units) = (number(&request, "calls")?, number(&request, "units")?);
                isolation.run(way, (call, calls), units)?;
                Ok(Value::Null)
            }
            other => Err(Refusal::Unsupported(format!("`{other}` is no request"))),
        }
    }

    fn pass(&mut self) -> Result<&mut Pass, Refusal> {
        self.pass.as_mut().ok_or_else(|| Refusal::Failed("no network yet".to_owned()))
    }
}

fn text<'a>(request: &'a Value, field: &str) -> Result<&'a str, Refusal> {
    let value = request.get(field).and_then(Value::as_str);
    value.ok_or_else(|| Refusal::Failed(format!("`{field}` is missing")))
}

fn number(request: &Value, field: &str) -> Result<usize, Refusal> {
    let value = request.get(field).and_then(Value::as_u64);
    value.map(|n| n as usize).ok_or_else(|| Refusal::Failed(format!("`{field}` is missing")))
}
