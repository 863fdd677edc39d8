//! `assay doctor`: what this machine has of what Assay needs.

use assay_confine::support;
use serde_json::{Value, json};

use super::beside::beside;
use crate::args::DoctorArgs;
use crate::failure::Failure;
use crate::output::{self, Text};

/// One thing that was looked at.
struct Finding {
    name: &'static str,
    /// What was found; or what is missing.
    found: Result<String, String>,
    /// Whether anything is unsafe without it, rather than unavailable.
    must: bool,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let findings = findings();
    if args.json {
        let list: Vec<Value> = findings.iter().map(json_of).collect();
        output::json(&json!({"schema": 1, "findings": list}))?;
    } else {
        let mut text = Text::default();
        for finding in &findings {
            text.line(line(finding));
        }
        text.print()?;
    }
    let missing = findings.iter().filter(|finding| finding.must && finding.found.is_err());
    let lines: Vec<String> =
        missing.map(|finding| format!("{} is missing", finding.name)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure::all(lines).hint("components of people you do not trust should not run here"))
}

fn findings() -> Vec<Finding> {
    let support = support();
    let landlock = support.landlock.map(|landlock| landlock.to_string());
    let seccomp = support.seccomp.map(|()| "system calls are limited to a list".to_owned());
    let program = |name, package| {
        let found = beside(name, package).map(|path| path.display().to_string());
        found.map_err(|failure| failure.first_line().to_owned())
    };
    let wasm = assay_toolchain::Toolchain::find().map(|found| format!("rustc {}", found.release()));
    vec![
        Finding { name: "Landlock", found: landlock, must: true },
        Finding { name: "seccomp", found: seccomp, must: true },
        Finding {
            name: "wasm toolchain",
            // Its hint stands on a line of its own.
            found: wasm.map_err(|error| error.to_string().replace('\n', "; ")),
            must: false,
        },
        Finding { name: "assay-gpu", found: program("assay-gpu", "assay-gpu"), must: false },
        Finding {
            name: "assay-train",
            found: program("assay-train", "assay-trainer"),
            must: false,
        },
    ]
}

fn line(finding: &Finding) -> String {
    let (state, text) = match &finding.found {
        Ok(text) => ("ok", text),
        Err(text) if finding.must => ("MISSING", text),
        Err(text) => ("absent", text),
    };
    format!("{:<16}{state:<9}{text}", finding.name)
}

fn json_of(finding: &Finding) -> Value {
    let (ok, text) = match &finding.found {
        Ok(text) => (true, text),
        Err(text) => (false, text),
    };
    json!({"name": finding.name, "ok": ok, "needed": finding.must, "text": text})
}
