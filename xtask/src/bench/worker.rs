//! A worker process: requests and answers, and what it costs, read from outside.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Bench;
use super::sides::Side;

/// What one request took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    /// Seconds on the clock.
    pub(crate) wall: f64,
    /// Seconds of processor time, all threads together; nothing where the system does not say.
    pub(crate) cpu: Option<f64>,
}

/// How a request was answered.
pub(crate) enum Answer {
    Done(Value),
    /// The side has no way to do this.
    Unsupported(String),
}

/// A running worker; it ends with this value.
pub(crate) struct Worker {
    name: &'static str,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a worker; what it writes to stderr goes to `log`.
    pub(crate) fn start(name: &'static str, mut command: Command, log: &Path) -> Result<Self> {
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{name} has no pipes");
        };
        Ok(Self { name, child, requests, answers: BufReader::new(answers) })
    }

    /// Starts this project's worker.
    pub(crate) fn ours(bench: &Bench<'_>, threads: usize, log: &str) -> Result<Self> {
        let program = bench.workspace.target_dir().join("release/bench-worker");
        let mut command = Command::new(&program);
        command.arg(threads.to_string());
        Self::start("Assay", command, &bench.dir().join(log))
            .with_context(|| program.display().to_string())
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Answer> {
        let name = self.name;
        writeln!(self.requests, "{request}").with_context(|| format!("{name} does not listen"))?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("{name} ended without an answer to {request}; see its log in target/bench");
        }
        let mut answer: Value = serde_json::from_str(&line)
            .with_context(|| format!("{name} answered something else than JSON: {line}"))?;
        if let Some(error) = answer.get("error") {
            bail!("{name} could not do {request}: {}", error.as_str().unwrap_or_default());
        }
        if let Some(what) = answer.get("unsupported") {
            return Ok(Answer::Unsupported(what.as_str().unwrap_or_default().to_owned()));
        }
        Ok(Answer::Done(answer["ok"].take()))
    }

    /// As [`ask`](Self::ask), for requests that every side can do.
    pub(crate) fn must(&mut self, request: &Value) -> Result<Value> {
        match self.ask(request)? {
            Answer::Done(value) => Ok(value),
            Answer::Unsupported(what) => bail!("{} cannot do {request}: {what}", self.name),
        }
    }

    /// As [`must`](Self::must), and what it took.
    pub(crate) fn timed(&mut self, request: &Value) -> Result<(Value, Sample)> {
        let (start, before) = (Instant::now(), self.cpu());
        let value = self.must(request)?;
        let wall = start.elapsed().as_secs_f64();
        let cpu = before.zip(self.cpu()).map(|(before, after)| after - before);
        Ok((value, Sample { wall, cpu }))
    }

    /// The most memory that the process has held so far, in bytes.
    pub(crate) fn peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        parse_peak(&status)
    }

    fn cpu(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        parse_cpu(&stat)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself; either way it must not outlive the benchmark.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor seconds of a process by Linux's `/proc/PID/stat`: user and system time are the 14th and
/// 15th field, in ticks of 1/100 s. The second field is the name in parentheses, which may hold spaces.
fn parse_cpu(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = |at| fields.split_whitespace().nth(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

fn parse_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Starts the two sides of a pair: another program and this project.
pub(crate) fn both(bench: &Bench<'_>, side: &'static Side, threads: usize) -> Result<[Worker; 2]> {
    let mut python = Command::new(bench.python()?);
    python.arg(bench.workspace.root().join("tests/bench").join(side.script));
    python.arg(threads.to_string());
    let log = bench.dir().join(format!("{}.log", side.name));
    let mut theirs = Worker::start(side.title, python, &log)?;
    // Importing a library takes seconds, which belong to nothing that is measured.
    theirs.must(&json!({"do": "about"}))?;
    Ok([theirs, Worker::ours(bench, threads, "assay.log")?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "42 (a) b) c) S 1 1 1 0 -1 0 0 0 0 0 150 25 0 0 20 0 3 0 0 0";
        assert_eq!(parse_cpu(stat), Some(1.75));
        assert_eq!(parse_cpu("42"), None);
    }

    #[test]
    fn peak_memory_is_in_bytes() {
        assert_eq!(parse_peak("VmPeak:\t9 kB\nVmHWM:\t   20 kB\n"), Some(20_480));
        assert_eq!(parse_peak("VmPeak:\t9 kB\n"), None);
    }
}
